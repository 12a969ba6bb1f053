"""The secret under which pseudonyms are made: one file in the data directory."""

import os
import secrets
from pathlib import Path

from assistant.errors import StoreError

_NAME = "masking.key"
_LENGTH = 32


def load_key(data_dir: Path) -> bytes:
    """The 32 bytes in ``<data_dir>/masking.key``, made at random (mode 600, atomically) where there are none.

    Of two processes that start at once, one makes the key and both get the same.

    Raises:
        StoreError: the file can't be read or written, or does not hold 32 bytes.
    """
    path = data_dir / _NAME
    try:
        if not path.exists():
            _create(path)
        key = path.read_bytes()
    except OSError as error:
        raise StoreError(
            f"the masking key {path} can't be used: {error.strerror}; check the rights of the directory"
        ) from None
    if len(key) != _LENGTH:
        raise StoreError(
            f"the masking key {path} is damaged ({len(key)} bytes instead of {_LENGTH}); restore it from a backup"
        )
    return key


def _create(path: Path) -> None:
    """Write a whole file beside `path`, then link it there unless another process was first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{_NAME}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(_LENGTH))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(part, path)
        except FileExistsError:
            return
        except OSError:  # a file system without hard links
            part.rename(path)
    finally:
        part.unlink(missing_ok=True)
