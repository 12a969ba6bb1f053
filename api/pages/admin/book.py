"""The audit book: narrowed by its address, verified, and taken away as a file."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlencode

from nicegui import ui
from starlette.datastructures import QueryParams

from api.pages.admin.forms import copy, heading
from api.pages.doing import done
from api.pages.parts import box, button, choice, emptiness, facts, link, table, tag
from api.pages.visitor import Visit
from assistant.records.audit_book import Lines, Verdict

PAGE = 50
"""Lines shown at once."""
_WORDS = ("actor", "action", "via", "subject")
_DAYS = ("since", "until")


@dataclass(frozen=True, slots=True)
class Book:
    """What is shown of the book: lines from `offset` on, how many there are, and what may be chosen."""

    lines: Lines
    offset: int
    rows: list[dict[str, Any]]
    total: int
    known: Mapping[str, list[str]]
    names: Mapping[str, str]
    """Id → name of the keys and users."""


def book_of(visit: Visit, query: QueryParams) -> Book:
    """The lines that an address asks for."""
    given = {name: query.get(name, "")[:200] for name in (*_WORDS, *_DAYS)}
    lines, store = Lines(**given), visit.app.store
    offset = int(text) if (text := query.get("offset", "")).isascii() and text.isdigit() and len(text) < 9 else 0
    rows, total = store.noted(PAGE, offset, lines), store.count_noted(lines)
    return Book(lines, offset, rows, total, store.noted_words(), names_of(visit))


def book_part(visit: Visit, found: Book) -> None:
    """Show them."""
    words = visit.words
    heading(visit, "ad_audit", "ad_audit_told")
    with box("ad-tools"):
        verdict = box("ad-verdict", role="status", aria_live="polite")
        button(words("ad_verify"), lambda: _verify(visit, verdict), "first")
        given = {name: value for name, value in asdict(found.lines).items() if value}
        link(words("ad_download"), f"/v1/audit/lines.csv?{urlencode(given)}", "button", download="audit.csv")
    _filters(visit, found)
    if not found.rows:
        emptiness(words("ad_no_lines"), words("ad_no_lines_told"))
        return
    lines_table(visit, found.rows, found.names)
    last = found.offset + len(found.rows)
    with box("ad-pages"):
        facts(words("ad_range", first=found.offset + 1, last=last, total=found.total))
        if found.offset:
            link(words("ad_newer"), _to(found, offset=max(0, found.offset - PAGE) or ""), "button plain")
        if last < found.total:
            link(words("ad_older"), _to(found, offset=last), "button plain")


def names_of(visit: Visit) -> dict[str, str]:
    """Id → name of all keys and users, as the book's readers know them."""
    store = visit.app.store.access
    keys = {key.id: f"{key.name} ({key.prefix}…)" for key in store.all_keys()}
    return keys | {user.id: user.name for user in store.all_users()}


def _did(visit: Visit, action: str) -> str:
    """What the book calls something, as a reader is shown it; a command's own name where there is no other."""
    return visit.words.sentences.get(f"word_did_{action.replace('.', '_').replace(' ', '_')}", action)


def _why(visit: Visit, reason: str) -> str:
    """Why something was done; where that is a role that was given, by its word."""
    return visit.words.sentences.get(f"word_role_{reason}") or visit.words.readable(reason)


def lines_table(visit: Visit, rows: list[dict[str, Any]], names: Mapping[str, str]) -> None:
    """Lines of the book, a row each."""
    words = visit.words
    columns = ("ad_when", "ad_actor", "ad_via", "ad_action", "ad_subject", "ad_found", "ad_reason")
    shown = [
        (row["at"][:19].replace("T", " "), row["actor"], words.label(f"via_{row['via']}"), _did(visit, row["action"]),
         names.get(row["subject"]) or words.readable(row["subject"]) or "—", row["found"], _why(visit, row["reason"]) or "—")
        for row in rows
    ]  # fmt: skip
    with box("ad-lines"):
        table([words(column) for column in columns], shown)


def _filters(visit: Visit, found: Book) -> None:
    words = visit.words
    parts = sorted({action.partition(".")[0] for action in found.known["action"] if "." in action})
    offered = {
        "actor": [(one, one) for one in found.known["actor"]],
        "action": [
            *((one, _did(visit, one)) for one in parts),
            *((one, _did(visit, one)) for one in found.known["action"]),
        ],
        "via": [(one, words.label(f"via_{one}")) for one in found.known["via"]],
    }
    with box("filter-row ad-filters"):
        for name, options in offered.items():

            def go(value: str, name: str = name) -> None:
                ui.navigate.to(_to(found, offset="", **{name: value}))

            choice(words(f"ad_{name}"), [("", words("all")), *options], getattr(found.lines, name), go)
        for name in _DAYS:
            _day(visit, found, name)
        if any(asdict(found.lines).values()):
            link(words("clear"), "/admin?part=audit", "button plain")


def _day(visit: Visit, found: Book, name: str) -> None:
    with box("choice", "label"):
        tag("span", visit.words("ad_since" if name == "since" else "ad_until_day"))
        made = tag("input", "", type="date", value=getattr(found.lines, name))
    made.on(
        "change",
        lambda event: ui.navigate.to(_to(found, offset="", **{name: str(event.args)})),
        js_handler="(event) => emit(event.target.value)",
    )


def _to(found: Book, **changes: object) -> str:
    values = {**asdict(found.lines), "offset": found.offset or "", **changes}
    return "/admin?" + urlencode({"part": "audit", **{name: value for name, value in values.items() if value}})


async def _verify(visit: Visit, place: Any) -> None:
    found = await done(visit, "GET /v1/audit/verdict", "", visit.app.store.verify_book)
    if found is not None:
        place.clear()
        with place:
            _verdict(visit, found)


def _verdict(visit: Visit, found: Verdict) -> None:
    words = visit.words
    if not found.stands:
        with box("fault", role="alert"):
            tag("p", words("ad_broken", line=found.broken_at), "fault-title")
        return
    with box("ad-good"):
        tag("p", f"✓ {words('ad_stands', lines=f'{found.lines:,}')}", "ad-good-title")
        if found.blanked:
            facts(words("ad_blanked", n=found.blanked))
        facts(words("ad_head"))
        with box("ad-secret"):
            tag("code", found.head, id="head")
            copy(words("ad_copy"), words("ad_copied"), "head")
