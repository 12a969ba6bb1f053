"""Passages and their full text, written in the caller's transaction; what has not changed is not touched."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TypeVar

from sqlalchemy import Connection, Row, delete, insert, select

from vectorstore import state
from vectorstore.lexical import Lexical
from vectorstore.passages import Passage
from vectorstore.tables import READ, one_of, passages
from vectorstore.text import Analyzer
from vectorstore.turns import take_turn

_BATCH = 2_000
_Item = TypeVar("_Item")


def replace(
    connection: Connection, lexical: Lexical, by_document: Mapping[str, Sequence[Passage]], kind: str
) -> tuple[int, int]:
    """Make these the passages of their documents of this kind; returns how many were (removed, added).

    Raises:
        ValueError: a passage stands under another document or kind than its own, or an ordinal comes twice.
    """
    _check(by_document, kind)
    take_turn(connection)
    wanted = {passage.id: passage for of_one in by_document.values() for passage in of_one if passage.text.strip()}
    stale: list[tuple[int, str]] = []
    for batch in batched(by_document, _BATCH):
        for row in _held(connection, batch, kind):
            same = wanted.get(row.id)
            if same is not None and (same.start, same.end, same.text) == (row.start, row.end, row.text):
                del wanted[row.id]
            else:
                stale.append((row.row, row.text))
    _delete(connection, lexical, stale)
    _insert(connection, lexical, list(wanted.values()))
    if stale or wanted:
        state.touch(connection)
    return len(stale), len(wanted)


def remove(connection: Connection, lexical: Lexical, document_ids: Collection[str]) -> int:
    """Take all passages of these documents out, of every kind; returns how many."""
    take_turn(connection)
    stale = [
        (row.row, row.text)
        for batch in batched(document_ids, _BATCH)
        for row in _held(connection, batch, None)
    ]  # fmt: skip
    _delete(connection, lexical, stale)
    if stale:
        state.touch(connection)
    return len(stale)


def renew_full_text(
    connection: Connection, analyzer: Analyzer, lexical: Callable[[Analyzer], Lexical], *, anew: bool
) -> None:
    """Bring the full text to this analyzer, which knows all the names that it was cut with, and note who did it.

    Where only names came, the passages that hold one of them are cut anew; else all are.
    """
    held = names(connection)
    former = Analyzer(held)
    stands = state.read(connection, "analyzer")
    if stands == analyzer.identity and not anew:
        return
    came = set(analyzer.names) - set(former.names)
    if came and stands == former.identity and not anew:
        _cut_anew(connection, lexical(former), lexical(analyzer), came)
    else:
        _cut_all(connection, lexical(analyzer))
    state.write(connection, "analyzer", analyzer.identity)
    state.write(connection, "names", json.dumps(analyzer.names, ensure_ascii=False))
    state.touch(connection)


def names(connection: Connection) -> list[str]:
    """The product names that the full text was cut with; none is ever forgotten, so that it need not be cut back."""
    return [str(name) for name in json.loads(state.read(connection, "names") or "[]")]


def _cut_anew(connection: Connection, former: Lexical, lexical: Lexical, came: Collection[str]) -> None:
    rows = sorted({row for name in came for row in former.holding(connection, name)})
    for batch in batched(rows, _BATCH):
        found = connection.execute(select(passages.c.row, passages.c.text).where(one_of(passages.c.row, batch)))
        bodies = [(row.row, row.text) for row in found]
        former.remove(connection, bodies)
        lexical.add(connection, bodies)


def _cut_all(connection: Connection, lexical: Lexical) -> None:
    found = connection.execute(select(passages.c.row, passages.c.text).order_by(passages.c.row), execution_options=READ)
    lexical.refill(connection, ([(row.row, row.text) for row in part] for part in found.partitions(_BATCH)))


def batched(items: Iterable[_Item], size: int) -> Iterator[list[_Item]]:
    """Lists of at most `size` items."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def _check(by_document: Mapping[str, Sequence[Passage]], kind: str) -> None:
    for document_id, of_one in by_document.items():
        for passage in of_one:
            if passage.document_id != document_id or passage.kind != kind:
                raise ValueError(f"passage {passage.id} does not belong to {document_id} as {kind}")
        if len({passage.ordinal for passage in of_one}) != len(of_one):
            raise ValueError(f"document {document_id} has two passages of one ordinal")


def _held(
    connection: Connection, document_ids: Sequence[str], kind: str | None
) -> list[Row[tuple[int, str, int, int, str]]]:
    p = passages.c
    statement = select(p.row, p.id, p.start, p.end, p.text).where(one_of(p.document_id, document_ids))
    if kind is not None:
        statement = statement.where(p.kind == kind)
    return list(connection.execute(statement))


def _delete(connection: Connection, lexical: Lexical, stale: Sequence[tuple[int, str]]) -> None:
    for batch in batched(stale, _BATCH):
        lexical.remove(connection, batch)
        ids = [row for row, _ in batch]
        connection.execute(delete(passages).where(one_of(passages.c.row, ids)))


def _insert(connection: Connection, lexical: Lexical, new: Sequence[Passage]) -> None:
    for batch in batched(new, _BATCH):
        values = [
            {
                "id": passage.id, "document_id": passage.document_id, "ordinal": passage.ordinal, "kind": passage.kind,
                "start": passage.start, "end": passage.end, "text": passage.text,
                "content_hash": passage.content_hash,
            }
            for passage in batch
        ]  # fmt: skip
        connection.execute(insert(passages), values)
        ids = [passage.id for passage in batch]
        found = connection.execute(select(passages.c.id, passages.c.row).where(one_of(passages.c.id, ids)))
        rows = {row.id: row.row for row in found}
        lexical.add(connection, [(rows[passage.id], passage.text) for passage in batch])
