"""The page of data and jobs: what comes in, what is done with it, where it came from, and how things stand."""

from functools import partial
from typing import TypeVar

from fastapi import Request
from nicegui import ui
from nicegui.element import Element

from api.pages.doing import fetched, filled, sentence_of
from api.pages.frame import frame
from api.pages.jobs.batch_part import BatchPart
from api.pages.jobs.importing import SENDING, ImportPart
from api.pages.jobs.sources_part import origins, origins_part
from api.pages.jobs.state_part import state_of, state_part
from api.pages.parts import box, facts, fault, link, tag, waiting
from api.pages.visitor import Visit, visit_of
from assistant.domain.counts import Totals
from assistant.domain.filters import Filters

JOBS = "/jobs"
_PARTS = ("import", "batches", "sources", "state")
T = TypeVar("T")


async def jobs_page(request: Request) -> None:
    """The page; its address says which part is open."""
    visit = visit_of(request)
    asked = request.query_params.get("part", "")
    part = asked if asked in _PARTS else _PARTS[0]
    ui.add_head_html(SENDING)
    with frame(visit, JOBS, "jobs-page"):
        tag("h1", visit.words("jobs_heading"))
        sums = box("sums")
        with box("tabs jobs-tabs", "nav", aria_label=visit.words("jobs_heading")):
            for name in _PARTS:
                way = f"{JOBS}?part={name}"
                link(visit.words(f"part_{name}"), way, "tab", aria_current="page" if name == part else None)
        inside = box("jobs-part")
        with inside:
            waiting(visit.words("loading"), 6)
    await ui.context.client.connected()
    totals = await _sums(visit, sums)
    match part:
        case "import":
            inside.clear()
            with inside:
                shown = ImportPart(visit, totals is not None and not totals.records, partial(_again, visit, sums))
                await shown.show()
        case "batches":
            inside.clear()
            with inside:
                await BatchPart(visit, partial(_again, visit, sums)).show()
        case "sources":
            await filled(visit, inside, partial(origins, visit), partial(origins_part, visit))
        case _:
            await filled(visit, inside, partial(state_of, visit), partial(state_part, visit))


async def _sums(visit: Visit, inside: Element) -> Totals | None:
    """How much there is and how far it is read, in a line; None where it can't be told."""
    words = visit.words
    try:
        totals = await fetched(visit, lambda: visit.app.counting.totals(Filters()))
    except Exception as error:  # noqa: BLE001 - the page's door
        inside.clear()
        with inside:
            fault(words("not_loaded"), sentence_of(visit, error))
        return None
    inside.clear()
    with inside:
        if totals.records:
            read = words.percent(totals.records_read / totals.records)
            facts(words("sums_records", n=f"{totals.records:,}"), words("sums_read", share=read),
                  words("sums_insights", n=f"{totals.insights:,}"),
                  words.engine(visit.app.engine.name))  # fmt: skip
        else:
            tag("p", words("sums_empty"), "lead")
    return totals


async def _again(visit: Visit, inside: Element) -> None:
    await _sums(visit, inside)
