"""Which rows stand in the store already under another id: they came before when another column, or none, was their id."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, or_, select

from assistant.domain.records import Record
from assistant.records.database import chunks
from assistant.records.tables import records

SHORTEST = 12
"""Characters from which a text tells which row it is of; shorter ones are said by many."""


def stands_as(connection: Connection, batch: Sequence[Record], first_ids: Mapping[str, str]) -> dict[str, str]:
    """Record id → the id under which that row is stored, of the rows of a batch that are stored under another.

    `first_ids`: record id → the one that its row had before it was known by an id of its own. A row goes by what its own
    id is stored under, failing that by its first one; no two rows go by the same.
    """
    own = {record.id: (record.source, record.external_id) for record in batch if record.id in first_ids}
    by_name: dict[tuple[str, str], str] = {}
    for some in chunks(sorted({name for _, name in own.values()})):
        query = select(records.c.source, records.c.external_id, records.c.id).where(records.c.external_id.in_(some))
        by_name |= {(source, name): one for source, name, one in connection.execute(query)}
    stored: set[str] = set()
    for some in chunks(sorted({first_ids[one] for one, key in own.items() if key not in by_name})):
        stored.update(connection.scalars(select(records.c.id).where(records.c.id.in_(some))))
    found = {one: by_name[key] for one, key in own.items() if key in by_name}
    for one in own.keys() - found.keys():
        if first_ids[one] in stored:
            found[one] = first_ids[one]
    return {one: stands for one, stands in found.items() if stands != one}


def told_again(connection: Connection, batch: Sequence[Record]) -> tuple[int, int]:
    """(how many, of how many) new texts of a batch stand in the store word for word, of the same source and day but under
    another id."""
    ids: set[str] = set()
    for some in chunks([record.id for record in batch]):
        ids.update(connection.scalars(select(records.c.id).where(records.c.id.in_(some))))
    fresh = {(r.source, r.text): r.day for r in batch if r.id not in ids and len(r.text) >= SHORTEST}
    days = sorted({day for day in fresh.values() if day})
    same_day = [] if None in fresh.values() else [or_(records.c.day.in_(days), records.c.day.is_(None))]
    again = set()
    for source in {source for source, _ in fresh}:
        query = select(records.c.text, records.c.day).where(records.c.source == source, *same_day)
        for text, day in connection.execute(query):
            own = fresh.get((source, text), "")
            if own != "" and (own is None or day is None or own == day):
                again.add((source, text))
    return len(again), len(fresh)
