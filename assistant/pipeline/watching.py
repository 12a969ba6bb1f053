"""A theme as a reader is shown it whole: counts with their uncertainty, waves with the quotes that made them, lineage."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from assistant.domain.alerts import Spike
from assistant.insight.health import Health, health_of
from assistant.insight.members import Member
from assistant.insight.timing import course_told
from assistant.pipeline.context import Context
from assistant.pipeline.newcomers import member_of
from assistant.pipeline.trending import Course, courses_now, last_day_of, spikes_by_theme
from assistant.records.repository import Repository
from assistant.records.views import thing


def theme_spikes(store: Repository, theme_id: str | None = None) -> list[dict[str, Any]]:
    """Waves of one theme or of all, the latest first: days, counts, whether it is over, and the gravest quotes in it."""
    return _shown(store, spikes_by_theme(store), theme_id)


def _shown(store: Repository, spikes: Mapping[str, Sequence[Spike]], theme_id: str | None) -> list[dict[str, Any]]:
    found = [
        {"theme_id": one, "title": store.theme(one).title, **_told(store, one, spike)}
        for one, own in spikes.items()
        if theme_id in (None, one)
        for spike in own
    ]
    return sorted(found, key=lambda row: (row["since"], row["observed"]), reverse=True)


def _told(store: Repository, theme_id: str, spike: Spike) -> dict[str, Any]:
    until = last_day_of(spike)
    return {
        "since": spike.first,
        "until": until,
        "observed": spike.observed,
        "expected": round(spike.expected, 2),
        "p": spike.p,
        "over": spike.over,
        "quotes": store.theme_quotes(theme_id, spike.first, until),
    }


def theme_sheet(store: Repository, theme_id: str) -> dict[str, Any]:
    """A theme with voices and history, its change told with the figures of the test that its trend stands on, its waves;
    of one that is no more its successor.

    Raises:
        NotFoundError: there is no such theme.
    """
    theme = store.theme(theme_id)
    spikes = spikes_by_theme(store)
    found, sure = courses_now(store)
    course = found[theme_id]
    successor = store.theme_successor(theme_id)
    return {
        **thing(store, theme_id),
        "parent": asdict(store.theme_parent(theme.parent_id)) if theme.parent_id else None,
        "trend": course.trend,
        "months": dict(zip(course.months, course.mentions, strict=True)),
        "read": dict(zip(course.months, course.read, strict=True)),
        "change": _change(course, theme_id in sure),
        "spikes": _shown(store, spikes, theme_id),
        "successor": {"theme_id": successor, "title": store.theme(successor).title} if successor else None,
    }


def _change(course: Course, sure: bool) -> dict[str, Any]:
    """The change with the records of its months that are set aside, and its sentence in each language of the house."""
    change = course.change
    aside = sum(course.aside[-2 * change.months :]) if change.months else 0
    told = {language: course_told(change, language, aside=aside, sure=sure) for language in ("zh", "en")}
    return asdict(change) | {"sure": sure, "aside": aside, "told": told}


def theme_lineage(store: Repository, theme_id: str) -> list[dict[str, Any]]:
    """What happened to a theme, oldest first, with the titles of the other themes it is told of.

    Raises:
        NotFoundError: there is no such theme.
    """
    store.theme(theme_id)
    titles = {theme.id: theme.title for theme in store.every_theme()}
    told = []
    for event in store.theme_history(theme_id):
        others = [str(one) for name in ("into", "out_of", "themes") for one in _named(event["detail"].get(name))]
        told.append({**event, "titles": {one: titles[one] for one in others if one in titles}})
    return told


def _named(value: object) -> list[object]:
    return [value] if isinstance(value, str) else list(value) if isinstance(value, list | dict) else []


def themes_health(context: Context) -> Health:
    """What is wrong with the themes that nobody put away, and the edit that would mend it; nothing is changed."""
    return context.store.database.settled.get("health", context.language, lambda: _health(context))


def _health(context: Context) -> Health:
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
    embed = context.embedder_for({one.person for one in placed})
    return health_of(themes, members, loose, embed, context.language)


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
