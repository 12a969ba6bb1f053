"""A backup while everything goes on: the database as it stands at one moment, and the files beside it, in one archive."""

import hashlib
import io
import json
import os
import shutil
import stat
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from filelock import FileLock, Timeout
from pydantic import SecretStr

from assistant import __version__
from assistant.domain.backups import BackupReceipt, Manifest, VaultState
from assistant.errors import BusyError, StoreError, UsageError
from assistant.records.database import now
from assistant.records.limit_store import FILE as LIMITS
from assistant.records.snapshot import contents_of, copy_database, file_of, generations_in, leave_out_vault
from assistant.settings import Settings, without_login

FORMAT = 1
MANIFEST, DATABASE, FILES = "manifest.json", "voc.db", "data/"
"""Members of the archive: what it says of itself, the database, and everything else below `FILES`."""
ASIDE = "backing-up"
"""Below the data directory, while a backup is made: the copy of the database."""
PIPE = Path("-")
_ROOM = 50_000_000
_DATABASE_END = ".sqlite3"
_PASSING = ("incoming", "jobs", "index", "restoring", ASIDE, LIMITS)
"""Folders and a file whose content is of the moment, or can be made anew; of the index the generation that serves is taken."""
_PASSING_ENDS = (".lock", ".part", "-wal", "-shm", "-journal")
_OF_THE_MACHINE = {"data_dir", "database_url", "chroma_url", "host", "port", "ask_concurrency"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to stand in a backup."""

    vault: bool = True
    index: bool = True


def backup(settings: Settings, target: Path, pipe: BinaryIO, wanted: Wanted) -> BackupReceipt:
    """Write a backup to a new file, which appears when it is whole, or into `pipe` where the target is ``-``.

    Safe while the service runs and records come in: what is written after it began is not in it.

    Raises:
        UsageError: the target exists, lies in the data directory, or its folder can't be written.
        BusyError: another backup is under way.
        StoreError: the database can't be read, or the disk has no room for a copy of it.
    """
    if target == PIPE:
        return _write(settings, pipe, target, wanted)
    whole = _checked(target, settings.data_dir)
    part = whole.with_name(f"{whole.name}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            receipt = _write(settings, file, whole, wanted)
            os.fsync(file.fileno())
        part.replace(whole)
    finally:
        part.unlink(missing_ok=True)
    return receipt


def _checked(target: Path, data_dir: Path) -> Path:
    found = target.resolve()
    if found.is_relative_to(data_dir.resolve()):
        raise UsageError(f"{target} lies in the data directory that it is a backup of: choose another place with -o")
    if found.exists():
        raise UsageError(f"{target} exists and is not overwritten: choose another name with -o")
    if not found.parent.is_dir() or not os.access(found.parent, os.W_OK):
        raise UsageError(f"the folder {found.parent} does not exist or can't be written: choose another place with -o")
    return found


def _write(settings: Settings, stream: BinaryIO, target: Path, wanted: Wanted) -> BackupReceipt:
    data_dir, made_at = settings.data_dir.resolve(), now()
    database = file_of(settings.resolved_database_url)
    with _aside(data_dir, database) as folder:
        copy = folder / DATABASE
        copy_database(database, copy)
        gone = 0 if wanted.vault else leave_out_vault(copy)
        contents = contents_of(copy)
        vault: VaultState = "left_out" if gone else "included" if contents.counts.get("vault") else "empty"
        files, left_out = _files(data_dir, database)
        graph = [path for name in generations_in(copy) for path in _below(data_dir / "index" / "generations" / name)]
        archive = Archive(stream)
        archive.add(DATABASE, copy)
        for path in files:
            archive.add(FILES + path.relative_to(data_dir).as_posix(), path)
        whole = wanted.index and archive.add_all({FILES + p.relative_to(data_dir).as_posix(): p for p in graph}, folder)
        manifest = Manifest(
            FORMAT, __version__, made_at, contents.revision, contents.counts, contents.head, vault,
            "included" if whole and graph else "left_out", archive.held, notable(settings),
        )  # fmt: skip
        archive.end(manifest)
    return BackupReceipt(
        str(target), made_at, len(archive.held), sum(size for size, _ in archive.held.values()), contents.counts,
        manifest.vault, manifest.index, contents.head, _elsewhere(settings, data_dir), left_out,
    )  # fmt: skip


class Archive:
    """A tar that is written from front to back; knows the size and digest of what it holds."""

    def __init__(self, stream: BinaryIO) -> None:
        self._tar = tarfile.open(fileobj=stream, mode="w|", format=tarfile.PAX_FORMAT)  # noqa: SIM115 - `end` closes it
        self.held: dict[str, tuple[int, str]] = {}

    def add(self, name: str, path: Path) -> None:
        """Add a file as long as it is now; nothing where it has gone meanwhile."""
        try:
            file = path.open("rb")
        except FileNotFoundError:
            return
        with file:
            size = os.fstat(file.fileno()).st_size
            reader = Digesting(file)
            try:
                self._tar.addfile(_member(name, size), reader)
            except OSError as error:
                if error.errno is not None:  # the disk's or the pipe's own refusal
                    raise
                raise StoreError(f"{path.name} was cut while it was copied: make the backup again") from None
            self.held[name] = (size, reader.digest)

    def add_all(self, paths: Mapping[str, Path], aside: Path) -> bool:
        """Add files that are worth something only together; False, and none of them counts, where one has gone.

        Databases among them are copied through SQLite to `aside` first: Chroma writes to its own whenever it is opened.
        """
        before = dict(self.held)
        for name, path in paths.items():
            steady = _copied(path, aside) if path.suffix == _DATABASE_END else path
            if steady is not None:
                self.add(name, steady)
            if name not in self.held:
                self.held = before
                return False
        return True

    def end(self, manifest: Manifest) -> None:
        """Add what it says of itself, and close it."""
        told = json.dumps(asdict(manifest), ensure_ascii=False, indent=1).encode()
        self._tar.addfile(_member(MANIFEST, len(told)), io.BytesIO(told))
        self._tar.close()


class Digesting:
    """A file that is digested as it is read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._sha = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """As of any file."""
        block = self._file.read(size)
        self._sha.update(block)
        return block

    @property
    def digest(self) -> str:
        """SHA-256 of what was read."""
        return self._sha.hexdigest()


def notable(settings: Settings) -> dict[str, str]:
    """Settings that are not the default: no secrets, no places of this machine."""
    found = {}
    for name, field in type(settings).model_fields.items():
        value = getattr(settings, name)
        if name not in _OF_THE_MACHINE and value != field.default and not isinstance(value, SecretStr):
            found[str(field.alias)] = without_login(str(value))
    return found


def _member(name: str, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    return info


def _files(data_dir: Path, database: Path) -> tuple[list[Path], tuple[str, ...]]:
    """Every file of worth beside the database, and what is no file."""
    found: list[Path] = []
    others: list[str] = []
    for path in sorted(data_dir.rglob("*")):
        inside = path.relative_to(data_dir)
        if inside.parts[0] in _PASSING or path.name.endswith(_PASSING_ENDS) or path == database:
            continue
        mode = path.lstat().st_mode if path.is_symlink() or path.exists() else 0
        if stat.S_ISREG(mode):
            found.append(path)
        elif mode and not stat.S_ISDIR(mode):
            others.append(str(inside))
    return found, tuple(others)


def _copied(database: Path, aside: Path) -> Path | None:
    """None where it has gone or is damaged: an index can be built anew."""
    copy = aside / f"{database.parent.name}-{database.name}"
    try:
        copy_database(database, copy)
    except StoreError:
        return None
    return copy


def _below(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _elsewhere(settings: Settings, data_dir: Path) -> tuple[str, ...]:
    """Settings that name a file outside of the data directory, or are a secret."""
    found = []
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        outside = isinstance(value, Path) and name != "data_dir" and not value.resolve().is_relative_to(data_dir)
        if outside or isinstance(value, SecretStr):
            found.append(str(field.alias))
    return tuple(found)


@contextmanager
def _aside(data_dir: Path, database: Path) -> Iterator[Path]:
    """A folder for the copy of the database, empty, readable by its owner only; what a killed backup left goes."""
    try:
        lock = FileLock(str(data_dir / "backup.lock"), timeout=0)
        lock.acquire()
    except Timeout:
        raise BusyError("another backup of this data is under way: wait until it has ended") from None
    folder = data_dir / ASIDE
    try:
        shutil.rmtree(folder, ignore_errors=True)
        needed = database.stat().st_size + _ROOM
        if shutil.disk_usage(data_dir).free < needed:
            raise StoreError(
                f"a copy of the database needs {needed // 1_000_000} MB free beside it for a moment: make room in {data_dir}"
            )
        folder.mkdir(mode=0o700)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        lock.release()
