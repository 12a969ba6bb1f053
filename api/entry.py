"""The door: who is let in to which address, how often, and what the audit book is told of what they changed."""

import datetime as dt
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import quote

from anyio import CancelScope
from fastapi.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.addresses import from_this_machine
from api.doorway import Language, Turned, opened_page, refused_page, wanted_by
from api.limits import Buckets, per_minute_of, seconds_to_wait
from api.problems import told
from api.roles import Found, Rule, methods_of, open_to_all, rule_of
from assistant.domain.access import MACHINE, NOBODY, Kind, Principal, Role
from assistant.domain.engine import Usage
from assistant.errors import VocError
from assistant.llm.metering import metered
from assistant.pipeline.access import Access, csrf_token
from assistant.records.audit_book import AuditBook, Via
from assistant.records.database import now

COOKIE, CSRF_COOKIE, CSRF_HEADER = "voc_session", "voc_csrf", "x-csrf-token"
NO_KEY = "this service asks for a key (Authorization: Bearer …) or for logging in at /login"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_VIA: dict[Kind, Via] = {"key": "key", "user": "page"}
_log = logging.getLogger("voc.api")


@dataclass(slots=True)
class RefusedError(Exception):
    """Somebody is not let in: a status, one sentence, and headers that say what to do."""

    status: int
    detail: str
    headers: dict[str, str] = field(default_factory=dict)
    principal: Principal | None = None
    """Who it is, where that is known."""
    role: Role | None = None
    """The role that was asked for."""


class Entry:
    """Lets in who may come in, behind the guard; what is let in finds who it is in `scope["state"]["principal"]`."""

    def __init__(
        self,
        app: ASGIApp,
        access: Access,
        book: AuditBook,
        mask: Callable[[str], str],
        buckets: Buckets,
        language: Language = "zh",
    ) -> None:
        self._app, self._access, self._book, self._mask = app, access, book, mask
        self._buckets, self._language = buckets, language
        self._used: dict[str, str] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or open one web socket."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        try:
            found, principal = await self._let_in(scope, Headers(scope=scope))
        except RefusedError as refusal:
            await _refuse(refusal, scope, receive, send, self._language)
            return
        except VocError as error:
            if opened_page(scope):
                await refused_page(wanted_by(scope, self._language), Turned(told(scope, error).status_code))(
                    scope, receive, send
                )
            else:
                await told(scope, error)(scope, receive, send)
            return
        scope.setdefault("state", {})["principal"] = principal
        with metered(lambda cost: _quiet(lambda: self._spend(principal, cost))) as meter:
            try:
                await self._app(scope, receive, self._noting(send, found, principal))
            finally:
                if (cost := meter.end()) != Usage():
                    with CancelScope(shield=True):  # it was paid for, however the answer ended
                        await run_in_threadpool(_quiet, lambda: self._spend(principal, cost))

    async def _let_in(self, scope: Scope, headers: Headers) -> tuple[Found, Principal]:
        method = scope.get("method", "WS")
        found = rule_of(method, scope["path"])
        if found is not None:
            scope.setdefault("state", {})["route"] = found.route
        principal = await run_in_threadpool(self._who, scope, headers)
        if found is None:
            if principal is None and not open_to_all(scope["path"]):
                raise _unknown(scope, headers)
            raise _nowhere(scope["path"], principal or NOBODY)
        if found.rule.role is None:
            return found, principal or NOBODY
        if principal is None:
            raise _unknown(scope, headers)
        _check_rule(principal, found.rule)
        if principal.kind == "user" and scope["type"] == "http" and method not in _SAFE:
            _check_csrf(headers)  # a socket can't bring a header: its origin was looked at, its cookie is of this site
        if principal.kind != "machine":
            await run_in_threadpool(self._check_limits, principal, found.rule)
        return found, principal

    def _who(self, scope: Scope, headers: Headers) -> Principal | None:
        """Who this is; None: nobody who is known.

        Raises:
            RefusedError: no key and no user exists yet, and this is not this machine.
        """
        if self._access.store.open:
            if (stranger := from_this_machine(scope, headers)) is not None:
                raise RefusedError(403, stranger)
            return MACHINE
        scheme, _, secret = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and secret:
            principal = self._access.key_holder(secret.strip())
            if principal is not None:
                self._note_use(principal.id)
            return principal
        cookie = cookie_parser(headers.get("cookie", "")).get(COOKIE)
        return self._access.session_holder(cookie) if cookie else None

    def _check_limits(self, principal: Principal, rule: Rule) -> None:
        if (wait := seconds_to_wait(self._buckets, principal)) > 0:
            again = {"retry-after": str(int(wait) + 1)}
            said = f"{per_minute_of(principal)} requests a minute is the most here: try again in a moment"
            raise RefusedError(429, said, again, principal)
        self._check_spent(principal, rule)

    def _check_spent(self, principal: Principal, rule: Rule) -> None:
        most = principal.limits.tokens_per_day
        if most is None or rule.scope not in ("ask", "mcp", "change"):
            return
        if self._access.store.spent(principal.id)[0] >= most:
            again = {"retry-after": str(_until_midnight())}
            raise RefusedError(
                429, f"the {most} model tokens a day of this key are used up: they begin anew at 00:00 UTC", again
            )

    def _noting(self, send: Send, found: Found, principal: Principal) -> Send:
        """Sends on; the book is told of a change before whoever made it is told that it was made."""
        action = found.rule.noted
        if action is None:
            return send

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] < 400:
                place = Headers(raw=message["headers"]).get("location", "")
                subject = ",".join(found.ids) or place.rpartition("/")[2]
                await run_in_threadpool(_quiet, lambda: self._note(principal, action, subject))
            await send(message)

        return noting

    def _note(self, principal: Principal, action: str, subject: str) -> None:
        who, via = principal.name, _VIA.get(principal.kind, "machine")
        self._book.note(who, action, self._mask(subject)[:200], "", 1, via)

    def _note_use(self, key_id: str) -> None:
        """Note once a day that a key is in use."""
        if self._used.get(key_id) != (today := now()[:10]):
            self._used[key_id] = today
            _quiet(lambda: self._access.store.used(key_id, today))

    def _spend(self, principal: Principal, cost: Usage) -> None:
        tokens = cost.prompt_tokens + cost.completion_tokens
        self._access.store.spend(principal.id, tokens, cost.cost or 0.0)


def _quiet(write: Callable[[], None]) -> None:
    """What was done can't be undone because a book can't be written: the log says so."""
    try:
        write()
    except VocError as error:
        _log.error("a book could not be written: %s", error)


def _check_rule(principal: Principal, rule: Rule) -> None:
    assert rule.role is not None
    if not principal.has(rule.role):
        told_of = f"this is for the role {rule.role}; you have {principal.role}"
        raise RefusedError(403, told_of, principal=principal, role=rule.role)
    if rule.scope not in principal.scopes:
        raise RefusedError(403, f"this key lacks the scope {rule.scope}", principal=principal, role=rule.role)


def _check_csrf(headers: Headers) -> None:
    cookie = cookie_parser(headers.get("cookie", "")).get(COOKIE, "")
    if headers.get(CSRF_HEADER) != csrf_token(cookie):
        raise RefusedError(
            403, f"a change by a page needs the header {CSRF_HEADER} with the value of the cookie {CSRF_COOKIE}"
        )


def _unknown(scope: Scope, headers: Headers) -> RefusedError:
    """A browser that opens a page is led to where it can log in."""
    if opened_page(scope):
        asked = scope["path"] + (f"?{query}" if (query := scope["query_string"].decode("latin-1")) else "")
        ended = "&why=expired" if COOKIE in cookie_parser(headers.get("cookie", "")) else ""
        return RefusedError(303, "log in first", {"location": f"/login?next={quote(asked, safe='')}{ended}"})
    said = "this key is unknown, revoked or has expired" if "authorization" in headers else NO_KEY
    return RefusedError(401, said, {"www-authenticate": "Bearer"})


def _nowhere(path: str, principal: Principal) -> RefusedError:
    methods = methods_of(path)
    if not methods:
        return RefusedError(404, "there is nothing at this address: /docs lists what there is", principal=principal)
    listed = ", ".join(methods)
    return RefusedError(405, f"this address answers to {listed}", {"allow": listed}, principal)


async def _refuse(refusal: RefusedError, scope: Scope, receive: Receive, send: Send, language: Language) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": refusal.detail})
        return
    if opened_page(scope) and refusal.status >= 400:
        turned = Turned(refusal.status, refusal.principal, refusal.role, refusal.headers)
        await refused_page(wanted_by(scope, language), turned)(scope, receive, send)
        return
    response = told(scope, refusal.status, refusal.detail)
    response.headers.update(refusal.headers)
    await response(scope, receive, send)


def _until_midnight() -> int:
    moment = dt.datetime.now(dt.UTC)
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0) + dt.timedelta(days=1)
    return int((midnight - moment).total_seconds()) + 1
