"""The model as a reranker: shown the best passages all at once, it says in which order they help with a question."""

from collections.abc import Callable, Sequence
from typing import Literal, Protocol

from assistant.domain.drafts import RankingDraft
from assistant.errors import EgressError, ModelAccessError, ModelAnswerError, ModelError
from vectorstore.errors import EmbedderError

MOST = 20
"""So many passages are shown; those behind them stay behind, in their order."""


class Ranking(Protocol):
    """What puts passages in order; `assistant.llm.engine.ModelEngine` is one."""

    def rank_passages(self, question: str, passages: Sequence[str]) -> RankingDraft:
        """Numbers of passages, counted from 1."""
        ...


class ModelReranker:
    """`vectorstore.reranking.Reranker` over a model.

    Args:
        model: what is asked.
        admit: says which texts may be sent, and writes down whose they are; where one may not, none is.
    """

    def __init__(self, model: Ranking, admit: Callable[[Sequence[str]], Sequence[bool]]) -> None:
        self._model, self._admit = model, admit

    def scores(self, query: str, texts: Sequence[str]) -> list[float]:
        """See `Reranker.scores`: in (0, 1], those that the model named first, the others after them as they came.

        Numbers that were not shown and repeated ones are passed over.

        Raises:
            EmbedderError: the model failed, or named none of what it was shown.
        """
        shown = texts[:MOST]
        if not shown:
            return []
        if not all(self._admit([query, *shown])):
            raise EmbedderError("a text may not be sent to the model", "egress")
        try:
            told = self._model.rank_passages(query, shown).order
        except ModelError as error:
            raise EmbedderError(f"the model put nothing in order ({error})", _kind(error)) from error
        named = [number - 1 for number in dict.fromkeys(told) if 1 <= number <= len(shown)]
        if not named:
            raise EmbedderError("the model named none of the passages", "answer")
        known = set(named)
        order = [*named, *(at for at in range(len(texts)) if at not in known)]
        place = {at: rank for rank, at in enumerate(order)}
        return [1 - place[at] / len(texts) for at in range(len(texts))]


def _kind(error: ModelError) -> Literal["access", "down", "answer", "egress"]:
    if isinstance(error, EgressError):
        return "egress"
    if isinstance(error, ModelAccessError):
        return "access"
    return "answer" if isinstance(error, ModelAnswerError) else "down"
