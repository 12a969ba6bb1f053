"""What a suite found, and how it is shown."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import click


@dataclass(frozen=True, slots=True)
class Report:
    """Figures of one suite, the floor below which some must not fall, and the worst cases."""

    suite: str
    cases: int
    figures: Mapping[str, float]
    floors: Mapping[str, float] = field(default_factory=dict)
    worst: tuple[str, ...] = ()

    @property
    def fallen(self) -> tuple[str, ...]:
        """Names of the figures below their floor."""
        return tuple(name for name, floor in self.floors.items() if self.figures[name] < floor)


def show(report: Report) -> None:
    """A report for a reader at a terminal."""
    click.secho(f"{report.suite} ({report.cases} cases)", bold=True)
    for name, value in report.figures.items():
        floor = f"  floor {report.floors[name]:g}" if name in report.floors else ""
        mark = "  <- below" if name in report.fallen else ""
        click.echo(f"  {name:28} {value:8.3f}{floor}{mark}")
    for line in report.worst[:10]:
        click.secho(f"    {line}", dim=True)
