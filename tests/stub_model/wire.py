"""Knows the wire format: what a chat request asks for, and what completions, chunks and errors look like."""

import base64
import json
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

MODEL = "stub-model"
_SCHEMA_IN_TEXT = re.compile(r"# JSON Schema\n(\{.*\})", re.DOTALL)


@dataclass(frozen=True)
class StubRequest:
    """One request as it arrived."""

    path: str
    body: dict[str, Any]
    headers: dict[str, str] = field(repr=False)

    @property
    def messages(self) -> list[dict[str, Any]]:
        return list(self.body.get("messages", []))

    @property
    def system(self) -> str:
        return "\n".join(str(m["content"]) for m in self.messages if m["role"] == "system")

    @property
    def user(self) -> str:
        """The first user message: the prompt itself, without a repair try's complaint."""
        return next((str(m["content"]) for m in self.messages if m["role"] == "user"), "")

    @property
    def repairing(self) -> bool:
        return sum(1 for m in self.messages if m["role"] == "user") > 1

    @property
    def rung(self) -> str:
        """The way it asks for JSON."""
        kind = (self.body.get("response_format") or {}).get("type")
        if kind in ("json_schema", "json_object"):
            return str(kind)
        return "function_calling" if self.body.get("tools") else "plain"

    @property
    def schema(self) -> dict[str, Any] | None:
        """The JSON schema asked for: in the request, in its tool, or in the system text."""
        if self.rung == "json_schema":
            return dict(self.body["response_format"]["json_schema"]["schema"])
        if self.rung == "function_calling":
            return dict(self.body["tools"][0]["function"]["parameters"])
        found = _SCHEMA_IN_TEXT.search(self.system)
        return dict(json.loads(found[1])) if found else None

    @property
    def limit(self) -> int | None:
        """Tokens (here: characters) that the answer may take."""
        limit = self.body.get("max_completion_tokens", self.body.get("max_tokens"))
        return int(limit) if limit is not None else None

    @property
    def asks_for(self) -> frozenset[str]:
        """The fields of the answer asked for."""
        return frozenset((self.schema or {}).get("properties", ()))


def completion(request: StubRequest, text: str, *, finish: str = "stop", usage: bool = True) -> dict[str, Any]:
    """A chat completion that says `text`, as a tool call where one was asked for."""
    message: dict[str, Any] = {"role": "assistant", "content": text, "refusal": None}
    if request.rung == "function_calling":
        name = request.body["tools"][0]["function"]["name"]
        call = {"id": "call_1", "type": "function", "function": {"name": name, "arguments": text}}
        message |= {"content": None, "tool_calls": [call]}
        finish = "tool_calls" if finish == "stop" else finish
    answer = {
        "id": "chatcmpl-stub",
        "object": "chat.completion",
        "created": 1,
        "model": request.body.get("model", MODEL),
        "choices": [{"index": 0, "message": message, "finish_reason": finish, "logprobs": None}],
    }
    return answer | ({"usage": _usage(request, text)} if usage else {})


def chunks(request: StubRequest, text: str, *, whole: bool = True) -> Iterator[str]:
    """The same as server-sent events, with usage in the last one where it was asked for; not `whole`: without an end."""
    head = {"id": "chatcmpl-stub", "object": "chat.completion.chunk", "created": 1, "model": request.body.get("model")}

    def event(choices: list[dict[str, Any]], **more: Any) -> str:
        return f"data: {json.dumps({**head, 'choices': choices, **more}, ensure_ascii=False)}\n\n"

    def delta(piece: str) -> dict[str, Any]:
        if request.rung == "function_calling":
            return {"tool_calls": [{"index": 0, "function": {"arguments": piece}}]}
        return {"role": "assistant", "content": piece}

    for at in range(0, len(text), 16):
        yield event([{"index": 0, "delta": delta(text[at : at + 16]), "finish_reason": None}])
    if not whole:
        return
    yield event([{"index": 0, "delta": {}, "finish_reason": "stop"}])
    if (request.body.get("stream_options") or {}).get("include_usage"):
        yield event([], usage=_usage(request, text))
    yield "data: [DONE]\n\n"


def error(
    message: str, code: str | None, param: str | None = None, kind: str = "invalid_request_error"
) -> dict[str, Any]:
    """An error's body."""
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def embedding(vector: list[float], index: int, encoding: str) -> dict[str, Any]:
    """One embedding, as numbers or, as the official client asks, as base64 of little-endian floats."""
    packed = base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()
    return {"object": "embedding", "index": index, "embedding": packed if encoding == "base64" else vector}


def _usage(request: StubRequest, text: str) -> dict[str, int]:
    asked = sum(len(str(message.get("content") or "")) for message in request.messages)
    return {"prompt_tokens": asked, "completion_tokens": len(text), "total_tokens": asked + len(text)}
