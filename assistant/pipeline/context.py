"""What every stage's runner is given, and how one holds what two runs must not work on at once."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from assistant.domain.engine import Engine
from assistant.errors import BusyError, StoreError
from assistant.intake.privacy import Masker, SecondNet, Vault
from assistant.llm.batch_desk import BatchDesk
from assistant.llm.budget import Spending
from assistant.pipeline.crew import Crew, LocalCrew
from assistant.pipeline.turns import place_of, run_lock, whole_stage
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
    patience: float = 0.0
    """For how many seconds a stage waits where another run is at work."""
    company_file: Path | None = None
    """The company's file where the settings name one; None: the one in the data directory, if it is there."""
    spending: Spending | None = None
    """Where calls of the model are reserved and booked; None: the engine is no model."""
    crew: Crew = field(default_factory=LocalCrew)
    """Who does what can be done to many things at once."""

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

    def sharing(self, job_id: str) -> AbstractContextManager[None]:
        """Meanwhile a job's budget is one for all who work on it, attempts that were killed and this one together."""
        return nullcontext() if self.spending is None else self.spending.shared(job_id)

    def forget_shared(self, job_id: str) -> None:
        """A job is over: when somebody has it go on, it may spend as much again."""
        if self.spending is not None:
            with suppress(StoreError):
                self.spending.forget(job_id)

    @contextmanager
    def exclusive(self, whole: str | None = None) -> Iterator[None]:
        """Hold the data directory for one run; where that is a stage over the `whole` corpus, of this name, the database too.

        Where somebody else does, they are waited for with `patience`.

        Raises:
            BusyError: another run holds it.
            StoreError: the database fails.
        """
        begun, pause = time.monotonic(), 0.5
        while True:
            try:
                held = self._taken(whole)
                break
            except BusyError:
                if time.monotonic() - begun >= self.patience:
                    raise
            time.sleep(pause)
            pause = min(2 * pause, 4.0)
        with held:
            yield

    def _taken(self, whole: str | None) -> ExitStack:
        """All that is held, or nothing of it."""
        with ExitStack() as held:
            if not self.held:
                held.enter_context(run_lock(self.data_dir))
            if whole is not None and self.store.database.is_server:
                held.enter_context(whole_stage(self.store.turns, whole, place_of(self.data_dir)))
            return held.pop_all()
