"""A copy of the whole database as it stands at one moment, and what is counted in it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import SettingError, StoreError
from assistant.records.database import HEAD, sentence_of

_INNER = ("sqlite_", "alembic_", "passages_full_text")
"""Tables that hold no rows of their own: SQLite's, the migrations', the full text's (it is cut from the passages)."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a database holds."""

    revision: str
    counts: dict[str, int]
    """Table → rows."""
    head: str
    """Digest of the last line of the audit book; empty where there is none."""


def file_of(url: str) -> Path:
    """The file of a SQLite database.

    Raises:
        SettingError: it is none, or lives in memory.
    """
    name = url.removeprefix("sqlite:///").partition("?")[0]
    if not url.startswith("sqlite:///") or name in ("", ":memory:"):
        raise SettingError("VOC_DATABASE_URL names no database file: copy that database by its own means (pg_dump)")
    return Path(name).resolve()


def copy_database(source: Path, target: Path) -> None:
    """Copy a database that others may be reading and writing: as it stands when the copy begins, nobody waits.

    SQLite's online backup in one step: one read transaction, so that writers, who append to the log, neither disturb it
    nor are held up.

    Raises:
        StoreError: the database can't be read, or there is no room.
    """
    with _told(), closing(_reading(source)) as here, closing(sqlite3.connect(target)) as there:
        target.chmod(0o600)
        here.backup(there)
        there.execute("PRAGMA journal_mode=DELETE")  # so that the copy is one file


def contents_of(path: Path) -> Contents:
    """Look a copy over, and count what is in it.

    Raises:
        StoreError: it is damaged, no database of this program, or of a newer version of it.
    """
    with _told(), closing(_reading(path)) as connection:
        verdict = connection.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != ("ok",):
            raise StoreError("the copy of the database is damaged")
        names = [
            name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type='table' ORDER BY name")
        ]
        if "alembic_version" not in names:
            raise StoreError("the database in it was not made by this program")
        (revision,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        if revision > HEAD:
            raise StoreError("it was made by a newer version of this program: use that")
        ours = [name for name in names if not name.startswith(_INNER)]
        counts = {name: int(connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]) for name in ours}  # noqa: S608 - names of its own schema
        return Contents(str(revision), counts, _head(connection))


def leave_out_vault(path: Path) -> int:
    """Take the sealed raw values out of a copy, and what is left of them on its free pages; returns how many.

    Raises:
        StoreError: there is no room to write it anew.
    """
    with _told(), closing(sqlite3.connect(path, isolation_level=None)) as connection:
        gone = connection.execute("DELETE FROM vault").rowcount
        connection.execute("VACUUM")
        return gone


def generations_in(path: Path) -> list[str]:
    """The directories of the index generations that serve, as a copy says."""
    with _told(), closing(_reading(path)) as connection:
        return [name for (name,) in connection.execute("SELECT path FROM index_generations WHERE active ORDER BY path")]


def _head(connection: sqlite3.Connection) -> str:
    columns = {row[1] for row in connection.execute("PRAGMA table_info(audit)")}
    if "digest" not in columns:  # before the book was a chain
        return ""
    last = connection.execute("SELECT digest FROM audit ORDER BY id DESC LIMIT 1").fetchone()
    return str(last[0]) if last else ""


def _reading(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=30)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError(sentence_of(error)) from error
