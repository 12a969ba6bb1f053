"""Questions in conversations: what a user asked before is history, and every answer is kept with the talk it was given in."""

from collections.abc import Generator, Sequence
from dataclasses import replace
from typing import Any, Protocol

from assistant.answering.compose import AnswerService
from assistant.answering.events import Event
from assistant.answering.ports import Masker
from assistant.domain.answers import Answer
from assistant.domain.filters import Filters
from assistant.errors import BusyError, StoreError

ANYBODY = "staff"
"""Who asks where nobody is named."""


class Conversations(Protocol):
    """Talks of users; nobody sees or deletes another one's."""

    def add(self, conversation_id: str, owner: str, answer_id: str) -> None:
        """Put an answer at the end of a conversation, which is begun where there is none."""
        ...

    def questions(self, conversation_id: str, owner: str) -> list[str]:
        """The last that were asked in it, the first first; nothing where there is none."""
        ...

    def answers(self, conversation_id: str, owner: str) -> list[Answer]:
        """The questions and answers of a conversation, the first first.

        Raises:
            NotFoundError: this user has no such conversation.
        """
        ...

    def page(self, owner: str | None, limit: int | None, offset: int = 0) -> tuple[list[dict[str, Any]], int]:
        """A page of a user's conversations (of everybody's where None), the latest first, and how many there are."""
        ...

    def remove(self, conversation_id: str, owner: str) -> dict[str, int]:
        """Delete a conversation with its answers.

        Raises:
            NotFoundError: this user has no such conversation.
        """
        ...

    def remove_all(self, owner: str) -> dict[str, int]:
        """Delete every conversation of a user."""
        ...


class Talks:
    """Asks in conversations and keeps them; ids and owners are masked as any other text."""

    def __init__(self, service: AnswerService, conversations: Conversations, masker: Masker) -> None:
        self._service, self._conversations, self._masker = service, conversations, masker

    def ask(
        self,
        question: str,
        filters: Filters | None = None,
        history: Sequence[str] = (),
        *,
        conversation_id: str | None = None,
        owner: str = ANYBODY,
    ) -> Answer:
        """The answer to a question; see `stream`."""
        answer: Answer | None = None
        for event in self.stream(question, filters, history, conversation_id=conversation_id, owner=owner):
            answer = event.data if isinstance(event.data, Answer) else answer
        assert answer is not None
        return answer

    def stream(
        self,
        question: str,
        filters: Filters | None = None,
        history: Sequence[str] = (),
        *,
        conversation_id: str | None = None,
        owner: str = ANYBODY,
    ) -> Generator[Event]:
        """The events of an answer. In a conversation the earlier questions are looked up where none are given, and the
        answer is kept in it.

        Raises:
            UsageError: where the question is too long.
        """
        if conversation_id is None:
            yield from self._service.stream(question, filters, history)
            return
        key, who = self._masked(conversation_id), self._masked(owner)
        earlier = history or self._conversations.questions(key, who)
        for event in self._service.stream(question, filters, earlier):
            yield replace(event, data=self._kept(event.data, key, who)) if isinstance(event.data, Answer) else event

    def page(self, owner: str | None, limit: int | None, offset: int = 0) -> tuple[list[dict[str, Any]], int]:
        """A page of a user's conversations (of everybody's where None), the latest first, and how many there are."""
        return self._conversations.page(None if owner is None else self._masked(owner), limit, offset)

    def answers(self, conversation_id: str, owner: str = ANYBODY) -> list[Answer]:
        """The questions and answers of a conversation, the first first.

        Raises:
            NotFoundError: this user has no such conversation.
        """
        return self._conversations.answers(self._masked(conversation_id), self._masked(owner))

    def remove(self, conversation_id: str, owner: str = ANYBODY) -> dict[str, int]:
        """Delete a conversation with its answers; those that are pinned stay, out of it.

        Raises:
            NotFoundError: this user has no such conversation.
        """
        return self._conversations.remove(self._masked(conversation_id), self._masked(owner))

    def remove_all(self, owner: str = ANYBODY) -> dict[str, int]:
        """Delete every conversation of a user."""
        return self._conversations.remove_all(self._masked(owner))

    def _kept(self, answer: Answer, conversation_id: str, owner: str) -> Answer:
        try:
            self._conversations.add(conversation_id, owner, answer.id)
        except (StoreError, BusyError):
            return replace(answer, warnings=(*answer.warnings, "这份回答没有存进对话；请管理员看 voc doctor"))
        return answer

    def _masked(self, text: str) -> str:
        return str(self._masker.mask_text(text)[0])
