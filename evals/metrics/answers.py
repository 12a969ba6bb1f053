"""Whether a plan asks for what the question does, and whether an answer's sentences, numbers and quotes stand, checked anew."""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from typing import Any

from assistant.domain.answers import Answer, Figure, Plan
from assistant.domain.filters import Filters
from evals.answer_cases import Case
from evals.oracle import Oracle

COUNTING = frozenset({"count", "compare", "trend"})
_EXACTLY = COUNTING | {"reply", "propose"}
"""Intents that make an answer another one: they must be asked for, or not be there."""
_MARK = re.compile(r"\[(D?\d+)\]")
_LEVEL = re.compile(r"95 ?%(?= ?(?:的)?(?:置信)?区间)")
_MASK = re.compile(r"⟦[^⟧]*⟧")
_QUOTED = re.compile(r"“([^”]*)”|「([^」]*)」|《([^》]*)》")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_SHORT = 6


def plan_faults(case: Case, plan: Plan | None, oracle: Oracle) -> list[str]:
    """Where a plan is not what the question asks for; empty where it is right."""
    if plan is None:
        return ["no plan"]
    found, expected = _intents(plan), dict(case.plan)
    free = set(expected.pop("free", ()))
    wanted = [set(one.split("|")) for one in expected.pop("intents", ())]
    faults = [f"intent {'|'.join(sorted(one))} not in {sorted(found)}" for one in wanted if not one & found]
    allowed = set().union(*wanted) | ({"find"} if not wanted else set())
    allowed |= {"count"} if allowed & COUNTING else set()  # what is compared or followed over time is counted
    faults += [f"intent {one} not asked for" for one in sorted(found & _EXACTLY - allowed)]
    if "by" not in free and plan.by != expected.get("by"):
        faults.append(f"by {plan.by} instead of {expected.get('by')}")
    if "periods" in expected and set(plan.periods) != {tuple(period) for period in expected["periods"]}:
        faults.append(f"periods {plan.periods}")
    for name, value in _filters(plan).items():
        true = _true(name, expected, oracle)
        if name not in free and value != true:
            faults.append(f"{name} {_short(value)} instead of {_short(true)}")
    return faults


def _intents(plan: Plan) -> set[str]:
    return {*plan.intents, *(step.intent for step in plan.steps)}


def _filters(plan: Plan) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for field in fields(Filters):
        value = getattr(plan.filters, field.name)
        told[field.name] = set(value) if isinstance(value, tuple) else value
    return told


def _true(name: str, expected: Mapping[str, Any], oracle: Oracle) -> Any:
    value = expected.get(name)
    if name in {"since", "until"}:
        return oracle.first_day_of(value.split()[1]) if value and value.startswith("version") else value
    return oracle.regions(value) if name == "region" and value else set(value or ())


def _short(value: Any) -> str:
    told = ", ".join(sorted(value)) if isinstance(value, Collection) and not isinstance(value, str) else str(value)
    return f"[{told[:60]}]"


def counted_right(case: Case, answer: Answer, oracle: Oracle) -> bool:
    """Whether the numbers asked for are among the answer's figures, under the right name, and are said in its text."""
    said = {float(number) for number in _NUMBER.findall(_without_quotes(answer.text))}
    return any(
        all(value in said and _counted(name, value, answer) for name, value in rows)
        for rows in oracle.readings(case.sql)
    )


def _counted(name: str, value: float, answer: Answer) -> bool:
    return any(figure.value == value and name in figure.label for figure in answer.figures)


def wrong_figures(answer: Answer, oracle: Oracle) -> list[str]:
    """Figures whose own account of how they were counted comes to another number."""
    return [f"{f.label}: {f.value:g}" for f in answer.figures if f.unit != "%" and _off(f, oracle)]


def _off(figure: Figure, oracle: Oracle) -> bool:
    true = oracle.recounted(figure.query)
    return true is None or true != figure.value


def cited_needs(case: Case, answer: Answer, oracle: Oracle) -> list[bool]:
    """Of every citation whether its record carries one of the needs asked about."""
    return [bool(oracle.needs_of(citation.record_id) & case.needs) for citation in answer.citations]


def unsupported(answer: Answer, oracle: Oracle) -> list[str]:
    """Sentences of an answer that do not stand, judged without the code that verified them.

    A sentence must point to a citation or say a figure; each number outside quotation marks and names must be a
    figure's or stand in what it cites; words in quotation marks must be a record's, a label's, a need's or the
    asker's; and every citation must be verbatim in its record.
    """
    sources = {str(citation.n): citation.quote for citation in answer.citations}
    sources |= {f"D{n}": backing.quote for n, backing in enumerate(answer.backings, 1)}
    wrong = [
        f"[{c.n}] not verbatim" for c in answer.citations if oracle.text_of(c.record_id)[c.start : c.end] != c.quote
    ]
    return wrong + [
        line for line in answer.text.split("\n") if line.strip() and _stands(line, answer, sources) is False
    ]


def _stands(line: str, answer: Answer, sources: Mapping[str, str]) -> bool:
    marks = _MARK.findall(line)
    cited = [sources[mark] for mark in marks if mark in sources]
    body = _plain(_MARK.sub("", line))
    labels = [_plain(figure.label) for figure in answer.figures]
    bare = _without_names(body, labels)
    if any(figure.interval for figure in answer.figures):
        bare = _LEVEL.sub(" ", bare)  # the level of an interval counts nothing
    numbers = {float(number) for number in _NUMBER.findall(_QUOTED.sub(" ", _MASK.sub(" ", bare)))}
    known = {abs(value) for figure in answer.figures for value in (figure.value, *(figure.interval or ()))}
    known |= {float(number) for text in (*cited, *labels) for number in _NUMBER.findall(_plain(text))}
    if len(cited) != len(marks) or not (numbers <= known) or not (marks or numbers):
        return False
    needs = [text for need in answer.needs for text in (need.surface, need.secondary, need.deep)]
    spoken = [next(filter(None, groups), "") for groups in _QUOTED.findall(body)]
    shown = [_letters(text) for text in (*cited, *labels, *needs, answer.question, str(answer.plan))]
    return all(len(_letters(words)) < _SHORT or any(_letters(words) in text for text in shown) for words in spoken)


def _without_names(body: str, labels: Sequence[str]) -> str:
    for label in sorted(labels, key=len, reverse=True):
        body = body.replace(label, " ")
    return body


def _without_quotes(text: str) -> str:
    return _QUOTED.sub(" ", _MARK.sub("", text))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _letters(text: str) -> str:
    return "".join(c for c in _plain(text).lower() if c.isalnum() or c in "⟦⟧")
