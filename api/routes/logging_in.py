"""Logging in to the pages and out: a form, a session in a cookie, and no telling which of name and password was wrong."""

from html import escape
from importlib.resources import files
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api.addresses import client_of, hostname, is_loopback
from api.entry import COOKIE, CSRF_COOKIE, CSRF_HEADER
from api.limits import Buckets
from assistant.pipeline.access import LONGEST, SESSION, Access, csrf_token

router = APIRouter(include_in_schema=False)
PER_NAME, PER_ADDRESS = 5, 30
"""Tries a minute."""
_WRONG = "名字或密码不对 · Name or password is wrong"
_OFTEN = "试得太多，请一分钟后再来 · Too many tries, come back in a minute"
_PLAIN = (
    "登录需要 HTTPS · Logging in from another machine needs HTTPS: put a proxy with a certificate before the service"
)


@router.get("/login")
def form(next: Annotated[str, Query(max_length=2000)] = "/") -> Response:  # noqa: A002 - the parameter's name
    """The form."""
    return _page("", 200, next)


@router.post("/login")
def log_in(
    request: Request,
    name: Annotated[str, Form(max_length=200)],
    password: Annotated[str, Form(max_length=LONGEST)],
    next: Annotated[str, Form(max_length=2000)] = "/",  # noqa: A002 - the form's field
) -> Response:
    """Begin a session, kept in a cookie that no script reads."""
    secure = request.url.scheme == "https"
    if not secure and not is_loopback(hostname(request.headers.get("host", ""))):
        return _page(_PLAIN, 403, next)
    tries = ((f"name {name.strip().lower()}", PER_NAME), (f"from {client_of(request.scope)}", PER_ADDRESS))
    buckets: Buckets = request.app.state.tries
    if sum(buckets.take(who, most) for who, most in tries) > 0:
        return _page(_OFTEN, 429, next)
    access: Access = request.app.state.access
    begun = access.log_in(name, password)
    if begun is None:
        return _page(_WRONG, 401, next)
    answer = RedirectResponse(_inside(next), 303)
    age = int(SESSION.total_seconds())
    answer.set_cookie(COOKIE, begun.cookie, age, secure=secure, httponly=True, samesite="strict")
    answer.set_cookie(CSRF_COOKIE, csrf_token(begun.cookie), age, secure=secure, samesite="strict")
    return answer


@router.post("/logout")
def log_out(request: Request) -> Response:
    """End the session."""
    cookie = request.cookies.get(COOKIE, "")
    if cookie and request.headers.get(CSRF_HEADER) != csrf_token(cookie):
        raise HTTPException(403, f"logging out needs the header {CSRF_HEADER}, as any change by a page does")
    access: Access = request.app.state.access
    access.log_out(cookie)
    answer = RedirectResponse("/login", 303)
    answer.delete_cookie(COOKIE)
    answer.delete_cookie(CSRF_COOKIE)
    return answer


def _inside(address: str) -> str:
    """The address, where it is one of this service."""
    return address if address.startswith("/") and not address.startswith(("//", "/\\")) else "/"


def _page(said: str, status: int, leads_to: str) -> HTMLResponse:
    """The form, what is to be said above it, and where it leads."""
    text = files("api").joinpath("web", "login.html").read_text(encoding="utf-8")
    return HTMLResponse(text.replace("{said}", escape(said)).replace("{next}", escape(_inside(leads_to))), status)
