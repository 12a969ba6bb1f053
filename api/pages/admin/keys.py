"""Keys of programs: made and shown once, looked at, revoked."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from api.pages.admin.forms import asked_first, heading, number, reload, roles, shown_once, ticks
from api.pages.doing import done
from api.pages.parts import Act, box, button, choice, dialog, emptiness, facts, field, say, tag
from api.pages.visitor import Visit
from assistant.domain.access import SCOPES, Key, Limits, Role
from assistant.pipeline.access import Access
from assistant.records.database import now

_CREATE, _REVOKE = "POST /v1/keys", "DELETE /v1/keys/{key_id}"
_DAYS = ("365", "90", "30", "0")
"""How long a key may hold; 0: for good."""


@dataclass(frozen=True, slots=True)
class Keys:
    """All keys, and whether nobody has any account yet."""

    every: Sequence[Key]
    open: bool


def keys_of(visit: Visit) -> Keys:
    """What the part shows."""
    store = visit.app.store.access
    return Keys(store.all_keys(), store.open)


def keys_part(visit: Visit, found: Keys) -> None:
    """Show them."""
    words, moment = visit.words, now()
    holding = [key for key in found.every if key.holds(moment)]
    others = [key for key in found.every if not key.holds(moment)]
    with box("heading"):
        with box():
            heading(visit, "ad_keys", "ad_keys_told")
        button(words("ad_key_new"), _new_sheet(visit), "first")
    if found.open:
        tag("p", words("ad_key_closes"), "warning", role="note")
    if not holding:
        emptiness(words("ad_key_none"), words("ad_key_none_told"))
    with tag("ul", "", "ad-rows"):
        for key in holding:
            _row(visit, key, moment)
    if others:
        with tag("details"):
            tag("summary", words("ad_old_keys", n=len(others)))
            with tag("ul", "", "ad-rows"):
                for key in others:
                    _row(visit, key, moment)


def _row(visit: Visit, key: Key, moment: str) -> None:
    words, holds = visit.words, key.holds(moment)
    state = "holds" if holds else "revoked" if key.revoked_at else "expired"
    with tag("li", "", "ad-row" if holds else "ad-row over"):
        with box("ad-main"):
            with box("ad-names"):
                tag("strong", key.name)
                tag("code", f"{key.prefix}…", title=words("ad_prefix"))
                tag("span", words.label(f"role_{key.role}"), "chip strong")
                if not holds:
                    tag("span", words.label(f"key_{state}"), "chip")
            whole = set(key.scopes) == set(SCOPES)
            scopes = words("ad_all_scopes") if whole else " · ".join(words.label(f"scope_{one}") for one in key.scopes)
            limits = [
                words("ad_minute_short", n=f"{key.per_minute:,}") if key.per_minute else None,
                words("ad_day_short", n=f"{key.tokens_per_day:,}") if key.tokens_per_day else None,
            ]
            facts(scopes, *limits)
            until = words("ad_until", day=key.expires_at[:10]) if key.expires_at else words("ad_for_good")
            used = f"{words('ad_used')} {key.used_on or words('ad_never')}"
            facts(words("ad_made", by=key.created_by, day=key.created_at[:10]), until, used)
        if holds:
            told = words("ad_revoke_title", name=key.name)

            async def revoke() -> None:
                store, by = visit.app.store.access, visit.by
                if await done(visit, _REVOKE, key.id, lambda: store.revoke_key(key.id, by.name, by.via)) is not None:
                    reload()

            act = asked_first(visit, told, words("ad_revoke_told"), words("ad_revoke"), revoke)
            button(words("ad_revoke"), act, "plain", aria_label=told)


def _new_sheet(visit: Visit) -> Act:
    words = visit.words
    role: dict[str, Role] = {"role": "staff"}
    given, scopes = {"days": _DAYS[0]}, set[str](SCOPES)
    with dialog(words("ad_key_new")) as sheet, box("sheet ad-sheet"):
        tag("h2", words("ad_key_new"))
        name = field(words("ad_name"), longest=100)
        roles(visit, role)
        ends = [(days, words("ad_for_good") if days == "0" else words("ad_days", n=days)) for days in _DAYS]
        choice(words("ad_key_ends"), ends, given["days"], lambda value: given.__setitem__("days", value))
        tag("h3", words("ad_scopes"))
        ticks([(scope, words.label(f"scope_{scope}")) for scope in SCOPES], scopes)
        tag("p", words("ad_scopes_told"), "facts")
        with box("ad-pair"):
            minute, tokens = (
                field(words("ad_per_minute"), longest=10),
                field(words("ad_tokens_day"), longest=10),
            )

        async def make() -> None:
            try:
                limits = Limits(
                    number(visit, words("ad_per_minute"), minute()), number(visit, words("ad_tokens_day"), tokens())
                )
            except ValueError as error:
                say(str(error), bad=True)
                return
            chosen = tuple(scope for scope in SCOPES if scope in scopes)
            if not chosen:
                say(words("ad_scope_one"), bad=True)
                return
            days = int(given["days"]) or None
            access = Access(visit.app.store.access)
            made = await done(
                visit, _CREATE, "",
                lambda: access.create_key(name(), role["role"], visit.by, days=days, scopes=chosen, limits=limits),
            )  # fmt: skip
            if made is not None:
                sheet.close()
                _told(visit, made.key.name, made.secret)

        with box("sheet-buttons"):
            button(words("cancel"), sheet.close, "plain")
            button(words("ad_key_new"), make, "first")
    return sheet.open


def _told(visit: Visit, name: str, secret: str) -> None:
    words = visit.words
    use = 'curl -H "Authorization: Bearer $VOC_KEY" http://…/v1/me'
    shown_once(visit, words("ad_key_made", name=name), words("ad_key_once"), words("ad_secret"), secret, use, reload)


def ending_soon(every: Sequence[Key], moment: str) -> int:
    """How many of the keys that hold end within 14 days."""
    soon = (dt.datetime.fromisoformat(moment) + dt.timedelta(days=14)).isoformat(timespec="seconds")
    return sum(key.holds(moment) and key.expires_at is not None and key.expires_at <= soon for key in every)
