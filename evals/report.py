"""What a suite found, and how it is shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import click

from evals.metrics.measured import Measured
from evals.metrics.reading_counts import Counts


@dataclass(frozen=True, slots=True)
class Report:
    """Figures of one suite, the floor below which some must not fall, and the worst cases."""

    suite: str
    cases: int
    figures: Mapping[str, float]
    floors: Mapping[str, float] = field(default_factory=dict)
    worst: tuple[str, ...] = ()
    counts: Sequence[Counts] = ()
    """Precision and recall of parts, as counts."""
    notes: tuple[str, ...] = ()
    """What a reader of the figures must know: what was left out and why."""

    @property
    def fallen(self) -> tuple[str, ...]:
        """Names of the figures below their floor."""
        return tuple(name for name, floor in self.floors.items() if self.figures[name] < floor)


def _beside(value: float) -> str:
    """Of how many, and the interval, where they are known."""
    if not isinstance(value, Measured):
        return ""
    return f"  n {value.n:<5}" + (f"{value.interval[0]:.3f}-{value.interval[1]:.3f}" if value.interval else "")


def show(report: Report) -> None:
    """A report for a reader at a terminal."""
    click.secho(f"{report.suite} ({report.cases} cases)", bold=True)
    for name, value in report.figures.items():
        floor = f"  floor {report.floors[name]:g}" if name in report.floors else ""
        mark = "  <- below" if name in report.fallen else ""
        click.echo(f"  {name:28} {value:8.3f}{_beside(value)}{floor}{mark}")
    if report.counts:
        click.echo(f"  {'':34} {'precision':>9} {'recall':>7} {'F1':>6}  {'right':>5} {'said':>5} {'true':>5}")
    for c in report.counts:
        click.echo(f"  {c.name:34} {c.precision:9.3f} {c.recall:7.3f} {c.f1:6.3f}  {c.both:5} {c.said:5} {c.true:5}")
    for note in report.notes:
        click.echo(f"  {note}")
    for line in report.worst[:10]:
        click.secho(f"    {line}", dim=True)
