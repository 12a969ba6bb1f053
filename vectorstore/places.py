"""Where generations live: in directories of this machine, each written once and sealed, or on a Chroma server, which
keeps one up to date."""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np
from sqlalchemy import text

from vectorstore import chroma
from vectorstore.connections import Connections
from vectorstore.errors import GenerationError
from vectorstore.knocking import exposed, takes_connections
from vectorstore.leftovers import blank_leftovers
from vectorstore.vectors import Picture

_ASIDE, _ROWS, _VECTORS = "aside", "rows.i64", "vectors.f16"


class Place(Protocol):
    """Holds generations by name. Everything raises `GenerationError` where it fails."""

    @property
    def far(self) -> bool:
        """True where a generation is out of our sight, so that only opening and asking it tells how it is."""
        ...

    def create(self, name: str, expected: int) -> chroma.Collection:
        """A new, empty generation for about so many vectors."""
        ...

    def reopen(self, name: str) -> chroma.Collection:
        """A finished generation to be written on, where that can be done (`far`)."""
        ...

    def put_aside(self, name: str, part: Picture) -> None:
        """Keep vectors beside the graph, by ascending row, in half precision, for search over some of them."""
        ...

    def aside(self, name: str) -> Picture | None:
        """What was put aside in a finished generation, read into memory; None where nothing was."""
        ...

    def seal(self, name: str) -> str:
        """What `open` will compare a finished, closed generation with."""
        ...

    def examine(self, name: str, manifest: str) -> None:
        """Raise `GenerationError` where a finished generation is not as it was sealed, without opening it."""
        ...

    def open(self, name: str, manifest: str) -> chroma.Collection:
        """A finished generation, unharmed since it was sealed."""
        ...

    def remove(self, name: str) -> None:
        """Delete a generation; nothing happens where there is none."""
        ...

    def names(self) -> list[str]:
        """All generations here that are ours to remove, finished or not."""
        ...


class Directories:
    """One directory for each generation below a root that is ours alone; sealed by sizes and checksums."""

    far = False

    def __init__(self, root: Path) -> None:
        self._root = root

    def create(self, name: str, expected: int) -> chroma.Collection:
        """See `Place.create`."""
        with _told("can't be made"):
            (self._root / name / _ASIDE).mkdir(parents=True)
        return chroma.create_collection(self._root / name, expected)

    def reopen(self, name: str) -> chroma.Collection:
        """See `Place.reopen`; never: Chroma in this process is not safe against being killed while it writes."""
        raise GenerationError(f"generation {name} is sealed")

    def put_aside(self, name: str, part: Picture) -> None:
        """See `Place.put_aside`."""
        with _told("can't be written"):
            with (self._root / name / _ASIDE / _ROWS).open("ab") as file:
                file.write(part.rows.astype("<i8").tobytes())
            with (self._root / name / _ASIDE / _VECTORS).open("ab") as file:
                file.write(part.matrix.astype("<f2").tobytes())

    def aside(self, name: str) -> Picture | None:
        """See `Place.aside`; not mapped: a file that is cut while it is mapped would end the process."""
        rows, vectors = (self._root / name / _ASIDE / file for file in (_ROWS, _VECTORS))
        with _told("can't be read"):
            if not rows.is_file() or not rows.stat().st_size:
                return None
            held = np.fromfile(rows, dtype="<i8")
            return Picture(held, np.fromfile(vectors, dtype="<f2").reshape(len(held), -1))

    def seal(self, name: str) -> str:
        """See `Place.seal`; of the files that Chroma does not touch again, cleared of what memory left in them."""
        directory = self._root / name
        blank_leftovers(directory)
        with _told("can't be read"):
            found = sorted(directory.glob("*/*"))
            return json.dumps({str(path.relative_to(directory)): _measured(path) for path in found})

    def examine(self, name: str, manifest: str) -> None:
        """See `Place.examine`: all files by size and checksum, Chroma's own database by its structure."""
        sealed: dict[str, list[int]] = json.loads(manifest)
        with _told("can't be read"), ThreadPoolExecutor(5) as pool:
            looked_over = pool.submit(chroma.look_over, self._root / name)
            present = pool.map(lambda file: _measured(self._root / name / file), sealed)
            for file, is_now in zip(sealed, present, strict=True):
                if sealed[file] != is_now:
                    raise GenerationError(f"{file} of the index generation is missing or damaged")
            looked_over.result()

    def open(self, name: str, manifest: str) -> chroma.Collection:
        """See `Place.open`."""
        self.examine(name, manifest)
        return chroma.open_collection(self._root / name)

    def remove(self, name: str) -> None:
        """See `Place.remove`; a link is removed, what it points to is not ours."""
        path = self._root / name
        with _told("can't be removed"):
            if path.is_symlink() or path.is_file():
                path.unlink()
            elif path.exists():
                shutil.rmtree(path)

    def names(self) -> list[str]:
        """See `Place.names`."""
        with _told("can't be read"):
            return sorted(path.name for path in self._root.iterdir()) if self._root.is_dir() else []


def _measured(path: Path) -> list[int]:
    """Size and checksum of a file; nothing where there is none."""
    return [path.stat().st_size, chroma.checksum(path)] if path.is_file() else []


@contextmanager
def _told(what: str) -> Iterator[None]:
    """The system's refusals (rights, room, a file in the way) as `GenerationError`, with its own word for why."""
    try:
        yield
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
        raise GenerationError(f"the files of the index generation {what} ({why})") from error


class ChromaServer:
    """One collection for each generation on a Chroma server, which others may use too.

    Args:
        url: such as ``http://127.0.0.1:8001``; the server has no authentication: loopback or a private network only.
        owner: tells what our collections are known by among other installations' on the same server; asked once.
    """

    far = True

    def __init__(self, url: str, owner: Callable[[], str]) -> None:
        self._url, self._owner = url, owner

    @cached_property
    def _prefix(self) -> str:
        return f"voc-{self._owner()}-"

    def create(self, name: str, expected: int) -> chroma.Collection:
        """See `Place.create`."""
        self._knock()
        return chroma.create_remote(self._url, self._prefix + name, expected)

    def reopen(self, name: str) -> chroma.Collection:
        """See `Place.reopen`."""
        self._knock()
        return chroma.open_remote(self._url, self._prefix + name)

    def put_aside(self, name: str, part: Picture) -> None:
        """See `Place.put_aside`; nothing: the database has them."""

    def aside(self, name: str) -> Picture | None:
        """See `Place.aside`."""
        return None

    def seal(self, name: str) -> str:
        """See `Place.seal`; the server answers for its files."""
        return "{}"

    def examine(self, name: str, manifest: str) -> None:
        """See `Place.examine`; nothing can be told without opening it."""

    def open(self, name: str, manifest: str) -> chroma.Collection:
        """See `Place.open`."""
        self._knock()
        return chroma.open_remote(self._url, self._prefix + name, in_haste=True)

    def remove(self, name: str) -> None:
        """See `Place.remove`."""
        if name in self.names():
            chroma.delete_remote(self._url, self._prefix + name)

    def names(self) -> list[str]:
        """See `Place.names`."""
        self._knock()
        found = chroma.list_remote(self._url)
        return sorted(name.removeprefix(self._prefix) for name in found if name.startswith(self._prefix))

    def _knock(self) -> None:
        if exposed(self._url):
            raise GenerationError(
                "the Chroma server is not asked: it takes no key, so its address must be a private one"
            )
        if not takes_connections(self._url):
            raise GenerationError("the Chroma server takes no connections")


def place_of(directory: Path, chroma_url: str | None, engine: Connections) -> Place:
    """Below the directory of an index, or on a server."""
    if chroma_url is None:
        return Directories(directory / "generations")
    return ChromaServer(chroma_url, lambda: _owner(directory, engine))


_SERVED = "SELECT system_identifier || '/' || current_database() FROM pg_control_system()"


def _owner(directory: Path, engine: Connections) -> str:
    """Who reads and writes the same collections: whoever has the same database; with SQLite, the same directory."""
    known = str(directory.resolve())
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            known = str(connection.execute(text(_SERVED)).scalar_one())
    return hashlib.sha256(known.encode()).hexdigest()[:12]
