"""The page: three files out of the package, nothing from anywhere else."""

from importlib.resources import files

from fastapi import APIRouter, Response

router = APIRouter(include_in_schema=False)
_TYPES = {"index.html": "text/html", "app.js": "text/javascript", "style.css": "text/css"}


def _file(name: str) -> Response:
    content = files("api").joinpath("web", name).read_bytes()
    return Response(content, media_type=f"{_TYPES[name]}; charset=utf-8")


@router.get("/")
def index() -> Response:
    """The page with the chat box."""
    return _file("index.html")


@router.get("/web/app.js")
def script() -> Response:
    """Its script."""
    return _file("app.js")


@router.get("/web/style.css")
def style() -> Response:
    """Its style."""
    return _file("style.css")
