"""Themes as stored: saved with their members and lineage, listed with counts."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, bindparam, distinct, func, insert, select, update

from assistant.domain.filters import Filters
from assistant.domain.themes import Theme, Voice
from assistant.errors import NotFoundError
from assistant.records.database import Database, now
from assistant.records.rows import to_theme
from assistant.records.selection import READ, insight_conditions, record_conditions
from assistant.records.tables import insights, records, theme_events, themes

_HELD = 400
"""Themes whose members and voices are remembered until the feedback changes."""


class ThemeStore:
    """The themes part of the store."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def theme_members(self) -> list[tuple[Theme, frozenset[str], frozenset[str]]]:
        """Active themes (archived ones too) with the insight ids and record ids of their present members."""
        query = select(insights.c.theme_id, insights.c.id, insights.c.record_id).where(insights.c.theme_id.is_not(None))
        of_insights: dict[str, set[str]] = {}
        of_records: dict[str, set[str]] = {}
        with self.database.reading() as connection:
            for theme_id, insight_id, record_id in connection.execute(query):
                of_insights.setdefault(theme_id, set()).add(insight_id)
                of_records.setdefault(theme_id, set()).add(record_id)
        return [
            (theme, frozenset(of_insights.get(theme.id, ())), frozenset(of_records.get(theme.id, ())))
            for theme in self._active(Filters())
        ]

    def theme_misfits(self) -> dict[str, frozenset[str]]:
        """Theme id → insights that an engine took out of it or did not let in, since it last named it."""
        return self._said_last("misfits")

    def theme_taken(self) -> dict[str, frozenset[str]]:
        """Theme id → insights that fitted no group and that an engine let in, since it last named it."""
        return self._said_last("taken_in")

    def _said_last(self, kind: str) -> dict[str, frozenset[str]]:
        query = select(theme_events).where(theme_events.c.kind == kind).order_by(theme_events.c.id)
        with self.database.reading() as connection:
            rows = connection.execute(query).mappings().all()
        return {row["theme_id"]: frozenset(row["detail"]["insights"]) for row in rows}

    def monthly_counts(self) -> tuple[dict[str, dict[str, int]], dict[str, int]]:
        """(theme id → month → records, month → records read), for trends."""
        by_theme: dict[str, dict[str, int]] = {}
        n = func.count(distinct(records.c.id))
        found = (
            select(insights.c.theme_id, records.c.month, n)
            .join(records, records.c.id == insights.c.record_id)
            .where(insights.c.theme_id.is_not(None), records.c.month.is_not(None))
            .group_by(insights.c.theme_id, records.c.month)
        )
        read = select(records.c.month, n).where(records.c.month.is_not(None), READ)
        with self.database.reading() as connection:
            for theme_id, month, count in connection.execute(found):
                by_theme.setdefault(theme_id, {})[month] = count
            totals: dict[str, int] = dict(connection.execute(read.group_by(records.c.month)).all())
        return by_theme, totals

    def theme_origins(self) -> dict[str, str]:
        """Theme id → the theme that it was split out of, by a run or by hand, where that was not taken back."""
        standing = theme_events.c.kind == "split", theme_events.c.undone_at.is_(None)
        query = select(theme_events.c.theme_id, theme_events.c.detail).where(*standing)
        with self.database.reading() as connection:
            return {
                row.theme_id: str(row.detail["out_of"]) for row in connection.execute(query.order_by(theme_events.c.id))
            }

    def theme_foundings(self) -> dict[str, str]:
        """Theme id → when a run founded it; parts of another theme and what people made are not among them."""
        query = select(theme_events.c.theme_id, theme_events.c.at).where(theme_events.c.kind == "founded")
        with self.database.reading() as connection:
            found: dict[str, str] = dict(connection.execute(query).all())
        apart = self.theme_origins()
        return {theme_id: at for theme_id, at in found.items() if theme_id not in apart}

    def told_alone(self, theme_ids: Collection[str], since: str, until: str) -> dict[str, int]:
        """Month → records of those days that tell of these themes and of no other."""
        other = insights.alias()
        of_another = other.c.theme_id.is_not(None), other.c.theme_id.not_in(theme_ids)
        elsewhere = select(other.c.id).where(other.c.record_id == records.c.id, *of_another).exists()
        query = (
            select(records.c.month, func.count(distinct(records.c.id)))
            .join(insights, insights.c.record_id == records.c.id)
            .where(insights.c.theme_id.in_(theme_ids), records.c.day >= since, records.c.day <= until, ~elsewhere)
            .group_by(records.c.month)
        )
        with self.database.reading() as connection:
            return dict(connection.execute(query).all())

    def set_trends(self, trends: Mapping[str, str]) -> None:
        """Note each theme's trend."""
        with self.database.writing() as connection:
            for theme_id, trend in trends.items():
                connection.execute(update(themes).where(themes.c.id == theme_id).values(trend=trend))

    def theme_quotes(self, theme_id: str, since: str, until: str, limit: int = 3) -> list[dict[str, Any]]:
        """The gravest quotes of a theme in a stretch of days, one per customer."""
        asked = theme_id, since, until, limit
        return list(self.database.settled.get("theme quotes", asked, lambda: self._quotes(*asked), _HELD))

    def _quotes(self, theme_id: str, since: str, until: str, limit: int) -> list[dict[str, Any]]:
        r = records.c
        query = (
            select(insights.c.quote, r.id.label("record_id"), r.external_id, r.day, r.person)
            .join(records, r.id == insights.c.record_id)
            .where(insights.c.theme_id == theme_id, r.day >= since, r.day <= until)
            .order_by(insights.c.severity.desc(), r.day, insights.c.id)
        )
        with self.database.reading() as connection:
            rows = {row.person: row for row in reversed(connection.execute(query).all())}
        told = list(reversed(rows.values()))[:limit]
        return [{"record_id": q.record_id, "external_id": q.external_id, "day": q.day, "quote": q.quote} for q in told]

    def save_themes(
        self,
        current: Sequence[Theme],
        assignment: Mapping[str, str],
        voices: Mapping[str, Sequence[str]],
        events: Iterable[tuple[str, str, Mapping[str, object]]],
    ) -> None:
        """Replace the set of active themes and every insight's membership, in one transaction.

        Args:
            assignment: insight id → theme id.
            voices: theme id → ids of its most telling insights, best first.
            events: (theme id, kind, detail) to add to the lineage.
        """
        at = now()
        with self.database.writing() as connection:
            connection.execute(update(themes).values(active=False))
            _put(connection, current, voices, at)
            connection.execute(update(insights).values(theme_id=None).where(insights.c.theme_id.is_not(None)))
            placed = [{"b_id": i, "b_theme": theme_id} for i, theme_id in assignment.items()]
            if placed:
                statement = (
                    update(insights).where(insights.c.id == bindparam("b_id")).values(theme_id=bindparam("b_theme"))
                )
                connection.execute(statement, placed)
            logged = [{"theme_id": t, "kind": kind, "detail": dict(detail), "at": at} for t, kind, detail in events]
            if logged:
                connection.execute(insert(theme_events), logged)

    def add_themes(self, founded: Sequence[Theme], voices: Mapping[str, Sequence[str]]) -> None:
        """Put active themes beside those there are; nobody's membership changes.

        Args:
            voices: theme id → ids of its most telling insights, best first.
        """
        with self.database.writing() as connection:
            _put(connection, founded, voices, now())

    def themes(self) -> list[Theme]:
        """Active themes that nobody put away, those with most customers first."""
        return self.list_themes(Filters(), None)[0]

    def list_themes(self, filters: Filters, limit: int | None, offset: int = 0) -> tuple[list[Theme], int]:
        """A page of active themes that nobody put away, counted within the filters, most customers first; and how many."""
        ordered = [theme for theme in self._active(filters) if not theme.archived]
        return ordered[offset : None if limit is None else offset + limit], len(ordered)

    def every_theme(self) -> list[Theme]:
        """Every theme there is a row of: active, put away, or no more."""
        return list(self._every().values())

    def _every(self) -> dict[str, Theme]:
        def counted() -> dict[str, Theme]:
            with self.database.reading() as connection:
                rows = connection.execute(_counted().order_by(themes.c.id)).mappings()
                return {row["id"]: to_theme(row) for row in rows}

        return self.database.settled.get("every theme", None, counted)

    def _active(self, filters: Filters) -> list[Theme]:
        """Active themes, archived ones too, most customers first."""

        def counted() -> list[Theme]:
            with self.database.reading() as connection:
                rows = connection.execute(_counted(filters).where(themes.c.active)).mappings().all()
            return sorted((to_theme(row) for row in rows), key=lambda t: (-t.customers, -t.records, t.id))

        return self.database.settled.get("active themes", filters, counted)

    def theme(self, theme_id: str) -> Theme:
        """One theme, active or not.

        Raises:
            NotFoundError: there is none.
        """
        if (theme := self._every().get(theme_id)) is None:
            raise NotFoundError(f"there is no theme {theme_id!r}: `voc list themes` shows which there are")
        return theme

    def theme_record_ids(self, theme_id: str) -> list[str]:
        """Record ids of a theme's members, sorted."""

        def read() -> list[str]:
            with self.database.reading() as connection:
                members = connection.scalars(select(insights.c.record_id).where(insights.c.theme_id == theme_id))
                return sorted(set(members))

        return list(self.database.settled.get("theme records", theme_id, read, _HELD))

    def theme_voices(self, theme_id: str, limit: int = 12) -> list[Voice]:
        """The most telling voices of a theme as chosen when it was built, then severe ones; one per customer."""
        asked = theme_id, limit
        return list(self.database.settled.get("theme voices", asked, lambda: self._voices(*asked), _HELD))

    def _voices(self, theme_id: str, limit: int) -> list[Voice]:
        query = (
            select(*(insights.c[name] for name in _SPOKEN), *(records.c[name] for name in _TOLD_IN), records.c.person)
            .join(records, records.c.id == insights.c.record_id)
            .where(insights.c.theme_id == theme_id)
            .order_by(insights.c.severity.desc(), func.length(insights.c.quote).desc(), insights.c.id)
        )
        with self.database.reading() as connection:
            chosen = connection.scalar(select(themes.c.voices).where(themes.c.id == theme_id)) or []
            rows = connection.execute(query).mappings().all()
        place = {insight_id: n for n, insight_id in enumerate(chosen)}
        voices: list[Voice] = []
        heard: set[str] = set()
        for row in sorted(rows, key=lambda row: place.get(row["id"], len(place))):
            if row["person"] not in heard and len(voices) < limit:
                heard.add(row["person"])
                voices.append(_voice(len(voices) + 1, row))
        return voices

    def theme_history(self, theme_id: str) -> list[dict[str, Any]]:
        """The lineage of a theme, oldest first."""
        query = select(theme_events).where(theme_events.c.theme_id == theme_id).order_by(theme_events.c.id)
        with self.database.reading() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]


_SPOKEN = ("id", "record_id", "quote", "start", "end", "surface", "secondary", "deep", "suggestion")
_TOLD_IN = ("channel", "product", "created_at", "segment", "customer_id")


def _voice(n: int, row: RowMapping) -> Voice:
    return Voice(n=n, insight_id=row["id"], **{name: row[name] for name in (*_SPOKEN[1:], *_TOLD_IN)})


def _counted(filters: Filters | None = None) -> Select[Any]:
    """Themes with the records and customers of those members that satisfy the filters."""
    inner = [] if filters is None else [*record_conditions(filters), *insight_conditions(filters)]
    member = (
        select(insights.c.theme_id, records.c.id.label("record_id"), records.c.person)
        .join(records, records.c.id == insights.c.record_id)
        .where(insights.c.theme_id.is_not(None), *inner)
        .subquery()
    )
    told, people = func.count(distinct(member.c.record_id)), func.count(distinct(member.c.person))
    each = select(member.c.theme_id, told.label("records"), people.label("customers"))
    counted = each.group_by(member.c.theme_id).subquery()
    return select(
        themes,
        func.coalesce(counted.c.records, 0).label("records"),
        func.coalesce(counted.c.customers, 0).label("customers"),
    ).join(counted, counted.c.theme_id == themes.c.id, isouter=filters is None or filters.empty)


def _put(connection: Connection, listed: Sequence[Theme], voices: Mapping[str, Sequence[str]], at: str) -> None:
    known = set(connection.scalars(select(themes.c.id)))
    for theme in listed:
        values = {**_theme_values(theme, at), "voices": list(voices.get(theme.id, ()))}
        if theme.id in known:
            connection.execute(update(themes).where(themes.c.id == theme.id).values(**values))
        else:
            connection.execute(insert(themes).values(id=theme.id, created_at=at, **values))


def _theme_values(theme: Theme, at: str) -> dict[str, Any]:
    return {
        "title": theme.title,
        "definition": theme.definition,
        "surface": theme.surface,
        "secondary": theme.secondary,
        "deep": theme.deep,
        "standing_surface": theme.standing.surface,
        "standing_secondary": theme.standing.secondary,
        "standing_deep": theme.standing.deep,
        "deep_category": theme.deep_category,
        "engine": theme.engine,
        "parent_id": theme.parent_id,
        "trend": theme.trend,
        "weak_signal": theme.weak_signal,
        "active": True,
        "updated_at": at,
    }
