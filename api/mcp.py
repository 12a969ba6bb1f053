"""`/mcp`: the Model Context Protocol over streamable HTTP, without sessions; read-only, behind the same guard as everything."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.types import ASGIApp, Receive, Scope, Send

from api.problems import problem_response
from assistant.bootstrap import App

PATH = "/mcp"


class McpDoor:
    """The ASGI application behind `/mcp`; it answers while `open` lasts."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._inner: ASGIApp | None = None

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Serve as long as the block runs."""
        from api.mcp_server import manager_of  # the SDK takes 0.4 s to load, and only a service needs it

        manager = manager_of(self._app)
        async with manager.run():
            self._inner = manager.asgi_app
            try:
                yield
            finally:
                self._inner = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; there is nothing to listen to and no session to end, so that only POST is answered."""
        if scope["method"] != "POST":
            refusal = problem_response(405, "POST is all that this address answers: it keeps no sessions")
            refusal.headers["allow"] = "POST"
            await refusal(scope, receive, send)
            return
        inner = self._inner or problem_response(503, "the service is starting or ending: try again")
        await inner(scope, receive, send)
