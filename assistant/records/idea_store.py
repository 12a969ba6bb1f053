"""Ideas, proposals, answers and the feedback on them as stored."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from assistant.domain.answers import Answer
from assistant.domain.filters import Filters
from assistant.domain.ideas import Idea
from assistant.domain.proposals import Coverage, Evidence, Proposal, Statement
from assistant.errors import NotFoundError
from assistant.records.database import Database, now
from assistant.records.selection import themes_within
from assistant.records.tables import answers, feedback, idea_themes, ideas, proposals


class IdeaStore:
    """The part of the store that holds what was made of the themes."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def themes_with_ideas(self) -> dict[str, str]:
        """Theme id → digest of what its ideas were shaped by."""
        query = select(idea_themes.c.theme_id, ideas.c.shaped_by).join(ideas, ideas.c.id == idea_themes.c.idea_id)
        with self.database.reading() as connection:
            return dict(connection.execute(query).all())

    def save_ideas(self, theme_id: str, found: Sequence[Idea], shaped_by: str) -> None:
        """Replace a theme's ideas that nobody has decided on, in one transaction."""
        at = now()
        with self.database.writing() as connection:
            of_theme = select(idea_themes.c.idea_id).where(idea_themes.c.theme_id == theme_id)
            connection.execute(delete(ideas).where(ideas.c.id.in_(of_theme), ideas.c.status == "proposed"))
            for idea in found:
                values = {
                    "nbn_type": idea.nbn_type,
                    "title": idea.title,
                    "score": idea.score,
                    "status": idea.status,
                    "engine": idea.engine,
                    "content": asdict(idea),
                    "shaped_by": shaped_by,
                }
                changed = connection.execute(update(ideas).where(ideas.c.id == idea.id).values(**values))
                if changed.rowcount == 0:
                    connection.execute(insert(ideas).values(id=idea.id, created_at=at, **values))
                connection.execute(delete(idea_themes).where(idea_themes.c.idea_id == idea.id))
                connection.execute(
                    insert(idea_themes), [{"idea_id": idea.id, "theme_id": one} for one in idea.theme_ids]
                )

    def drop_ideas_of(self, theme_ids: Sequence[str]) -> None:
        """Remove undecided ideas of themes that are gone."""
        if not theme_ids:
            return
        with self.database.writing() as connection:
            of_themes = select(idea_themes.c.idea_id).where(idea_themes.c.theme_id.in_(theme_ids))
            connection.execute(delete(ideas).where(ideas.c.id.in_(of_themes), ideas.c.status == "proposed"))

    def ideas(self, filters: Filters, limit: int | None, offset: int = 0) -> tuple[list[Idea], int]:
        """A page of ideas, best score first, of themes with a member within the filters; and how many there are."""
        query = select(ideas)
        if not filters.empty:
            of_themes = select(idea_themes.c.idea_id).where(idea_themes.c.theme_id.in_(themes_within(filters)))
            query = query.where(ideas.c.id.in_(of_themes))
        with self.database.reading() as connection:
            total = connection.scalar(select(func.count()).select_from(query.subquery())) or 0
            query = query.order_by(ideas.c.score.desc(), ideas.c.id).limit(limit).offset(offset)
            return [_to_idea(row["content"]) for row in connection.execute(query).mappings()], total

    def all_ideas(self) -> list[Idea]:
        """Every idea, best score first."""
        return self.ideas(Filters(), None)[0]

    def idea(self, idea_id: str) -> Idea:
        """One idea.

        Raises:
            NotFoundError: there is none.
        """
        with self.database.reading() as connection:
            content = connection.scalar(select(ideas.c.content).where(ideas.c.id == idea_id))
        if content is None:
            raise NotFoundError(f"there is no idea {idea_id!r}: `voc list ideas` shows which there are")
        return _to_idea(content)

    def save_proposal(self, proposal: Proposal, *, idea_id: str, theme_id: str, shaped_by: str) -> None:
        """Save a proposal; one with the same id is replaced."""
        at = now()
        values = {
            "idea_id": idea_id,
            "theme_id": theme_id,
            "title": proposal.title,
            "status": proposal.status,
            "engine": proposal.engine,
            "shaped_by": shaped_by,
            "content": asdict(proposal),
            "updated_at": at,
        }
        with self.database.writing() as connection:
            changed = connection.execute(update(proposals).where(proposals.c.id == proposal.id).values(**values))
            if changed.rowcount == 0:
                connection.execute(insert(proposals).values(id=proposal.id, created_at=at, **values))

    def proposal(self, proposal_id: str) -> Proposal:
        """One proposal.

        Raises:
            NotFoundError: there is none.
        """
        with self.database.reading() as connection:
            content = connection.scalar(select(proposals.c.content).where(proposals.c.id == proposal_id))
        if content is None:
            raise NotFoundError(f"there is no proposal {proposal_id!r}: `voc list proposals` shows which there are")
        return _to_proposal(content)

    def drafted(self, shaped_by: str) -> Proposal | None:
        """The proposal already drafted from exactly this, or None."""
        with self.database.reading() as connection:
            content = connection.scalar(select(proposals.c.content).where(proposals.c.shaped_by == shaped_by))
        return _to_proposal(content) if content is not None else None

    def list_proposals(self, filters: Filters, limit: int | None, offset: int = 0) -> tuple[list[Proposal], int]:
        """A page of proposals, newest first, of themes with a member within the filters; and how many there are."""
        where = [] if filters.empty else [proposals.c.theme_id.in_(themes_within(filters))]
        with self.database.reading() as connection:
            total = connection.scalar(select(func.count()).select_from(proposals).where(*where)) or 0
            query = select(proposals.c.content).where(*where).order_by(proposals.c.updated_at.desc(), proposals.c.id)
            return [_to_proposal(content) for content in connection.scalars(query.limit(limit).offset(offset))], total

    def save_answer(self, answer: Answer) -> None:
        """Keep an answer, so that feedback can point to it."""
        with self.database.writing() as connection:
            connection.execute(delete(answers).where(answers.c.id == answer.id))
            connection.execute(
                insert(answers).values(
                    id=answer.id,
                    question=answer.question,
                    engine=answer.engine,
                    refused=answer.refused,
                    content=asdict(answer),
                    created_at=now(),
                )
            )

    def save_feedback(self, answer_id: str, verdict: str, comment: str | None) -> None:
        """Note a thumb up or down on an answer.

        Raises:
            NotFoundError: there is no such answer.
        """
        with self.database.writing() as connection:
            if connection.scalar(select(func.count()).where(answers.c.id == answer_id)) == 0:
                raise NotFoundError(f"there is no answer {answer_id!r}")
            connection.execute(
                insert(feedback).values(answer_id=answer_id, verdict=verdict, comment=comment, created_at=now())
            )


def _to_idea(content: Mapping[str, Any]) -> Idea:
    lists = ("theme_ids", "features", "assumptions", "evidence", "marks")
    return Idea(**{**content, **{name: tuple(content[name]) for name in lists}})


def _to_proposal(content: Mapping[str, Any]) -> Proposal:
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
            "statements": tuple(Statement(s["text"], tuple(s["evidence"])) for s in content["statements"]),
        }
    )
