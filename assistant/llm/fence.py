"""Knows how customers' text stands inside a prompt: between lines whose token nobody who wrote the text can know."""

import hashlib
import hmac
import secrets
import tempfile
from collections.abc import Sequence
from pathlib import Path

TOKEN_HEX = 16
SECRET_BYTES = 32


class Fence:
    """Makes the boundary tokens. The token of a text is an HMAC of it under the installation's secret.

    So it can't be guessed from within the text, and yet the same text gets the same prompt again, which keeps the
    call cache true.
    """

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def token(self, texts: Sequence[str]) -> str:
        """The token for a prompt that holds these texts."""
        content = "\0".join(f"{len(text)}:{text}" for text in texts)
        return hmac.new(self._secret, content.encode(), hashlib.sha256).hexdigest()[:TOKEN_HEX]

    @property
    def fingerprint(self) -> str:
        """Tells one secret from another without giving it away."""
        return self.token(("fingerprint",))


def fenced(kind: str, token: str, body: str) -> str:
    """A text between its two boundary lines."""
    return f"<<<{kind} 开始 {token}>>>\n{body}\n<<<{kind} 结束 {token}>>>"


def install_secret(path: Path) -> bytes:
    """The installation's 32 secret bytes, made on first use; the first of several processes wins.

    Where they can't be kept, they last as long as the process: then calls are not found in the cache by the next one.
    """
    kept, damaged = _read_secret(path)
    if kept is not None:
        return kept
    fresh = secrets.token_bytes(SECRET_BYTES)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent) as directory:  # private to us, as are files made in it
            draft = Path(directory) / path.name
            draft.touch(mode=0o600)
            draft.write_text(fresh.hex(), encoding="ascii")
            if damaged:
                draft.replace(path)
            else:
                path.hardlink_to(draft)
    except OSError:  # the disk refuses, or another was quicker
        return _read_secret(path)[0] or fresh
    return fresh


def _read_secret(path: Path) -> tuple[bytes | None, bool]:
    """The secret kept there, and whether there is a file that holds none."""
    try:
        secret = bytes.fromhex(path.read_text(encoding="ascii"))
    except OSError:
        return None, False
    except ValueError:
        return None, True
    return (secret, False) if len(secret) == SECRET_BYTES else (None, True)
