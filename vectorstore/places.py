"""Where generations live: in directories of this machine, or on a Chroma server; each is written once and sealed."""

import json
import shutil
from pathlib import Path
from typing import Protocol

from vectorstore import chroma
from vectorstore.errors import GenerationError
from vectorstore.leftovers import blank_leftovers


class Place(Protocol):
    """Holds generations by name. Everything raises `GenerationError` where it fails."""

    def create(self, name: str) -> chroma.Collection:
        """A new, empty generation."""
        ...

    def seal(self, name: str) -> str:
        """What `open` will compare a finished, closed generation with."""
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

    def __init__(self, root: Path) -> None:
        self._root = root

    def create(self, name: str) -> chroma.Collection:
        """See `Place.create`."""
        (self._root / name).mkdir(parents=True)
        return chroma.create_collection(self._root / name)

    def seal(self, name: str) -> str:
        """See `Place.seal`; of the files that Chroma does not touch again, cleared of what memory left in them."""
        directory = self._root / name
        blank_leftovers(directory)
        files = {
            str(path.relative_to(directory)): [path.stat().st_size, chroma.checksum(path)]
            for path in sorted(directory.glob("*/*"))
        }
        return json.dumps(files)

    def open(self, name: str, manifest: str) -> chroma.Collection:
        """See `Place.open`."""
        for file, (size, digest) in json.loads(manifest).items():
            path = self._root / name / file
            if not path.is_file() or path.stat().st_size != size or chroma.checksum(path) != digest:
                raise GenerationError(f"{file} of the index generation is missing or damaged")
        return chroma.open_collection(self._root / name)

    def remove(self, name: str) -> None:
        """See `Place.remove`."""
        shutil.rmtree(self._root / name, ignore_errors=True)

    def names(self) -> list[str]:
        """See `Place.names`."""
        return sorted(path.name for path in self._root.iterdir()) if self._root.is_dir() else []


class ChromaServer:
    """One collection for each generation on a Chroma server, which others may use too.

    Args:
        url: such as ``http://127.0.0.1:8001``; the server has no authentication: loopback or a private network only.
        owner: tells our collections from other installations' on the same server.
    """

    def __init__(self, url: str, owner: str) -> None:
        self._url = url
        self._prefix = f"voc-{owner}-"

    def create(self, name: str) -> chroma.Collection:
        """See `Place.create`."""
        return chroma.create_remote(self._url, self._prefix + name)

    def seal(self, name: str) -> str:
        """See `Place.seal`; the server answers for its files."""
        return "{}"

    def open(self, name: str, manifest: str) -> chroma.Collection:
        """See `Place.open`."""
        return chroma.open_remote(self._url, self._prefix + name)

    def remove(self, name: str) -> None:
        """See `Place.remove`."""
        if name in self.names():
            chroma.delete_remote(self._url, self._prefix + name)

    def names(self) -> list[str]:
        """See `Place.names`."""
        found = chroma.list_remote(self._url)
        return sorted(name.removeprefix(self._prefix) for name in found if name.startswith(self._prefix))
