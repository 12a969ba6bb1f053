"""Knows how to look at what would be sent: an endpoint that sends nothing and hands the question back."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar, Unpack

from pydantic import BaseModel

from assistant.domain.engine import Usage
from assistant.errors import VocError
from assistant.llm.seams import Asking
from prompts import RenderedPrompt

T = TypeVar("T", bound=BaseModel)


class Shown(VocError):  # noqa: N818  (no fault: it carries the question out past everything that would answer it)
    """The question that would have been sent."""

    def __init__(self, prompt: RenderedPrompt, schema: type[BaseModel]) -> None:
        super().__init__(prompt.name)
        self.prompt, self.schema = prompt, schema


class ShowingEndpoint:
    """An `Endpoint` that raises each question as `Shown` instead of sending it."""

    def __init__(self, model: str) -> None:
        self._model = model

    @property
    def model(self) -> str:
        """See `Endpoint.model`."""
        return self._model

    @property
    def shaping(self) -> dict[str, str]:
        """Like no real endpoint's, so that nothing made before answers in the question's place."""
        return {"model": self._model, "shown": "not sent"}

    def complete(self, prompt: RenderedPrompt, schema: type[T], **how: Unpack[Asking]) -> tuple[T, Usage]:
        """Sends nothing.

        Raises:
            Shown: always.
        """
        raise Shown(prompt, schema)


def caught(calls: Sequence[Callable[[], Any]]) -> Iterator[Shown]:
    """What each of these calls would have asked first; a call that asks nothing gives nothing."""
    for call in calls:
        try:
            call()
        except Shown as shown:
            yield shown
