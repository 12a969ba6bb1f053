"""Sealed personal values as stored."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert, select

from assistant.domain.records import SealedValue
from assistant.records.database import Database
from assistant.records.record_store import chunks
from assistant.records.tables import vault


class VaultStore:
    """The part of the store that holds what is sealed."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def save_sealed(self, values: Sequence[SealedValue]) -> None:
        """Keep sealed values of stored records; those that are there already stay as they are."""
        fresh = {(value.record_id, value.type, value.pseudonym): value for value in values}
        if not fresh:
            return
        with self.database.writing() as connection:
            for some in chunks(list({value.record_id for value in values})):
                query = select(vault.c.record_id, vault.c.type, vault.c.pseudonym).where(vault.c.record_id.in_(some))
                for record_id, kind, pseudonym in connection.execute(query):
                    fresh.pop((record_id, kind, pseudonym), None)
            rows = [_values(value) for value in fresh.values()]
            if rows:
                connection.execute(insert(vault), rows)

    def sealed(self, kind: str | None, pseudonym: str) -> list[SealedValue]:
        """The sealed values behind a pseudonym, of one type or any."""
        query = select(vault).where(vault.c.pseudonym == pseudonym).order_by(vault.c.type, vault.c.record_id)
        if kind is not None:
            query = query.where(vault.c.type == kind)
        with self.database.reading() as connection:
            return [SealedValue(**row) for row in connection.execute(query).mappings()]

    def sealed_of(self, record_ids: Sequence[str]) -> list[SealedValue]:
        """All sealed values of these records."""
        found: list[SealedValue] = []
        with self.database.reading() as connection:
            for some in chunks(record_ids):
                rows = connection.execute(select(vault).where(vault.c.record_id.in_(some))).mappings()
                found += [SealedValue(**row) for row in rows]
        return found


def _values(value: SealedValue) -> dict[str, Any]:
    return {
        "record_id": value.record_id,
        "type": value.type,
        "pseudonym": value.pseudonym,
        "sealed": value.sealed,
    }
