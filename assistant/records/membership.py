"""Steps that decisions about themes are made of: what is checked, who is held where, what moves."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from assistant.domain.vocabulary import DEEP_CATEGORIES
from assistant.errors import NotFoundError, UsageError
from assistant.records.database import now
from assistant.records.saving import chunks
from assistant.records.tables import idea_themes, insights, theme_events, theme_holds, themes

WORDS = ("title", "definition", "surface", "secondary", "deep", "deep_category")
"""What of a theme a person may write."""
FLAGS = ("locked", "archived")
_LONGEST = {"title": 60, "definition": 400, "surface": 160, "secondary": 160, "deep": 160}


def checked(words: Mapping[str, str]) -> dict[str, str]:
    """The words without space around them.

    Raises:
        UsageError: one is unknown, blank, too long, or no deep category.
    """
    if not words:
        raise UsageError(f"nothing to write: give at least one of {', '.join(WORDS)}")
    clean = {name: " ".join(text.split()) for name, text in words.items()}
    for name, text in clean.items():
        if name not in WORDS:
            raise UsageError(f"{name} of a theme can't be written, only {', '.join(WORDS)}")
        if not text:
            raise UsageError(f"{name} may not be blank")
        if len(text) > _LONGEST.get(name, 1000):
            raise UsageError(f"{name} is longer than {_LONGEST[name]} characters")
    if clean.get("deep_category", "ease") not in DEEP_CATEGORIES:
        raise UsageError(f"deep_category is none of {', '.join(DEEP_CATEGORIES)}")
    return clean


def active(connection: Connection, theme_id: str) -> Mapping[str, Any]:
    row = connection.execute(select(themes).where(themes.c.id == theme_id)).mappings().first()
    if row is None or not row["active"]:
        said = "there is no theme" if row is None else "it is no longer a theme of its own:"
        raise NotFoundError(f"{said} {theme_id!r}: `voc list themes` shows which there are")
    return dict(row)


def unlocked(row: Mapping[str, Any]) -> None:
    if row["locked"]:
        raise UsageError(f"theme {row['id']} is locked: unlock it first")


def untaken(connection: Connection, theme_id: str | None, title: str) -> None:
    query = select(themes.c.id).where(themes.c.active, themes.c.title == title)
    if any(other != theme_id for other in connection.scalars(query)):
        raise UsageError(f"another theme is called {title!r} already: merge the two, or choose other words")


def within(wanted: Collection[str], members: Collection[str], theme_id: str) -> None:
    if not wanted:
        raise UsageError("name at least one insight to take out")
    if strange := sorted(set(wanted) - set(members)):
        raise UsageError(f"insight {strange[0]!r} is not in theme {theme_id}")


def members_of(connection: Connection, theme_id: str) -> list[str]:
    return sorted(connection.scalars(select(insights.c.id).where(insights.c.theme_id == theme_id)))


def set_values(connection: Connection, theme_id: str, **values: Any) -> None:
    connection.execute(update(themes).where(themes.c.id == theme_id).values(updated_at=now(), **values))


def held_among(connection: Connection, insight_ids: Sequence[str]) -> list[str]:
    """Those of the insights that are held where they are now."""
    held: set[str] = set()
    for part in chunks(insight_ids):
        held.update(connection.scalars(select(theme_holds.c.insight_id).where(theme_holds.c.insight_id.in_(part))))
    return sorted(held)


def hold(connection: Connection, insight_ids: Sequence[str], theme_id: str) -> list[str]:
    """Hold insights in their theme; those that were not held before."""
    known = set(held_among(connection, insight_ids))
    fresh = [one for one in insight_ids if one not in known]
    for part in chunks(fresh):
        query = select(insights.c.id, insights.c.record_id, insights.c.aspect).where(insights.c.id.in_(part))
        found = [
            {"insight_id": row.id, "record_id": row.record_id, "aspect": row.aspect, "theme_id": theme_id, "at": now()}
            for row in connection.execute(query)
        ]
        if found:
            connection.execute(insert(theme_holds), found)
    return fresh


def held_now(connection: Connection) -> dict[str, str]:
    """Insight id → theme id where people put it; of a record read anew, the insight that took the old one's place.

    That is the only one of the record that nobody placed, or the first of several about the same aspect.
    """
    rows = connection.execute(select(theme_holds)).all()
    existing = set(connection.scalars(select(insights.c.id).where(insights.c.id.in_(select(theme_holds.c.insight_id)))))
    home = {row.insight_id: row.theme_id for row in rows if row.insight_id in existing}
    for row in rows:
        if row.insight_id not in existing:
            query = select(insights.c.id, insights.c.aspect).where(insights.c.record_id == row.record_id)
            free = [one for one in connection.execute(query.order_by(insights.c.start)) if one.id not in home]
            alike = [one for one in free if one.aspect == row.aspect] or (free if len(free) == 1 else [])
            if alike:
                home[alike[0].id] = row.theme_id
    return home


def release(connection: Connection, insight_ids: Sequence[str], theme_id: str | None = None) -> None:
    """Hold insights no longer, in this theme or in any."""
    where = [] if theme_id is None else [theme_holds.c.theme_id == theme_id]
    for part in chunks(insight_ids):
        connection.execute(delete(theme_holds).where(theme_holds.c.insight_id.in_(part), *where))


def put(connection: Connection, insight_ids: Sequence[str], theme_id: str) -> None:
    """Move insights and hold them in their new theme."""
    release(connection, insight_ids)
    for part in chunks(insight_ids):
        connection.execute(update(insights).where(insights.c.id.in_(part)).values(theme_id=theme_id))
    hold(connection, insight_ids, theme_id)


def put_back(
    connection: Connection, insight_ids: Sequence[str], was_in: str, home: str | None, held: Collection[str]
) -> None:
    """Move insights back home as far as they are still where they were put, with the holds they had."""
    there: list[str] = []
    for part in chunks(insight_ids):
        where = insights.c.id.in_(part), insights.c.theme_id == was_in
        there += connection.scalars(select(insights.c.id).where(*where))
        connection.execute(update(insights).where(*where).values(theme_id=home))
    release(connection, there, was_in)
    if home is not None:
        set_values(connection, home, active=True)
        hold(connection, [one for one in there if one in set(held)], home)


def move_ideas(connection: Connection, source: str, into: str) -> list[str]:
    """Hand a theme's ideas over; those that answered the other one anyway are left out."""
    of = {
        theme_id: set(connection.scalars(select(idea_themes.c.idea_id).where(idea_themes.c.theme_id == theme_id)))
        for theme_id in (source, into)
    }
    moved = sorted(of[source] - of[into])
    where = idea_themes.c.theme_id == source, idea_themes.c.idea_id.in_(moved)
    connection.execute(update(idea_themes).where(*where).values(theme_id=into))
    return moved


def nothing_later(connection: Connection, events: Sequence[Mapping[str, Any]]) -> None:
    """That no decision which still stands came later and touches the same themes.

    Raises:
        UsageError: one did.
    """
    touched = {theme_id for event in events for theme_id in _touched(event)}
    query = select(theme_events).where(
        theme_events.c.id > events[-1]["id"],
        theme_events.c.edit.is_not(None),
        theme_events.c.undone_at.is_(None),
        theme_events.c.kind != "undone",
    )
    for later in connection.execute(query.order_by(theme_events.c.id.desc())).mappings():
        if not touched.isdisjoint(_touched(dict(later))):
            raise UsageError(f"edit {later['edit']} came later and touches the same theme: undo that first")


def _touched(event: Mapping[str, Any]) -> set[str]:
    named = (event["detail"].get(name) for name in ("into", "out_of"))
    return {event["theme_id"], *(theme_id for theme_id in named if theme_id)}
