"""Knows how customers' text stands inside a prompt: between lines whose token nobody who wrote the text can know."""

import hashlib
import hmac
from collections.abc import Sequence

TOKEN_LETTERS = 16
_LETTERS = str.maketrans("0123456789abcdef", "abcdefghijkmnpqr")
"""A token is of letters alone: digits could by chance make a telephone number, which the look at the door refuses."""


def fence_secret(key: bytes) -> bytes:
    """The secret of the boundaries, derived from the installation's key: one key to keep, two uses that never meet."""
    return hmac.digest(key, b"fence", "sha256")


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
        digest = hmac.new(self._secret, content.encode(), hashlib.sha256).hexdigest()
        return digest[:TOKEN_LETTERS].translate(_LETTERS)

    @property
    def fingerprint(self) -> str:
        """Tells one secret from another without giving it away."""
        return self.token(("fingerprint",))


def fenced(kind: str, token: str, body: str) -> str:
    """A text between its two boundary lines."""
    return f"<<<{kind} 开始 {token}>>>\n{body}\n<<<{kind} 结束 {token}>>>"
