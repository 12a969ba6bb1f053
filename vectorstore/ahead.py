"""Many passages at a time: cut by other processes before they are written, sent to an endpoint as soon as they are."""

import queue
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import select

from vectorstore.connections import Connections
from vectorstore.embedders.base import PaidEmbedder, Spent
from vectorstore.passages import Passage
from vectorstore.tables import one_of, vectors
from vectorstore.text import Analyzer
from vectorstore.vectors import keep
from vectorstore.workers import Cut, Cutting, Hands

Batch = Mapping[str, Sequence[Passage]]


class CutAhead:
    """What workers make of texts that will be asked for soon.

    Args:
        workers: who cuts.
        cutting: how; asked for texts here that were not handed over.
        analyzer: the analyzer that `cutting` cuts with.
    """

    def __init__(self, workers: Hands, cutting: Cutting, analyzer: Analyzer) -> None:
        self._workers, self._cutting, self.analyzer = workers, cutting, analyzer
        self._made: dict[str, Cut] = {}

    def over(self, batches: Iterable[Batch]) -> Iterator[Batch]:
        """The same batches, handed over some time before they come."""
        given: deque[tuple[Batch, list[str]]] = deque()

        def handed_over() -> Iterator[list[str]]:
            for batch in batches:
                texts = list(dict.fromkeys(passage.text for of_one in batch.values() for passage in of_one))
                given.append((batch, texts))
                yield texts

        for cuts in self._workers.over(self._cutting, handed_over()):
            batch, texts = given.popleft()
            self._made = dict(zip(texts, cuts, strict=True))
            yield batch
        self._made = {}

    def __call__(self, texts: Sequence[str]) -> list[Cut]:
        """One pair for each text."""
        made = self._made
        return [made[text] if text in made else self._cutting([text])[0] for text in texts]


class EmbedAhead:
    """Has an endpoint embed passages while others are still being cut and written.

    Stops at the first failure, which `finish` raises; what was answered before is kept.
    """

    def __init__(self, engine: Connections, embedder: PaidEmbedder) -> None:
        self._engine, self._embedder = engine, embedder
        self._before = embedder.spent
        self._made: set[str] = set()
        self._lacking = 0
        self._abandoned = threading.Event()
        self._given: queue.SimpleQueue[list[tuple[str, str]] | None] = queue.SimpleQueue()
        self._thread = ThreadPoolExecutor(1)
        self._work = self._thread.submit(self._embed_all)

    def over(self, batches: Iterable[Batch]) -> Iterator[Batch]:
        """The same batches, each sent when the next is asked for: by then it must have been committed."""
        for batch in batches:
            yield batch
            of_all = (passage for of_one in batch.values() for passage in of_one if passage.text.strip())
            if not self._work.done():
                self._given.put([(passage.content_hash, passage.text) for passage in of_all])

    def finish(self) -> tuple[int, Spent]:
        """Wait for what was given: how many passages got a vector, and what the endpoint had been asked for before.

        Raises:
            EmbedderError: it failed.
        """
        self._given.put(None)
        self._work.result()
        return self._lacking, self._before

    def close(self) -> None:
        """Wait for the requests under way; what is not sent yet is left."""
        self._abandoned.set()
        self._given.put(None)
        self._thread.shutdown()

    def _embed_all(self) -> None:
        ended = False
        while not (ended or self._abandoned.is_set()):
            waiting = [self._given.get()]
            while not self._given.empty():
                waiting.append(self._given.get())
            ended = None in waiting
            self._embed([pair for given in waiting if given for pair in given])

    def _embed(self, found: Sequence[tuple[str, str]]) -> None:
        identity = self._embedder.identity
        query = select(vectors.c.content_hash).where(vectors.c.model == identity)
        with self._engine.connect() as connection:
            kept = connection.execute(query.where(one_of(vectors.c.content_hash, [key for key, _ in found])))
            there = set(kept.scalars()) - self._made
        lacking = [(key, text) for key, text in found if key not in there]
        todo = list({key: text for key, text in lacking if key not in self._made}.items())
        for at, rows in self._embedder.embed_in_parts([text for _, text in todo]):
            keys = [key for key, _ in todo[at : at + len(rows)]]
            with self._engine.begin() as connection:
                keep(connection, identity, keys, rows)
            self._made.update(keys)
            if self._abandoned.is_set():
                return
        self._lacking += len(lacking)


class Bulk:
    """Both, as far as they pay for these passages and this embedder."""

    def __init__(
        self, engine: Connections, workers: Hands | None, cutting: Cutting, analyzer: Analyzer, embedder: object
    ) -> None:
        self.workers = workers
        self.cut = CutAhead(workers, cutting, analyzer) if workers else None
        self.embed = EmbedAhead(engine, embedder) if isinstance(embedder, PaidEmbedder) else None

    def over(self, batches: Iterable[Batch]) -> Iterator[Batch]:
        """The same batches; each must be written and committed before the next is asked for."""
        ahead = self.cut.over(batches) if self.cut else iter(batches)
        return self.embed.over(ahead) if self.embed else ahead

    def close(self) -> None:
        """Wait for what is under way."""
        if self.embed:
            self.embed.close()
