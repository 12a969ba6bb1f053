"""The style of the pages, out of the package: the login form wears it too. The pages themselves are in `api.pages`."""

from importlib.resources import files

from fastapi import APIRouter, Response

router = APIRouter(include_in_schema=False)


@router.get("/web/pages.css")
def style() -> Response:
    """The one place for colours and type."""
    content = files("api").joinpath("web", "pages.css").read_bytes()
    return Response(content, media_type="text/css; charset=utf-8", headers={"cache-control": "no-cache"})
