"""A backup put back: taken out beside, compared with what it says of itself, and only then put in place."""

import hashlib
import json
import os
import shutil
import tarfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, Literal

from assistant.domain.backups import Manifest, RestoreReceipt
from assistant.errors import InputError, StoreError, UsageError
from assistant.pipeline.actor import actor
from assistant.pipeline.backing_up import DATABASE, FILES, FORMAT, MANIFEST, PIPE, notable
from assistant.records.opening import open_store, prepare
from assistant.records.repository import Repository
from assistant.records.snapshot import contents_of, file_of
from assistant.settings import Settings
from vectorstore import state
from vectorstore.generations import Generations
from vectorstore.places import place_of

ASIDE = "restoring"
"""Below the data directory, until everything was compared."""
_BLOCK = 1 << 20
_LONGEST = 32 << 20
"""Bytes that a manifest may have."""
_OWN = ("lost+found", ASIDE)


def restore(settings: Settings, source: Path, pipe: BinaryIO) -> RestoreReceipt:
    """Put a backup into the settings' data directory, which must be empty; ``-`` reads it from `pipe`.

    Raises:
        UsageError: there is something in the data directory or its database already.
        InputError: the file can't be read, is no backup, or is not what it says of itself; nothing was put in place.
        StoreError: the database in it is damaged, or of a newer version of this program.
    """
    database = file_of(settings.resolved_database_url)
    if source != PIPE and not source.is_file():
        raise UsageError(f"{source} is no file: name a backup that `voc backup` wrote, or - for the standard input")
    data_dir = _empty(prepare(settings.data_dir), database)
    aside = data_dir / ASIDE
    try:
        aside.mkdir(mode=0o700)
        manifest = _take_out(source, pipe, aside)
        contents = contents_of(aside / DATABASE)
        if (contents.revision, contents.counts, contents.head) != (manifest.revision, manifest.counts, manifest.head):
            raise InputError("the database in the backup does not hold what the backup says: use another backup")
        _put_in_place(aside, data_dir, database)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return _looked_over(settings, manifest, data_dir)


def _empty(data_dir: Path, database: Path) -> Path:
    here = sorted(path.name for path in data_dir.iterdir() if path.name not in _OWN)
    if here or database.exists():
        first = here[0] if here else str(database)
        raise UsageError(
            f"{data_dir} is not empty ({first} …): nothing is overwritten, name an empty folder in VOC_DATA_DIR"
        )
    shutil.rmtree(data_dir / ASIDE, ignore_errors=True)  # of a restore that was killed
    return data_dir


def _take_out(source: Path, pipe: BinaryIO, aside: Path) -> Manifest:
    """Everything that the manifest names, as it names it.

    Raises:
        InputError: it is no backup, cut off, or changed.
    """
    try:
        if source == PIPE:
            found, told = _read(pipe, aside)
        else:
            with source.open("rb") as file:
                found, told = _read(file, aside)
    except tarfile.TarError:
        raise InputError(f"{source} is no backup, or was cut off: use another one") from None
    manifest = _manifest(source, told)
    for name, (size, digest) in manifest.files.items():
        if found.get(name) != (size, digest):
            raise InputError(f"{source}: {name} is missing or was changed: use another backup")
    for name in found.keys() - manifest.files.keys():  # an index generation that went while it was copied
        (aside / name).unlink()
    return manifest


def _read(stream: BinaryIO, aside: Path) -> tuple[dict[str, tuple[int, str]], bytes]:
    """Take every member out; returns size and digest of each, and the manifest."""
    found: dict[str, tuple[int, str]] = {}
    told = b""
    with tarfile.open(fileobj=stream, mode="r|*") as archive:
        for member in archive:
            reader = archive.extractfile(member) if member.isfile() else None
            if reader is None:
                raise tarfile.ReadError
            if member.name == MANIFEST:
                told = reader.read(_LONGEST)
                continue
            found[member.name] = _taken(reader, _below(aside, member.name))
    return found, told


def _taken(reader: Any, target: Path) -> tuple[int, str]:
    sha, size = hashlib.sha256(), 0
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        while block := reader.read(_BLOCK):
            sha.update(block)
            size += file.write(block)
    return size, sha.hexdigest()


def _below(aside: Path, name: str) -> Path:
    """Where a member is put: never outside."""
    parts = PurePosixPath(name).parts
    if name != DATABASE and (not name.startswith(FILES) or ".." in parts or "\x00" in name):
        raise tarfile.ReadError
    target = aside.joinpath(*parts)
    if target.exists():
        raise tarfile.ReadError
    return target


def _manifest(source: Path, told: bytes) -> Manifest:
    try:
        kept: dict[str, Any] = json.loads(told)
        if kept["format"] > FORMAT:
            raise StoreError(f"{source} was made by a newer version of this program: use that")
        kept["files"] = {name: (int(size), str(digest)) for name, (size, digest) in kept["files"].items()}
        manifest = Manifest(**kept)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise InputError(f"{source} is no backup, or was cut off: use another one") from None
    if DATABASE not in manifest.files:
        raise InputError(f"{source} holds no database: use another backup")
    return manifest


def _put_in_place(aside: Path, data_dir: Path, database: Path) -> None:
    """Move everything up; the database last, so that a start before the end finds none of it."""
    rest = aside / FILES.rstrip("/")
    for path in sorted(rest.iterdir()) if rest.is_dir() else ():
        path.replace(data_dir / path.name)
    database.parent.mkdir(parents=True, exist_ok=True)
    if database.parent == data_dir:
        (aside / DATABASE).replace(database)
    else:
        shutil.move(aside / DATABASE, database)


def _looked_over(settings: Settings, manifest: Manifest, data_dir: Path) -> RestoreReceipt:
    """Bring the schema up to date, and see how the book and the index stand."""
    store = open_store(settings)
    try:
        stands = store.verify_book(manifest.head or None).stands
        store.note(actor(), "restore", "", f"backup of {manifest.made_at}", manifest.counts.get("records", 0))
        index = _index(store, data_dir, settings.chroma_url)
    finally:
        store.database.close()
    return RestoreReceipt(
        str(data_dir), manifest.made_at, len(manifest.files), sum(size for size, _ in manifest.files.values()),
        manifest.counts, manifest.revision, manifest.vault, index, stands, _differing(manifest.settings, notable(settings)),
    )  # fmt: skip


def _index(store: Repository, data_dir: Path, chroma_url: str | None) -> Literal["ok", "to_build"]:
    generations = Generations(store.database, place_of(data_dir / "index", chroma_url, store.database))
    with store.database.reading() as connection:
        model = state.read(connection, "model")
    active = generations.active(model) if model else None
    return "ok" if active is not None and generations.damage(active) is None else "to_build"


def _differing(then: Mapping[str, str], today: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    default = {str(field.alias): str(field.default) for field in Settings.model_fields.values()}
    names = sorted(then.keys() | today.keys())
    pairs = {name: tuple(known.get(name, default.get(name, "")) for known in (then, today)) for name in names}
    return {name: (before, after) for name, (before, after) in pairs.items() if before != after}
