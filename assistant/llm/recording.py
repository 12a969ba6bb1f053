"""Knows exchanges with a model that were recorded: kept in a file under the keys of the call cache, played back to nobody."""

import datetime as dt
import gzip
import json
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, Unpack

from assistant.domain.drafts import Draft
from assistant.domain.engine import Usage
from assistant.errors import NotRecordedError, UsageError
from assistant.llm.cache import digest_of
from assistant.llm.seams import Asking
from prompts import RenderedPrompt

T = TypeVar("T", bound=Draft)


@dataclass(slots=True)
class Recording:
    """A call cache in a file: every answer that was paid for, with its key, and in the head how it was made.

    While it grows it is plain lines beside the file (``.part``), each written at once, so that a stopped run goes on;
    `close` packs them into the file, sorted by key.
    """

    path: Path
    head: dict[str, Any]
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    """Keys of the answers that were asked for since it was opened."""
    missed: set[tuple[str, str]] = field(default_factory=set)
    """Prompt and digest of the questions since it was opened that it holds no answer to, nobody being asked."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def model(self) -> str:
        """Name of the model that answered."""
        return str(self.head["shaping"]["model"])

    def get(self, key: str) -> str | None:
        """See `CallCache.get`."""
        with self._lock:
            found = self.answers.get(key)
            if found is not None:
                self.used.add(key)
        return None if found is None else json.dumps(found["answer"], ensure_ascii=False)

    def put(self, key: str, model: str, prompt_name: str, answer_json: str, usage: Usage) -> None:
        """See `CallCache.put`."""
        row = {
            "key": key,
            "prompt": prompt_name,
            "prompt_tokens": usage.prompt_tokens,
            "completion_tokens": usage.completion_tokens,
            "answer": json.loads(answer_json),
        }
        with self._lock:
            self.answers[key] = row
            self.used.add(key)
            with part_of(self.path).open("a", encoding="utf-8") as file:
                file.write(json.dumps(row, ensure_ascii=False) + "\n")

    def miss(self, prompt: RenderedPrompt) -> None:
        """Note a question to which there is no answer."""
        with self._lock:
            self.missed.add((prompt.name.partition(".v")[0], digest_of(prompt.system, prompt.user)))

    @property
    def lacking(self) -> dict[str, int]:
        """Prompt → questions since it was opened that it holds no answer to."""
        with self._lock:
            return dict(sorted(Counter(name for name, _ in self.missed).items()))

    def told_missed(self) -> str:
        """One sentence on the questions that it holds no answer to; blank where there is none."""
        told = ", ".join(f"{n} of {prompt}" for prompt, n in self.lacking.items())
        return f"not in the recording {self.path.name}, so not counted: {told}" if told else ""

    def holds(self, prompt: str) -> bool:
        """Whether there are answers to a prompt, of whatever version."""
        return any(row["prompt"].startswith(f"{prompt}.") for row in self.answers.values())

    def tokens(self, *, without: str) -> tuple[int, int]:
        """Tokens of questions and of answers that were used, but for those of one prompt."""
        rows = [self.answers[key] for key in self.used]
        rows = [row for row in rows if not row["prompt"].startswith(f"{without}.")]
        return sum(row["prompt_tokens"] for row in rows), sum(row["completion_tokens"] for row in rows)

    def close(self, *, only_used: bool = False) -> None:
        """Pack all answers into the file: the same answers make the same bytes.

        Answers to an older version of a prompt go once a newer one was answered; with `only_used`, all go that were not
        asked for since it was opened.
        """
        newest: dict[str, int] = {}
        for name, version in (_versioned(self.answers[key]) for key in self.used & set(self.answers)):
            newest[name] = max(version, newest.get(name, 0))
        kept = {
            key: row
            for key, row in self.answers.items()
            if _versioned(row)[1] >= newest.get(_versioned(row)[0], 0) and (key in self.used or not only_used)
        }
        lines = [self.head, *(kept[key] for key in sorted(kept))]
        text = "".join(json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n" for line in lines)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = self.path.with_name(f"{self.path.name}.packing")
        draft.write_bytes(gzip.compress(text.encode(), mtime=0))
        draft.replace(self.path)
        part_of(self.path).unlink(missing_ok=True)


def begin(
    path: Path, shaping: Mapping[str, str], made_with: Mapping[str, str], task: str = "extract", *, anew: bool = False
) -> Recording:
    """A recording to be added to: a new one, or the one that is there where it was made in the same way.

    With `anew`, one that was made in another way is recorded again: of the one that is there, and of what was begun, all
    is at hand, since no answer is found under a question that is another now.

    Raises:
        UsageError: the file is there and was made in another way, or by another model.
    """
    head = {"task": task, "shaping": dict(shaping), "made_with": dict(made_with)}
    kept: dict[str, dict[str, Any]] = {}
    known: dict[str, str] = {}
    recorded = dt.datetime.now(dt.UTC).date().isoformat()
    if path.exists():
        before = read_recording(path)
        if not anew and {name: before.head[name] for name in head} != head:
            raise UsageError(f"{path} was recorded with another prompt or model: name another file, or remove it")
        recorded = recorded if anew else before.head["recorded"]
        kept = before.answers
        known = {name: before.head[name] for name in ("texts_digest",) if name in before.head and not anew}
    part = part_of(path)
    if part.exists():
        kept = {**kept, **{row["key"]: row for row in _rows(part.read_text(encoding="utf-8"))}}
    part.parent.mkdir(parents=True, exist_ok=True)
    return Recording(path, {**head, **known, "recorded": recorded}, kept)


def read_recording(path: Path) -> Recording:
    """A recording as it was packed.

    Raises:
        UsageError: it is not there or no recording.
    """
    try:
        head, *rows = _rows(gzip.decompress(path.read_bytes()).decode("utf-8"))
        return Recording(path, head, {row["key"]: row for row in rows})
    except FileNotFoundError:
        raise UsageError(f"there is no recording {path}: make one with `voc eval extraction --record {path}`") from None
    except (OSError, EOFError, ValueError, KeyError) as error:
        raise UsageError(f"{path} is no recording of ours ({type(error).__name__})") from None


class SilentEndpoint:
    """An endpoint that is never reached: what the recording does not hold fails, saying so."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording

    @property
    def model(self) -> str:
        """See `Endpoint.model`."""
        return self._recording.model

    @property
    def shaping(self) -> dict[str, str]:
        """See `Endpoint.shaping`: that of the endpoint which was recorded."""
        return dict(self._recording.head["shaping"])

    def complete(self, prompt: RenderedPrompt, schema: type[T], **how: Unpack[Asking]) -> tuple[T, Usage]:
        """Never answers.

        Raises:
            NotRecordedError: always.
        """
        self._recording.miss(prompt)
        raise NotRecordedError(
            f"this {prompt.name} call is not in {self._recording.path.name}: what it would ask has changed since"
        )


def part_of(path: Path) -> Path:
    """Where a recording stands while it grows."""
    return path.with_name(f"{path.name}.part")


def _versioned(row: Mapping[str, Any]) -> tuple[str, int]:
    name, _, version = str(row["prompt"]).rpartition(".v")
    return name, int(version)


def _rows(text: str) -> list[dict[str, Any]]:
    """JSON lines; a last line that was cut off while it was written is left out."""
    lines = text.splitlines(keepends=True)
    whole = [line for line in lines if line.endswith("\n") and line.strip()]
    return [json.loads(line) for line in whole]
