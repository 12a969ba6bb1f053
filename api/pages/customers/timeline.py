"""One customer whole: who they are to us, what they said over time, what was read out of it, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

from nicegui import ui
from nicegui.events import EChartPointClickEventArguments

from api.pages import charts
from api.pages.customers.value_part import tags_row
from api.pages.customers.way import Way
from api.pages.parts import box, button, facts, link, tag
from api.pages.record_panel import Place, RecordPanel
from api.pages.visitor import Visit
from assistant.domain.customers import Tag
from assistant.domain.filters import Filters
from assistant.domain.insights import Insight
from assistant.domain.proposals import Proposal
from assistant.domain.records import Record
from assistant.domain.vocabulary import CHANNELS
from assistant.records.customer_view import customer_detail

_MOST = 40
_BEGINNING = 90
_ERASE = "DELETE /v1/customers/{customer_id}"
_PROPOSALS = "GET /v1/proposals/{proposal_id}"


@dataclass(frozen=True, slots=True)
class Life:
    """What is known of a customer; records are the latest, the newest first."""

    who: dict[str, Any]
    records: list[Record]
    insights: dict[str, list[Insight]]
    leads: list[dict[str, Any]]
    held: list[dict[str, Any]]
    seeds: list[Proposal]
    themes: dict[str, str]


def life_of(visit: Visit, customer_id: str) -> Life:
    """Look a customer up, by the id here or that of the source.

    Raises:
        NotFoundError: there is none.
    """
    store = visit.app.store
    who = customer_detail(store, visit.app.pipeline.find_customer(customer_id))
    ids = (who["customer_id"], *who["also_known_as"])
    theirs = Filters(customer=ids)
    records, _ = store.list_records(theirs, _MOST, max(0, who["records"] - _MOST))
    read: dict[str, list[Insight]] = {}
    for insight in store.insights_of([record.id for record in records]):
        read.setdefault(insight.record_id, []).append(insight)
    titles = visit.app.counting.labels(
        "theme", sorted({i.theme_id for some in read.values() for i in some if i.theme_id})
    )
    return Life(
        who, records[::-1], read, store.list_leads(theirs, None)[0], store.list_leads(theirs, None, status="hold")[0],
        _seeded(visit, theirs) if visit.may_call(_PROPOSALS) else [], titles,
    )  # fmt: skip


def _seeded(visit: Visit, theirs: Filters) -> list[Proposal]:
    """Proposals that name them among the customers to begin with."""
    found, _ = visit.app.store.list_proposals(theirs, None)
    return [one for one in found if any(seed["customer_id"] in theirs.customer for seed in _seeds(one))]


def _seeds(proposal: Proposal) -> Sequence[dict[str, Any]]:
    seeds = proposal.target.get("seed_customers")
    return seeds if isinstance(seeds, list) else ()


class Timeline:
    """The part of the page that shows one customer."""

    def __init__(self, visit: Visit, way: Way, panel: RecordPanel, opened: Any) -> None:
        self._visit, self._words, self._way = visit, visit.words, way
        self._panel, self._opened = panel, opened

    def show(self, life: Life) -> None:
        """Show everything."""
        words, who = self._words, life.who
        link(words("back_to_customers"), self._way.to(customer=""), "more")
        self._top(who)
        with box("life"):
            with box("life-main"), box("part", "section"):
                tag("h2", words("life_title"))
                if len({record.day for record in life.records}) > 1:
                    self._chart(life.records)
                shown = len(life.records)
                if who["records"] > shown:
                    facts(words("life_cut", shown=shown, total=who["records"]))
                with tag("ol", "", "timeline"):
                    for record in life.records:
                        self._event(record, life)
            with box("life-side"):
                self._facts(who)
                self._leads(life)
                self._seeds(life)
                self._erasing(who)

    def _top(self, who: dict[str, Any]) -> None:
        words = self._words
        with box("life-top"):
            tag("h1", self._words.customer(who["customer_id"]), title=who["customer_id"])
            facts(words.label(who["segment"]), who["region"], words("heard_times", n=who["records"]),
                  words("span", first=who["first_day"] or "—", last=who["last_day"] or "—"))  # fmt: skip
        if who["also_known_as"]:
            facts(words("also_known_as", ids="、".join(who["also_known_as"])))
        tags_row(self._visit, tuple(Tag(**{**one, "evidence": None}) for one in who["tags"]))
        if who["signals"]:
            with box("chips signals", role="group", aria_label=words("signals")):
                for name, count in who["signals"].items():
                    tag("span", f"{words.label(name)} × {count}", f"chip signal-{name}")

    def _chart(self, records: list[Record]) -> None:
        words = self._words
        used = [one for one in CHANNELS if any(record.channel == one for record in records)]
        points = [(record.day or "", words.label(record.channel), record.id) for record in records if record.day]

        async def opened(event: EChartPointClickEventArguments) -> None:
            await self._panel.show(Place(points[event.data_index][2]))

        made = ui.echart(charts.moments([words.label(one) for one in used], points), on_point_click=opened)
        made.classes("chart").style(f"height:{56 + 34 * len(used)}px")
        made.props["role"], made.props["aria-label"] = "img", words("chart_of", title=words("life_title"))

    def _event(self, record: Record, life: Life) -> None:
        words = self._words
        needs = life.insights.get(record.id, [])
        first = needs[0] if needs else None
        place = Place(record.id, first.start, first.end) if first else Place(record.id)
        with tag("li", "", f"event event-{first.sentiment if first else 'neutral'}"):
            with box("event-top"):
                tag("time", record.day or words("undated"), "event-day")
                tag("span", words.label(record.channel), "chip strong")
                if record.product:
                    tag("span", record.product, "chip")
                for name in _signals(needs):
                    tag("span", words.label(name), f"chip signal-{name}")
                button(words("opened"), partial(self._panel.show, place), "plain",
                       aria_label=f"{words('opened')}: {record.external_id}")  # fmt: skip
            if not needs:
                begun = (record.title or record.text)[:_BEGINNING]
                tag("p", words.readable(begun) + ("…" if len(record.text) > len(begun) else ""))
                facts(words("noise_record") if record.noise else words("no_need_read"))
            for insight in needs:
                self._need(insight, life.themes)

    def _need(self, insight: Insight, themes: dict[str, str]) -> None:
        words = self._words
        with box("event-need"):
            tag("blockquote", words.readable(insight.quote))
            with box("need-steps"):
                for rung in ("secondary", "deep"):
                    if said := getattr(insight, rung):
                        tag("p", words.readable(said), f"need-{rung}")
            with box("need-facts"):
                facts(words.label(insight.aspect), words.label(insight.deep_category), words.label(insight.sentiment))
                if insight.theme_id in themes:
                    link(words.readable(themes[insight.theme_id]), f"/needs?theme={insight.theme_id}", "more")

    def _facts(self, who: dict[str, Any]) -> None:
        words = self._words
        with box("sheet-flat side-part", "section"):
            tag("h2", words("about_them"))
            bought = {True: words("yes"), False: words("no")}.get(who["bought_service"], "—")
            told = (
                ("owned", "、".join(who["owned"]) or "—"), ("since", who["since"] or "—"), ("bought", bought),
                ("richness", f"{who['richness']['score']:g}"), ("needs", f"{who['insights']:,}"),
            )  # fmt: skip
            with tag("dl", "", "about"):
                for name, value in told:
                    tag("dt", words(f"about_{name}"))
                    tag("dd", value)
            for name in ("deep_categories", "aspects"):
                if who[name]:
                    tag("h3", words(f"about_{name}"))
                    with box("chips"):
                        for one, count in who[name].items():
                            tag("span", f"{words.label(one)} {count}", "chip")

    def _leads(self, life: Life) -> None:
        words = self._words
        with box("sheet-flat side-part", "section"):
            tag("h2", words("their_leads", n=len(life.leads)))
            if life.held:
                tag("p", words("their_held", n=len(life.held)), "warning")
            if not life.leads and not life.held:
                tag("p", words("no_leads_of_them"), "facts")
            for lead in (*life.leads, *life.held):
                with box("line"):
                    with box("chips"):
                        tag("span", words.label(lead["type"]), "chip strong")
                        tag("span", words.label(f"lead_{lead['status']}"), f"chip lead-{lead['status']}")
                    quote = words.readable(lead["quote"])
                    button(quote, partial(self._opened, lead["id"]), "lead-quote",
                           aria_label=words("open_lead", quote=quote))  # fmt: skip

    def _seeds(self, life: Life) -> None:
        words = self._words
        if not self._visit.may_call(_PROPOSALS):
            return
        with box("sheet-flat side-part", "section"):
            tag("h2", words("their_proposals"))
            if not life.seeds:
                tag("p", words("no_proposals_of_them"), "facts")
            for one in life.seeds:
                with box("line"):
                    link(words.readable(one.title), f"/ideas?{urlencode({'proposal': one.id})}")
                    facts(words.label(one.nbn_type), words.label(one.status))

    def _erasing(self, who: dict[str, Any]) -> None:
        if self._visit.may_call(_ERASE):
            way = f"/admin?{urlencode({'customer': who['customer_id']})}"
            link(self._words("erase_them"), way, "more erase")


def _signals(needs: list[Insight]) -> list[str]:
    return sorted({name for insight in needs for name, present in insight.signals.items() if present})
