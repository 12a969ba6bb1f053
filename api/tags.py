"""Entity tags: what has not changed is not sent again, and an edit of what somebody else has changed meanwhile is refused."""

import hashlib
from collections.abc import Awaitable, Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import told

TAGGED = frozenset({
    "/v1/records/{any_id}", "/v1/insights", "/v1/themes", "/v1/themes/{theme_id}", "/v1/ideas", "/v1/ideas/{idea_id}",
    "/v1/proposals/{proposal_id}", "/v1/leads", "/v1/leads/{lead_id}", "/v1/customers/{customer_id}", "/v1/stats",
})  # fmt: skip
"""Addresses whose answers bear a tag."""
CHANGED = "somebody has changed this since you read it: read it again, then change it"


class Tags:
    """Behind the door: tags what is read, honours `If-None-Match` on GET and `If-Match` on PATCH."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        headers = Headers(scope=scope) if scope["type"] == "http" else None
        if headers is None or scope.get("state", {}).get("route") not in TAGGED:
            await self._app(scope, receive, send)
        elif scope["method"] == "GET":
            answer = await self._answer(scope, receive)
            if answer.tag and answer.tag in _tags(headers.get("if-none-match")):
                answer.become_unchanged()
            await answer.send(send)
        elif (wanted := headers.get("if-match")) is None:
            await self._app(scope, receive, send)
        else:
            stands = (await self._answer({**scope, "method": "GET"}, _nothing)).tag
            if stands is not None and stands not in _tags(wanted) and wanted != "*":
                await told(scope, 412, CHANGED)(scope, receive, send)
                return
            await self._app(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive) -> "_Answer":
        answer = _Answer()
        await self._app(scope, receive, answer.take)
        answer.close()
        return answer


class _Answer:
    """An answer held back until it is whole."""

    def __init__(self) -> None:
        self._start: Message = {}
        self._body = b""
        self.tag: str | None = None

    async def take(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
        else:
            self._body += message.get("body", b"")

    def close(self) -> None:
        """Give it a tag, where it is one that was asked for."""
        headers = MutableHeaders(raw=self._start["headers"])
        if self._start["status"] == 200 and headers.get("content-type") == "application/json":
            self.tag = headers["etag"] = f'"{hashlib.sha256(self._body).hexdigest()[:32]}"'

    def become_unchanged(self) -> None:
        """Say no more than that it has not changed."""
        self._start = {**self._start, "status": 304, "headers": [(b"etag", str(self.tag).encode())]}
        self._body = b""

    async def send(self, send: Callable[[Message], Awaitable[None]]) -> None:
        await send(self._start)
        await send({"type": "http.response.body", "body": self._body})


def _tags(header: str | None) -> set[str]:
    return {tag.strip().removeprefix("W/") for tag in (header or "").split(",")}


async def _nothing() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}
