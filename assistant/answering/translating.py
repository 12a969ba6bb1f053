"""Answering's own sentences in another language than Chinese; customers' words and the house's stay as they were written."""

import re
import tomllib
from dataclasses import replace
from functools import cache
from importlib.resources import files

from assistant.answering.events import Event
from assistant.domain.answers import Answer, Chart, Figure, Plan, Table
from assistant.domain.vocabulary import ZH

_SLOT = re.compile(r"\{(\w+)\}")
_MENTIONED = re.compile(r"^原文提到“(.+)”的?$")
_OTHERS = re.compile(r"其余(?: (\d+) 个)?$")
_RUNGS = (("表象——", "surface: "), ("次深层——", "beneath: "), ("深层——", "deep: "))


def told(event: Event, language: str) -> Event:
    """An event as a reader of a language is told it."""
    if language == "zh":
        return event
    match event.data:
        case Answer() as answer:
            return replace(event, data=answer_in(answer, language))
        case Figure() as figure:
            return replace(event, data=figure_in(figure, language))
        case Plan() as plan:
            return replace(event, data=_plan_in(plan, language))
        case _:
            return event


def answer_in(answer: Answer, language: str) -> Answer:
    """An answer with everything that the house says in a language; quotes, needs and the reply are left as they are."""
    if language == "zh":
        return answer
    return replace(
        answer,
        text="\n".join(sentence_in(line, language) for line in answer.text.split("\n")),
        refusal_reason=sentence_in(answer.refusal_reason, language) if answer.refusal_reason else None,
        figures=tuple(figure_in(figure, language) for figure in answer.figures),
        warnings=tuple(sentence_in(warning, language) for warning in answer.warnings),
        plan=_plan_in(answer.plan, language) if answer.plan else None,
        table=_table_in(answer.table) if answer.table else None,
        chart=_chart_in(answer.chart) if answer.chart else None,
    )


def figure_in(figure: Figure, language: str) -> Figure:
    """A figure with its label and unit in a language."""
    if language == "zh":
        return figure
    return replace(figure, label=sentence_in(figure.label, language), unit=_term(figure.unit))


def sentence_in(text: str, language: str) -> str:
    """One of the house's sentences in a language; a text that is none of them, as it is."""
    if language == "zh" or not text:
        return text
    for pattern, english in _sentences():
        if match := pattern.fullmatch(text):
            return english.format(**{name: _filled(part) for name, part in match.groupdict().items()})
    return _term(text)


def _filled(part: str) -> str:
    """What fills a slot: another sentence of the house, a list of them, a scope or a term."""
    for chinese, english in _RUNGS:
        part = part.replace(chinese, english)
    found = sentence_in(part, "en")
    return found if found != part else _scope(part)


def _scope(text: str) -> str:
    """The words in which filters are told: ``2026-08 负面 「theme」``."""
    return " ".join(_term(piece) for piece in text.split(" ")) if " " in text else _term(text)


def _term(text: str) -> str:
    if text in _terms():
        return _terms()[text]
    if match := _OTHERS.match(text):
        return f"other {match[1] or ''}".strip()
    if match := _MENTIONED.match(text):
        return f"mentioning “{match[1]}”"
    if "/" in text and all(piece in _terms() for piece in text.split("/")):
        return "/".join(_terms()[piece] for piece in text.split("/"))
    return re.sub(r"(?<=\d)至(?=\d)", " to ", text)


def _plan_in(plan: Plan, language: str) -> Plan:
    return plan if language == "zh" else replace(plan, notes=tuple(sentence_in(note, language) for note in plan.notes))


def _table_in(table: Table) -> Table:
    rows = tuple(tuple(_term(cell) if isinstance(cell, str) else cell for cell in row) for row in table.rows)
    return Table(_scope(table.title), tuple(_term(name) for name in table.columns), rows)


def _chart_in(chart: Chart) -> Chart:
    points = tuple(replace(point, label=_scope(point.label)) for point in chart.points)
    lines = tuple(replace(line, name=_term(line.name)) for line in chart.lines)
    return replace(chart, title=_scope(chart.title), unit=_term(chart.unit), points=points, lines=lines)


@cache
def _data() -> dict[str, object]:
    return tomllib.loads(files("assistant.answering").joinpath("data/english.toml").read_text(encoding="utf-8"))


@cache
def _sentences() -> tuple[tuple[re.Pattern[str], str], ...]:
    rows = _data()["sentences"]
    assert isinstance(rows, list)
    return tuple((_pattern(row["zh"]), row["en"]) for row in rows)


def _pattern(template: str) -> re.Pattern[str]:
    pieces = _SLOT.split(template)
    made = "".join(f"(?P<{piece}>.*?)" if at % 2 else re.escape(piece) for at, piece in enumerate(pieces))
    return re.compile(made, re.DOTALL)


@cache
def _terms() -> dict[str, str]:
    own = _data()["terms"]
    assert isinstance(own, dict)
    return {chinese: word.replace("_", " ") for word, chinese in ZH.items()} | own
