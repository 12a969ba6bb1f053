"""Knows the scores as Markdown: the whole report, and the short table of the READMEs."""

import re
from collections.abc import Iterator, Sequence

from evals.scores.kept import Figure, Scores
from evals.scores.told import Line, Section, honest, sections, ways
from evals.scores.words import beside, number

BEGIN, END = "<!-- scores:begin -->", "<!-- scores:end -->"
"""Between these the short table stands in a README."""
_HEADS = {"en": "what", "zh": "测什么"}
_WAYS_ZH = {"rules": "规则引擎", "recorded": "大模型（录制）", "naive": "最好的朴素做法"}
_SPECIAL = re.compile(r"([\\`*_\[\]<>|#])")


def report(scores: Scores, pictures: str) -> str:
    """The whole report; charts are linked from the folder `pictures`, named as `chart_file` says."""
    parts = ["# Scores", "", *_head(scores), ""]
    for section in sections(scores):
        parts += [*_section(section, scores, pictures), ""]
    parts += [*_made_with(scores), ""]
    return "\n".join(parts)


def chart_file(section: Section) -> str:
    """The name of a section's chart."""
    return f"scores-{section.name}.svg"


def short_table(scores: Scores, language: str) -> str:
    """The figures that a README tells, in English (``en``) or Chinese (``zh``): each way's value, the naive one's best."""
    names = ways() if language == "en" else _WAYS_ZH
    naive = f"{names['naive']}, best" if language == "en" else names["naive"]
    head = [_HEADS[language], names["rules"], names["recorded"], naive]
    rows = [head, ["---"] * 4]
    for section in sections(scores):
        for line in section.lines:
            if line.in_readme:
                told = line.in_readme if language == "en" else line.label_zh
                rows.append([told, *(_plain(one) for one in (line.rules, line.recorded, best(line)))])
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def with_table(text: str, scores: Scores, language: str) -> str:
    """A README with the short table between its marks; unchanged where it has none."""
    start, end = text.find(BEGIN), text.find(END)
    if start < 0 or end < start:
        return text
    return f"{text[: start + len(BEGIN)]}\n{short_table(scores, language)}\n{text[end:]}"


def left_out(section: Section, scores: Scores) -> Iterator[str]:
    """Why there is nothing to tell in a section."""
    for way, suite in section.runs:
        run = scores.run(way, suite)
        yield from (run.failed, *run.notes) if run and run.failed else run.notes if run else ()


def best(line: Line) -> Figure | None:
    """The best of the naive ways; of likeness the lowest is."""
    figures = [figure for _, figure in line.naive]
    return (min if line.lower else max)(figures, key=lambda figure: figure.value) if figures else None


def escaped(text: str) -> str:
    """A text that Markdown shows as it is, on one line, whatever a customer wrote."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _head(scores: Scores) -> Iterator[str]:
    yield (
        f"Measured {scores.measured} in {scores.seconds / 60:.1f} minutes, in {scores.processes} processes, by `voc eval all`: "
        "no key, no network; a model's answers are replayed from recordings. The same as a page, with every figure and what it "
        "means: [scores.html](scores.html), to be opened from a file; for programs: [scores.json](scores.json)."
    )
    yield ""
    fallen = scores.fallen
    if fallen:
        yield f"**{len(fallen)} figures below their floor or not measured:**"
        yield ""
        yield from (f"- {escaped(one)}" for one in fallen)
    else:
        floors = sum(figure.floor is not None for run in scores.runs for figure in run.figures.values())
        yield f"All {floors} floors (`evals/cases/floors.toml`) hold."
    yield ""
    yield "What must be known of all figures:"
    yield ""
    yield from (f"- {one}" for one in honest())


def _section(section: Section, scores: Scores, pictures: str) -> Iterator[str]:
    yield f"## {section.title}"
    yield ""
    yield section.about + f" Naive: {section.naive_way}." * bool(section.naive_way)
    yield ""
    if not section.lines:
        yield from (f"Not measured: {escaped(one)}." for one in left_out(section, scores))
        return
    yield f"| figure | {' | '.join(section.columns)} | what it means |"
    yield "|---|---|---|---|---|"
    for line in section.lines:
        naive = "<br>".join(f"{_cell(figure)} {who}" for who, figure in line.naive) or "–"
        yield f"| {line.label} | {_cell(line.rules)} | {_cell(line.recorded)} | {naive} | {line.means} |"
    if section.chart and any(line.charted for line in section.lines):
        yield ""
        yield f"![{section.chart}]({pictures}/{chart_file(section)})"
    for way, suite in section.runs:
        run = scores.run(way, suite)
        if run is not None and (run.failed or run.notes or run.worst):
            yield ""
            yield from _under(way, run.failed, run.notes, run.worst)


def _under(way: str, failed: str, notes: Sequence[str], worst: Sequence[str]) -> Iterator[str]:
    names = ways()
    yield f"<details><summary>{names.get(way, way)}: notes and worst cases</summary>"
    yield ""
    yield from (f"- {escaped(one)}" for one in (*filter(None, [failed]), *notes))
    yield from (f"- worst: {escaped(one)}" for one in worst)
    yield ""
    yield "</details>"


def _made_with(scores: Scores) -> Iterator[str]:
    yield "## Measured with"
    yield ""
    yield ", ".join(f"{name} {version}" for name, version in scores.versions.items()) + "."
    yield ""
    yield "| recording | model | day | answers | prompts |"
    yield "|---|---|---|---|---|"
    for one in scores.recordings:
        yield f"| {one.file} | {escaped(one.model)} | {one.recorded} | {one.answers} | {', '.join(one.prompts)} |"
    yield ""
    yield "| way | suite | cases | seconds |"
    yield "|---|---|---|---|"
    for run in scores.runs:
        yield f"| {run.way} | {run.suite} | {run.cases} | {run.seconds:.0f} |"


def _cell(figure: Figure | None) -> str:
    if figure is None:
        return "–"
    more = beside(figure)
    return f"**{number(figure)}**" + (f" ({more})" if more else "")


def _plain(figure: Figure | None) -> str:
    return "–" if figure is None else number(figure)
