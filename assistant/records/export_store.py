"""The list of files that were taken out of the store."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, insert, select, update

from assistant.records.database import Database, now
from assistant.records.tables import exports
from assistant.records.traces import Traces

NAME_ERASED = "(name erased)"


@dataclass(frozen=True, slots=True)
class ExportNote:
    """One file that was written: where to, what, when, and how many rows."""

    path: str
    kind: str
    at: str
    rows: int


class ExportStore:
    """The part of the store that knows what was taken out, and where to."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def note_export(self, path: Path, kind: str, rows: int) -> None:
        """Write down that rows of a kind are about to stand in a file."""
        with self.database.writing() as connection:
            values = {"at": now(), "path": str(path.resolve()), "kind": kind, "rows": rows}
            connection.execute(insert(exports).values(**values))

    def exported(self, since: str | None = None) -> list[ExportNote]:
        """The files written from a moment on (all without one), each path once, as it was written last."""
        query = select(exports).order_by(exports.c.id)
        if since is not None:
            query = query.where(exports.c.at >= since[:19])
        with self.database.reading() as connection:
            rows = connection.execute(query).mappings().all()
        found = {row["path"]: ExportNote(row["path"], row["kind"], row["at"], row["rows"]) for row in rows}
        return list(found.values())


def clean_exports(connection: Connection, traces: Traces) -> None:
    """Take somebody's words and ids out of the names of files; the folder and the rest of the line stay."""
    for row in connection.execute(select(exports.c.id, exports.c.path)).all():
        if traces.stand_in(row.path):
            folder = str(Path(row.path).parent)
            kept = NAME_ERASED if traces.stand_in(folder) else str(Path(folder) / NAME_ERASED)
            connection.execute(update(exports).where(exports.c.id == row.id).values(path=kept))
