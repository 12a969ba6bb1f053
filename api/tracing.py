"""The id of the request under way: taken from whoever calls or made here, and told wherever it helps to find it again."""

import re
import secrets
from contextvars import ContextVar

HEADER = "x-request-id"
_ALLOWED = re.compile(r"[A-Za-z0-9._-]{8,64}")
_LONG_NUMBER = re.compile(r"\d{7}")
request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
"""Set by the guard for as long as a request lasts, in its threads too."""


def id_of(given: str | None) -> str:
    """The id that a caller gave, where it can be one and holds no long number; else a new one."""
    if given is not None and _ALLOWED.fullmatch(given) and not _LONG_NUMBER.search(given):
        return given
    return secrets.token_hex(8)
