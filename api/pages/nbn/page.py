"""The page of ideas and proposals: the board, an idea whole, the proposals, or one of them to be read and decided on."""

from typing import Any

from fastapi import Request
from nicegui import ui

from api.pages.doing import fetched, sentence_of
from api.pages.frame import frame
from api.pages.nbn.board import board_part, narrowing
from api.pages.nbn.drafting import brief_button
from api.pages.nbn.idea_page import IdeaPage
from api.pages.nbn.proposal_list import list_part, no_permission
from api.pages.nbn.proposal_page import ProposalPage
from api.pages.nbn.shelf import board_of, proposals_of
from api.pages.nbn.spot import Spot, spot_of
from api.pages.parts import box, fault, link, tag, waiting
from api.pages.record_panel import RecordPanel
from api.pages.visitor import Visit, visit_of
from api.roles import RULES
from assistant.domain.filters import Filters
from assistant.errors import UsageError

READ = "GET /v1/proposals/{proposal_id}"


async def nbn_page(request: Request) -> None:
    """The page at `/ideas`; everything it shows follows from its address."""
    visit, spot = visit_of(request), spot_of(request.query_params)
    with frame(visit, "/ideas", "nbn-page"):
        inside = box("nbn")
        panel = RecordPanel(visit)
        with inside:
            waiting(visit.words("loading"), 6)
    await ui.context.client.connected()
    try:
        filters = spot.filters
    except UsageError as error:
        _faulty(visit, inside, visit.words("bad_filter"), sentence_of(visit, error))
        return
    if spot.idea:
        await IdeaPage(visit, spot, panel).fill(inside)
    elif spot.proposal or spot.view:
        if not visit.may(RULES[READ]):
            no_permission(visit, inside)
        elif spot.proposal:
            await ProposalPage(visit, spot, panel).fill(inside)
        else:
            await _proposals(visit, spot, inside)
    else:
        await _board(visit, spot, filters, inside)


def _faulty(visit: Visit, inside: Any, title: str, told: str) -> None:
    inside.clear()
    with inside:
        fault(title, told)
        link(visit.words("clear"), "/ideas", "more")


async def _board(visit: Visit, spot: Spot, filters: Filters, inside: Any) -> None:
    store, reads = visit.app.store, visit.may(RULES[READ])
    try:
        board, products, themes = await fetched(
            visit,
            lambda: (
                board_of(store, spot, filters, loose=reads),
                [row.key for row in visit.app.counting.rows("product", Filters())],
                store.list_themes(Filters(), None)[0],
            ),
        )
    except Exception as error:  # noqa: BLE001 - the page's door
        _faulty(visit, inside, visit.words("not_loaded"), sentence_of(visit, error))
        return
    inside.clear()
    with inside:
        _top(visit, spot)
        with tag("details", "", "filters", open=True):
            tag("summary", visit.words("filters"))
            with box("filter-row"):
                narrowing(visit, spot, products, themes)
        board_part(visit, spot, board)
    ui.run_javascript("if (innerWidth < 760) document.querySelector('.filters').open = false")


async def _proposals(visit: Visit, spot: Spot, inside: Any) -> None:
    try:
        heads = await fetched(visit, lambda: proposals_of(visit.app.store, spot))
    except Exception as error:  # noqa: BLE001 - the page's door
        _faulty(visit, inside, visit.words("not_loaded"), sentence_of(visit, error))
        return
    inside.clear()
    with inside:
        _top(visit, spot)
        list_part(visit, spot, heads)


def _top(visit: Visit, spot: Spot) -> None:
    words = visit.words
    with box("heading"):
        tag("h1", words("page_nbn"))
        brief_button(visit, spot)
    tag("p", words("nbn_told"), "lead")
    with box("tabs nbn-tabs", "nav", aria_label=words("page_nbn")):
        listed = spot.view == "proposals"
        link(words("nbn_tab_board"), spot.plain(), "tab", aria_current=None if listed else "true")
        link(words("nbn_tab_proposals"), spot.plain(view="proposals"), "tab", aria_current="true" if listed else None)
