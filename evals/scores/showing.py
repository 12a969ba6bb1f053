"""`voc eval all`: measures everything side by side, writes the report, and tells at a terminal what came of it."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from assistant.cli.output import emit_json
from assistant.cli.tables import width
from assistant.settings import load_settings
from evals.scores.kept import Figure, Run, Scores, read_scores, unmeasured, with_floors_of_today
from evals.scores.markdown import best
from evals.scores.measuring import measure
from evals.scores.told import sections
from evals.scores.words import number
from evals.scores.writing import PAGE, REPORT, write_readmes, write_scores

FOLDER = "scores"
"""Under the data directory, where nothing else is named."""
_MOST = 4
"""Processes that are of use: there are not more long chains."""


@dataclass(frozen=True, slots=True)
class Everything:
    """What was asked of ``voc eval all``."""

    write: Path | None = None
    """A folder for the report; beside it the READMEs get their table."""
    kept: Path | None = None
    """Scores to tell again instead of measuring."""
    ways: Sequence[str] = ()
    quick: bool = False
    processes: int = 0
    """0: as many as there are processors."""


def evaluate_all(asked: Everything, *, as_json: bool) -> int:
    """Measure, write and tell; 1 where a figure is below its floor or was not measured though it has one, else 0."""
    settings = load_settings()
    folder = asked.write or settings.data_dir / FOLDER
    if asked.kept is not None:
        scores = with_floors_of_today(read_scores(asked.kept))
    else:
        processes = asked.processes or min(_MOST, os.cpu_count() or 1)
        if not as_json:
            click.echo(f"measuring in {processes} processes; no model is asked, recordings are replayed", err=True)
        scores = measure(
            settings, ways=asked.ways, quick=asked.quick, processes=processes,
            told=(lambda *_: None) if as_json else _told,
        )  # fmt: skip
    written = write_scores(scores, folder)
    if asked.write is not None and not asked.ways and not asked.quick:
        written += write_readmes(scores, asked.write.absolute().parent)
    fallen = scores.fallen + (() if asked.ways or asked.quick else unmeasured(scores))
    if as_json:
        emit_json(scores.model_dump(mode="json"))
    else:
        _show(scores, fallen)
        click.echo(f"{len(written)} files written: read {folder / REPORT}, or open {folder / PAGE}")
    return 1 if fallen else 0


def _told(done: int, of: int, run: Run) -> None:
    how = "not measured" if run.failed else f"{len(run.fallen)} below their floor" if run.fallen else "floors hold"
    click.echo(f"  {done:2} of {of}  {f'{run.way} {run.suite}':24} {run.seconds:5.0f} s  {how}", err=True)


def _show(scores: Scores, fallen: Sequence[str]) -> None:
    for section in (one for one in sections(scores) if one.lines):
        click.secho(f"\n{section.title:56}{'rules':>9}{'recorded':>10}{'naive':>8}", bold=True)
        for line in section.lines:
            cells = [_plain(line.rules).rjust(9), _plain(line.recorded).rjust(10), _plain(best(line)).rjust(8)]
            click.echo(f"  {line.label}{' ' * max(1, 54 - width(line.label))}{''.join(cells)}")
    click.echo()
    for one in fallen:
        click.secho(f"below: {one}", fg="red")
    if not fallen:
        click.secho("All floors hold.", fg="green")


def _plain(figure: Figure | None) -> str:
    return "–" if figure is None else number(figure)
