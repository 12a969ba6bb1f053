"""The style of the pages, out of the package: the login form wears it too. The pages themselves are in `api.pages`."""

from importlib.resources import files

from fastapi import APIRouter, Response

from assistant.errors import NotFoundError

STYLES = frozenset(one.name for one in files("api").joinpath("web").iterdir() if one.name.endswith(".css"))
router = APIRouter(include_in_schema=False)


@router.get("/web/{file}")
def style(file: str) -> Response:
    """`pages.css` is the one place for colours and type; each page adds what only it needs."""
    if file not in STYLES:
        raise NotFoundError(f"there is no {file[:80]} here")
    content = files("api").joinpath("web", file).read_bytes()
    return Response(content, media_type="text/css; charset=utf-8", headers={"cache-control": "no-cache"})
