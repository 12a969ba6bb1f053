"""Parents of themes as stored, counted as unions of their themes' members; and what became of a theme that is no more."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import RowMapping, Select, distinct, func, insert, select, update

from assistant.domain.filters import Filters
from assistant.domain.themes import ThemeParent
from assistant.errors import NotFoundError
from assistant.records.database import Database, now
from assistant.records.selection import insight_conditions, record_conditions
from assistant.records.tables import insights, records, theme_events, theme_parents, themes

_LONGEST_CHAIN = 100
_HELD = 100
"""Parents remembered until the feedback changes."""


class ParentStore:
    """The part of the store that knows the upper level of themes."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def parent_children(self) -> dict[str, frozenset[str]]:
        """Parent id → ids of the themes that it had last, by which it is known again."""
        query = select(themes.c.parent_id, themes.c.id).where(themes.c.parent_id.is_not(None))
        found: dict[str, set[str]] = defaultdict(set)
        with self.database.reading() as connection:
            for parent_id, theme_id in connection.execute(query):
                found[parent_id].add(theme_id)
        return {parent_id: frozenset(children) for parent_id, children in found.items()}

    def save_parents(self, current: Sequence[ThemeParent]) -> None:
        """Replace the set of active parents and every theme's parent, in one transaction."""
        at = now()
        with self.database.writing() as connection:
            connection.execute(update(theme_parents).values(active=False))
            connection.execute(update(themes).values(parent_id=None).where(themes.c.parent_id.is_not(None)))
            known = set(connection.scalars(select(theme_parents.c.id)))
            for parent in current:
                values: dict[str, Any] = {
                    "title": parent.title,
                    "definition": parent.definition,
                    "engine": parent.engine,
                    "active": True,
                    "updated_at": at,
                }
                if parent.id in known:
                    connection.execute(update(theme_parents).where(theme_parents.c.id == parent.id).values(**values))
                else:
                    connection.execute(insert(theme_parents).values(id=parent.id, created_at=at, **values))
                where = themes.c.id.in_(parent.children)
                connection.execute(update(themes).where(where).values(parent_id=parent.id))

    def theme_parents(self, filters: Filters | None = None) -> list[ThemeParent]:
        """Active parents with the records and customers of their themes' members, each once, most customers first."""
        return list(self.database.settled.get("parents", filters or Filters(), lambda: self._parents(filters)))

    def _parents(self, filters: Filters | None) -> list[ThemeParent]:
        with self.database.reading() as connection:
            rows = connection.execute(_counted(filters or Filters()).where(theme_parents.c.active)).mappings().all()
            children = _children(connection.execute(_placed()).all())
        found = [_parent(row, children.get(row["id"], ())) for row in rows]
        return sorted(found, key=lambda parent: (-parent.customers, -parent.records, parent.id))

    def theme_parent(self, parent_id: str) -> ThemeParent:
        """One parent, active or not.

        Raises:
            NotFoundError: there is none.
        """
        found: ThemeParent | None = self.database.settled.get("parent", parent_id, lambda: self._one(parent_id), _HELD)
        if found is None:
            raise NotFoundError(f"there is no parent of themes {parent_id!r}: `voc list themes` shows which there are")
        return found

    def _one(self, parent_id: str) -> ThemeParent | None:
        with self.database.reading() as connection:
            row = connection.execute(_counted(Filters()).where(theme_parents.c.id == parent_id)).mappings().first()
            children = _children(connection.execute(_placed()).all())
        return None if row is None else _parent(row, children.get(parent_id, ()))

    def theme_successor(self, theme_id: str) -> str | None:
        """The active theme that a theme which is no more went into, however many merges later; None where there is none."""
        at, seen = theme_id, set[str]()
        with self.database.reading() as connection:
            while len(seen) < _LONGEST_CHAIN and at not in seen:
                seen.add(at)
                active = connection.scalar(select(themes.c.active).where(themes.c.id == at))
                if active:
                    return at if at != theme_id else None
                merged = (
                    theme_events.c.theme_id == at,
                    theme_events.c.kind == "merged",
                    theme_events.c.undone_at.is_(None),
                )
                detail = connection.scalar(
                    select(theme_events.c.detail).where(*merged).order_by(theme_events.c.id.desc()).limit(1)
                )
                if detail is None:
                    return None
                at = str(detail["into"])
        return None


def _counted(filters: Filters) -> Select[Any]:
    """Parents with the records and customers of the members of their themes that satisfy the filters."""
    member = (
        select(themes.c.parent_id, records.c.id.label("record_id"), records.c.person)
        .select_from(insights.join(records, records.c.id == insights.c.record_id))
        .join(themes, themes.c.id == insights.c.theme_id)
        .where(themes.c.active, *record_conditions(filters), *insight_conditions(filters))
        .subquery()
    )
    union = (
        select(
            member.c.parent_id,
            func.count(distinct(member.c.record_id)).label("records"),
            func.count(distinct(member.c.person)).label("customers"),
        )
        .group_by(member.c.parent_id)
        .subquery()
    )
    return select(
        theme_parents,
        func.coalesce(union.c.records, 0).label("records"),
        func.coalesce(union.c.customers, 0).label("customers"),
    ).join(union, union.c.parent_id == theme_parents.c.id, isouter=filters.empty)


def _placed() -> Select[str | None, str]:
    return select(themes.c.parent_id, themes.c.id).where(themes.c.active, themes.c.parent_id.is_not(None))


def _children(rows: Sequence[Any]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    for parent_id, theme_id in rows:
        found[parent_id].append(theme_id)
    return {parent_id: tuple(sorted(own)) for parent_id, own in found.items()}


def _parent(row: RowMapping, children: tuple[str, ...]) -> ThemeParent:
    return ThemeParent(
        id=row["id"],
        title=row["title"],
        definition=row["definition"],
        engine=row["engine"],
        children=children,
        records=row["records"],
        customers=row["customers"],
    )
