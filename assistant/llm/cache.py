"""Knows when two calls are the same call, and keeps the answers already paid for."""

import hashlib
import json
import threading
from collections.abc import Mapping
from typing import Protocol

from pydantic import BaseModel

from assistant.domain.engine import Usage
from assistant.llm.shapes import schema_text
from prompts import RenderedPrompt

Kept = tuple[str, str, str, str, Usage]
"""An answer that was valid: key, model, name of the prompt, the answer's JSON, what it cost."""


class CallCache(Protocol):
    """Answers by key. An implementation may lose entries, but must never hand out another key's."""

    def get(self, key: str) -> str | None:
        """The answer's JSON, or None where the call has not been paid for yet."""
        ...

    def put(self, key: str, model: str, prompt_name: str, answer_json: str, usage: Usage) -> None:
        """Keep an answer that was valid, with what it cost."""
        ...


class MemoryCache:
    """A cache that lasts as long as the process."""

    def __init__(self) -> None:
        self._answers: dict[str, str] = {}
        self._lock = threading.Lock()

    def get(self, key: str) -> str | None:
        """See `CallCache.get`."""
        with self._lock:
            return self._answers.get(key)

    def put(self, key: str, model: str, prompt_name: str, answer_json: str, usage: Usage) -> None:
        """See `CallCache.put`."""
        with self._lock:
            self._answers[key] = answer_json

    def __len__(self) -> int:
        return len(self._answers)


def call_key(prompt: RenderedPrompt, schema: type[BaseModel], shaping: Mapping[str, str]) -> str:
    """SHA-256 over all that shapes an answer: prompt file, rendered text, schema, and `shaping` (model, settings)."""
    return digest_of(prompt.digest, prompt.system, prompt.user, schema_text(schema), dict(shaping))


def digest_of(*parts: object) -> str:
    """SHA-256 over JSON values in order, none of which can run into the next."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
