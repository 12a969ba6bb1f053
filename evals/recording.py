"""Knows the recordings that measuring hangs on: what they were made with, when they are stale, which questions may be asked."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar, Unpack

from assistant.domain.drafts import Draft, ReadingsDraft
from assistant.domain.engine import Usage
from assistant.domain.records import Record
from assistant.errors import UsageError
from assistant.llm.cache import digest_of
from assistant.llm.reader import PROMPT
from assistant.llm.recording import Recording, SilentEndpoint
from assistant.llm.rendering import RENDERING
from assistant.llm.seams import Asking, Endpoint
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


class ReservedEndpoint(SilentEndpoint):
    """An endpoint of which only some prompts are asked; the others are answered from the recording or not at all."""

    def __init__(self, recording: Recording, inner: Endpoint, prompts: Sequence[str]) -> None:
        """`prompts` are beginnings of the names of those that may be asked."""
        super().__init__(recording)
        self._inner, self._prompts = inner, tuple(prompts)

    def complete(self, prompt: RenderedPrompt, schema: type[T], **how: Unpack[Asking]) -> tuple[T, Usage]:
        """The inner endpoint's answer.

        Raises:
            NotRecordedError: this prompt is not to be asked.
        """
        if not prompt.name.startswith(self._prompts):
            return super().complete(prompt, schema, **how)
        return self._inner.complete(prompt, schema, **how)
