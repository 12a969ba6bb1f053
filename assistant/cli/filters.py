"""The filters of the command line, the same on every command that narrows."""

import datetime as dt
from calendar import monthrange
from collections.abc import Callable
from typing import Any, TypeVar

import click

from assistant.domain.filters import Filters
from assistant.domain.vocabulary import ASPECTS, CHANNELS, DEEP_CATEGORIES, SEGMENTS, SENTIMENTS
from assistant.errors import UsageError

F = TypeVar("F", bound=Callable[..., Any])


class Day(click.ParamType[str]):
    """A calendar day, ``YYYY-MM-DD`` or ``YYYY-MM``."""

    name = "day"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Check a day; a month stands for its first day (``--since``) or last day (``--until``)."""
        try:
            if len(value) == 7:
                first = dt.date.fromisoformat(f"{value}-01")
                last = first.replace(day=monthrange(first.year, first.month)[1])
                return (last if param is not None and param.name == "until" else first).isoformat()
            return dt.date.fromisoformat(value).isoformat()
        except ValueError:
            self.fail(f"{value!r} is not a day: write it as 2026-08-31 or 2026-08", param, ctx)


_OPTIONS = (
    click.option("--product", multiple=True, help="Product or model name."),
    click.option("--channel", multiple=True, type=click.Choice(CHANNELS)),
    click.option("--segment", multiple=True, type=click.Choice(SEGMENTS)),
    click.option("--region", multiple=True, help="Region as it is stored."),
    click.option("--since", type=Day(), help="First day, 2026-08-01 or 2026-08."),
    click.option("--until", type=Day(), help="Last day, 2026-08-31 or 2026-08."),
    click.option("--theme", multiple=True, help="Theme id."),
    click.option("--customer", multiple=True, help="Customer id."),
    click.option("--deep-category", multiple=True, type=click.Choice(DEEP_CATEGORIES)),
    click.option("--aspect", multiple=True, type=click.Choice(ASPECTS)),
    click.option("--sentiment", multiple=True, type=click.Choice(SENTIMENTS)),
)


def filter_options(command: F) -> F:
    """Add all filters to a command; it takes them as keyword arguments, see `filters_of`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def filters_of(values: dict[str, Any]) -> Filters:
    """The filters out of a command's keyword arguments."""
    filters = Filters(**values)
    if filters.since and filters.until and filters.since > filters.until:
        raise UsageError(f"--since {filters.since} is later than --until {filters.until}: swap them")
    return filters
