"""Where insights stand as grouping sees them: what tells who and where, what home they have, and newcomers' homes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, bindparam, case, func, insert, select, update

from assistant.domain.insights import Insight
from assistant.domain.vocabulary import Channel, Segment
from assistant.records.database import Database, now
from assistant.records.rows import to_insight
from assistant.records.saving import chunks
from assistant.records.tables import insights, records, theme_events

AROUND = 60
"""Characters on either side of a quote that are told with it."""


@dataclass(frozen=True, slots=True)
class PlacedInsight:
    """An insight with what its record says about who and where."""

    insight: Insight
    product: str | None
    segment: Segment | None
    channel: Channel
    created_at: str | None
    customer_id: str | None
    person: str
    near_duplicate_of: str | None
    context: str = ""
    """What is said around the quote of an insight of the rules; else blank."""


class PlacementStore:
    """The part of the store that gives insights to grouping."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def insight_homes(self) -> list[tuple[str | None, ...]]:
        """(insight id, theme id, and what groups are formed by but its words) of every insight, in a stable order."""
        i, r = insights.c, records.c
        facts = (i.surface, r.person, r.created_at, r.product, r.segment, r.channel)
        query = select(i.id, i.theme_id, *facts).join(records, r.id == i.record_id).order_by(i.id)
        with self.database.reading() as connection:
            return [tuple(row) for row in connection.execute(query)]

    def join_themes(
        self, assignment: Mapping[str, str], events: Iterable[tuple[str, str, Mapping[str, object]]] = ()
    ) -> None:
        """Put insights that are in no theme into one; `events` (theme id, kind, detail) are added to the lineage."""
        logged = [{"theme_id": t, "kind": kind, "detail": dict(detail), "at": now()} for t, kind, detail in events]
        if logged:
            with self.database.writing() as connection:
                connection.execute(insert(theme_events), logged)
        placed = [{"b_id": insight_id, "b_theme": theme_id} for insight_id, theme_id in assignment.items()]
        if placed:
            where = insights.c.id == bindparam("b_id"), insights.c.theme_id.is_(None)
            with self.database.writing() as connection:
                connection.execute(update(insights).where(*where).values(theme_id=bindparam("b_theme")), placed)

    def placed_insights(self, among: Sequence[str] | None = None) -> list[PlacedInsight]:
        """All current insights, or those of some ids, with the facts of their records, in a stable order."""
        if among is not None:
            return [one for part in chunks(sorted(among)) for one in self._placed(insights.c.id.in_(part))]
        return self._placed()

    def _placed(self, *where: ColumnElement[bool]) -> list[PlacedInsight]:
        r = records.c
        facts = [r.product, r.segment, r.channel, r.created_at, r.customer_id, r.person, r.near_duplicate_of]
        first = case((insights.c.start > AROUND, insights.c.start - AROUND), else_=0)
        around = func.substr(r.text, first + 1, insights.c.end + AROUND - first)
        told = case((insights.c.engine == "rules", around), else_="").label("context")
        query = select(insights, *facts, told).join(records, r.id == insights.c.record_id)
        query = query.where(*where).order_by(insights.c.id)
        with self.database.reading() as connection:
            return [
                PlacedInsight(
                    to_insight(row),
                    row["product"],
                    row["segment"],
                    row["channel"],
                    row["created_at"],
                    row["customer_id"],
                    row["person"],
                    row["near_duplicate_of"],
                    row["context"],
                )
                for row in connection.execute(query).mappings()
            ]
