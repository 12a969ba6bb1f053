"""Zip and gzip files unpacked for reading, bombs and locked ones refused."""

import gzip
import os
import stat
import zipfile
import zlib
from collections.abc import Iterator
from datetime import datetime
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from assistant.intake.dates import CHINA
from assistant.intake.readers.sheet import is_workbook
from assistant.intake.shapes import UnreadableFileError

UNPACKED_LIMIT = 4 << 30
"""Bytes that one archive may unpack to."""
_RATIO_LIMIT = 150
_SMALL = 64 << 20
_FILES_LIMIT = 10_000


def is_archive(path: Path) -> bool:
    """True for a gzip file, and for a zip file that is no workbook."""
    try:
        with path.open("rb") as file:
            mark = file.read(4)
    except OSError:
        return False
    return mark.startswith(b"\x1f\x8b") or (
        mark == b"PK\x03\x04" and zipfile.is_zipfile(path) and not is_workbook(path)
    )


def unpacked_files(path: Path) -> Iterator[tuple[Path, str]]:
    """Each file in the archive as a temporary file, with the name to show for it (`archive.zip/inner.csv`).

    One file lies unpacked at a time, readable by its owner alone, and is removed before the next is taken. Hidden
    files and folders, and links, are left out.

    Raises:
        UnreadableFileError: the archive is damaged, locked, or unpacks to too much.
    """
    allowance = _Allowance(path)
    with TemporaryDirectory(prefix="voc-") as folder:
        try:
            if zipfile.is_zipfile(path):
                yield from _zip_members(path, Path(folder), allowance)
            else:
                target = Path(folder) / (path.name.removesuffix(".gz") or "file")
                with gzip.open(path) as member:
                    allowance.copy(member, target)
                yield target, f"{path}/{target.name}"
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, gzip.BadGzipFile) as error:
            locked = "password" in str(error) or "encrypted" in str(error)
            why = "is locked by a password; unpack it first" if locked else "is damaged; pack it again"
            raise UnreadableFileError("protected" if locked else "damaged", f"{path} {why}") from None


def _zip_members(path: Path, folder: Path, allowance: "_Allowance") -> Iterator[tuple[Path, str]]:
    with zipfile.ZipFile(path) as archive:
        named = [(_name(info), info) for info in archive.infolist() if not (info.is_dir() or _is_link(info))]
        members = sorted(named, key=itemgetter(0))  # two may have one name
        if len(members) > _FILES_LIMIT:
            raise UnreadableFileError("bomb", f"{path} holds more than {_FILES_LIMIT:,} files; unpack it first")
        for name, info in members:
            if any(_is_hidden(part) for part in Path(name).parts):
                continue
            target = folder / (Path(name).name or "file")
            with archive.open(info) as member:
                allowance.copy(member, target)
            _keep_day(target, info)
            yield target, f"{path}/{name}"
            target.unlink()


def _keep_day(target: Path, info: zipfile.ZipInfo) -> None:
    """Give the unpacked file the day that the archive has for it: times without a year are counted from it."""
    try:
        moment = datetime(*info.date_time, tzinfo=CHINA).timestamp()
    except ValueError:
        return
    os.utime(target, (moment, moment))


def _is_link(info: zipfile.ZipInfo) -> bool:
    """A link holds no words, only the place of another file, which nobody packed for us."""
    return stat.S_ISLNK(info.external_attr >> 16)


def _is_hidden(part: str) -> bool:
    """`..` hides nothing: a member that would climb out of its folder is read as a file of its last name."""
    return part != ".." and part.startswith((".", "__MACOSX", "~$"))


def _name(info: zipfile.ZipInfo) -> str:
    """The member's name; old Chinese zip programs wrote GBK and said nothing."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return info.filename


class _Allowance:
    """Counts what comes out of one archive, and stops a bomb."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._packed = path.stat().st_size
        self._out = 0

    def copy(self, member: IO[bytes] | gzip.GzipFile, target: Path) -> None:
        with target.open("wb") as file:
            while chunk := member.read(1 << 20):
                self._out += len(chunk)
                if self._out > UNPACKED_LIMIT or (self._out > _SMALL and self._out > self._packed * _RATIO_LIMIT):
                    sentence = f"{self._path} unpacks to more than {self._out >> 20} MB; unpack it first and look"
                    raise UnreadableFileError("bomb", sentence)
                file.write(chunk)
