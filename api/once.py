"""Each request with an `Idempotency-Key` is done once: sent again, it gets the answer that was given."""

import hashlib
import hmac
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any, TypeVar

from fastapi import Header
from fastapi.responses import JSONResponse

from assistant.bootstrap import App
from assistant.domain.access import Principal
from assistant.errors import BusyError, UsageError
from assistant.intake.privacy import load_key
from assistant.records.request_store import Answered

Key = Annotated[
    str | None,
    Header(alias="Idempotency-Key", min_length=1, max_length=200, description="sent again, the same answer is given"),
]
REPLAYED: dict[str, Any] = {
    "Idempotency-Replayed": {
        "description": "set where the same key brought this answer before",
        "schema": {"const": "true"},
    }
}
PLACE: dict[str, Any] = {"Location": {"description": "where it can be read", "schema": {"type": "string"}}}
Content = dict[str, Any]
T = TypeVar("T")
_under_way: set[str] = set()
_guard = threading.Lock()


def key_of(principal: Principal, what: str, key: str | None) -> str | None:
    """A key as it is told apart: each caller's own, for each kind of request."""
    if key is None:
        return None
    return f"{what} {key}" if principal.kind == "machine" else f"{principal.id} {what} {key}"


def once(
    app: App, named: str | None, body: bytes, do: Callable[[], T], shown: Callable[[T], Content],
    *, kept: Callable[[T], Content] | None = None, status: int = 200,
) -> JSONResponse:  # fmt: skip
    """The answer; where the request is named (see `key_of`), the one that it was given before, as far as it may be `kept`.

    Raises:
        UsageError: the name was given with another body.
        BusyError: a request of this name is under way.
    """
    if named is None:
        return JSONResponse(shown(do()), status)
    secret = load_key(app.settings.data_dir)
    name, content = (hmac.new(secret, part, hashlib.sha256).hexdigest() for part in (named.encode(), body))
    with _alone(name):
        known = app.store.requests.answered(name)
        if known is not None:
            if known.body != content:
                raise UsageError("this Idempotency-Key was given with another body: use a new one")
            return JSONResponse(known.answer, known.status, headers={"idempotency-replayed": "true"})
        given = do()
        app.store.requests.remember(name, Answered(content, status, (kept or shown)(given)))
    return JSONResponse(shown(given), status)


@contextmanager
def _alone(name: str) -> Iterator[None]:
    with _guard:
        if name in _under_way:
            raise BusyError("a request with this Idempotency-Key is under way: wait for its answer")
        _under_way.add(name)
    try:
        yield
    finally:
        with _guard:
            _under_way.discard(name)
