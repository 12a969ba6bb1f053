"""The pages' own files: kept by browsers for good, through layers that mistake nobody's leaving for a fault."""

from types import SimpleNamespace

import pytest
from fastapi import FastAPI, HTTPException
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
    built.state.voc = SimpleNamespace(settings=SimpleNamespace(language="en"))
    for layer in (GZipMiddleware, RedirectWithPrefixMiddleware, SetCacheControlMiddleware):
        built.add_middleware(layer)

    @built.get("/nowhere/{name}")
    def nowhere(name: str) -> str:
        raise HTTPException(404, name)

    @built.get("/failed/{name}")
    def failed(name: str) -> str:
        raise ValueError(name)

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


@pytest.mark.parametrize(("way", "status"), [("nowhere", 404), ("failed", 500)])
def test_what_fails_is_told_as_everywhere_else_and_in_no_words_of_its_own(
    pages: FastAPI, way: str, status: int
) -> None:
    serve_plainly(pages)
    with TestClient(pages, raise_server_exceptions=False) as client:
        program = client.get(f"/{way}/SECRET")
        browser = client.get(f"/{way}/SECRET", headers={"accept": "text/html"})
    assert program.status_code == browser.status_code == status
    assert program.headers["content-type"] == "application/problem+json"
    assert browser.headers["content-type"].startswith("text/html")
    assert "SECRET" not in program.text + browser.text.replace(f"next=%2F{way}%2FSECRET", "")


def test_layers_that_wait_for_an_answer_are_gone_however_often_it_is_asked_for(pages: FastAPI) -> None:
    serve_plainly(pages)
    serve_plainly(pages)
    layers = [layer.cls for layer in pages.user_middleware]
    assert not any(isinstance(one, type) and issubclass(one, BaseHTTPMiddleware) for one in layers)
    assert sorted(getattr(one, "__name__", "") for one in layers) == [GZipMiddleware.__name__, Kept.__name__]
