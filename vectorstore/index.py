"""The public face of finding: put passages in, bring the index level, search, and ask how it is."""

import logging
import re
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import Connection, func, select

from vectorstore import knocking, levelling, searching, state, writing
from vectorstore.ahead import Bulk
from vectorstore.connections import Connections
from vectorstore.documents import Documents
from vectorstore.embedders.base import Embedder, TrainableEmbedder
from vectorstore.embedders.hashing import HashingEmbedder
from vectorstore.embedders.local import LocalEmbedder
from vectorstore.errors import GenerationError, IndexUnusableError
from vectorstore.generations import Generations
from vectorstore.lexical import FullText, Lexical
from vectorstore.passages import Hit, IndexHealth, IndexStats, Passage
from vectorstore.places import place_of
from vectorstore.postings import Remembered
from vectorstore.relevance import Bar
from vectorstore.serving import EXACT_ALLOWED, STAND_IN_NUMBERS, Server
from vectorstore.tables import embedder_states, passages
from vectorstore.text import Analyzer
from vectorstore.turns import alone
from vectorstore.vectors import count_missing, drop_orphans
from vectorstore.workers import Cutting, Hiring, working

__all__ = ["Hit", "IndexHealth", "IndexStats", "Passage", "PassageIndex"]

_LOG = logging.getLogger(__name__)
EXACT_NUMBERS = 20_000_000
"""Up to so many vector components (80 MB) exact search is as fast as Chroma, and serves; beyond it Chroma does."""


class PassageIndex:
    """Finds passages by meaning and by words. Safe to share between threads; nothing slow happens when it is made.

    Args:
        engine: connections to the database with `vectorstore.tables` (and `create_full_text`) in it; the truth.
        directory: where Chroma's generations are kept; may be deleted at any time.
        embedder: one that is ready, or one that is fitted on the passages (`LocalEmbedder`).
        names: product names and models, kept whole by the full text; see `add_names`.
        chroma_url: a Chroma server to keep generations on, instead of the directory.
        exact_numbers, exact_allowed, stand_in_numbers: see `EXACT_NUMBERS` and `vectorstore.serving`.
    """

    def __init__(
        self,
        engine: Connections,
        directory: Path,
        embedder: Embedder | TrainableEmbedder,
        *,
        names: Iterable[str] = (),
        chroma_url: str | None = None,
        exact_numbers: int = EXACT_NUMBERS, exact_allowed: int = EXACT_ALLOWED, stand_in_numbers: int = STAND_IN_NUMBERS,
    ) -> None:  # fmt: skip
        self._engine, self._given = engine, embedder
        self._directory, self._chroma_url = directory, chroma_url
        self._analyzer = Analyzer(names, directory)
        self._generations = Generations(engine, place_of(directory, chroma_url, engine))
        self._server = Server(engine, self._generations, exact_numbers, exact_allowed, stand_in_numbers)
        self._bar, self._documents, self._remembered = Bar(), Documents(), Remembered()
        self._lock = threading.RLock()
        self._loaded: Embedder | None = None
        self._names_held: list[str] = []
        self._bulk: Bulk | None = None

    def add_names(self, names: Iterable[str]) -> bool:
        """Keep these product names whole; True where some were new, so that the full text is renewed when written."""
        with self._lock:
            before = self._analyzer
            self._analyzer = before.with_names(names)
            return self._analyzer is not before

    def replace(self, connection: Connection, passages_by_document: Mapping[str, Sequence[Passage]], kind: str) -> None:
        """Make these the passages of these documents of this kind, in the caller's transaction; blank ones are left out.

        Passages that are the same as before are not touched; an empty sequence removes a document's.

        Raises:
            ValueError: a passage stands under another document or kind than its own, or an ordinal comes twice.
        """
        self._renew_full_text(connection)
        writing.replace(connection, self._lexical(), passages_by_document, kind)

    def remove(self, connection: Connection, document_ids: Collection[str]) -> None:
        """Take all passages of these documents out, of every kind, in the caller's transaction."""
        self._renew_full_text(connection)
        writing.remove(connection, self._lexical(), document_ids)

    @contextmanager
    def in_bulk(self, expected: int, hands: Hiring = working) -> Iterator[Bulk]:
        """While the block writes about so many new passages, and brings the index level: have `hands` cut and embed them.

        Batches are to be taken from `Bulk.over`, each written and committed before the next; names come before.
        """
        with self._engine.connect() as connection:
            self._learn_names(connection)
        with hands(expected) as workers:
            bulk = Bulk(self._engine, workers, Cutting(self._analyzer, self._directory), self._analyzer, self._given)
            try:
                self._bulk = bulk
                yield bulk
            finally:
                self._bulk = None
                bulk.close()

    def scrub(self) -> None:
        """After erasing: leave no trace of removed passages in vectors, full text and generations.

        Exact search serves until the next `bring_level` has built a generation without them. A local model
        keeps weights of character pairs of the whole (masked) corpus, which are nobody's; it stays until outgrown.
        """
        with self._lock, self._alone():
            with self._engine.begin() as connection:
                self._lexical().scrub(connection)
                drop_orphans(connection)
                state.touch(connection)
            self._server.close()
            self._generations.retire()

    def remains(self) -> list[str]:
        """After `scrub`: the names of generations that are still at their place, as the place itself tells.

        Raises:
            GenerationError: the place can't be asked.
        """
        return self._generations.names()

    @property
    def exposed(self) -> bool:
        """True where others than a private network could reach the Chroma server, which takes no key: it is not used."""
        return self._chroma_url is not None and knocking.exposed(self._chroma_url)

    @property
    def remote(self) -> str | None:
        """The Chroma server that holds the generations, without user and password; None where they are files here."""
        return None if self._chroma_url is None else re.sub(r"//[^/@]*@", "//", self._chroma_url)

    def bring_level(self, progress: levelling.Progress | None = None, *, rebuild: bool = False) -> IndexStats:
        """Fit the local embedder if it has been outgrown, embed what lacks a vector, renew the generation if worthwhile.

        Calls `progress(done, total)` as texts are embedded. One process at a time; searches go on meanwhile.

        Raises:
            EmbedderError: embedding failed; what was embedded before is kept.
            IndexUnusableError: another process is at it.
        """
        with self._lock, self._alone():
            with self._engine.begin() as connection:
                self._renew_full_text(connection, anew=rebuild)
            trainer = self._given if isinstance(self._given, TrainableEmbedder) else None
            embedder = levelling.trained(self._engine, trainer, anew=rebuild) if trainer else self._given
            assert isinstance(embedder, Embedder)  # what is given is one, or makes one
            if rebuild:
                self._server.close()
                self._generations.retire()
            stats = levelling.bring_level(self._engine, self._generations, embedder, progress, self._bulk)
            self._loaded = embedder
            self._server.close()
            return stats

    def search(
        self,
        query: str,
        *,
        allowed: Collection[str] | None = None,
        limit: int = 10,
        recency: Mapping[str, float] | None = None,
        fold: bool = True,
        floor: bool = True,
    ) -> list[Hit]:
        """The passages that are about a query, best first; none where nothing is.

        Goes on with full text alone where an endpoint fails to embed the query, and exactly where Chroma fails.

        Args:
            query: any text.
            allowed: document ids to stay within; None is all, empty is none.
            limit: hits at most.
            recency: document id → 0 (old) to 1 (new): puts the newer of equally near documents first.
            fold: one hit for each document, its best.
            floor: leave out what is not about the query; False ranks whatever there is.
        """
        if limit < 1 or not query.strip() or (allowed is not None and not allowed):
            return []
        if floor and not self._analyzer.content(query):
            return []
        depth = max(searching.DEPTH, 4 * limit)
        with self._engine.connect() as connection:
            search = self._search(connection)
            try:
                ranked = search.rank(query, allowed, depth, floor=floor)
            except GenerationError:
                self._server.distrust(search.neighbours)
                ranked = self._search(connection).rank(query, allowed, depth, floor=floor)
            return searching.hits(connection, ranked, limit, fold=fold, recency=recency or {})

    def neighbours(self, connection: Connection) -> searching.Neighbours:
        """The dense half alone, as it serves now."""
        return self._server.neighbours(connection, self.embedder)

    def _search(self, connection: Connection) -> searching.Search:
        self._learn_names(connection)
        lexical, embedder = self._lexical(), self.embedder
        near = self._server.neighbours(connection, embedder)
        return searching.Search(connection, self._analyzer, lexical, embedder, near, self._bar, self._documents)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the directory against other processes that would bring it level too."""
        self._directory.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self._directory / "index.lock", timeout=0), alone(self._engine):
                yield
        except Timeout:
            raise IndexUnusableError("another process is working on the index: try again when it is done") from None

    @property
    def analyzer(self) -> Analyzer:
        """What cuts text into words for the full text, with the names added so far."""
        return self._analyzer

    def _lexical(self) -> Lexical:
        ahead = self._bulk.cut if self._bulk else None
        return FullText(self._analyzer, self._remembered, ahead if ahead and ahead.analyzer is self._analyzer else None)

    def _renew_full_text(self, connection: Connection, *, anew: bool = False) -> None:
        self._learn_names(connection)
        writing.renew_full_text(connection, self._analyzer, FullText, anew=anew)

    def _learn_names(self, connection: Connection) -> None:
        """Cut questions as the full text was cut: with all the names that it has ever known."""
        held = writing.names(connection)
        if held != self._names_held:
            self._names_held = held
            self.add_names(held)

    @property
    def embedder(self) -> Embedder:
        """The embedder that serves now, to embed other texts with; before anything was fitted, a hashing one.

        After the model was changed in the settings that is the former one, until the index has been brought level.
        """
        with self._engine.connect() as connection:
            model = state.read(connection, "model")
            with self._lock:
                if self._loaded is None or (model is not None and self._loaded.identity != model):
                    self._loaded = self._serving(connection, model)
                return self._loaded or HashingEmbedder()

    def _serving(self, connection: Connection, model: str | None) -> Embedder | None:
        """The embedder of this model: the one given, one fitted here, or another of the same endpoint."""
        given = self._given
        if not isinstance(given, TrainableEmbedder) and model in (None, given.identity):
            return given
        kept = connection.execute(select(embedder_states.c.state).where(embedder_states.c.identity == model)).scalar()
        if kept is not None:
            try:
                return (given if isinstance(given, TrainableEmbedder) else LocalEmbedder()).load(kept)
            except ValueError as error:
                _LOG.warning("%s; full text alone serves until then", error)
        if isinstance(given, TrainableEmbedder) or model is None:
            return None
        named = getattr(given, "named", None)
        return (named(model) if named else None) or given

    def health(self) -> IndexHealth:
        """How the index is; opens the generation and checks its files."""
        embedder = self.embedder
        given = None if isinstance(self._given, TrainableEmbedder) else self._given.identity
        generation = self._generations.active(embedder.identity)
        damaged = self._generations.damage(generation) if generation else None
        with self._engine.connect() as connection:
            self._learn_names(connection)
            total = connection.execute(select(func.count()).select_from(passages)).scalar_one()
            newer = passages.c.row > (generation.high_watermark if generation else 0)
            delta = connection.execute(select(func.count()).select_from(passages).where(newer)).scalar_one()
            by_chroma = generation and not damaged and self._server.wants_chroma(connection, embedder.dim)
            serving = "chroma" if by_chroma else self._server.stand_in(connection, embedder.dim)
            return IndexHealth(
                passages=total,
                full_text_rows=self._lexical().count(connection),
                vectors_missing=count_missing(connection, embedder.identity),
                model=state.read(connection, "model"),
                generation=generation.id if generation else None,
                generation_passages=generation.passages if generation else 0,
                delta=delta,
                damaged=damaged,
                serving=serving if total else "none",
                wanted=given if total and given not in (None, state.read(connection, "model")) else None,
                events=tuple(state.events(connection)),
                stale_full_text=bool(total) and state.read(connection, "analyzer") != self._analyzer.identity,
            )
