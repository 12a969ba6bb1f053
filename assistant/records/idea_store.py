"""Ideas as stored."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, delete, func, insert, or_, select, update

from assistant.domain.filters import Filters
from assistant.domain.ideas import Idea, IdeaHead, Refusal
from assistant.errors import NotFoundError
from assistant.records.database import Database, now
from assistant.records.saving import chunks
from assistant.records.selection import themes_within
from assistant.records.tables import idea_asks, idea_themes, idea_votes, ideas, proposals


class IdeaStore:
    """The part of the store that holds what was made of the themes."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def idea_asks(self) -> dict[str, dict[str, Any]]:
        """Scope (theme or group) → how it stood when it was last asked for ideas: identity, facts, refused."""
        with self.database.reading() as connection:
            return {row["scope"]: dict(row) for row in connection.execute(select(idea_asks)).mappings()}

    def save_ideas(
        self,
        scope: str,
        theme_ids: Sequence[str],
        found: Sequence[Idea],
        identity: str,
        facts: Mapping[str, Any] | None = None,
        refused: Sequence[Refusal] = (),
    ) -> None:
        """Put ideas in the place of those of the scope that nobody had a hand in, in one transaction.

        An idea that a person edited, voted on, rejected or merged, or that a proposal was drafted from, stays as it is.
        """
        at = now()
        with self.database.writing() as connection:
            connection.execute(delete(ideas).where(ideas.c.scope == scope, ~_settled()))
            there = set(connection.scalars(select(ideas.c.id)))
            for idea in found:
                if idea.id not in there:
                    values = {**_values(idea), "id": idea.id, "created_at": at, "shaped_by": identity[:64]}
                    connection.execute(insert(ideas).values(**values))
                    _link(connection, idea.id, idea.theme_ids)
            connection.execute(delete(idea_asks).where(idea_asks.c.scope == scope))
            row = {"scope": scope, "theme_ids": list(theme_ids), "identity": identity, "facts": dict(facts or {})}
            connection.execute(insert(idea_asks).values(**row, refused=[asdict(one) for one in refused], at=at))

    def refresh_ideas(self, changed: Sequence[Idea]) -> None:
        """Write anew what of ideas is counted: score, rank, marks, customers; their words stay as they are."""
        if not changed:
            return
        with self.database.writing() as connection:
            for idea in changed:
                content = connection.scalar(select(ideas.c.content).where(ideas.c.id == idea.id))
                if content is not None:
                    counted = {name: value for name, value in _content(idea).items() if name in _COUNTED}
                    values = {"content": {**content, **counted}, "score": idea.rank}
                    connection.execute(update(ideas).where(ideas.c.id == idea.id).values(**values))

    def drop_ideas_of(self, theme_ids: Sequence[str]) -> None:
        """Remove the ideas of themes that are gone, but for those that somebody had a hand in."""
        self.drop_scopes(theme_ids)

    def drop_scopes(self, scopes: Sequence[str]) -> None:
        """Forget scopes that are no more: their asks, and their ideas that nobody had a hand in."""
        with self.database.writing() as connection:
            for part in chunks(scopes):
                connection.execute(delete(ideas).where(ideas.c.scope.in_(part), ~_settled()))
                connection.execute(delete(idea_asks).where(idea_asks.c.scope.in_(part)))

    def ideas(
        self, filters: Filters, limit: int | None, offset: int = 0, *, every: bool = False
    ) -> tuple[list[Idea], int]:
        """A page of ideas, best rank first, of themes with a member within the filters; and how many there are.

        Ideas that were rejected or merged into others are among them only with `every`.
        """
        query = select(ideas) if every else select(ideas).where(ideas.c.status.not_in(_PUT_AWAY))
        if not filters.empty:
            query = query.where(ideas.c.id.in_(_of_themes(filters)))
        with self.database.reading() as connection:
            total = connection.scalar(select(func.count()).select_from(query.subquery())) or 0
            query = query.order_by(ideas.c.score.desc(), ideas.c.id).limit(limit).offset(offset)
            rows = connection.execute(query).mappings().all()
            votes = _votes(connection, [row["id"] for row in rows])
        return [_to_idea(row, votes.get(row["id"], (0, 0))) for row in rows], total

    def idea_heads(self, filters: Filters) -> list[IdeaHead]:
        """All ideas as a board shows them, best rank first, those put away too; filters as of `ideas`."""
        i, content = ideas.c, ideas.c.content
        query = select(
            i.id, i.nbn_type, i.title, i.engine, i.status, i.score.label("rank"), content["theme_ids"].label("theme_ids"),
            content["marks"].label("marks"), content["concept"].as_string().label("concept"),
            func.coalesce(content["customers"].as_integer(), 0).label("customers"),
        ).order_by(i.score.desc(), i.id)  # fmt: skip
        if not filters.empty:
            query = query.where(i.id.in_(_of_themes(filters)))
        with self.database.reading() as connection:
            rows = connection.execute(query).mappings().all()
            votes = _every_vote(connection)
        return [
            IdeaHead(**{**row, **{name: tuple(row[name] or ()) for name in ("theme_ids", "marks")}}, votes=votes.get(row["id"], (0, 0)))
            for row in rows
        ]  # fmt: skip

    def all_ideas(self, *, every: bool = False) -> list[Idea]:
        """All ideas, best rank first; with `every`, those rejected and merged too."""
        return self.ideas(Filters(), None, every=every)[0]

    def idea(self, idea_id: str) -> Idea:
        """One idea, put away or not.

        Raises:
            NotFoundError: there is none.
        """
        with self.database.reading() as connection:
            row = connection.execute(select(ideas).where(ideas.c.id == idea_id)).mappings().first()
            votes = _votes(connection, [idea_id])
        if row is None:
            raise NotFoundError(f"there is no idea {idea_id!r}: `voc list ideas` shows which there are")
        return _to_idea(row, votes.get(idea_id, (0, 0)))


def _settled() -> ColumnElement[bool]:
    """Whether a person had a hand in an idea, so that no run takes it away."""
    return or_(
        ideas.c.status != "proposed",
        ideas.c.edited,
        ideas.c.id.in_(select(idea_votes.c.idea_id)),
        ideas.c.id.in_(select(proposals.c.idea_id).where(proposals.c.idea_id.is_not(None))),
    )


def _of_themes(filters: Filters) -> Select[Any]:
    """Ids of the ideas of themes with a member within filters."""
    return select(idea_themes.c.idea_id).where(idea_themes.c.theme_id.in_(themes_within(filters)))


def _every_vote(connection: Connection) -> dict[str, tuple[int, int]]:
    """Idea → persons for and against, of all ideas that anybody voted on."""
    voted = connection.scalars(select(idea_votes.c.idea_id).distinct()).all()
    return _votes(connection, voted)


def _votes(connection: Connection, ids: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Idea → persons for and against."""
    counted: dict[str, list[int]] = {}
    for part in chunks(ids):
        query = select(idea_votes.c.idea_id, idea_votes.c.value).where(idea_votes.c.idea_id.in_(part))
        for idea_id, value in connection.execute(query):
            counted.setdefault(idea_id, [0, 0])[value < 0] += 1
    return {idea_id: (up, down) for idea_id, (up, down) in counted.items()}


def _link(connection: Connection, idea_id: str, theme_ids: Sequence[str]) -> None:
    connection.execute(delete(idea_themes).where(idea_themes.c.idea_id == idea_id))
    connection.execute(insert(idea_themes), [{"idea_id": idea_id, "theme_id": one} for one in theme_ids])


def _values(idea: Idea) -> dict[str, Any]:
    return {
        "nbn_type": idea.nbn_type,
        "title": idea.title,
        "score": idea.rank or idea.score,
        "status": idea.status,
        "engine": idea.engine,
        "content": _content(idea),
        "scope": idea.scope or idea.theme_ids[0],
        "edited": idea.edited,
    }


def _content(idea: Idea) -> dict[str, Any]:
    return {name: value for name, value in asdict(idea).items() if name not in _BESIDE}


def _to_idea(row: RowMapping, votes: tuple[int, int]) -> Idea:
    content = {name: value for name, value in row["content"].items() if name not in _BESIDE}
    lists = {name: tuple(content[name]) for name in _LISTS if name in content}
    pairs = {name: tuple((key, count) for key, count in content.get(name, ())) for name in ("segments", "products")}
    beside = {
        "status": row["status"],
        "edited": row["edited"],
        "rank": row["score"],
        "votes": votes,
        "scope": row["scope"],
    }
    return Idea(**{**content, **lists, **pairs, **beside})


_BESIDE = frozenset({"status", "edited", "rank", "votes", "scope"})
"""What of an idea stands in columns or tables of its own."""
_LISTS = ("theme_ids", "features", "assumptions", "evidence", "marks", "tests", "next_needs")
_COUNTED = frozenset({"score", "score_parts", "marks", "customers", "segments", "products", "why_now"})
_PUT_AWAY = ("rejected", "merged")
