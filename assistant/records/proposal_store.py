"""Proposals as stored, with their history: who did what to them and when."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from assistant.domain.filters import Filters
from assistant.domain.proposals import (
    CountedFigure,
    Coverage,
    Evidence,
    Proposal,
    ProposalEvent,
    ProposalHead,
    Statement,
)
from assistant.errors import NotFoundError
from assistant.records.database import Database, now
from assistant.records.selection import themes_within
from assistant.records.tables import proposal_events, proposals, records


class ProposalStore:
    """The part of the store that holds proposals."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def save_proposal(
        self, proposal: Proposal, *, idea_id: str | None, theme_id: str, shaped_by: str, who: str = ""
    ) -> None:
        """Save a new proposal; where one with the same id is there, it is left as it is."""
        values = {
            "id": proposal.id,
            "idea_id": idea_id,
            "theme_id": theme_id,
            "shaped_by": shaped_by,
            "created_at": now(),
            **_kept(proposal),
        }
        with self.database.writing() as connection:
            if connection.scalar(select(func.count()).where(proposals.c.id == proposal.id)):
                return
            connection.execute(insert(proposals).values(values))
            _note(connection, proposal.id, who, "drafted", {"engine": proposal.engine})

    def change_proposal(
        self, proposal_id: str, steps: Sequence[tuple[Callable[[Proposal], Proposal], str, Mapping[str, Any]]], who: str
    ) -> Proposal:
        """Change a proposal as it stands and note each step in its history, all in one transaction.

        Args:
            proposal_id: which one.
            steps: what to do, its kind and detail for the history, in order.
            who: whose doing it is.

        Raises:
            NotFoundError: there is none.
        """
        with self.database.writing() as connection:
            query = select(proposals.c.content).where(proposals.c.id == proposal_id)
            content = connection.scalar(query)
            if content is None:
                raise _missing(proposal_id)
            changed = to_proposal(content)
            for change, kind, detail in steps:
                changed = change(changed)
                _note(connection, proposal_id, who, kind, detail)
            connection.execute(update(proposals).where(proposals.c.id == proposal_id).values(**_kept(changed)))
        return changed

    def proposal(self, proposal_id: str) -> Proposal:
        """One proposal.

        Raises:
            NotFoundError: there is none.
        """
        with self.database.reading() as connection:
            content = connection.scalar(select(proposals.c.content).where(proposals.c.id == proposal_id))
        if content is None:
            raise _missing(proposal_id)
        return to_proposal(content)

    def proposal_history(self, proposal_id: str) -> list[ProposalEvent]:
        """What was done to a proposal, the first first.

        Raises:
            NotFoundError: there is none.
        """
        e = proposal_events.c
        query = select(e.id, e.at, e.who, e.kind, e.detail).where(e.proposal_id == proposal_id).order_by(e.id)
        with self.database.reading() as connection:
            if not connection.scalar(select(func.count()).where(proposals.c.id == proposal_id)):
                raise _missing(proposal_id)
            return [ProposalEvent(*row) for row in connection.execute(query)]

    def records_with(self, word: str) -> set[str]:
        """Ids of the records whose masked text or title holds a word, letter for letter."""
        spoken = func.coalesce(records.c.title, "") + "\n" + records.c.text
        with self.database.reading() as connection:
            return set(connection.scalars(select(records.c.id).where(spoken.contains(word, autoescape=True))))

    def drafted(self, shaped_by: str) -> Proposal | None:
        """The proposal already drafted from exactly this, or None."""
        with self.database.reading() as connection:
            content = connection.scalar(select(proposals.c.content).where(proposals.c.shaped_by == shaped_by))
        return to_proposal(content) if content is not None else None

    def list_proposals(self, filters: Filters, limit: int | None, offset: int = 0) -> tuple[list[Proposal], int]:
        """A page of proposals, newest first, of themes with a member within the filters; and how many there are."""
        where = [] if filters.empty else [proposals.c.theme_id.in_(themes_within(filters))]
        with self.database.reading() as connection:
            total = connection.scalar(select(func.count()).select_from(proposals).where(*where)) or 0
            query = select(proposals.c.content).where(*where).order_by(proposals.c.updated_at.desc(), proposals.c.id)
            return [to_proposal(content) for content in connection.scalars(query.limit(limit).offset(offset))], total

    def proposal_heads(self) -> list[ProposalHead]:
        """All proposals as lists show them, the one changed last first."""
        p, content = proposals.c, proposals.c.content
        query = select(
            p.id, p.idea_id, p.theme_id, p.title, p.status, p.engine, p.created_at, p.updated_at,
            content["nbn_type"].as_string().label("nbn_type"), content["owner"].as_string().label("owner"),
            func.coalesce(content["language"].as_string(), "zh").label("language"),
            content["coverage"]["customers_supporting"].as_integer().label("customers"),
        ).order_by(p.updated_at.desc(), p.id)  # fmt: skip
        with self.database.reading() as connection:
            return [ProposalHead(**row) for row in connection.execute(query).mappings()]


def to_proposal(content: Mapping[str, Any]) -> Proposal:
    """A proposal out of its stored content."""
    coverage = content["coverage"]
    return Proposal(
        **{
            **content,
            "evidence": tuple(Evidence(**item) for item in content["evidence"]),
            "counter_evidence": tuple(Evidence(**item) for item in content["counter_evidence"]),
            "coverage": Coverage(**{**coverage, "interval": tuple(coverage["interval"])}),
            "next_needs": tuple(content["next_needs"]),
            "risks": tuple(content["risks"]),
            "metrics": tuple(content["metrics"]),
            "statements": tuple(_to_statement(item) for item in content["statements"]),
            "figures": tuple(_to_figure(item) for item in content.get("figures", ())),
            "months": tuple(content.get("months", ())),
        }
    )


def _to_statement(item: Mapping[str, Any]) -> Statement:
    kind = item.get("kind", "fact" if item["evidence"] else "assumption")
    figures = tuple(item.get("figures", ()))
    return Statement(**{**item, "kind": kind, "evidence": tuple(item["evidence"]), "figures": figures})


def _to_figure(item: Mapping[str, Any]) -> CountedFigure:
    interval = item["interval"]
    return CountedFigure(**{**item, "interval": None if interval is None else (interval[0], interval[1])})


def _kept(proposal: Proposal) -> dict[str, Any]:
    return {
        "title": proposal.title,
        "status": proposal.status,
        "engine": proposal.engine,
        "content": asdict(proposal),
        "updated_at": now(),
    }


def _note(connection: Connection, proposal_id: str, who: str, kind: str, detail: Mapping[str, Any]) -> None:
    values = {"proposal_id": proposal_id, "at": now(), "who": who, "kind": kind, "detail": dict(detail)}
    connection.execute(insert(proposal_events).values(values))


def _missing(proposal_id: str) -> NotFoundError:
    return NotFoundError(f"there is no proposal {proposal_id!r}: `voc list proposals` shows which there are")
