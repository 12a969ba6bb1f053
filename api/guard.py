"""Who may come in while no keys exist (this machine only), how much they may bring, and what browsers are told."""

import ipaddress
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import UNEXPECTED, problem_of, problem_response

LARGEST = 1_000_000
"""Bytes of a request's body …"""
LARGEST_OF = {"/v1/records": 32_000_000, "/v1/files": 512_000_000}
"""… and of those that bring records: up to 1,000 in JSON, and files."""
_PAGES = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
_DOCS = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; connect-src 'self'; "
    "img-src 'self' data:; font-src 'self'; worker-src blob:; "
)
_CLOSED = "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
_HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}


def is_loopback(host: str) -> bool:
    """True for this machine's own names and addresses: ``localhost``, 127.0.0.0/8, ``::1``, bracketed or mapped."""
    bare = host.strip().strip("[]").removeprefix("::ffff:").lower()
    if bare == "localhost":
        return True
    try:
        return ipaddress.ip_address(bare).is_loopback
    except ValueError:
        return False


class Guard:
    """The outermost layer: turns strangers away, limits bodies, adds headers, and answers what nobody caught."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        sender = _Sender(send, scope["path"])
        headers = Headers(scope=scope)
        if (refusal := _refusal(scope, headers)) is not None:
            await problem_response(*refusal)(scope, receive, sender)
            return
        try:
            await self._app(scope, _limited(receive, _most(scope)), sender)
        except Exception as error:  # noqa: BLE001 - the last door: whatever is left becomes a plain 500
            problem_of(error)
            if not sender.started:
                await problem_response(500, UNEXPECTED)(scope, receive, sender)


def _refusal(scope: Scope, headers: Headers) -> tuple[int, str] | None:
    client = scope.get("client")
    if client is not None and not is_loopback(client[0]):
        return 403, "without keys this service answers on its own machine only"
    if not is_loopback(_hostname(headers.get("host", ""))):
        return 403, "the Host header must name this machine: use http://127.0.0.1 or http://localhost"
    origin = headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != headers.get("host"):
        return 403, "requests from pages of other sites are refused"
    length, most = headers.get("content-length", "0"), _most(scope)
    if not length.isdigit() or int(length) > most:
        return 413, f"a request may bring at most {most} bytes"
    return None


def _hostname(host: str) -> str:
    return host[: host.find("]") + 1] if host.startswith("[") else host.partition(":")[0]


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


class _Sender:
    """Sends on, with the headers added, and knows whether an answer has begun."""

    def __init__(self, send: Send, path: str) -> None:
        self._send, self._path, self.started = send, path, False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            headers = MutableHeaders(scope=message)
            policy = _DOCS if self._path.startswith(("/docs", "/redoc")) else _PAGES
            headers["content-security-policy"] = policy + _CLOSED
            headers.update(_HEADERS)
            if not self._path.startswith("/static-offline-docs"):
                headers.setdefault("cache-control", "no-store")
        await self._send(message)
