"""Whose turn it is to write the index, where the database lets several write at once."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text

from vectorstore.connections import Connections

_INDEX, _LEVEL = 0x766F63_01, 0x766F63_02
"""The locks of PostgreSQL that mean: the passages, and bringing the index level."""


def take_turn(connection: Connection) -> None:
    """Wait until nobody else writes passages, and keep the turn until the caller's transaction ends.

    Rows must become visible in the order of their numbers: what is newer than a generation, or than what a search
    remembers, has a higher one. SQLite has one writer at a time anyway.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _INDEX})


@contextmanager
def alone(engine: Connections) -> Iterator[None]:
    """Bring the index level while no other machine does: wait until that has ended (PostgreSQL; else nothing)."""
    with engine.connect() as connection:
        if connection.dialect.name != "postgresql":
            yield
            return
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LEVEL})
        connection.commit()
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _LEVEL})
            connection.commit()
