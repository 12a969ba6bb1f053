"""The few single values an index remembers in its database, and the last things that happened to it."""

import datetime as dt
import json
from typing import Literal

from sqlalchemy import Connection, bindparam, insert, select, update

from vectorstore.tables import index_state
from vectorstore.turns import take_turn

Key = Literal["version", "analyzer", "names", "model", "events"]
EVENTS = 12
"""So many of the last events are kept."""
_READ = select(index_state.c.value).where(index_state.c.key == bindparam("wanted"))


def read(connection: Connection, key: Key) -> str | None:
    """The value, or None where it was never written."""
    return connection.execute(_READ, {"wanted": key}).scalar_one_or_none()


def write(connection: Connection, key: Key, value: str) -> None:
    """Set a value in the caller's transaction."""
    changed = connection.execute(update(index_state).where(index_state.c.key == key).values(value=value))
    if changed.rowcount == 0:
        connection.execute(insert(index_state).values(key=key, value=value))


def touch(connection: Connection) -> None:
    """Tell every process that holds a picture of the index that it is out of date."""
    take_turn(connection)
    write(connection, "version", str(version(connection) + 1))


def version(connection: Connection) -> int:
    """How often the index has changed."""
    return int(read(connection, "version") or 0)


def note(connection: Connection, sentence: str) -> None:
    """Remember, in the caller's transaction, that something happened now; no text of a passage may be in it."""
    take_turn(connection)
    moment = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    write(connection, "events", json.dumps([*events(connection), f"{moment} {sentence}"][-EVENTS:]))


def events(connection: Connection) -> list[str]:
    """The last things that happened, oldest first, each with its moment (UTC)."""
    return [str(event) for event in json.loads(read(connection, "events") or "[]")]
