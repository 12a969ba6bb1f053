"""The page of leads and customers: leads followed to won or lost, customers worth inviting, and one customer whole."""

from collections.abc import Callable
from typing import Any

from fastapi import Request
from nicegui import ui

from api.pages.address import widened
from api.pages.customers.lead_board import Leads, filters_of_leads, leads_of, leads_part
from api.pages.customers.lead_panel import LeadPanel
from api.pages.customers.people import people_of, people_part
from api.pages.customers.timeline import Life, Timeline, life_of
from api.pages.customers.value_part import first_points, screened, value_part
from api.pages.customers.way import CUSTOMERS, SHOWS, Way
from api.pages.doing import fetched, sentence_of
from api.pages.frame import frame
from api.pages.narrowing import day_field, one_of, region_field
from api.pages.parts import box, fault, link, tag, waiting
from api.pages.provenance import provenance
from api.pages.record_panel import RecordPanel
from api.pages.visitor import Visit, visit_of
from assistant.domain.vocabulary import CHANNELS, OPPORTUNITY_TYPES, SEGMENTS


async def customers_page(request: Request) -> None:
    """The page at `/customers`; everything it shows follows from its address."""
    visit, way = visit_of(request), Way.read(request.query_params)
    with frame(visit, CUSTOMERS, "customers-page"):
        page = CustomersPage(visit, way)
        page.build()
    await ui.context.client.connected()
    await page.fill()
    if way.lead:
        await page.open_lead(way.lead)


class CustomersPage:
    """The state of one open page."""

    def __init__(self, visit: Visit, way: Way) -> None:
        self._visit, self._words, self._way = visit, visit.words, way
        self._narrowed = False

    def build(self) -> None:
        """Set up everything that needs no data."""
        words, way = self._words, self._way
        if not way.customer:
            tag("h1", words("page_customers"))
            provenance(self._visit)
            with box("tabs shows", "nav", aria_label=words("page_customers")):
                for show in SHOWS:
                    there = "page" if way.listed == show else None
                    link(words(f"show_{show}"), Way(way.given, show="" if show == "leads" else show).to(), "tab",
                         aria_current=there)  # fmt: skip
        self._filters = box("filter-row")
        self._inside = box("customers", aria_live="polite")
        self._records = RecordPanel(self._visit)
        self._lead = LeadPanel(self._visit, way, self._records, self.fill)
        with self._inside:
            waiting(words("loading"), 6)

    async def open_lead(self, lead_id: str) -> None:
        """Open a lead at the side."""
        await self._lead.show(lead_id)

    async def fill(self) -> None:
        """Look up what the address asks for, and show it; what can't be is told in one sentence."""
        visit = self._visit
        try:
            show = await fetched(visit, self._looked_up)
        except Exception as error:  # noqa: BLE001 - the page's door
            self._inside.clear()
            with self._inside:
                fault(self._words("not_loaded"), sentence_of(visit, error))
                link(self._words("clear"), CUSTOMERS, "more")
            return
        self._inside.clear()
        with self._inside:
            show()

    def _looked_up(self) -> Callable[[], Any]:
        """What there is to show, as the work that shows it."""
        visit, way, store = self._visit, self._way, self._visit.app.store
        if way.customer:
            life = life_of(visit, way.customer)
            return lambda: self._show_life(life)
        regions, products = store.regions(), store.products()
        filters = widened(way.filters, regions)
        if way.listed == "leads":
            leads = leads_of(visit, way, filters)
            return lambda: self._show_leads(leads, products, regions)
        if way.listed == "value":
            screening, least = screened(visit, filters), first_points(visit)
            return lambda: self._show(lambda: value_part(visit, way, screening, least), products, regions)
        people = people_of(visit, way, filters)
        return lambda: self._show(lambda: people_part(visit, way, people), products, regions)

    def _show_life(self, life: Life) -> None:
        ui.page_title(f"{self._words.customer(life.who['customer_id'])} · {self._words('product')}")
        Timeline(self._visit, self._way, self._records, self.open_lead).show(life)

    def _show_leads(self, leads: Leads, products: list[str], regions: list[str]) -> None:
        self._lead.offers(leads.owners)

        def own() -> None:
            filters_of_leads(self._visit, self._way, leads.owners, OPPORTUNITY_TYPES)

        self._narrow(products, regions, own)
        leads_part(self._visit, self._way, leads, self.open_lead)

    def _show(self, part: Callable[[], None], products: list[str], regions: list[str]) -> None:
        def own() -> None:
            one_of(self._visit, self._way, "channel", CHANNELS)
            for name in ("since", "until"):
                day_field(self._visit, self._way, name)

        self._narrow(products, regions, own)
        part()

    def _narrow(self, products: list[str], regions: list[str], own: Callable[[], None]) -> None:
        """The filters, once: what is looked up anew leaves them as they are."""
        if self._narrowed:
            return
        self._narrowed = True
        visit, way = self._visit, self._way
        with self._filters:
            one_of(visit, way, "product", products, plain=True)
            one_of(visit, way, "segment", SEGMENTS)
            region_field(visit, way, regions)
            own()
            if way.given or way.owner or way.kind or way.status:
                link(visit.words("clear"), Way(show=way.show, view=way.view).to(), "button plain")
