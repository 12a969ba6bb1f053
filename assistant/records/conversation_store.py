"""Conversations as stored: whose they are and which answers were given in them, in order."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, and_, delete, exists, func, insert, select, update

from assistant.domain.answers import Answer
from assistant.errors import NotFoundError
from assistant.records.answer_store import to_answers
from assistant.records.database import Database, chunks, now
from assistant.records.tables import answers, conversation_answers, conversations, pins


class ConversationStore:
    """Talks of users; nobody sees or deletes another one's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, conversation_id: str, owner: str, answer_id: str) -> None:
        """Put an answer that is kept at the end of a conversation, which is begun where there is none."""
        key = {"id": conversation_id, "owner": owner}
        c = conversation_answers.c

        def put(connection: Connection) -> None:
            changed = connection.execute(update(conversations).where(*_is(key)).values(updated_at=now())).rowcount
            if not changed:
                connection.execute(insert(conversations).values(**key, created_at=now(), updated_at=now()))
            where = and_(c.conversation_id == conversation_id, c.owner == owner)
            place = 1 + (connection.scalar(select(func.max(c.place)).where(where)) or 0)
            values = {"answer_id": answer_id, "conversation_id": conversation_id, "owner": owner, "place": place}
            connection.execute(insert(conversation_answers).values(**values))

        self._database.beside(put)

    def questions(self, conversation_id: str, owner: str) -> list[str]:
        """The last that were asked in a conversation, masked, the first first; nothing where there is none."""
        query = select(answers.c.question).join(conversation_answers, conversation_answers.c.answer_id == answers.c.id)
        query = query.where(*_in(conversation_id, owner)).order_by(_PLACE.desc()).limit(_LAST)
        with self._database.reading() as connection:
            return list(reversed(list(connection.scalars(query))))

    def answers(self, conversation_id: str, owner: str) -> list[Answer]:
        """The questions and answers of a conversation, the first first.

        Raises:
            NotFoundError: this user has no such conversation.
        """
        query = select(answers.c.content).join(conversation_answers, conversation_answers.c.answer_id == answers.c.id)
        with self._database.reading() as connection:
            _demand(connection, conversation_id, owner)
            found = connection.scalars(query.where(*_in(conversation_id, owner)).order_by(_PLACE))
            return to_answers(list(found))

    def page(self, owner: str | None, limit: int | None, offset: int = 0) -> tuple[list[dict[str, Any]], int]:
        """A page of a user's conversations (of everybody's where None), the latest first, and how many there are.

        Rows: ``conversation_id, owner, title`` (what was asked first), ``answers, created_at, updated_at``.
        """
        where = [] if owner is None else [conversations.c.owner == owner]
        c = conversations.c
        query = select(c.id.label("conversation_id"), c.owner, _TITLE, _COUNT, c.created_at, c.updated_at)
        query = query.where(*where).order_by(c.updated_at.desc(), c.id, c.owner).limit(limit).offset(offset)
        with self._database.reading() as connection:
            total = connection.scalar(select(func.count()).select_from(conversations).where(*where)) or 0
            return [dict(row) for row in connection.execute(query).mappings()], total

    def remove(self, conversation_id: str, owner: str) -> dict[str, int]:
        """Delete a conversation with its answers and what was said of them; pinned answers stay, out of it.

        Raises:
            NotFoundError: this user has no such conversation.
        """
        with self._database.writing() as connection:
            _demand(connection, conversation_id, owner)
            return _remove(connection, conversation_id, owner)

    def remove_all(self, owner: str) -> dict[str, int]:
        """Delete every conversation of a user."""
        total = {"conversations": 0, "answers": 0, "kept_pinned": 0}
        with self._database.writing() as connection:
            for one in connection.scalars(select(conversations.c.id).where(conversations.c.owner == owner)).all():
                total = {name: total[name] + count for name, count in _remove(connection, one, owner).items()}
        return total


_LAST = 50
"""Questions that are history."""
_PLACE = conversation_answers.c.place
_OF_THIS = and_(
    conversation_answers.c.conversation_id == conversations.c.id, conversation_answers.c.owner == conversations.c.owner
)
_COUNT = select(func.count()).where(_OF_THIS).correlate(conversations).scalar_subquery().label("answers")
_TITLE = (
    select(answers.c.question).join(conversation_answers, conversation_answers.c.answer_id == answers.c.id)
    .where(_OF_THIS).order_by(_PLACE).limit(1).correlate(conversations).scalar_subquery().label("title")
)  # fmt: skip


def remove_empty(connection: Connection) -> int:
    """Delete the conversations in which no answer is left."""
    return connection.execute(delete(conversations).where(~exists().where(_OF_THIS))).rowcount


def remove_told(connection: Connection, tells: Callable[[str], bool]) -> int:
    """Delete the conversations whose id or owner tells of somebody, such as a ticket's number, with their answers."""
    rows = connection.execute(select(conversations.c.id, conversations.c.owner)).all()
    told = [row for row in rows if tells(row.id) or tells(row.owner)]
    return sum(_remove(connection, row.id, row.owner)["conversations"] for row in told)


def _remove(connection: Connection, conversation_id: str, owner: str) -> dict[str, int]:
    held = connection.scalars(select(conversation_answers.c.answer_id).where(*_in(conversation_id, owner))).all()
    kept = _pinned(connection, held)
    for some in chunks([one for one in held if one not in kept]):
        connection.execute(delete(answers).where(answers.c.id.in_(some)))
    connection.execute(delete(conversations).where(*_is({"id": conversation_id, "owner": owner})))
    return {"conversations": 1, "answers": len(held) - len(kept), "kept_pinned": len(kept)}


def _pinned(connection: Connection, answer_ids: Sequence[str]) -> set[str]:
    query = select(pins.c.answer_id)
    return {one for some in chunks(answer_ids) for one in connection.scalars(query.where(pins.c.answer_id.in_(some)))}


def _demand(connection: Connection, conversation_id: str, owner: str) -> None:
    where = _is({"id": conversation_id, "owner": owner})
    if not connection.scalar(select(func.count()).select_from(conversations).where(*where)):
        raise NotFoundError(f"{owner} has no conversation {conversation_id!r}")


def _is(key: dict[str, str]) -> tuple[Any, ...]:
    return tuple(conversations.c[name] == value for name, value in key.items())


def _in(conversation_id: str, owner: str) -> tuple[Any, ...]:
    return conversation_answers.c.conversation_id == conversation_id, conversation_answers.c.owner == owner
