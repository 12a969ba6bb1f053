"""An answer as a chat window gets it: its Markdown piece by piece, as OpenAI's chunks or as one completion."""

import json
import secrets
import time
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from api.chat_wire import ChatIn, ChoiceOut, CompletionOut, SaidOut, UsageOut, error_body
from api.markdown import beside, with_footnotes
from api.problems import problem_of
from api.streaming import BEAT, STOPPED
from assistant.answering.events import Event
from assistant.domain.answers import Answer, Citation
from assistant.llm.budget import estimate_tokens


@dataclass(frozen=True, slots=True)
class Window:
    """What is asked of us through a chat window, and how the answer is to look in it."""

    asked: ChatIn
    language: str
    counted: bool
    """Figures as a table, for managers; else needs, reply and opportunities, for the staff."""
    id: str = field(default_factory=lambda: f"chatcmpl-{secrets.token_hex(12)}")
    created: int = field(default_factory=lambda: int(time.time()))

    def completion(self, steps: Generator[Event]) -> CompletionOut:
        """The answer that these steps end with, whole."""
        text = "".join(piece for piece in self._pieces(steps) if piece is not None)
        choice = ChoiceOut(message=SaidOut(content=text))
        return CompletionOut(
            id=self.id, created=self.created, model=self.asked.model, choices=[choice], usage=self._usage(text)
        )

    def chunks(self, steps: Generator[Event], mask: Callable[[str], str]) -> Generator[bytes]:
        """The same as chunks; an error becomes the last event, as OpenAI's clients read it."""
        told: list[str] = []
        yield self._chunk({"role": "assistant", "content": ""})
        try:
            for piece in self._pieces(steps):
                told.append(piece or "")
                yield BEAT if piece is None else self._chunk({"content": piece})
        except Exception as error:  # noqa: BLE001 - the answer has begun: the error must travel inside the stream
            content = problem_of(error)
            yield _sent(error_body(mask(str(content["detail"])), "server_error", code=str(content["status"])))
            return
        yield self._chunk({}, finish="stop")
        if self.asked.stream_options is not None and self.asked.stream_options.include_usage:
            usage = self._usage("".join(told)).model_dump()
            yield _sent({**self._head(), "choices": [], "usage": usage})
        yield b"data: [DONE]\n\n"

    @staticmethod
    def stopped() -> bytes:
        """The last event of an answer that is not waited for any more, since the service ends."""
        return _sent(error_body(STOPPED, "server_error", code="503"))

    def _pieces(self, steps: Generator[Event]) -> Generator[str | None]:
        """Pieces of Markdown; None while nothing is to be told yet."""
        citations: list[Citation] = []
        with closing(steps):
            for step in steps:
                match step.kind, step.data:
                    case "citation", Citation() as citation:
                        citations.append(citation)
                    case "token", str() as text:
                        yield with_footnotes(text, citations)
                    case "done", Answer() as answer:
                        yield beside(answer, self.language, counted=self.counted)
                    case _:
                        yield None

    def _usage(self, text: str) -> UsageOut:
        asked = sum(estimate_tokens(message.text) for message in self.asked.messages)
        said = estimate_tokens(text)
        return UsageOut(prompt_tokens=asked, completion_tokens=said, total_tokens=asked + said)

    def _chunk(self, delta: dict[str, Any], finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return _sent({**self._head(), "choices": [choice]})

    def _head(self) -> dict[str, Any]:
        return {
            "id": self.id, "object": "chat.completion.chunk", "created": self.created, "model": self.asked.model,
        }  # fmt: skip


def _sent(data: dict[str, Any]) -> bytes:
    return f"data: {json.dumps(data, ensure_ascii=False)}\n\n".encode()
