"""Knows the scores as one self-contained HTML page: light and dark, opened from a file too, nothing from outside, no script."""

import re
from collections.abc import Iterator, Sequence
from html import escape
from importlib.resources import files

from evals.scores.kept import Figure, Run, Scores
from evals.scores.markdown import left_out
from evals.scores.pictures import chart
from evals.scores.told import Line, Section, honest, meaning, sections, ways
from evals.scores.words import beside, number

_COMMAND = re.compile(r"`([^`]+)`")
_NOTHING = "default-src 'none'; style-src 'unsafe-inline'"
"""What the page may load: its own style, nothing else."""


def page(scores: Scores) -> str:
    """The whole page. Every text of a record or a model is shown as text."""
    style = (files("evals.scores") / "page.css").read_text(encoding="utf-8")
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_NOTHING}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1"><title>Scores</title>',
        f"<style>{style}</style></head><body><main>",
        *_head(scores),
    ]
    for section in sections(scores):
        parts += _section(section, scores)
    parts += [*_made_with(scores), "</main></body></html>"]
    return "\n".join(parts) + "\n"


def _head(scores: Scores) -> Iterator[str]:
    yield "<h1>Scores</h1>"
    yield (
        f"<p>Measured {escape(scores.measured)} in {scores.seconds / 60:.1f} minutes by <code>voc eval all</code>: no key, no "
        "network; a model's answers are replayed from recordings.</p>"
    )
    fallen = scores.fallen
    if fallen:
        yield f'<div class="fallen"><b>{len(fallen)} figures below their floor or not measured</b>{_list(fallen)}</div>'
    else:
        floors = sum(figure.floor is not None for run in scores.runs for figure in run.figures.values())
        yield f'<p class="held">All {floors} floors hold.</p>'
    yield "<h2>What must be known of all figures</h2><ul>"
    yield from (f"<li>{_prose(line)}</li>" for line in honest())
    yield "</ul><nav>"
    yield from (f'<a href="#{one.name}">{escape(one.title)}</a>' for one in sections(scores))
    yield '<a href="#made">Measured with</a></nav>'


def _section(section: Section, scores: Scores) -> Iterator[str]:
    names = ways()
    yield f'<section id="{section.name}"><h2>{escape(section.title)}</h2>'
    yield f"<p>{_prose(section.about)} Naive: {_prose(section.naive_way)}.</p>"
    if section.chart and any(line.charted for line in section.lines):
        yield f"<figure>{chart(section)}</figure>"
    if not section.lines:
        yield f"<p>Not measured.</p>{_list(list(left_out(section, scores)))}</section>"
        return
    yield '<div class="wide"><table><thead><tr><th>figure</th>'
    yield from (f"<th>{escape(name)}</th>" for name in section.columns)
    yield "<th>what it means</th></tr></thead><tbody>"
    yield from (_line(line) for line in section.lines)
    yield "</tbody></table></div>"
    for way, suite in section.runs:
        if (run := scores.run(way, suite)) is not None:
            yield from _run(run, names.get(way, way))
    yield "</section>"


def _line(line: Line) -> str:
    naive = "".join(f"<div>{_cell(figure)} <small>{escape(who)}</small></div>" for who, figure in line.naive) or "–"
    cells = f"<td>{_cell(line.rules)}</td><td>{_cell(line.recorded)}</td><td>{naive}</td>"
    return f'<tr><th scope="row">{_prose(line.label)}</th>{cells}<td class="means">{_prose(line.means)}</td></tr>'


def _cell(figure: Figure | None) -> str:
    if figure is None:
        return "–"
    look = ' class="low"' if figure.fallen else ""
    more = beside(figure).replace("**", "")
    return f"<b{look}>{number(figure)}</b>" + (f" <small>{escape(more)}</small>" if more else "")


def _run(run: Run, name: str) -> Iterator[str]:
    """What else a run came to, folded away: worst cases first, then every figure with its meaning."""
    if run.failed:
        yield f'<p class="low">{escape(name)}: {escape(run.failed)}</p>'
    if run.worst:
        yield f"<details><summary>{escape(name)}: the {len(run.worst)} worst cases</summary>{_list(run.worst)}</details>"
    if run.figures:
        yield f"<details><summary>{escape(name)}: all {len(run.figures)} figures over {run.cases} cases</summary>"
        yield _list(run.notes) + '<div class="wide"><table><tbody>'
        for figure_name, figure in run.figures.items():
            means = _prose(meaning(run.suite, figure_name))
            yield f'<tr><th scope="row">{escape(figure_name)}</th><td>{_cell(figure)}</td><td class="means">{means}</td></tr>'
        yield "</tbody></table></div></details>"


def _made_with(scores: Scores) -> Iterator[str]:
    yield '<section id="made"><h2>Measured with</h2>'
    yield f"<p>{escape(', '.join(f'{name} {version}' for name, version in scores.versions.items()))}</p>"
    recordings = [
        f"{one.file}: {one.model}, {one.recorded}, {one.answers} answers to {', '.join(one.prompts)}"
        for one in scores.recordings
    ]
    yield f"<h3>Recordings</h3>{_list(recordings)}<h3>Seconds</h3>"
    yield _list([f"{run.way} {run.suite}: {run.seconds:.0f} s" for run in scores.runs]) + "</section>"


def _prose(text: str) -> str:
    """A sentence of ours, its commands marked as such."""
    return _COMMAND.sub(r"<code>\1</code>", escape(text))


def _list(lines: Sequence[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in lines) + "</ul>" if lines else ""
