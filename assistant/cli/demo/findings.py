"""What the demo tells of the sample, gathered once for the page and for ``--json``."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from assistant.bootstrap import App
from assistant.cli.demo.choosing import weak_signals
from assistant.domain.counts import ImpactRow, Totals
from assistant.domain.filters import Filters
from assistant.domain.themes import Theme, Voice
from assistant.pipeline.trending import last_day_of, spikes_by_theme
from assistant.records.impact import friction

MOST_FRICTIONS, MOST_WEAK = 3, 2


@dataclass(frozen=True, slots=True)
class Told:
    """A theme with its figures and its most telling voice."""

    theme: Theme
    voice: Voice | None
    severity: float | None = None


@dataclass(frozen=True, slots=True)
class Wave:
    """The greatest wave there is, week by week, and what came after it."""

    theme: Theme
    since: str
    until: str
    observed: int
    expected: float
    over: bool
    weeks: tuple[int, ...]
    """Records of every week there is, the first to the last …"""
    mondays: tuple[str, ...]
    """… and the days on which they begin."""
    weeks_after: int
    after: int


@dataclass(frozen=True, slots=True)
class Findings:
    """What 350 voices say."""

    totals: Totals
    channels: Mapping[str, int]
    first_day: str
    last_day: str
    themes: int
    ideas: int
    frictions: tuple[Told, ...]
    wave: Wave | None
    weak: tuple[Told, ...]


def findings_of(app: App) -> Findings:
    """Everything that is told of what is in the store."""
    store, counting = app.store, app.counting
    themes = store.themes()
    first, last = store.span()
    channels = {row.key: row.records for row in counting.rows("channel", Filters()) if row.key}
    return Findings(
        counting.totals(Filters()), channels, first or "", last or "", len(themes), len(store.all_ideas()),
        tuple(_friction(app, row) for row in friction(counting, "theme", Filters())[:MOST_FRICTIONS]),
        _wave(app),
        tuple(_told(app, theme) for theme in weak_signals(themes, MOST_WEAK)),
    )  # fmt: skip


def _friction(app: App, row: ImpactRow) -> Told:
    return _told(app, app.store.theme(str(row.key)), row.severity)


def _told(app: App, theme: Theme, severity: float | None = None) -> Told:
    return Told(theme, next(iter(app.store.theme_voices(theme.id, 1)), None), severity)


def _wave(app: App) -> Wave | None:
    found = [(spike, theme_id) for theme_id, spikes in spikes_by_theme(app.store).items() for spike in spikes]
    if not found:
        return None
    spike, theme_id = max(found, key=lambda one: (one[0].observed - one[0].expected, one[1]))
    weeks, series, _ = app.counting.weekly(Filters())
    counts = series[theme_id]
    after = [n for week, n in zip(weeks, counts, strict=True) if week > spike.last]
    return Wave(
        app.store.theme(theme_id), spike.first, last_day_of(spike), spike.observed, spike.expected, spike.over,
        tuple(counts), tuple(weeks), len(after), sum(after),
    )  # fmt: skip


def month_of(wave: Wave) -> dt.date:
    """The month in which most of a wave's days lie, its first day."""
    since, until = dt.date.fromisoformat(wave.since), dt.date.fromisoformat(wave.until)
    return (since + (until - since) / 2).replace(day=1)
