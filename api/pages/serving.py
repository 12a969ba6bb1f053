"""How NiceGUI's part of the service answers: browsers keep its files for good, and its faults are told in our words."""

from fastapi import FastAPI
from nicegui import __version__
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.doorway import Turned, opened_page, refused_page, wanted_by
from api.problems import UNEXPECTED, told

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
    """Put `Kept` in the place of NiceGUI's layers, which take a visitor who left before the answer for a fault of ours.

    What it does not find, and what fails, is answered as everywhere else.
    """
    layers = [one for one in pages.user_middleware if not _replaced(one)]
    pages.user_middleware[:] = [*layers, Middleware(Kept)]
    pages.add_exception_handler(404, _nowhere)
    pages.add_exception_handler(Exception, _failed)


def _nowhere(request: Request, error: Exception) -> Response:
    """NiceGUI would log the address as it was called, and answer with a page of its own."""
    status = error.status_code if isinstance(error, HTTPException) else 404
    return _refused(request, status, "there is nothing at this address")


def _failed(request: Request, _error: Exception) -> Response:
    """NiceGUI would show and log the words of the error, which may be a customer's; the guard logs kind and place."""
    return _refused(request, 500, UNEXPECTED)


def _refused(request: Request, status: int, detail: str) -> Response:
    if not opened_page(request.scope):
        return told(request.scope, status, detail)
    turned = Turned(status, getattr(request.state, "principal", None))
    return refused_page(wanted_by(request.scope, request.app.state.voc.settings.language), turned)


def _replaced(layer: Middleware) -> bool:
    return isinstance(layer.cls, type) and issubclass(layer.cls, BaseHTTPMiddleware | Kept)
