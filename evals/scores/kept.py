"""Knows how measured scores are kept: one JSON file from which every report of them is made."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.errors import UsageError
from evals.floors import figures_with_floor, floors_of
from evals.metrics.measured import Measured
from evals.report import Report

PLACES = 4
"""Digits behind the point that are kept."""


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Figure(_Kept):
    """A figure, of how many (``None``: it is a count itself), its 95 % interval, and the floor it must not fall below."""

    value: float
    n: int | None = None
    interval: tuple[float, float] | None = None
    floor: float | None = None

    @property
    def fallen(self) -> bool:
        """Whether it is below its floor."""
        return self.floor is not None and self.value < self.floor


class Run(_Kept):
    """One suite measured in one way."""

    way: str
    suite: str
    cases: int = 0
    seconds: float = 0.0
    figures: dict[str, Figure] = {}
    worst: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    failed: str = ""
    """Why nothing was measured; blank where something was."""

    @property
    def fallen(self) -> tuple[str, ...]:
        """Names of the figures below their floor."""
        return tuple(name for name, figure in self.figures.items() if figure.fallen)


class Recorded(_Kept):
    """Where a model's answers came from."""

    file: str
    model: str
    recorded: str
    """The day."""
    answers: int
    prompts: tuple[str, ...]


class Scores(_Kept):
    """All runs, and what they were measured with."""

    measured: str
    """When, with the offset."""
    seconds: float
    processes: int
    versions: dict[str, str]
    recordings: tuple[Recorded, ...]
    runs: tuple[Run, ...]

    def run(self, way: str, suite: str) -> Run | None:
        """One run, or None where it was not made."""
        return next((one for one in self.runs if (one.way, one.suite) == (way, suite)), None)

    @property
    def fallen(self) -> tuple[str, ...]:
        """Every figure below its floor and every run that failed, each in a line."""
        lines = [f"{r.way} {r.suite}: {r.failed}" for r in self.runs if r.failed]
        for run in self.runs:
            lines += [f"{run.way} {run.suite}: {name} {_beside(run.figures[name])}" for name in run.fallen]
        return tuple(lines)


WORST = 10
"""So many of the worst cases of a run are kept."""


def kept(way: str, report: Report, seconds: float) -> Run:
    """A report as it is kept; figures without a floor that are no number of cases are rounded alike."""
    figures = {name: _figure(value, report.floors.get(name)) for name, value in report.figures.items()}
    worst = tuple(report.worst[:WORST])
    return Run(
        way=way, suite=report.suite, cases=report.cases, seconds=round(seconds, 1), figures=figures, worst=worst,
        notes=report.notes,
    )  # fmt: skip


def read_scores(path: Path) -> Scores:
    """Scores as they were kept.

    Raises:
        UsageError: the file is not there, or holds none.
    """
    try:
        return Scores.model_validate_json(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path} can't be read ({error.strerror}): write it with `voc eval all`") from None
    except ValidationError:
        raise UsageError(f"{path} holds no scores: write it anew with `voc eval all`") from None


def with_floors_of_today(scores: Scores) -> Scores:
    """The same scores held against the floors as they are kept now, where a figure had one when it was measured."""
    return scores.model_copy(update={"runs": tuple(_held(run) for run in scores.runs)})


def unmeasured(scores: Scores) -> tuple[str, ...]:
    """Figures with a floor that no run has any more, each in a line; a suite that was left out, or failed, is told elsewhere."""
    lines: list[str] = []
    for suite, names in figures_with_floor().items():
        runs = [run for run in scores.runs if run.suite == suite]
        if any(run.figures for run in runs) and not any(run.failed for run in runs):
            lost = names.difference(*(run.figures for run in runs))
            lines += [f"{suite}: {name} has a floor and was not measured" for name in sorted(lost)]
    return tuple(lines)


def _held(run: Run) -> Run:
    measured = {name: figure.value for name, figure in run.figures.items() if figure.floor is not None}
    floors = floors_of(run.suite, "rules" if run.way == "rules" else "llm", measured)
    figures = {
        name: figure.model_copy(update={"floor": floors.get(name)}) if name in measured else figure
        for name, figure in run.figures.items()
    }
    return run.model_copy(update={"figures": figures})


def _figure(value: float, floor: float | None) -> Figure:
    if not isinstance(value, Measured):
        return Figure(value=round(float(value), PLACES), floor=floor)
    low_high = value.interval and (round(value.interval[0], PLACES), round(value.interval[1], PLACES))
    return Figure(value=round(float(value), PLACES), n=value.n, interval=low_high, floor=floor)


def _beside(figure: Figure) -> str:
    return f"{figure.value:g} is below its floor {figure.floor:g}"
