"""The proof that somebody is gone: every file's bytes searched for what only they said and who they were."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.domain.receipts import Exported, Left
from assistant.errors import StoreError
from assistant.records.byte_search import ByteSearch
from assistant.records.export_store import ExportNote
from assistant.records.traces import Traces, spellings


@dataclass(frozen=True, slots=True)
class Proof:
    """What was searched, and where something was found."""

    fragments: int
    files: int
    bytes: int
    left: tuple[Left, ...]


def prove(files: list[Path], traces: Traces) -> Proof:
    """Search files for the traces, in every spelling in which they may stand there.

    Raises:
        StoreError: a file can't be read, so nothing is proved.
    """
    search = _search_for(traces)
    left, total = [], 0
    for path in files:
        try:
            found, read = search.found_in(path)
        except FileNotFoundError:
            continue
        except OSError as error:
            raise StoreError(
                f"{path} can't be searched ({error.strerror}), so that the erasing is not proved: make it readable and "
                "run the same command again"
            ) from None
        total += read
        if found:
            left.append(Left(str(path), len(found)))
    return Proof(len(traces.words) + len(traces.windows), len(files), total, tuple(left))


def look_at_exports(notes: Sequence[ExportNote], traces: Traces) -> tuple[Exported, ...]:
    """Files that were taken out, each with what of the traces its bytes hold today."""
    if not notes:
        return ()
    search = _search_for(traces)
    return tuple(_looked_at(note, search) for note in notes)


def _looked_at(note: ExportNote, search: ByteSearch) -> Exported:
    try:
        found, _ = search.found_in(Path(note.path))
    except FileNotFoundError:
        return Exported(note.path, note.kind, note.at, "gone")
    except OSError:
        return Exported(note.path, note.kind, note.at, "unreadable")
    return Exported(note.path, note.kind, note.at, "holds" if found else "clean", len(found))


def _search_for(traces: Traces) -> ByteSearch:
    return ByteSearch(spellings([*sorted(traces.words), *sorted(traces.windows)]))


def files_of(data_dir: Path, database_url: str, without: Path) -> list[Path]:
    """Every file of the data directory, and the database's where it stands elsewhere; none below `without`."""
    found = {path for path in data_dir.rglob("*") if path.is_file() and without not in path.parents}
    if database_url.startswith("sqlite:///"):
        database = Path(database_url.removeprefix("sqlite:///").partition("?")[0]).resolve()
        found.update(p for p in (database, *database.parent.glob(f"{database.name}-*")) if p.is_file())
    return sorted(found)
