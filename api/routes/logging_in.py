"""Logging in to the pages and out: by a form or at the identity provider, a session in a cookie, and few tries."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, HTTPException, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api.addresses import client_of, hostname, is_loopback
from api.doorway import LANGUAGE_COOKIE, Notice, Wanted, entered_page, login_page, wanted_by
from api.entry import COOKIE, CSRF_COOKIE, CSRF_HEADER
from api.limits import Buckets
from assistant.bootstrap import App
from assistant.errors import IdentityError, ProviderError
from assistant.pipeline.access import AWAY, LONGEST, SESSION, Access, LoggedIn, csrf_token
from assistant.pipeline.oidc import Provider

router = APIRouter(include_in_schema=False)
PER_NAME, PER_ADDRESS = 5, 30
"""Tries a minute."""
AWAY_COOKIE = "voc_away"
"""Who was sent to the identity provider; a request that the provider leads back brings it (`SameSite=Lax`)."""
_BACK = "/login/oidc/back"
_YEAR = 31_536_000
Next = Annotated[str, Query(max_length=2000)]


@router.get("/login")
def form(
    request: Request,
    next: Next = "/",  # noqa: A002 - the parameter's name
    why: Literal["", "expired", "out"] = "",
) -> Response:
    """The form."""
    return _page(request, next, 200, why)


@router.post("/login")
def log_in(
    request: Request,
    name: Annotated[str, Form(max_length=200)],
    password: Annotated[str, Form(max_length=LONGEST)],
    next: Annotated[str, Form(max_length=2000)] = "/",  # noqa: A002 - the form's field
) -> Response:
    """Begin a session, kept in a cookie that no script reads."""
    if _in_the_open(request):
        return _page(request, next, 403, "plain")
    if _too_often(request, name):
        return _page(request, next, 429, "often")
    begun = _access(request).log_in(name, password)
    if begun is None:
        return _page(request, next, 401, "wrong")
    return _begun(request, RedirectResponse(_inside(next), 303), begun)


@router.get("/login/oidc")
def send_out(
    request: Request,
    next: Next = "/",  # noqa: A002 - the parameter's name
) -> Response:
    """Send somebody to the identity provider."""
    provider = _provider(request)
    if _in_the_open(request):
        return _page(request, next, 403, "plain")
    if _too_often(request, None):
        return _page(request, next, 429, "often")
    sent = _access(request).send_out(_inside(next))
    try:
        address = provider.address(_back(request), sent.state, sent.nonce, sent.verifier)
    except ProviderError as error:
        return _page(request, next, 502, more=str(error))
    answer = RedirectResponse(address, 303)
    age, secure = int(AWAY.total_seconds()), request.url.scheme == "https"
    answer.set_cookie(AWAY_COOKIE, sent.browser, age, _BACK, secure=secure, httponly=True, samesite="lax")
    return answer


@router.get(_BACK)
def come_back(request: Request) -> Response:
    """Begin a session for somebody whom the identity provider vouches for."""
    provider, access = _provider(request), _access(request)
    if _too_often(request, None):
        return _page(request, "/", 429, "often")
    given = {name: value[:4000] for name, value in request.query_params.items()}
    arrival = access.taken_back(given.get("state", ""), request.cookies.get(AWAY_COOKIE, ""))
    if arrival is None:
        return _page(request, "/", 400, "lost")
    if "code" not in given:
        return _gone(_page(request, arrival.leads_to, 403, "denied"))
    try:
        identity = provider.identity(_back(request), given, arrival.nonce, arrival.verifier)
        begun = access.welcome(identity)
    except ProviderError as error:
        return _gone(_page(request, arrival.leads_to, 502, more=str(error)))
    except IdentityError as error:
        return _gone(_page(request, arrival.leads_to, 403, more=str(error)))
    return _begun(request, _gone(entered_page(_wanted(request), arrival.leads_to)), begun)


@router.get("/login/language/{language}")
def speak(
    language: Literal["zh", "en"],
    next: Next = "/",  # noqa: A002 - the parameter's name
) -> Response:
    """Show everything in a language from now on."""
    answer = RedirectResponse(_inside(next), 303)
    answer.set_cookie(LANGUAGE_COOKIE, language, _YEAR, samesite="lax")
    return answer


@router.post("/logout")
def log_out(request: Request) -> Response:
    """End the session here; at the identity provider it goes on."""
    cookie = request.cookies.get(COOKIE, "")
    if cookie and request.headers.get(CSRF_HEADER) != csrf_token(cookie):
        raise HTTPException(403, f"logging out needs the header {CSRF_HEADER}, as any change by a page does")
    _access(request).log_out(cookie)
    answer = RedirectResponse("/login?why=out", 303)
    answer.delete_cookie(COOKIE)
    answer.delete_cookie(CSRF_COOKIE)
    return answer


def _begun(request: Request, answer: Response, begun: LoggedIn) -> Response:
    """The answer with the cookies of a new session."""
    age, secure = int(SESSION.total_seconds()), request.url.scheme == "https"
    answer.set_cookie(COOKIE, begun.cookie, age, secure=secure, httponly=True, samesite="strict")
    answer.set_cookie(CSRF_COOKIE, csrf_token(begun.cookie), age, secure=secure, samesite="strict")
    return answer


def _gone(answer: HTMLResponse) -> HTMLResponse:
    answer.delete_cookie(AWAY_COOKIE, _BACK)
    return answer


def _in_the_open(request: Request) -> bool:
    """Whether what is sent can be read on the way."""
    return request.url.scheme != "https" and not is_loopback(hostname(request.headers.get("host", "")))


def _too_often(request: Request, name: str | None) -> bool:
    buckets: Buckets = request.app.state.buckets
    tries = [(f"from {client_of(request.scope)}", PER_ADDRESS)]
    if name is not None:
        tries.append((f"name {name.strip().lower()}", PER_NAME))
    return sum(buckets.take(who, most) for who, most in tries) > 0


def _provider(request: Request) -> Provider:
    provider: Provider | None = request.app.state.provider
    if provider is None:
        raise HTTPException(404, "no identity provider is set: VOC_OIDC_ISSUER names one")
    return provider


def _access(request: Request) -> Access:
    access: Access = request.app.state.access
    return access


def _back(request: Request) -> str:
    """Where the provider sends people back to; it is registered there."""
    return str(request.base_url).rstrip("/") + _BACK


def _inside(address: str) -> str:
    """The address, where it is one of this service."""
    return address if address.startswith("/") and not address.startswith(("//", "/\\")) else "/"


def _wanted(request: Request) -> Wanted:
    app: App = request.app.state.voc
    return wanted_by(request.scope, app.settings.language)


def _page(request: Request, leads_to: str, status: int, notice: Notice = "", *, more: str = "") -> HTMLResponse:
    """The form, and what is to be said above it."""
    return login_page(
        _wanted(request), _inside(leads_to), notice=notice, more=more, status=status,
        provider=request.app.state.provider is not None, open_to_all=_access(request).store.open and not (notice or more),
    )  # fmt: skip
