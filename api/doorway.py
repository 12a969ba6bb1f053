"""What a browser is shown at the door: the login form, and why somebody is not let in, in words of their language."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from importlib.resources import files
from typing import Literal, cast
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import HTMLResponse
from starlette.types import Scope

from api.pages.words import Words, words_in
from api.roles import RULES
from api.tracing import request_id
from assistant.domain.access import Principal, Role

LANGUAGE_COOKIE, LOOK_COOKIE = "voc_language", "voc_look"
"""How somebody wants the pages: kept by their browser."""
WAYS = (
    ("/", "ask"), ("/needs", "needs"), ("/ideas", "nbn"), ("/customers", "customers"), ("/jobs", "jobs"), ("/admin", "admin"),
)  # fmt: skip
"""Addresses of the pages and the names of what they are called."""
SPOKEN = {"zh": "zh-CN", "en": "en"}
"""Languages as a document names them."""
Language = Literal["zh", "en"]
Notice = Literal["", "wrong", "often", "plain", "expired", "out", "lost", "denied"]
_NO_PAGES = ("/v1/", "/mcp", "/metrics", "/openapi.json", "/_", "/healthz", "/readyz", "/web/")
_LOOKS = {"light": "body--light", "dark": "body--dark"}
_QUALITY = re.compile(r"q\s*=\s*([01](?:\.\d{0,3})?)(?![\d.])")
_HOLE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a browser wants what it is shown."""

    words: Words
    look: str
    address: str
    """Path and query that it asked for."""


@dataclass(frozen=True, slots=True)
class Turned:
    """Somebody who is not let in: the status, and what is known of them and of what they asked for."""

    status: int
    principal: Principal | None = None
    role: Role | None = None
    """The role that was asked for."""
    headers: Mapping[str, str] = field(default_factory=dict)


def opened_page(scope: Scope) -> bool:
    """Whether somebody opened an address with a browser, and not a program."""
    accepts = Headers(scope=scope).get("accept", "")
    opened = scope["type"] == "http" and scope["method"] in ("GET", "HEAD") and "text/html" in accepts
    return opened and not scope["path"].startswith(_NO_PAGES)


def language_of(chosen: str | None, accepted: str, usual: Language) -> Language:
    """The language that somebody chose (the cookie), else the first of ours that their browser asks for, else the usual."""
    if chosen in ("zh", "en"):
        return cast("Language", chosen)
    wishes = [part.partition(";") for part in accepted[:500].lower().split(",")]
    ranked = sorted(((_weight(rest), -at, name.strip()[:2]) for at, (name, _, rest) in enumerate(wishes)), reverse=True)
    return next((cast("Language", one) for weight, _, one in ranked if weight > 0 and one in ("zh", "en")), usual)


def _weight(parameter: str) -> float:
    found = _QUALITY.search(parameter)
    return float(found[1]) if found else 1.0


def wanted_by(scope: Scope, usual: Language) -> Wanted:
    """How this browser wants it; `usual` is the language of who has not chosen one."""
    headers = Headers(scope=scope)
    cookies = cookie_parser(headers.get("cookie", ""))
    language = language_of(cookies.get(LANGUAGE_COOKIE), headers.get("accept-language", ""), usual)
    query = scope["query_string"].decode("latin-1")
    address = scope["path"] + (f"?{query}" if query else "")
    return Wanted(words_in(language), _LOOKS.get(cookies.get(LOOK_COOKIE, ""), ""), address)


def login_page(
    wanted: Wanted, leads_to: str, *, notice: Notice = "", more: str = "", status: int = 200,
    provider: bool = False, open_to_all: bool = False,
) -> HTMLResponse:  # fmt: skip
    """The login form, with what is to be said above it (`more` goes behind a sentence of the provider)."""
    words = wanted.words
    told = words("door_provider") + more if more else words(f"door_{notice}") if notice else ""
    gently = notice in ("expired", "out") and not more
    role = 'role="status"' if gently else 'role="alert"'
    said = f'<p class="door-notice{"" if gently else " bad"}" {role}>{escape(told)}</p>' if told else ""
    if open_to_all:
        way = f'<a href="{escape(leads_to)}">{escape(words("door_enter"))}</a>'
        said += f'<p class="door-notice" role="status">{escape(words("door_open"))} {way}</p>'
    values = {
        "title": words("door_title"), "told": words("door_told"), "name": words("door_name"),
        "password": words("door_password"), "go": words("door_go"), "help": words("door_help"), "next": leads_to,
    }  # fmt: skip
    marked = {
        "notice": said,
        "provider": _provider(words, leads_to) if provider else "",
        "focus": "" if provider else " autofocus",
    }
    here = f"/login?next={quote(leads_to, safe='')}"
    return _filled("login.html", wanted, here, values, marked, status)


def _provider(words: Words, leads_to: str) -> str:
    way = f"/login/oidc?next={quote(leads_to, safe='')}"
    button = f'<p><a id="sso" class="button first" href="{escape(way)}">{escape(words("door_sso"))}</a></p>'
    return f'{button}<p class="door-or">{escape(words("door_or"))}</p>'


def entered_page(wanted: Wanted, leads_to: str) -> HTMLResponse:
    """On to where somebody wanted to go: from a page of ours, so that the browser sends the strict cookie along."""
    words = wanted.words
    ahead = f'<a class="button first" href="{escape(leads_to)}">{escape(words("door_continue"))}</a>'
    marked = {"head": f'<meta http-equiv="refresh" content="0;url={escape(leads_to)}">\n', "ways": "", "ahead": ahead}
    values = {"title": words("door_entering"), "told": "", "number": "", "request": "", "ways_told": words("ways")}
    return _filled("state.html", wanted, leads_to, values, marked, 200)


def refused_page(wanted: Wanted, turned: Turned) -> HTMLResponse:
    """Why somebody is not shown what they opened, and where they can go instead; the status stays what it is."""
    words, who = wanted.words, turned.principal
    title, told = _reason(words, turned)
    ways = [(way, words(f"page_{name}")) for way, name in WAYS if who is not None and _may(who, way)]
    ahead = [_link(way, name, "button") for way, name in ways[:3]]
    if who is not None and who.kind == "user" and turned.status == 403:
        ahead.append(_link(f"/login?next={quote(wanted.address, safe='')}", words("door_switch"), "button plain"))
    values = {
        "title": title, "told": told, "number": str(turned.status), "ways_told": words("ways"),
        "request": words("door_request", id=request_id.get()) if request_id.get() else "",
    }  # fmt: skip
    marked = {"head": "", "ways": "".join(_link(way, name, "way") for way, name in ways), "ahead": "".join(ahead)}
    answer = _filled("state.html", wanted, wanted.address, values, marked, turned.status)
    answer.headers.update(turned.headers)
    return answer


def _reason(words: Words, turned: Turned) -> tuple[str, str]:
    who, status = turned.principal, turned.status
    if status == 403 and who is None:
        return words("state_closed"), words("state_closed_told")
    if status == 403 and who is not None:
        if turned.role is None or who.has(turned.role):
            return words("state_scope"), words("state_scope_told", name=who.name)
        told = words("state_403_told", name=who.name, mine=words.label(f"role_{who.role}"))
        return words("state_403", role=words.label(f"role_{turned.role}")), told
    if status == 429:
        return words("state_429"), words("state_429_told", wait=turned.headers.get("retry-after", "60"))
    name = {404: "state_404", 405: "state_405", 409: "state_busy", 503: "state_busy"}.get(status, "state_500")
    return words(name), words(f"{name}_told")


def _may(who: Principal, way: str) -> bool:
    rule = RULES[f"GET {way}"]
    return rule.role is None or who.may(rule.role, rule.scope)


def _link(way: str, name: str, classes: str) -> str:
    return f'<a class="{classes}" href="{escape(way)}">{escape(name)}</a>'


def _filled(
    template: str, wanted: Wanted, here: str, values: Mapping[str, str], marked: Mapping[str, str], status: int
) -> HTMLResponse:
    """A page of our own markup; whatever is not `marked` goes in as text."""
    words, other = wanted.words, "en" if wanted.words.language == "zh" else "zh"
    usual = {
        "lang": SPOKEN[words.language], "product": words("product"), "look": wanted.look, "other": SPOKEN[other],
        "other_name": words("other_language"), "switch_told": words("switch_language"),
        "language_way": f"/login/language/{other}?next={quote(here, safe='')}",
    }  # fmt: skip
    kept = {name: escape(value) for name, value in {**usual, **values}.items()} | dict(marked)
    text = files("api").joinpath("web", template).read_text(encoding="utf-8")
    return HTMLResponse(_HOLE.sub(lambda hole: kept[hole[1]], text), status)
