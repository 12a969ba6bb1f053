"""Other processes that cut and embed texts while this one writes what they made.

Python computes on one core only, whatever a machine has; cutting words is nearly all Python. Each worker speaks through
its own pipes and ends when they close, so that none outlives a process that was killed.
"""

import logging
import os
import pickle
import queue
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from vectorstore.embedders.base import Embedder, Vectors
from vectorstore.embedders.local import LocalEmbedder, LocalModel
from vectorstore.text import Analyzer

_LOG = logging.getLogger(__name__)
MOST = 8
"""More than so many would wait for the one process that writes."""
WORTH = 4_000
"""From so many texts on the second that it takes to start workers is won back."""
PART = 500
"""Texts handed over at a time."""
_ROOT = str(Path(__file__).resolve().parents[1])
Cut = tuple[str, str]
"""A text's words and its character grams, each joined by blanks: what goes into the full text."""


class Cutting:
    """Cuts texts for the full text. May be sent to another process.

    Args:
        analyzer: what cuts.
        cache: where jieba's dictionary is cached, in a process that it is sent to.
    """

    def __init__(self, analyzer: Analyzer, cache: Path | None = None) -> None:
        self._analyzer, self._cache = analyzer, cache

    def __call__(self, texts: Sequence[str]) -> list[Cut]:
        """One pair for each text."""
        words, grams = self._analyzer.words, self._analyzer.grams
        return [(" ".join(words(text)), " ".join(grams(text))) for text in texts]

    def __reduce__(self) -> tuple[Any, ...]:
        """By its names: dictionaries are read, not sent."""
        return _cutting, (self._analyzer.names, self._cache)


def _cutting(names: tuple[str, ...], cache: Path | None) -> Cutting:
    return Cutting(Analyzer(names, cache), cache)


class Embedding:
    """Embeds texts with a model that was fitted here. May be sent to another process."""

    def __init__(self, model: LocalModel) -> None:
        self._model = model

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """One row for each text."""
        return self._model.embed_documents(list(texts))

    def __reduce__(self) -> tuple[Any, ...]:
        """By its state."""
        return _embedding, (self._model.state(),)


def _embedding(state: bytes) -> Embedding:
    return Embedding(LocalEmbedder().load(state))


class _Worker:
    """One process, which does one thing at a time."""

    def __init__(self) -> None:
        path = os.pathsep.join([_ROOT, *filter(None, [os.environ.get("PYTHONPATH")])])
        limits = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")  # each worker is one core's work
        command = [sys.executable, "-P", "-m", "vectorstore.workers"]  # -P: never what lies in the working directory
        self._process = subprocess.Popen(  # noqa: S603 - ourselves
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env={**os.environ, **limits, "PYTHONPATH": path},
        )  # fmt: skip
        self._told: object = None

    def ask(self, work: Any, texts: Sequence[str]) -> Any:
        """What `work` makes of these texts. Raises `EOFError`, `OSError` or `pickle.PickleError` where it has died."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        if self._told is not work:
            pickle.dump(work, self._process.stdin)
            self._told = work
        pickle.dump(list(texts), self._process.stdin)
        self._process.stdin.flush()
        return pickle.load(self._process.stdout)  # noqa: S301 - written by our own process

    def end(self) -> None:
        """Let it go; it ends by itself when it is done with what it does."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):  # it has died: what was still to be told it does not matter
                pipe.close()
        self._process.wait()


class Hands(Protocol):
    """Who does work on texts for the process that writes: other processes of this machine, or of others."""

    @property
    def count(self) -> int:
        """How many work at once."""
        ...

    def over(self, work: Any, parts: Iterable[Sequence[str]]) -> Iterator[Any]:
        """What `work` makes of each part, in order, some parts ahead of what was taken."""
        ...


Hiring = Callable[[int], AbstractContextManager[Hands | None]]
"""Hands for about so many texts while a block runs; None where they would not pay. See `working`."""


class Workers:
    """`Hands` of this machine: as many processes as pay; safe to share between threads. See `working`."""

    def __init__(self, count: int) -> None:
        self._free: queue.SimpleQueue[_Worker | None] = queue.SimpleQueue()
        try:
            for _ in range(count):
                self._free.put(_Worker())
        except OSError:  # no room for so many: those that began must not be left behind
            while not self._free.empty():
                begun = self._free.get()
                if begun is not None:
                    begun.end()
            raise
        self._threads = ThreadPoolExecutor(count)
        self.count = count

    def over(self, work: Any, parts: Iterable[Sequence[str]]) -> Iterator[Any]:
        """See `Hands.over`; made here where a worker has died over it."""
        source = iter(parts)
        ahead: list[Future[Any]] = []
        while True:
            some = islice(source, 2 * self.count - len(ahead))
            ahead += [self._threads.submit(self._done, work, part) for part in some]
            if not ahead:
                return
            yield ahead.pop(0).result()

    def _done(self, work: Any, texts: Sequence[str]) -> Any:
        worker = self._free.get()
        if worker is not None:
            try:
                made = worker.ask(work, texts)
            except (EOFError, OSError, pickle.PickleError) as error:
                _LOG.warning("a helping process has died (%s): its work is done here", type(error).__name__)
                worker.end()
                worker = None
            else:
                self._free.put(worker)
                return made
        self._free.put(None)
        return work(texts)

    def close(self) -> None:
        """End all; waits for what is under way."""
        self._threads.shutdown(cancel_futures=True)
        for _ in range(self.count):
            worker = self._free.get()
            if worker is not None:
                worker.end()


@contextmanager
def working(texts: int) -> Iterator[Workers | None]:
    """Workers for so many texts while the block runs; None where they would not pay, or can't be started."""
    workers = _started(min(_processors(), MOST)) if texts >= WORTH else None
    try:
        yield workers
    finally:
        if workers is not None:
            workers.close()


def _started(count: int) -> Workers | None:
    if count < 2:
        return None
    try:
        return Workers(count)
    except OSError as error:
        _LOG.warning("helping processes can't be started (%s): one does all the work", error.strerror)
        return None


def _processors() -> int:
    """How many this process may use."""
    mine = getattr(os, "sched_getaffinity", None)  # Linux only
    return len(mine(0)) if mine else os.cpu_count() or 1


def embedded(workers: Hands | None, embedder: Embedder, texts: Sequence[str]) -> Iterator[tuple[int, Vectors]]:
    """Position of a part's first text and its rows, in order; by workers where the model can be sent to them."""
    parts = [texts[at : at + PART] for at in range(0, len(texts), PART)]
    if workers is not None and isinstance(embedder, LocalModel):
        made: Iterator[Vectors] = workers.over(Embedding(embedder), parts)
    else:
        made = (embedder.embed_documents(list(part)) for part in parts)
    for number, rows in enumerate(made):
        yield number * PART, rows


def main() -> None:
    """Serve the process at the other end of the pipes until it closes them."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal's Ctrl-C is for the one that we work for
    source, target = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    sys.stdout = sys.stderr  # nothing that is printed by others may get between what we answer
    work: Any = None
    while True:
        try:
            told = pickle.load(source)  # noqa: S301 - written by our own process
        except EOFError:
            return
        if callable(told):
            work = told
            continue
        made = work(told)
        pickle.dump(made if not isinstance(made, np.ndarray) else np.ascontiguousarray(made), target, protocol=5)
        target.flush()


if __name__ == "__main__":
    main()
