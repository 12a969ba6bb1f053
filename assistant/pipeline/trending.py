"""How themes move over time: their waves, and their months against what was read without the waves of other themes."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from assistant.domain.alerts import Spike
from assistant.domain.filters import Filters
from assistant.domain.vocabulary import TrendStatus
from assistant.insight.spikes import find_waves
from assistant.insight.trends import Change, change_of, surely
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
    aside: tuple[int, ...]
    """How many those are that are not counted among the read."""

    @property
    def trend(self) -> TrendStatus:
        """See `trend_of`."""
        return self.change.trend

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
    return _waves(store, {theme.id: [theme.id] for theme in store.themes()})


def _waves(store: Repository, groups: Mapping[str, Collection[str]]) -> dict[str, tuple[Spike, ...]]:
    """Group → the waves of its themes taken together, for those that have any."""
    weeks, series, totals = store.counting.weekly(Filters())
    alpha = FALSE_ALARMS / max(1, len(groups))
    found = {}
    for name, theme_ids in sorted(groups.items()):
        told = [series[one] for one in theme_ids if one in series]
        together = [min(sum(week), total) for *week, total in zip(*told, totals, strict=True)]
        found[name] = tuple(
            Spike(weeks[wave.first], weeks[wave.last], wave.observed, wave.expected, wave.p, wave.over)
            for wave in find_waves(together, totals, alpha=alpha)
        )
    return {name: spikes for name, spikes in found.items() if spikes}


def last_day_of(spike: Spike) -> str:
    """The Sunday that ends it, ``YYYY-MM-DD``."""
    return (dt.date.fromisoformat(spike.last) + dt.timedelta(days=6)).isoformat()


def courses(store: Repository) -> dict[str, Course]:
    """Theme id → its course, for every theme that is or was.

    Themes that were split out of one another count as one where the waves of the others are set aside, so that what a theme
    is counted among does not hang on how another one is divided.
    """
    by_theme, read = store.monthly_counts()
    months = tuple(sorted(read))
    family = _families(store)
    loud = _loud(store, family)
    together = sum(loud.values(), Counter[str]())
    found = {}
    for theme_id in {theme.id for theme in store.every_theme()}:
        own, counted = loud.get(family.get(theme_id, theme_id), Counter[str]()), by_theme.get(theme_id, {})
        aside = tuple(together[month] - own[month] for month in months)
        found[theme_id] = Course(
            months,
            tuple(counted.get(month, 0) for month in months),
            tuple(read[month] - less for month, less in zip(months, aside, strict=True)),
            aside,
        )
    return found


def _families(store: Repository) -> dict[str, str]:
    """Theme id → the theme that it and its like were split out of at first, itself where it never was."""
    origins = store.theme_origins()
    found = {}
    for theme in store.every_theme():
        seen = [theme.id]
        while (origin := origins.get(seen[-1])) is not None and origin not in seen:
            seen.append(origin)
        found[theme.id] = seen[-1]
    return found


def _loud(store: Repository, family: Mapping[str, str]) -> dict[str, Counter[str]]:
    """Family → month → records on top of the others in its waves."""
    groups: dict[str, list[str]] = {}
    for theme in store.themes():
        groups.setdefault(family[theme.id], []).append(theme.id)
    alone = all(own == [name] for name, own in groups.items())
    waves = spikes_by_theme(store) if alone else _waves(store, groups)
    return {
        name: sum((_on_top(store, groups[name], spike) for spike in own), Counter[str]()) for name, own in waves.items()
    }


def _on_top(store: Repository, theme_ids: Collection[str], spike: Spike) -> Counter[str]:
    """Month → records of a wave that tell of nothing else and that the usual level does not explain."""
    part = max(0.0, 1 - spike.expected / spike.observed)
    told = store.told_alone(theme_ids, spike.first, last_day_of(spike))
    return Counter({month: round(part * count) for month, count in told.items()})


def courses_now(store: Repository) -> tuple[dict[str, Course], frozenset[str]]:
    """The course of every theme that is or was, and those of the present ones that move beyond doubt."""

    def counted() -> tuple[dict[str, Course], frozenset[str]]:
        found = courses(store)
        return found, sure_changes(found, [one.id for one in store.themes()])

    return store.database.settled.get("courses", None, counted)


def trends_now(store: Repository) -> dict[str, str]:
    """Theme id → trend, for the themes that nobody put away."""
    found = courses(store)
    return {theme.id: found[theme.id].trend for theme in store.themes()}


def lately_founded(store: Repository, since: str) -> frozenset[str]:
    """Themes that a run founded from `since` on, after the run that formed the first ones: what a later import brought,
    whatever the days of its records."""
    foundings = store.theme_foundings()
    first = min(foundings.values(), default="")
    return frozenset(one for one, at in foundings.items() if at > first and at >= since)


def founded_since(store: Repository, begun: str | None) -> int:
    """Present themes that runs founded from a moment on: what a stage did in all its attempts, for one that was stopped at
    the very end gave no receipt."""
    foundings = store.theme_foundings()
    return sum(begun is not None and foundings.get(theme.id, "") >= begun for theme in store.themes())


def sure_changes(found: Mapping[str, Course], among: Iterable[str]) -> frozenset[str]:
    """Themes that move beyond doubt, all of `among` looked at together; see `surely`."""
    return surely({theme_id: found[theme_id].change for theme_id in among})
