"""What the model engine needs of others: an endpoint that answers, a net for personal values, a book of whose words go."""

from collections.abc import Callable, Iterable
from typing import Protocol, TypedDict, TypeVar, Unpack

from assistant.domain.drafts import Draft
from assistant.domain.engine import Usage
from assistant.llm.budget import Spending
from prompts import RenderedPrompt

T = TypeVar("T", bound=Draft)


class Asking(TypedDict, total=False):
    """How a prompt is asked; what each is when it is left out, `assistant.llm.chat.ChatEndpoint.complete` says."""

    spending: Spending | None
    expected: int
    quick: bool
    sending: Callable[[], None] | None


class Endpoint(Protocol):
    """What a prompt is put to; by default `assistant.llm.chat.ChatEndpoint`, which documents these."""

    @property
    def model(self) -> str:
        """Name of the model."""
        ...

    @property
    def shaping(self) -> dict[str, str]:
        """What of the endpoint shapes an answer, for keys."""
        ...

    def complete(self, prompt: RenderedPrompt, schema: type[T], **how: Unpack[Asking]) -> tuple[T, Usage]:
        """The answer as a valid draft, and what it cost."""
        ...


class Net(Protocol):
    """What scans a model's words for personal values before they are kept."""

    def scan(self, draft: T, shown: str | None = None) -> T:
        """The draft without personal values; `shown` is what the model was shown."""
        ...


class Ledger(Protocol):
    """Where it is written down whose words are sent."""

    def note(self, subjects: Iterable[str]) -> None:
        """Note data subjects."""
        ...
