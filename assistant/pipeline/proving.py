"""The proof that somebody is gone: every file's bytes searched for what only they said and who they were."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.domain.receipts import Exported, Left
from assistant.errors import StoreError
from assistant.records.database import Database
from assistant.records.export_store import ExportNote
from assistant.records.searching_apart import Looked, look_into
from assistant.records.server_rows import look_into_rows
from assistant.records.traces import Traces, spellings


@dataclass(frozen=True, slots=True)
class Proof:
    """What was searched, and where something was found."""

    fragments: int
    files: int
    bytes: int
    left: tuple[Left, ...]
    exports: tuple[Exported, ...] = ()
    """Files that were taken out, each with what of the traces its bytes hold today."""

    def __and__(self, other: "Proof") -> "Proof":
        """Both, of the same fragments."""
        left = (*self.left, *other.left)
        return replace(self, files=self.files + other.files, bytes=self.bytes + other.bytes, left=left)


def prove(files: Sequence[Path], notes: Sequence[ExportNote], traces: Traces) -> Proof:
    """Search files, and those that were taken out, for the traces in every spelling in which they may stand there.

    Raises:
        StoreError: a file can't be read, or the search broke off, so nothing is proved.
    """
    fragments = [*sorted(traces.words), *sorted(traces.windows)]
    looked = look_into([*files, *(Path(note.path) for note in notes)], fragments)
    ours = list(zip(files, looked[: len(files)], strict=True))
    for path, one in ours:
        if one.refused:
            raise StoreError(
                f"{path} can't be searched ({one.refused}), so that the erasing is not proved: make it readable and "
                "run the same command again"
            )
    left = tuple(Left(str(path), one.found) for path, one in ours if one.found)
    exports = tuple(_exported(note, one) for note, one in zip(notes, looked[len(files) :], strict=True))
    return Proof(len(fragments), len(files), sum(one.bytes for _, one in ours), left, exports)


def prove_rows(database: Database, traces: Traces) -> Proof:
    """Search the rows of a database that is no file of ours; a table with something in it is `left` by its name.

    Raises:
        StoreError: the server does not give a table, so nothing is proved.
    """
    fragments = [*sorted(traces.words), *sorted(traces.windows)]
    tables = look_into_rows(database, spellings(fragments))
    left = tuple(Left(f"table {table.name}", table.found) for table in tables if table.found)
    return Proof(len(fragments), 0, sum(table.bytes for table in tables), left)


def _exported(note: ExportNote, looked: Looked) -> Exported:
    if looked.gone:
        return Exported(note.path, note.kind, note.at, "gone")
    if looked.refused:
        return Exported(note.path, note.kind, note.at, "unreadable")
    return Exported(note.path, note.kind, note.at, "holds" if looked.found else "clean", looked.found)


def files_of(data_dir: Path, database_url: str, without: Path) -> list[Path]:
    """Every file of the data directory, and the database's where it stands elsewhere; none below `without`."""
    found = {path for path in data_dir.rglob("*") if path.is_file() and without not in path.parents}
    if database_url.startswith("sqlite:///"):
        database = Path(database_url.removeprefix("sqlite:///").partition("?")[0]).resolve()
        found.update(p for p in (database, *database.parent.glob(f"{database.name}-*")) if p.is_file())
    return sorted(found)
