"""The pages' own files: kept by browsers for good, through layers that mistake nobody's leaving for a fault."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from nicegui import __version__
from nicegui.middlewares import RedirectWithPrefixMiddleware, SetCacheControlMiddleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.middleware.gzip import GZipMiddleware

from api.pages.serving import Kept, serve_plainly


@pytest.fixture
def pages() -> FastAPI:
    """An application with the layers that NiceGUI gives its own."""
    built = FastAPI()
    for layer in (GZipMiddleware, RedirectWithPrefixMiddleware, SetCacheControlMiddleware):
        built.add_middleware(layer)

    @built.get("/{path:path}")
    def anything(path: str) -> str:
        return path

    return built


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        (f"/_nicegui/{__version__}/static/quasar.js", True),
        (f"/_nicegui/{__version__}/dynamic_resources/made.js", False),
        ("/_nicegui/0.0.0/static/quasar.js", False),
        ("/needs", False),
    ],
)
def test_files_of_this_version_are_kept_and_nothing_else(pages: FastAPI, path: str, kept: bool) -> None:
    serve_plainly(pages)
    with TestClient(pages) as client:
        assert ("immutable" in client.get(path).headers.get("cache-control", "")) is kept


def test_layers_that_wait_for_an_answer_are_gone_however_often_it_is_asked_for(pages: FastAPI) -> None:
    serve_plainly(pages)
    serve_plainly(pages)
    layers = [layer.cls for layer in pages.user_middleware]
    assert not any(isinstance(one, type) and issubclass(one, BaseHTTPMiddleware) for one in layers)
    assert sorted(getattr(one, "__name__", "") for one in layers) == [GZipMiddleware.__name__, Kept.__name__]
