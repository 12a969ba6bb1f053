"""Answers as stored, what people thought of them, which were pinned, and what could not be answered."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import cache
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, Select, delete, func, insert, select

from assistant.domain.answers import Answer
from assistant.errors import NotFoundError
from assistant.records.database import Database, now
from assistant.records.tables import answers, feedback, pins
from assistant.records.unanswered import AnsweredWell, Unanswered, Why, grouped

_NARROWING = ("product", "segment", "region", "channel")


class AnswerStore:
    """The part of the store that holds answers."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def save_answer(self, answer: Answer) -> None:
        """Keep an answer, so that feedback can point to it."""
        values = {"id": answer.id, "question": answer.question, "engine": answer.engine, "refused": answer.refused}

        def save(connection: Connection) -> None:
            connection.execute(delete(answers).where(answers.c.id == answer.id))
            connection.execute(insert(answers).values(**values, content=asdict(answer), created_at=now()))

        self.database.beside(save)

    def answer(self, answer_id: str) -> Answer:
        """One answer as it was given.

        Raises:
            NotFoundError: there is none.
        """
        with self.database.reading() as connection:
            content = connection.scalar(select(answers.c.content).where(answers.c.id == answer_id))
        if content is None:
            raise _missing(answer_id)
        return _to_answer(content)

    def save_feedback(self, answer_id: str, verdict: str, comment: str | None, actor: str) -> None:
        """Note a thumb up or down on an answer, and whose it is.

        Raises:
            NotFoundError: there is no such answer.
        """
        with self.database.writing() as connection:
            if connection.scalar(select(func.count()).where(answers.c.id == answer_id)) == 0:
                raise _missing(answer_id)
            connection.execute(
                insert(feedback).values(
                    answer_id=answer_id, verdict=verdict, comment=comment, actor=actor, created_at=now()
                )
            )

    def list_feedback(self, limit: int | None, offset: int = 0) -> tuple[list[dict[str, Any]], int]:
        """A page of thumbs and comments with what they are on, the newest first, and how many there are."""
        columns = (answers.c.question, answers.c.content["text"].as_string().label("text"), answers.c.engine)
        query = select(feedback, *columns).join(answers, answers.c.id == feedback.c.answer_id)
        return self._page(query.order_by(feedback.c.id.desc()), limit, offset)

    def save_pin(self, answer_id: str, key: str, actor: str) -> None:
        """Pin an answer under a key, in the place of what was pinned under it."""
        with self.database.writing() as connection:
            connection.execute(delete(pins).where((pins.c.key == key) | (pins.c.answer_id == answer_id)))
            connection.execute(insert(pins).values(answer_id=answer_id, key=key, actor=actor, at=now()))

    def remove_pin(self, key: str) -> bool:
        """Take off what is pinned under a key; False where nothing was."""
        with self.database.writing() as connection:
            return connection.execute(delete(pins).where(pins.c.key == key)).rowcount > 0

    def pinned(self, key: str) -> tuple[Answer, str, str] | None:
        """The answer pinned under a key, who pinned it and when."""
        query = select(answers.c.content, pins.c.actor, pins.c.at).join(pins, pins.c.answer_id == answers.c.id)
        with self.database.reading() as connection:
            row = connection.execute(query.where(pins.c.key == key)).first()
        return (_to_answer(row.content), row.actor, row.at) if row else None

    def list_pinned(self, limit: int | None, offset: int = 0) -> tuple[list[dict[str, Any]], int]:
        """A page of pinned answers, the newest first, and how many there are."""
        text = answers.c.content["text"].as_string().label("text")
        columns = (pins.c.answer_id, answers.c.question, text, answers.c.engine, pins.c.actor, pins.c.at)
        query = select(*columns).join(answers, answers.c.id == pins.c.answer_id)
        return self._page(query.order_by(pins.c.at.desc(), pins.c.answer_id), limit, offset)

    def list_unanswered(
        self, limit: int | None, offset: int = 0, *, answered: bool = False
    ) -> tuple[list[dict[str, Any]], int]:
        """What our data cannot tell: questions refused or voted down, those asked most often first, and how many; or those
        that have been `answered` well since.

        Rows: see `assistant.records.unanswered.grouped`.
        """
        rows = [
            row
            for row in grouped(self._without_answer(), self._answered_well())
            if bool(row["answered_at"]) == answered
        ]
        return rows[offset : None if limit is None else offset + limit], len(rows)

    def _without_answer(self) -> Iterator[Unanswered]:
        """Every such question as often as it was asked, in the order of time."""
        down = select(feedback.c.answer_id, func.max(feedback.c.comment).label("comment"))
        voted = down.where(feedback.c.verdict == "down").group_by(feedback.c.answer_id).subquery()
        query = select(answers, voted.c.answer_id.label("voted"), voted.c.comment)
        query = query.outerjoin(voted, voted.c.answer_id == answers.c.id)
        query = query.where(answers.c.refused | voted.c.answer_id.is_not(None)).order_by(answers.c.created_at)
        with self.database.reading() as connection:
            for row in connection.execute(query).mappings():
                why, reason = _reason(row)
                yield Unanswered(row["question"], why, reason, row["created_at"], row["id"], _scope(row["content"]))

    def _answered_well(self) -> Iterator[AnsweredWell]:
        """Every answer that is no refusal, no question back and not voted down, in the order of time."""
        votes = select(feedback.c.answer_id, feedback.c.verdict).subquery()
        down = select(votes.c.answer_id).where(votes.c.verdict == "down")
        liked = select(votes.c.answer_id).where(votes.c.verdict == "up").union(select(pins.c.answer_id))
        content = answers.c.content
        query = select(
            answers.c.id, answers.c.question, answers.c.created_at, answers.c.id.in_(liked).label("liked"),
            content["plan"].label("plan"), content["clarify"].label("clarify"),
        )  # fmt: skip
        query = query.where(~answers.c.refused, answers.c.id.not_in(down)).order_by(answers.c.created_at)
        with self.database.reading() as connection:
            for row in connection.execute(query).mappings():
                if not row["clarify"]:
                    scope = _scope({"plan": row["plan"]})
                    yield AnsweredWell(row["question"], row["created_at"], row["id"], scope, liked=bool(row["liked"]))

    def _page(self, query: Select[Any], limit: int | None, offset: int) -> tuple[list[dict[str, Any]], int]:
        with self.database.reading() as connection:
            total = connection.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
            rows = connection.execute(query.limit(limit).offset(offset)).mappings()
            return [dict(row) for row in rows], total


def _scope(content: Mapping[str, Any]) -> tuple[str, ...]:
    """What a question was narrowed to, but for its days."""
    filters = (content["plan"] or {}).get("filters") or {}
    return tuple(sorted(f"{name}={value}" for name in _NARROWING for value in filters.get(name) or ()))


def _reason(row: Mapping[Any, Any]) -> tuple[Why, str]:
    if not row["refused"]:
        return "not_helpful", row["comment"] or ""
    return "no_data" if row["content"]["plan"] else "off_topic", row["content"]["refusal_reason"] or ""


@cache
def _reader() -> TypeAdapter[Answer]:
    return TypeAdapter(Answer)


def _to_answer(content: Mapping[str, Any]) -> Answer:
    """An answer out of its stored content; what it did not have when it was kept has its default."""
    return _reader().validate_python(content)


def to_answers(contents: Sequence[Mapping[str, Any]]) -> list[Answer]:
    """Several of them."""
    return [_to_answer(content) for content in contents]


def _missing(answer_id: str) -> NotFoundError:
    return NotFoundError(f"there is no answer {answer_id!r}")
