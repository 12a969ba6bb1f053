"""A theme as a reader is shown it whole: counts with their uncertainty, waves with the quotes that made them, lineage."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from assistant.domain.filters import Filters
from assistant.insight.health import Health, health_of
from assistant.insight.members import Member
from assistant.insight.spikes import Wave, find_waves
from assistant.insight.trends import change_of
from assistant.pipeline.context import Context
from assistant.pipeline.newcomers import member_of
from assistant.records.repository import Repository
from assistant.records.views import thing

FALSE_ALARMS = 0.05
"""Of all themes together, false weeks of spike that are tolerated a week."""


def theme_spikes(store: Repository, theme_id: str | None = None) -> list[dict[str, Any]]:
    """Waves of one theme or of all, the latest first: days, counts, whether it is over, and the gravest quotes in it."""
    themes = {theme.id: theme for theme in store.themes()}
    weeks, series, totals = store.counting.weekly(Filters())
    alpha = FALSE_ALARMS / max(1, len(themes))
    found = [
        {"theme_id": one, "title": themes[one].title, **_wave(store, one, weeks, wave)}
        for one in sorted(series)
        if one in themes and theme_id in (None, one)
        for wave in find_waves(series[one], totals, alpha=alpha)
    ]
    return sorted(found, key=lambda row: (row["since"], row["observed"]), reverse=True)


def _wave(store: Repository, theme_id: str, weeks: Sequence[str], wave: Wave) -> dict[str, Any]:
    until = (dt.date.fromisoformat(weeks[wave.last]) + dt.timedelta(days=6)).isoformat()
    return {
        "since": weeks[wave.first],
        "until": until,
        "observed": wave.observed,
        "expected": round(wave.expected, 2),
        "p": wave.p,
        "over": wave.over,
        "quotes": store.theme_quotes(theme_id, weeks[wave.first], until),
    }


def theme_sheet(store: Repository, theme_id: str) -> dict[str, Any]:
    """A theme with voices and history, its change and its interval, its waves; of one that is no more its successor.

    Raises:
        NotFoundError: there is no such theme.
    """
    by_theme, read = store.monthly_counts()
    months = sorted(read)
    counted = by_theme.get(theme_id, {})
    series = [counted.get(month, 0) for month in months]
    change = change_of(series, [read[month] for month in months])
    successor = store.theme_successor(theme_id)
    return {
        **thing(store, theme_id),
        "parent": asdict(store.theme_parent(parent)) if (parent := store.theme(theme_id).parent_id) else None,
        "months": dict(zip(months, series, strict=True)),
        "change": asdict(change),
        "spikes": theme_spikes(store, theme_id),
        "successor": {"theme_id": successor, "title": store.theme(successor).title} if successor else None,
    }


def themes_health(context: Context) -> Health:
    """What is wrong with the themes that nobody put away, and the edit that would mend it; nothing is changed."""
    store = context.store
    themes = store.themes()
    home = {insight: theme.id for theme, insights, _ in store.theme_members() for insight in insights}
    listed = {theme.id for theme in themes}
    members: dict[str, list[Member]] = {theme.id: [] for theme in themes}
    placed = store.placed_insights()
    for one in placed:
        if home.get(one.insight.id) in listed:
            members[home[one.insight.id]].append(member_of(one))
    loose = sum(one.insight.id not in home for one in placed)
    return health_of(themes, members, loose, context.embedder_for({one.person for one in placed}))


def anything(store: Repository, any_id: str) -> dict[str, Any]:
    """Any one thing, whole, by its id; see `assistant.records.views.thing`.

    Raises:
        NotFoundError: nothing has this id.
    """
    if any_id.startswith("th_"):
        return theme_sheet(store, any_id)
    if any_id.startswith("tp_"):
        return asdict(store.theme_parent(any_id))
    return thing(store, any_id)
