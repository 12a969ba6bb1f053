"""Who looks at a page, and how they want it: language and light are kept by their browser."""

import datetime as dt
from dataclasses import dataclass
from typing import Literal, cast
from zoneinfo import ZoneInfo

from anyio import CapacityLimiter
from fastapi import Request
from nicegui import app as pages

from api.doorway import LANGUAGE_COOKIE, LOOK_COOKIE, Language, language_of
from api.entry import COOKIE
from api.limits import Buckets, per_minute_of, seconds_to_wait
from api.pages.words import Words, words_in
from api.roles import RULES, Rule
from assistant.answering.talking import ANYBODY
from assistant.bootstrap import App
from assistant.domain.access import MACHINE, Principal
from assistant.errors import UsageError
from assistant.pipeline.access import Access, By

Look = Literal["auto", "light", "dark"]
_DAY = len("2026-01-31")
_MERGE = "POST /v1/themes/merge"


class LoggedOutError(UsageError):
    """Whoever opened the page is let in no more."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One visitor of one page, with everything the page asks and tells in their name."""

    app: App
    seats: CapacityLimiter
    principal: Principal
    language: Language
    look: Look
    session: str = ""
    """The cookie of somebody who is logged in."""
    buckets: Buckets | None = None
    """Where the service counts how often somebody comes: what is done over the page's socket counts like a request."""

    @property
    def words(self) -> Words:
        """The page's words in the visitor's language."""
        return words_in(self.language)

    @property
    def owner(self) -> str:
        """Whose conversations are shown."""
        return ANYBODY if self.principal.kind == "machine" else self.principal.name

    @property
    def manages(self) -> bool:
        """Whether themes may be put right."""
        return self.may(RULES[_MERGE])

    def may(self, rule: Rule) -> bool:
        """Whether the visitor has what a rule asks for."""
        return rule.role is None or self.principal.may(rule.role, rule.scope)

    def may_call(self, call: str) -> bool:
        """Whether the visitor may do what a call of the service does: what they may not is not offered."""
        return self.may(RULES[call])

    def when(self, at: str | None) -> str:
        """A moment (ISO 8601) to the minute in the house's time zone; a mere day, or one without a zone, as it is."""
        if not at or len(at) <= _DAY:
            return at or ""
        read = dt.datetime.fromisoformat(at)
        told = read if read.tzinfo is None else read.astimezone(ZoneInfo(self.app.settings.timezone))
        return f"{told:%Y-%m-%d %H:%M}"

    @property
    def by(self) -> By:
        """In whose name, and by which door, something is written in the audit book."""
        return By(self.principal.name, "page" if self.principal.kind == "user" else "machine")

    def stay(self) -> None:
        """See whether whoever opened the page is still let in.

        Raises:
            LoggedOutError: their session has ended, their key was revoked or has expired, or the service asks everybody for one by now.
        """
        access, kind = Access(self.app.store.access), self.principal.kind
        ended = kind == "user" and access.session_holder(self.session) is None
        ended = ended or (kind == "key" and not access.key_stands(self.principal.id))
        if ended or (kind == "machine" and not access.store.open):
            raise LoggedOutError(self.words("logged_out"))

    def check(self, call: str) -> Rule:
        """The rule of a call of the service that does what a page is about to do.

        Raises:
            UsageError: the visitor may not do it, does too much in a minute, or is logged out by now (`LoggedOutError`).
        """
        rule = RULES[call]
        self.stay()
        self._count()
        if not self.may(rule):
            raise UsageError(self.words("not_allowed", role=self.words.label(f"role_{rule.role}")))
        return rule

    def _count(self) -> None:
        if self.buckets is None or self.principal.kind == "machine":
            return
        if (wait := seconds_to_wait(self.buckets, self.principal)) > 0:
            raise UsageError(self.words("too_often", n=per_minute_of(self.principal), seconds=int(wait) + 1))

    def note(self, rule: Rule, subject: str) -> None:
        """Tell the audit book what was done, as the service does of the same call."""
        if rule.noted is not None:
            by = self.by
            self.app.store.note(by.name, rule.noted, self.masked(subject)[:200], "", 1, by.via)

    def masked(self, text: str) -> str:
        """What somebody typed, without personal data."""
        return self.app.mask(text)


def visit_of(request: Request) -> Visit:
    """The visit that a request for a page begins."""
    app: App = pages.state.voc
    chosen, accepted = request.cookies.get(LANGUAGE_COOKIE), request.headers.get("accept-language", "")
    look = request.cookies.get(LOOK_COOKIE)
    return Visit(
        app,
        pages.state.seats,
        getattr(request.state, "principal", MACHINE),
        language_of(chosen, accepted, app.settings.language),
        cast("Look", look) if look in ("light", "dark") else "auto",
        request.cookies.get(COOKIE, ""),
        getattr(pages.state, "buckets", None),
    )
