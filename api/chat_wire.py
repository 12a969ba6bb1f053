"""The wire of OpenAI's chat completions, as far as a window onto our answers needs it."""

import re
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from assistant.answering.triage import LONGEST
from assistant.errors import UsageError

LONGEST_TALK = 1000
"""Messages of a request."""
_CHORE = re.compile(r"\s*#+\s*Task:", re.IGNORECASE)
_NO_CHORES = (
    "messages: this is a chore of the chat window (a title, tags, suggestions), no question about customers' feedback; "
    "turn it off there, or give it another model"
)


class ChatError(UsageError):
    """A request that this window can't serve; `param` and `code` as OpenAI names them."""

    def __init__(self, message: str, *, param: str | None = None, code: str | None = None, status: int = 400) -> None:
        super().__init__(message)
        self.param, self.code, self.status = param, code, status


class _Open(BaseModel):
    """What else a client sends is for other models, and left out."""

    model_config = ConfigDict(extra="ignore", strict=True)


class PartIn(_Open):
    """A part of a message."""

    type: str = "text"
    text: str | None = None


class MessageIn(_Open):
    """A message; what it says is data, whoever is said to say it."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[PartIn] | None = None

    @property
    def text(self) -> str:
        """What its text parts say."""
        if isinstance(self.content, str):
            return self.content
        return "\n".join(part.text for part in self.content or () if part.type == "text" and part.text)

    @property
    def seen_or_heard(self) -> bool:
        """Whether it holds images, sound or files."""
        return isinstance(self.content, list) and any(part.type != "text" for part in self.content)


class StreamOptionsIn(_Open):
    include_usage: bool | None = None


class ChatIn(_Open):
    """A request for a chat completion."""

    model: Annotated[str, Field(min_length=1, max_length=200)]
    messages: Annotated[list[MessageIn], Field(min_length=1, max_length=LONGEST_TALK)]
    stream: bool | None = None
    stream_options: StreamOptionsIn | None = None
    n: int | None = None
    tools: list[Any] | None = None
    functions: list[Any] | None = None
    tool_choice: Any = None
    response_format: dict[str, Any] | None = None
    metadata: dict[str, Any] | None = None

    @property
    def conversation_id(self) -> str | None:
        """The conversation that the answer is to be kept in: `metadata.conversation_id`."""
        given = (self.metadata or {}).get("conversation_id")
        return given[:200] if isinstance(given, str) and given.strip() else None

    def check(self) -> None:
        """Refuse what would be answered in another way than the client counts on.

        Raises:
            ChatError: naming the parameter.
        """
        if self.n not in (None, 1):
            raise ChatError("n: one answer is given, from what was counted and cited; leave n out", param="n")
        for name in ("tools", "functions"):
            if getattr(self, name) and self.tool_choice != "none":
                raise ChatError(f"{name}: this model answers in words and calls no tools; leave them out", param=name)
        if (self.response_format or {}).get("type", "text") != "text":
            message = "response_format: this model answers in Markdown; POST /v1/ask gives the answer as JSON"
            raise ChatError(message, param="response_format")

    def question(self) -> tuple[str, list[str]]:
        """The last thing the user said, and what they said before it, oldest first. All other messages are ignored.

        Raises:
            ChatError: there is none that can be answered.
        """
        said = [(place, message) for place, message in enumerate(self.messages) if message.role == "user"]
        if not said:
            raise ChatError("messages: there is no message of the user", param="messages")
        place, last = said[-1]
        if not last.text.strip():
            held = "only images, sound or files, and text alone is understood" if last.seen_or_heard else "no text"
            raise ChatError(f"messages.{place}.content: it holds {held}", param="messages")
        if _CHORE.match(last.text):
            raise ChatError(_NO_CHORES, param="messages", code="not_a_question")
        if len(last.text) > LONGEST:
            message = f"messages.{place}.content: {len(last.text)} characters; a question may have {LONGEST}"
            raise ChatError(message, param="messages", code="string_above_max_length")
        return last.text, [message.text for _, message in said[:-1] if message.text.strip()]


class UsageOut(BaseModel):
    """Tokens of what was asked and of the answer as shown, estimated."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class SaidOut(BaseModel):
    role: Literal["assistant"] = "assistant"
    content: str
    refusal: str | None = None


class ChoiceOut(BaseModel):
    index: int = 0
    message: SaidOut
    logprobs: None = None
    finish_reason: Literal["stop"] = "stop"


class CompletionOut(BaseModel):
    """A whole chat completion."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str
    choices: list[ChoiceOut]
    usage: UsageOut


class ModelOut(BaseModel):
    id: str
    object: Literal["model"] = "model"
    created: int
    owned_by: str = "voc"


class ModelsOut(BaseModel):
    """The models there are."""

    object: Literal["list"] = "list"
    data: Sequence[ModelOut]


class FaultOut(BaseModel):
    """What was wrong, as OpenAI's clients read it."""

    message: str
    type: str
    param: str | None
    code: str | None


class ErrorOut(BaseModel):
    """An error of what chat clients call."""

    error: FaultOut


def error_body(message: str, kind: str, param: str | None = None, code: str | None = None) -> dict[str, Any]:
    """An error as OpenAI's clients read it."""
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}
