"""What every stage's runner is given, and the lock that keeps two runs off the same data."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from filelock import FileLock, Timeout

from assistant.domain.engine import Engine
from assistant.errors import BusyError
from assistant.intake.privacy import Masker, SecondNet, Vault
from assistant.llm.batch_desk import BatchDesk
from assistant.records.embedding_door import EmbeddingDoor
from assistant.records.repository import Repository
from vectorstore.embedders.base import Vectors
from vectorstore.index import PassageIndex

NAMES = 300
Progress = Callable[[str, int, int | None], None]
"""Called as (stage, done, total or None where it can't be known)."""


def silent(stage: str, done: int, total: int | None) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True, slots=True)
class Context:
    """The built things that the stages run on."""

    data_dir: Path
    store: Repository
    index: PassageIndex
    engine: Engine
    rules: Engine
    masker: Masker
    net: SecondNet
    """Has scanned what the model said, and counts what it caught."""
    language: Literal["zh", "en"] = "zh"
    vault: Vault | None = None
    """None: raw values are not kept."""
    door: EmbeddingDoor | None = None
    """What stands before the embedding endpoint; None: embeddings are made here."""
    desk: BatchDesk | None = None
    """Hands in batch files; None: the engine is no model, or its endpoint takes none."""
    held: bool = False
    """Somebody holds the data directory and waits meanwhile (`Worker.visit`): it need not be taken."""
    company_file: Path | None = None
    """The company's file where the settings name one; None: the one in the data directory, if it is there."""

    def mask(self, text: str) -> str:
        """A text without what identifies people."""
        return str(self.masker.mask_text(text)[0])

    def words(self, text: str) -> list[str]:
        """A text's words, as the index cuts them."""
        return self.index.analyzer.words(text)

    def embedder_for(self, people: Iterable[str]) -> Callable[[list[str]], Vectors]:
        """What embeds texts made of these people's words, who are written down where those are sent abroad."""
        if self.door is not None:
            self.door.note(people)
        return self.index.embedder.embed_documents

    def names(self) -> list[str]:
        """Product names and models, those with most records, that the full text keeps whole."""
        return [*self.store.products()[:NAMES], *self.store.models()[:NAMES]]

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Hold the data directory for one run.

        Raises:
            BusyError: another run holds it.
        """
        if self.held:
            yield
            return
        lock = FileLock(str(self.data_dir / "run.lock"), timeout=0)
        try:
            lock.acquire()
        except Timeout:
            raise BusyError(f"another run is working on {self.data_dir}: wait until it has ended, or stop it") from None
        try:
            yield
        finally:
            lock.release()
