"""Knows recorded exchanges with a model: how they are kept under the keys of the call cache, and when they are stale."""

import datetime as dt
import gzip
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from assistant.domain.drafts import Draft, ReadingsDraft
from assistant.domain.engine import Usage
from assistant.domain.records import Record
from assistant.errors import ModelAnswerError, UsageError
from assistant.llm.budget import Spending
from assistant.llm.cache import digest_of
from assistant.llm.reader import PROMPT
from assistant.llm.rendering import RENDERING
from assistant.llm.seams import Endpoint
from assistant.llm.shapes import schema_text
from prompts import RenderedPrompt, load

FOLDER = Path(__file__).with_name("recordings")
_HOW = {"proposals": "proposals --drafts", "judge": "extraction --judge 60 --judgements"}
"""Task → how it is recorded, where not as readings are."""
T = TypeVar("T", bound=Draft)


def ingredients(language: str, company: str) -> dict[str, str]:
    """What a reading is made with here and now, for the head of a recording: name → version or digest."""
    prompt = load(PROMPT, language)
    return {
        "prompt": prompt.name,
        "prompt_digest": prompt.digest,
        "schema_digest": digest_of(schema_text(ReadingsDraft)),
        "rendering": RENDERING,
        "company_digest": digest_of(company),
        "language": language,
    }


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
            with _part(self.path).open("a", encoding="utf-8") as file:
                file.write(json.dumps(row, ensure_ascii=False) + "\n")

    def miss(self, prompt: RenderedPrompt) -> None:
        """Note a question to which there is no answer."""
        with self._lock:
            self.missed.add((prompt.name.partition(".v")[0], digest_of(prompt.system, prompt.user)))

    def told_missed(self) -> str:
        """One sentence on the questions that it holds no answer to; blank where there is none."""
        told = ", ".join(f"{n} of {prompt}" for prompt, n in sorted(Counter(name for name, _ in self.missed).items()))
        return f"not in the recording {self.path.name}, so not counted: {told}" if told else ""

    def holds(self, prompt: str) -> bool:
        """Whether there are answers to a prompt, of whatever version."""
        return any(row["prompt"].startswith(f"{prompt}.") for row in self.answers.values())

    def tokens(self, *, without: str) -> tuple[int, int]:
        """Tokens of questions and of answers that were used, but for those of one prompt."""
        rows = [self.answers[key] for key in self.used]
        rows = [row for row in rows if not row["prompt"].startswith(f"{without}.")]
        return sum(row["prompt_tokens"] for row in rows), sum(row["completion_tokens"] for row in rows)

    def close(self) -> None:
        """Pack all answers into the file: the same answers make the same bytes.

        Answers to an older version of a prompt go once a newer one was answered.
        """
        newest: dict[str, int] = {}
        for name, version in (_versioned(self.answers[key]) for key in self.used & set(self.answers)):
            newest[name] = max(version, newest.get(name, 0))
        kept = {
            key: row for key, row in self.answers.items() if _versioned(row)[1] >= newest.get(_versioned(row)[0], 0)
        }
        lines = [self.head, *(kept[key] for key in sorted(kept))]
        text = "".join(json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n" for line in lines)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_bytes(gzip.compress(text.encode(), mtime=0))
        _part(self.path).unlink(missing_ok=True)


def begin(path: Path, shaping: Mapping[str, str], made_with: Mapping[str, str], task: str = "extract") -> Recording:
    """A recording to be added to: a new one, or the one that is there where it was made in the same way.

    Raises:
        UsageError: the file is there and was made in another way, or by another model.
    """
    head = {"task": task, "shaping": dict(shaping), "made_with": dict(made_with)}
    kept: dict[str, dict[str, Any]] = {}
    known: dict[str, str] = {}
    recorded = dt.datetime.now(dt.UTC).date().isoformat()
    if path.exists():
        before = read_recording(path)
        recorded = before.head["recorded"]
        if {name: before.head[name] for name in head} != head:
            raise UsageError(f"{path} was recorded with another prompt or model: name another file, or remove it")
        kept = before.answers
        known = {name: before.head[name] for name in ("texts_digest",) if name in before.head}
    part = _part(path)
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
    except (OSError, ValueError, KeyError) as error:
        raise UsageError(f"{path} is no recording of ours ({type(error).__name__})") from None


def fresh(recording: Recording, made_with: Mapping[str, str]) -> None:
    """Check that a recording was made with what we would ask with now.

    Raises:
        UsageError: it was not; what has changed, and what to do.
    """
    then = recording.head["made_with"]
    changed = [name for name, value in made_with.items() if then.get(name) != value]
    if changed:
        how = _HOW.get(recording.head["task"], "extraction --record")
        raise UsageError(
            f"{recording.path} is stale: recorded {recording.head['recorded']} from {recording.model} with "
            f"{then.get('prompt')}, since then changed: {', '.join(changed)}; "
            f"record anew with `voc eval {how} {recording.path}`"
        )


def same_texts(recording: Recording, records: Iterable[Record]) -> None:
    """Note in the head of a recording the masked texts that it is about, or check that they are the same still.

    A mask more or less, by other rules of masking, makes another question, which the recording does not hold.

    Raises:
        UsageError: they are others.
    """
    texts = sorted([record.external_id, record.text] for record in records)
    now = digest_of(texts)
    if recording.head.setdefault("texts_digest", now) != now:
        raise UsageError(
            f"{recording.path} is stale: recorded {recording.head['recorded']} from {recording.model}, since then the "
            "records or the rules of masking changed their texts; record anew with "
            f"`voc eval extraction --record {recording.path}`"
        )


class NotRecordedError(ModelAnswerError):
    """A question to which the recording holds no answer, and nobody is asked."""

    kind = "not_recorded"


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

    def complete(
        self,
        prompt: RenderedPrompt,
        schema: type[T],
        *,
        spending: Spending | None = None,
        expected: int = 800,
        quick: bool = False,
        sending: Callable[[], None] | None = None,
    ) -> tuple[T, Usage]:
        """Never answers.

        Raises:
            ModelAnswerError: always.
        """
        self._recording.miss(prompt)
        raise NotRecordedError(
            f"this {prompt.name} call is not in {self._recording.path.name}: what it would ask has changed since"
        )


class ReservedEndpoint(SilentEndpoint):
    """An endpoint of which only some prompts are asked; the others are answered from the recording or not at all."""

    def __init__(self, recording: Recording, inner: Endpoint, prompts: Sequence[str]) -> None:
        """`prompts` are beginnings of the names of those that may be asked."""
        super().__init__(recording)
        self._inner, self._prompts = inner, tuple(prompts)

    def complete(
        self,
        prompt: RenderedPrompt,
        schema: type[T],
        *,
        spending: Spending | None = None,
        expected: int = 800,
        quick: bool = False,
        sending: Callable[[], None] | None = None,
    ) -> tuple[T, Usage]:
        """The inner endpoint's answer.

        Raises:
            NotRecordedError: this prompt is not to be asked.
        """
        if not prompt.name.startswith(self._prompts):
            return super().complete(prompt, schema)
        return self._inner.complete(prompt, schema, spending=spending, expected=expected, quick=quick, sending=sending)


def _versioned(row: Mapping[str, Any]) -> tuple[str, int]:
    name, _, version = str(row["prompt"]).rpartition(".v")
    return name, int(version)


def _part(path: Path) -> Path:
    return path.with_name(f"{path.name}.part")


def _rows(text: str) -> list[dict[str, Any]]:
    """JSON lines; a last line that was cut off while it was written is left out."""
    lines = text.splitlines(keepends=True)
    whole = [line for line in lines if line.endswith("\n") and line.strip()]
    return [json.loads(line) for line in whole]
