"""Other ways to read with a model, to measure ours against: a plain short question, or ours, one record a call."""

from collections.abc import Iterator, Sequence
from importlib.resources import files

from assistant.domain.drafts import ReadingDraft
from assistant.domain.engine import Engine, PackOutcome, Usage
from assistant.domain.records import Record
from assistant.domain.vocabulary import EngineName
from assistant.errors import ModelError
from assistant.llm.cache import digest_of
from assistant.llm.engine import ModelEngine
from assistant.llm.shapes import schema_text
from prompts import Prompt, RenderedPrompt
from prompts.loader import parse

NAME = "naive_extract.v1"


def naive_prompt(record: Record) -> RenderedPrompt:
    """The plain question about one record."""
    return _file().render(text=str(record.text))


def naive_ingredients() -> dict[str, str]:
    """What a plain reading is made with, for the head of a recording."""
    return {"prompt": NAME, "prompt_digest": _file().digest, "schema_digest": digest_of(schema_text(ReadingDraft))}


class NaiveEngine(ModelEngine):
    """The model engine, but reading by the plain question; its quotes go through the same verification as ours."""

    def identity(self, task: str) -> str:
        """Never that of our own reading."""
        return digest_of("naive", _file().digest, super().identity(task))

    def packs(self, records: Iterator[Record]) -> Iterator[Sequence[Record]]:
        """Every record alone."""
        return ([record] for record in records)

    def read(self, pack: Sequence[Record]) -> PackOutcome:
        """One call for the one record of the pack."""
        (record,) = pack
        try:
            draft = self._ask(naive_prompt(record), ReadingDraft, 400, [f"record:{record.id}"])
        except ModelError as error:
            return PackOutcome((), {record.id: error.kind}, str(error))
        return PackOutcome((draft.model_copy(update={"record_id": record.id}),))


class AloneEngine:
    """As much of `Engine` as the analyse stage uses: another engine's own reading, but one record a call."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @property
    def name(self) -> EngineName:
        """See `Engine.name`."""
        return self._engine.name

    @property
    def concurrency(self) -> int:
        """See `Engine.concurrency`."""
        return self._engine.concurrency

    def identity(self, task: str) -> str:
        """See `Engine.identity`: what is asked is the same, how many are asked about together is not part of it."""
        return self._engine.identity(task)

    def usage(self) -> Usage:
        """See `Engine.usage`."""
        return self._engine.usage()

    def packs(self, records: Iterator[Record]) -> Iterator[Sequence[Record]]:
        """Every record alone."""
        return ([record] for record in records)

    def read(self, pack: Sequence[Record]) -> PackOutcome:
        """See `Engine.read`."""
        return self._engine.read(pack)


def _file() -> Prompt:
    return parse(NAME, (files("evals") / f"{NAME}.md").read_text(encoding="utf-8"))
