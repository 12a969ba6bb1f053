"""The outermost layer: how much a request may bring, what browsers are told, its id, and what is counted of it."""

import time

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import tracing
from api.addresses import from_another_site
from api.problems import FULL, UNEXPECTED, problem_of, told
from api.watching import Watch

LARGEST = 1_000_000
"""Bytes of a request's body …"""
LARGEST_OF = {"/v1/records": 32_000_000, "/v1/files": 512_000_000, "/jobs/file": 512_000_000}
"""… and of those that bring records: up to 1,000 in JSON, and files."""
_PLAIN = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
_PAGES = (
    "default-src 'none'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "connect-src 'self'; img-src 'self' data:; font-src 'self'; "
)
"""The pages' library compiles its templates in the browser; what customers wrote never reaches them but as text."""
_OF_PAGES = frozenset({"/", "/needs", "/ideas", "/customers", "/jobs", "/admin"})
_DOCS = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; connect-src 'self'; "
    "img-src 'self' data:; font-src 'self'; worker-src blob:; "
)
_CLOSED = "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
_HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}


class Guard:
    """Turns pages of other sites away, limits bodies, adds headers, answers what nobody caught, and counts and logs."""

    def __init__(self, app: ASGIApp, watch: Watch | None = None) -> None:
        self._app, self._watch = app, watch or Watch()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or open one web socket."""
        if scope["type"] == "websocket":
            if from_another_site(Headers(scope=scope)) is not None:
                await send({"type": "websocket.close", "code": 1008})
                return
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        number = tracing.id_of(headers.get(tracing.HEADER))
        token, begun = tracing.request_id.set(number), time.perf_counter()
        sender = _Sender(send, scope, number)
        try:
            await self._served(scope, receive, sender, headers)
        finally:
            self._watch.saw(scope, sender.status, time.perf_counter() - begun)
            tracing.request_id.reset(token)

    async def _served(self, scope: Scope, receive: Receive, sender: "_Sender", headers: Headers) -> None:
        if (refusal := _refusal(scope, headers)) is not None:
            await told(scope, *refusal)(scope, receive, sender)
            return
        try:
            await self._app(scope, _limited(receive, _most(scope)), sender)
        except ClientDisconnect:  # nobody waits for an answer any more: counted as such, and no fault of ours
            pass
        except Exception as error:  # noqa: BLE001 - the last door: whatever is left becomes a plain 500
            known = problem_of(error)["status"] == 503 and isinstance(error, OSError)
            if not sender.status:
                await told(scope, *((503, FULL) if known else (500, UNEXPECTED)))(scope, receive, sender)


def _refusal(scope: Scope, headers: Headers) -> tuple[int, str] | None:
    if (stranger := from_another_site(headers)) is not None:
        return 403, stranger
    length, most = headers.get("content-length", "0"), _most(scope)
    if not length.isdigit() or int(length) > most:
        return 413, f"a request may bring at most {most} bytes"
    return None


def _most(scope: Scope) -> int:
    return LARGEST_OF.get(scope["path"], LARGEST)


def _limited(receive: Receive, most: int) -> Receive:
    read = 0

    async def limited() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > most:
            raise HTTPException(413, f"a request may bring at most {most} bytes")
        return message

    return limited


def _policy(path: str) -> str:
    if path in _OF_PAGES:
        return _PAGES
    return _DOCS if path.startswith(("/docs", "/redoc")) else _PLAIN


class _Sender:
    """Sends on, with the headers added, and knows the status once an answer has begun."""

    def __init__(self, send: Send, scope: Scope, number: str) -> None:
        self._send, self._path, self._number = send, scope["path"], number
        self._secure = scope.get("scheme") == "https"
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers["content-security-policy"] = _policy(self._path) + _CLOSED
            headers.update(_HEADERS)
            headers[tracing.HEADER] = self._number
            if self._secure:
                headers["strict-transport-security"] = "max-age=31536000"
            if not self._path.startswith("/static-offline-docs"):
                headers.setdefault("cache-control", "no-store")
        await self._send(message)
