"""Bringing the index level with its passages: fit, embed what lacks a vector, build a generation when worthwhile."""

import logging
import time
from collections.abc import Callable, Iterator

from sqlalchemy import Connection, delete, func, insert, select

from vectorstore import state
from vectorstore.ahead import Bulk
from vectorstore.connections import Connections
from vectorstore.embedders.base import Embedder, PaidEmbedder, Spent, TrainableEmbedder, Vectors
from vectorstore.embedders.local import LocalModel
from vectorstore.errors import GenerationError
from vectorstore.generations import Generation, Generations, gone
from vectorstore.passages import IndexStats
from vectorstore.tables import embedder_states, passages, vectors
from vectorstore.text import without_masks
from vectorstore.vectors import count_missing, drop_orphans, keep, missing
from vectorstore.workers import Hands, embedded, working

Progress = Callable[[int, int], None]
_LOG = logging.getLogger(__name__)
DELTA_SHARE, DELTA_PASSAGES = 0.2, 5_000
"""A generation is built anew when more than this share, or number, of its passages came or went since."""


def trained(engine: Connections, trainer: TrainableEmbedder, *, anew: bool = False) -> Embedder:
    """The local embedder that fits the passages of today: the kept one, or one fitted and kept now."""
    with engine.connect() as connection:
        total = connection.execute(select(func.count()).select_from(passages)).scalar_one()
        model = state.read(connection, "model")
        kept = connection.execute(
            select(embedder_states.c.fitted_on, embedder_states.c.state).where(embedder_states.c.identity == model)
        ).first()
        if kept is not None and not anew and not trainer.outgrown(kept.fitted_on, total):
            try:
                return trainer.load(kept.state)
            except ValueError as error:
                _LOG.warning("%s; it is fitted anew", error)
        sample = select(func.min(passages.c.text)).group_by(passages.c.content_hash).order_by(passages.c.content_hash)
        texts = [str(body) for body in connection.execute(sample.limit(trainer.sample)).scalars()]
    texts.sort(key=without_masks)  # the order shapes the last digits of the model: let it not hang on a key
    fitted = trainer.fit(texts)
    with engine.begin() as connection:
        connection.execute(delete(embedder_states).where(embedder_states.c.identity == fitted.identity))
        connection.execute(
            insert(embedder_states).values(
                identity=fitted.identity, fitted_on=min(total, trainer.sample), state=fitted.state()
            )
        )
    return fitted


def embed_missing(
    engine: Connections, embedder: Embedder, progress: Progress | None, workers: Hands | None = None
) -> None:
    """Embed each distinct text that lacks a vector, once; what was done before a failure or a kill is kept.

    What is paid for is kept as soon as it is answered.

    Raises:
        EmbedderError: from the embedder.
    """
    with engine.connect() as connection:
        todo = missing(connection, embedder.identity)
    done = 0
    for at, rows in _parts(embedder, [body for _, body in todo], workers):
        with engine.begin() as connection:
            keep(connection, embedder.identity, [key for key, _ in todo[at : at + len(rows)]], rows)
        done += len(rows)
        if progress:
            progress(done, len(todo))


def _parts(embedder: Embedder, texts: list[str], workers: Hands | None) -> Iterator[tuple[int, Vectors]]:
    if isinstance(embedder, PaidEmbedder):
        yield from embedder.embed_in_parts(texts)
    elif workers is not None or not isinstance(embedder, LocalModel):
        yield from embedded(workers, embedder, texts)
    else:
        with working(len(texts)) as own:
            yield from embedded(own, embedder, texts)


def bring_level(
    engine: Connections,
    generations: Generations,
    embedder: Embedder,
    progress: Progress | None,
    bulk: Bulk | None = None,
) -> IndexStats:
    """See `PassageIndex.bring_level`; a model that is new here takes over when its generation stands, not before."""
    identity = embedder.identity
    ahead, before = bulk.embed.finish() if bulk and bulk.embed else (0, _spent(embedder))
    with engine.connect() as connection:
        former = state.read(connection, "model")
        lacking = ahead + count_missing(connection, identity)
        total = connection.execute(select(func.count()).select_from(passages)).scalar_one()
    embed_missing(engine, embedder, progress, bulk.workers if bulk else None)
    if former in (None, identity):
        _settle(engine, identity, None)
    searchable = time.monotonic()
    generation = _generation(engine, generations, identity, total)
    if former not in (None, identity):
        _settle(engine, identity, former)
        searchable = time.monotonic()
    generations.sweep()
    now = _spent(embedder)
    paid = (now.requests - before.requests, now.tokens - before.tokens, now.cut - before.cut)
    return IndexStats(
        total, lacking, total - lacking, generation.id if generation else None, *paid, searchable_at=searchable
    )


def _spent(embedder: Embedder) -> Spent:
    return embedder.spent if isinstance(embedder, PaidEmbedder) else Spent()


def _settle(engine: Connections, identity: str, former: str | None) -> None:
    """From here on this model's vectors serve."""
    with engine.begin() as connection:
        state.write(connection, "model", identity)
        _forget_fitted(connection, identity)
        drop_orphans(connection)
        state.touch(connection)
        if former is not None:
            state.note(connection, f"embedding model {identity} took over from {former}")


def worthwhile(engine: Connections, generations: Generations, active: Generation) -> bool:
    """True where too much came or went since the active generation was built, or where it is damaged."""
    newer = passages.c.row > active.high_watermark
    with engine.connect() as connection:
        came = connection.execute(select(func.count()).select_from(passages).where(newer)).scalar_one()
        changed = came + gone(connection, active)
    if changed > min(DELTA_PASSAGES, DELTA_SHARE * max(1, active.passages)):
        return True
    return generations.damage(active) is not None


def _forget_fitted(connection: Connection, identity: str) -> None:
    """Models fitted here that do not serve any more cost nothing to make again; paid vectors of others are kept."""
    former = select(embedder_states.c.identity).where(embedder_states.c.identity != identity)
    connection.execute(delete(vectors).where(vectors.c.model.in_(former)))
    connection.execute(delete(embedder_states).where(embedder_states.c.identity != identity))


def _generation(engine: Connections, generations: Generations, model: str, total: int) -> Generation | None:
    """The generation that serves afterwards; a failed build is logged, and exact search serves."""
    active = generations.active(model)
    if active is not None and generations.far:
        try:
            return generations.keep_up(active)
        except GenerationError as error:
            _LOG.warning("%s; the index generation is built anew", error)
    elif active is not None and not worthwhile(engine, generations, active):
        return active
    if total == 0:
        return None
    try:
        active = generations.build(model)
    except GenerationError as error:
        _LOG.warning("%s; exact search serves instead", error)
    return active
