"""A store moved to another database, of the other kind or on another server: whole and the same, or not at all."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from assistant.errors import StoreError, UsageError
from assistant.pipeline.actor import actor
from assistant.pipeline.context import Progress
from assistant.pipeline.turns import place_of, run_lock, whole_stage
from assistant.records import audit_book, copying
from assistant.records.database import Database
from assistant.records.opening import prepare
from assistant.records.repository import Repository
from assistant.records.snapshot import file_of
from assistant.records.turn_store import TurnStore
from assistant.settings import Settings, without_login

_FEW = 2
"""Connections that a move opens to each database."""


@dataclass(frozen=True, slots=True)
class MoveReceipt:
    """What was moved: every table counted and digested on both sides, and the same."""

    source: str
    """Address, without user and password."""
    target: str
    tables: Mapping[str, copying.Held]
    rows: int
    """Of all tables together."""
    book_stands: bool
    """Whether the audit book stands where it is now; where it does not, it did not before."""


def move(settings: Settings, target: Settings, told: Progress) -> MoveReceipt:
    """Copy all tables of the settings' database into the target's, which must be empty, in one transaction.

    Nobody writes to the source meanwhile: no run begins, and who writes waits. The full text is left out, to be built
    anew by `voc index`; an index generation goes on serving, since passages keep their numbers.

    Raises:
        UsageError: there is no source, both are files, or the target holds something.
        BusyError: a run is under way, or somebody has been writing for two minutes.
        StoreError: a database fails, holds what is not ours, or what arrived is not the same; nothing was kept.
    """
    here, there = settings.resolved_database_url, target.resolved_database_url
    _demand_sense(here, there)
    data_dir = prepare(settings.data_dir)
    with (
        run_lock(data_dir), _opened(here, data_dir) as source, _alone(source, data_dir), _opened(there, data_dir) as goal
    ):  # fmt: skip
        if not goal.is_server:
            file_of(there).chmod(0o600)
        with goal.reading() as connection:
            if (taken := copying.first_with_rows(connection)) is not None:
                raise UsageError(f"--to {without_login(there)} is not empty ({taken}): name a new, empty database")
        tables = _moved(source, goal, told)
        stands = Repository(goal).verify_book().stands
    rows = sum(held.rows for held in tables.values())
    return MoveReceipt(without_login(here), without_login(there), tables, rows, stands)


def _demand_sense(here: str, there: str) -> None:
    embedded = [url for url in (here, there) if url.startswith("sqlite")]
    if len(embedded) > 1:
        raise UsageError("both databases are files: `voc backup` and `voc restore` move a data directory")
    if here.startswith("sqlite") and not file_of(here).exists():
        raise UsageError(f"there is nothing to move: {file_of(here)} does not exist, name the data in VOC_DATA_DIR")
    if here == there:
        raise UsageError("--to names the database that VOC_DATABASE_URL names: name a new, empty one")


def _moved(source: Database, goal: Database, told: Progress) -> dict[str, copying.Held]:
    """The line about it is written before, so that both books end with it; the source keeps it only if all went well."""
    with source.writing() as here, goal.writing() as there:
        audit_book.note(here, actor(), "migrate-store", goal.engine.dialect.name, "", 1)
        counts = {table.name: copying.count(here, table) for table in copying.TABLES}
        known, total = dict[str, copying.Held](), sum(counts.values())
        for table in copying.TABLES:
            before = sum(held.rows for held in known.values())
            known[table.name] = copying.copy(here, there, table, partial(_tell, told, before, total))
        compared = 0
        for table in copying.TABLES:
            found = copying.look(there, table)
            if found != known[table.name] or found.rows != counts[table.name]:
                raise StoreError(f"what arrived in {table.name} is not what was sent: nothing was moved, try again")
            told("compare", compared := compared + found.rows, total)
    return known


def _tell(told: Progress, before: int, total: int, done: int) -> None:
    told("copy", before + done, total)


def _alone(source: Database, data_dir: Path) -> AbstractContextManager[None]:
    """Nobody is at a whole stage on another machine, where the source is a server's."""
    if not source.is_server:
        return nullcontext()
    return whole_stage(TurnStore(source), "moving the store", place_of(data_dir))


@contextmanager
def _opened(url: str, data_dir: Path) -> Iterator[Database]:
    database = Database(url, data_dir / "write.lock", _FEW)
    try:
        yield database
    finally:
        database.close()
