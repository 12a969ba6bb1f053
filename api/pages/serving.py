"""NiceGUI's own files as they are served: browsers keep them for good, and nothing is logged where nobody waits for one."""

from fastapi import FastAPI
from nicegui import __version__
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_FILES = f"/_nicegui/{__version__}/"
_MADE = f"{_FILES}dynamic_resources/"
_KEPT = "public, max-age=31536000, immutable"


class Kept:
    """Lets browsers keep the files of one version, whose addresses name it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        path = scope.get("path", "")

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 200:
                MutableHeaders(scope=message)["cache-control"] = _KEPT
            await send(message)

        kept = scope["type"] == "http" and path.startswith(_FILES) and not path.startswith(_MADE)
        await self._app(scope, receive, sent if kept else send)


def serve_plainly(pages: FastAPI) -> None:
    """Put `Kept` in the place of NiceGUI's layers, which take a visitor who left before the answer for a fault of ours."""
    layers = [one for one in pages.user_middleware if not _replaced(one)]
    pages.user_middleware[:] = [*layers, Middleware(Kept)]


def _replaced(layer: Middleware) -> bool:
    return isinstance(layer.cls, type) and issubclass(layer.cls, BaseHTTPMiddleware | Kept)
