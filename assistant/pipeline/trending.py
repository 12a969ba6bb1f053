"""How themes move over time: their waves, and their months against what was read without the waves of other themes."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from assistant.domain.alerts import Spike
from assistant.domain.filters import Filters
from assistant.domain.vocabulary import TrendStatus
from assistant.insight.spikes import find_waves
from assistant.insight.trends import Change, change_of, surely, trend_of
from assistant.records.repository import Repository

FALSE_ALARMS = 0.05
"""Of all themes together, false weeks of spike that are tolerated a week."""


@dataclass(frozen=True, slots=True)
class Course:
    """A theme over the months: mentions, and the records among which they are counted."""

    months: tuple[str, ...]
    mentions: tuple[int, ...]
    read: tuple[int, ...]
    """Records read, but for those that only tell of another theme in one of its waves: tickets about a bad update come on
    top of the others, and nobody talks less of anything else because of them."""

    @property
    def trend(self) -> TrendStatus:
        """See `trend_of`."""
        return trend_of(self.mentions, self.read)

    @property
    def change(self) -> Change:
        """See `change_of`."""
        return change_of(self.mentions, self.read)


def spikes_by_theme(store: Repository) -> dict[str, tuple[Spike, ...]]:
    """Theme id → its waves in order of time, for the themes that nobody put away and that have any.

    The one place that decides how sure a wave must be: all themes together are wrong in one week of twenty.
    """
    return store.database.settled.get("spikes", None, lambda: _spikes(store))


def _spikes(store: Repository) -> dict[str, tuple[Spike, ...]]:
    listed = {theme.id for theme in store.themes()}
    weeks, series, totals = store.counting.weekly(Filters())
    alpha = FALSE_ALARMS / max(1, len(listed))
    found = {
        one: tuple(
            Spike(weeks[wave.first], weeks[wave.last], wave.observed, wave.expected, wave.p, wave.over)
            for wave in find_waves(series[one], totals, alpha=alpha)
        )
        for one in sorted(series)
        if one in listed
    }
    return {theme_id: spikes for theme_id, spikes in found.items() if spikes}


def last_day_of(spike: Spike) -> str:
    """The Sunday that ends it, ``YYYY-MM-DD``."""
    return (dt.date.fromisoformat(spike.last) + dt.timedelta(days=6)).isoformat()


def courses(store: Repository, spikes: Mapping[str, tuple[Spike, ...]]) -> dict[str, Course]:
    """Theme id → its course, for every theme that is or was; `spikes` as `spikes_by_theme` found them."""
    by_theme, read = store.monthly_counts()
    months = tuple(sorted(read))
    loud = {
        theme_id: sum((_on_top(store, theme_id, spike) for spike in own), Counter[str]())
        for theme_id, own in spikes.items()
    }
    together = sum(loud.values(), Counter[str]())
    found = {}
    for theme_id in {theme.id for theme in store.every_theme()}:
        own, counted = loud.get(theme_id, Counter[str]()), by_theme.get(theme_id, {})
        found[theme_id] = Course(
            months,
            tuple(counted.get(month, 0) for month in months),
            tuple(read[month] - together[month] + own[month] for month in months),
        )
    return found


def _on_top(store: Repository, theme_id: str, spike: Spike) -> Counter[str]:
    """Month → records of a wave that tell of nothing else and that the theme's usual level does not explain."""
    part = max(0.0, 1 - spike.expected / spike.observed)
    told = store.told_alone(theme_id, spike.first, last_day_of(spike))
    return Counter({month: round(part * count) for month, count in told.items()})


def courses_now(store: Repository) -> tuple[dict[str, Course], frozenset[str]]:
    """The course of every theme that is or was, and those of the present ones that move beyond doubt."""

    def counted() -> tuple[dict[str, Course], frozenset[str]]:
        found = courses(store, spikes_by_theme(store))
        return found, sure_changes(found, [one.id for one in store.themes()])

    return store.database.settled.get("courses", None, counted)


def trends_now(store: Repository) -> dict[str, str]:
    """Theme id → trend, for the themes that nobody put away."""
    found = courses(store, spikes_by_theme(store))
    return {theme.id: found[theme.id].trend for theme in store.themes()}


def sure_changes(found: Mapping[str, Course], among: Iterable[str]) -> frozenset[str]:
    """Themes that move beyond doubt, all of `among` looked at together; see `surely`."""
    return surely({theme_id: found[theme_id].change for theme_id in among})
