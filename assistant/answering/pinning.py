"""Good answers that somebody pinned: offered again when the same is asked, as long as everything in them still stands."""

import hashlib
import json
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Protocol

from assistant.domain.answers import Answer, Citation, Figure, Need, Plan
from assistant.domain.knowledge import Backing, House
from assistant.domain.records import Record, customer_spans
from assistant.errors import NotFoundError, UsageError

_TOLD = "置顶的回答"
_NOT_UNDERSTOOD = ("question", "notes", "made_by")
"""What of a plan does not say how a question was understood."""


class PinStore(Protocol):
    """Answers with their pins, and the records they cite."""

    def answer(self, answer_id: str) -> Answer:
        """One answer.

        Raises:
            NotFoundError: there is none.
        """
        ...

    def save_pin(self, answer_id: str, key: str, actor: str) -> None:
        """Pin an answer under a key, in the place of what was pinned under it."""
        ...

    def remove_pin(self, key: str) -> bool:
        """Take off what is pinned under a key; False where nothing was."""
        ...

    def pinned(self, key: str) -> tuple[Answer, str, str] | None:
        """The answer pinned under a key, who pinned it and when."""
        ...

    def record(self, any_id: str) -> Record:
        """The record of an id.

        Raises:
            NotFoundError: where there is none.
        """
        ...


@dataclass(frozen=True, slots=True)
class Offer:
    """The pinned answer where it still stands, or the reason why what is pinned is not offered; neither where nothing is."""

    answer: Answer | None = None
    warning: str | None = None


class Pins:
    """Pins answers and offers them again."""

    def __init__(self, store: PinStore, documents: Callable[[], Sequence[House]] = tuple) -> None:
        self._store, self._documents = store, documents

    def pin(self, answer_id: str, actor: str) -> Answer:
        """Pin an answer, in the place of the one that was pinned for the same question.

        Raises:
            NotFoundError: there is no such answer.
            UsageError: it is a refusal, or does not stand any more.
        """
        answer = self._store.answer(answer_id)
        if answer.refused or answer.clarify or answer.plan is None:
            raise UsageError(f"{answer_id} is a refusal or a question back: only an answer can be pinned")
        if not self._stands(answer):
            raise UsageError(f"{answer_id} cites words that are not in their source any more: ask anew and pin that")
        self._store.save_pin(answer_id, key_of(answer.question, answer.plan), actor)
        return answer

    def unpin(self, answer_id: str) -> None:
        """Take off what is pinned for the question of an answer: this answer, or the one it repeats.

        Raises:
            NotFoundError: nothing is.
        """
        answer = self._store.answer(answer_id)
        if answer.plan is None or not self._store.remove_pin(key_of(answer.question, answer.plan)):
            raise NotFoundError(f"the answer {answer_id!r} is not pinned: `voc list pinned` shows which are")

    def offer(self, question: str, plan: Plan, figures: Sequence[Figure], needs: Sequence[Need]) -> Offer:
        """What is pinned for a question as it was understood now, if its quotes stand, its figures are `figures` and
        its needs `needs`."""
        found = self._store.pinned(key_of(question, plan))
        if found is None:
            return Offer()
        answer, actor, at = found
        if (changed := self._changed(answer, figures, needs)) is not None:
            return Offer(warning=f"{at[:10]} {_TOLD}没有采用：{changed}，这是重新作的回答")
        told = f"这是 {actor} 于 {at[:10]} {_TOLD}，引用和数字刚刚重新核对过"
        rest = (warning for warning in answer.warnings if _TOLD not in warning)
        return Offer(replace(answer, warnings=(told, *rest)))

    def _changed(self, answer: Answer, figures: Sequence[Figure], needs: Sequence[Need]) -> str | None:
        if not self._stands(answer):
            return "它引用的原话已有变动"
        if _counted(answer.figures) != _counted(figures):
            return "其中的数字已有变化"
        return None if set(answer.needs) == set(needs) else "相关的需求主题已有变动"

    def _stands(self, answer: Answer) -> bool:
        said = all(self._said(citation) for citation in answer.citations)
        return said and all(self._written(backing) for backing in answer.backings)

    def _said(self, citation: Citation) -> bool:
        try:
            record = self._store.record(citation.record_id)
        except NotFoundError:
            return False
        inside = any(start <= citation.start and citation.end <= end for start, end in customer_spans(record))
        return inside and record.text[citation.start : citation.end] == citation.quote

    def _written(self, backing: Backing) -> bool:
        """Whether a document, or an agent in a record, still says so."""
        at = slice(backing.start, backing.end)
        if backing.kind == "document":
            houses = (house for house in self._documents() if house.id == backing.document_id)
            return any(section.text[at] == backing.quote for house in houses for section in house.sections)
        try:
            return self._store.record(backing.document_id).text[at] == backing.quote
        except NotFoundError:
            return False


def key_of(question: str, plan: Plan) -> str:
    """Digest of a question and of how it was understood: with other dates, products or groups it is another."""
    words = "".join(c for c in unicodedata.normalize("NFKC", question).casefold() if c.isalnum())
    understood = {name: value for name, value in asdict(plan).items() if name not in _NOT_UNDERSTOOD}
    whole = json.dumps([words, understood], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(whole.encode()).hexdigest()


def _counted(figures: Sequence[Figure]) -> list[tuple[str, float, str]]:
    return [(figure.label, figure.value, figure.unit) for figure in figures]
