"""Leads side by side by status, or one below the other; each opens at the side."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, get_args

from nicegui import ui

from api.pages.customers.funnel_part import funnel_part, owner_name
from api.pages.customers.way import Way
from api.pages.parts import box, button, choice, emptiness, facts, link, tag
from api.pages.visitor import Visit
from assistant.domain.filters import Filters
from assistant.domain.vocabulary import LeadStatus
from assistant.records.dimensions import UNKNOWN
from assistant.records.lead_funnel import FunnelRow, funnel

_CARDS, _ROWS = 6, 25
Rows = list[dict[str, Any]]
OpenLead = Callable[[str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Leads:
    """Leads by status with how many there are of it, or a page of them under ""; what became of all of them."""

    columns: dict[str, tuple[Rows, int]]
    held: int
    rows: list[FunnelRow]
    total: FunnelRow
    owners: list[str]


def leads_of(visit: Visit, way: Way, filters: Filters) -> Leads:
    """The leads that an address asks for.

    Raises:
        UsageError: it asks for a status or type that there is not.
    """
    store = visit.app.store
    owner, kind, status = way.owner or None, way.asked_kind, way.asked_status
    columns: dict[str, tuple[Rows, int]] = {}
    if way.view == "list" or status:
        columns[""] = store.list_leads(filters, _ROWS, way.offset, status=status, owner=owner, kind=kind)
    else:
        for one in get_args(LeadStatus):
            columns[one] = store.list_leads(filters, _CARDS, status=one, owner=owner, kind=kind)
    rows, total = funnel(store.database, way.counted_by, filters, owner=owner, kind=kind)
    owners, _ = funnel(store.database, "owner", Filters())
    known = [row.key for row in owners if row.key != UNKNOWN]
    _, held = store.list_leads(filters, 0, status="hold", owner=owner, kind=kind)
    return Leads(columns, held, rows, total, known)


def leads_part(visit: Visit, way: Way, found: Leads, opened: OpenLead) -> None:
    """Show them, with the funnel above."""
    words = visit.words
    if not found.total.registered and not found.held:
        if found.owners or way.owner or way.kind:
            emptiness(words("no_such_leads"), words("no_such_leads_told"))
        else:
            emptiness(words("no_leads"), words("no_leads_told"))
        return
    funnel_part(visit, way, found.rows, found.total)
    with box("heading leads-heading"):
        tag("h2", words("leads_listed"))
        with box("tabs", "nav", aria_label=words("leads_listed")):
            listed = "" in found.columns
            link(words("as_board"), way.to(view="", status=""), "tab", aria_current=None if listed else "true")
            link(words("as_list"), way.to(view="list"), "tab", aria_current="true" if listed else None)
    if found.held and way.status != "hold":
        with box("held"):
            tag("span", words("held_told", n=found.held))
            link(words("see_held"), way.to(status="hold", view="list"), "more")
    if "" in found.columns:
        _list(visit, way, *found.columns[""], opened)
    else:
        with box("board"):
            for status, (rows, total) in found.columns.items():
                _column(visit, way, status, rows, total, opened)


def _column(visit: Visit, way: Way, status: str, rows: Rows, total: int, opened: OpenLead) -> None:
    words = visit.words
    with box(f"lane lane-{status}", "section", aria_label=words.label(f"lead_{status}")):
        with tag("h3", "", "lane-name"):
            tag("span", words.label(f"lead_{status}"))
            tag("span", f"{total:,}", "lane-count")
        if not rows:
            tag("p", words("no_such_leads"), "facts lane-empty")
        for row in rows:
            _card(visit, way, row, opened)
        if total > len(rows):
            more = words("more_leads", n=total - len(rows))
            link(more, way.to(status=status, view="list"), "more lane-more")


def _card(visit: Visit, way: Way, row: dict[str, Any], opened: OpenLead) -> None:
    words = visit.words
    quote = words.readable(row["quote"])

    async def show() -> None:
        await opened(row["id"])

    with box("lead-card", "article"):
        with box("chips"):
            tag("span", words.label(row["type"]), "chip strong")
            if row["mentions"] > 1:
                tag("span", words("said_times", n=row["mentions"]), "chip")
        button(quote, show, "lead-quote", aria_label=words("open_lead", quote=quote))
        facts(words.label(row["segment"]), row["product"])
        with box("lead-foot"):
            owner = owner_name(visit, row["owner"]) if row["owner"] else words("nobody_yet")
            tag("span", owner, "lead-owner" if row["owner"] else "facts")
            if row["customer_id"]:
                link(
                    words.customer(row["customer_id"]),
                    way.to(customer=row["customer_id"]),
                    "more",
                    title=row["customer_id"],
                )


def _list(visit: Visit, way: Way, rows: Rows, total: int, opened: OpenLead) -> None:
    words = visit.words
    if not rows:
        emptiness(words("no_such_leads"), words("no_such_leads_told"))
        return
    names = ("status", "kind", "words_said", "who_said", "owner")
    with box("scroll", tabindex=0, role="region", aria_label=words("leads_listed")), tag("table", "", "wide-list"):
        with tag("thead"), tag("tr"):
            for name in names:
                tag("th", words(f"column_{name}"), scope="col")
        with tag("tbody"):
            for row in rows:
                _row(visit, way, row, opened)
    paging(visit, way, len(rows), total)


def _row(visit: Visit, way: Way, row: dict[str, Any], opened: OpenLead) -> None:
    words = visit.words
    quote = words.readable(row["quote"])

    async def show() -> None:
        await opened(row["id"])

    with tag("tr"):
        with tag("td"):
            tag("span", words.label(f"lead_{row['status']}"), f"chip lead-{row['status']}")
        tag("td", words.label(row["type"]))
        with tag("td", "", "said-cell"):
            button(quote, show, "lead-quote", aria_label=words("open_lead", quote=quote))
        with tag("td"):
            if row["customer_id"]:
                link(words.customer(row["customer_id"]), way.to(customer=row["customer_id"]), title=row["customer_id"])
            facts(words.label(row["segment"]), row["product"])
        tag("td", owner_name(visit, row["owner"]) if row["owner"] else "—")


def paging(visit: Visit, way: Way, shown: int, total: int) -> None:
    """Which rows of how many are shown, and the ways to those before and after."""
    words, first = visit.words, way.offset
    with box("paging", "nav", aria_label=words("paging")):
        tag("span", words("rows_shown", first=first + 1, last=first + shown, total=f"{total:,}"), "facts")
        if first:
            link(words("rows_before"), way.to(start=max(0, first - _ROWS) or ""), "button plain")
        if first + shown < total:
            link(words("rows_after"), way.to(start=first + shown), "button plain")


def filters_of_leads(visit: Visit, way: Way, owners: list[str], kinds: tuple[str, ...]) -> None:
    """The choices that only leads have: whose they are, and of which type."""
    words = visit.words
    shown = [(one, owner_name(visit, one)) for one in owners]
    mine = visit.principal.name
    if mine not in owners:
        shown.insert(0, (mine, owner_name(visit, mine)))
    choice(
        words("column_owner"), [("", words("all")), *shown], way.owner, lambda one: ui.navigate.to(way.to(owner=one))
    )
    types = [(one, words.label(one)) for one in kinds]
    choice(words("column_kind"), [("", words("all")), *types], way.kind, lambda one: ui.navigate.to(way.to(kind=one)))
