"""One theme whole: its ladder, its course, who tells of it, its voices, and what managers may put right."""

from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from nicegui import ui
from nicegui.events import GenericEventArguments

from api.pages import charts
from api.pages.address import Address
from api.pages.doing import fetched, looked, sentence_of
from api.pages.needs.curation import Curation
from api.pages.needs.heat import Heat, heat_of, heat_table
from api.pages.parts import box, button, facts, fault, link, tag
from api.pages.record_panel import Place, RecordPanel, ladder
from api.pages.visitor import Visit
from assistant.domain.counts import Totals
from assistant.domain.filters import Filters
from assistant.domain.records import Record
from assistant.pipeline.watching import theme_sheet
from assistant.records.views import page

_VOICES = 10


@dataclass(slots=True)
class _Shown:
    """Voices that are on the page, and those of them that are chosen."""

    count: int = 0
    chosen: set[str] = field(default_factory=set)


class ThemePage:
    """The part of the page that shows one theme."""

    def __init__(self, visit: Visit, address: Address, filters: Filters, panel: RecordPanel) -> None:
        self._visit, self._words, self._address, self._panel = visit, visit.words, address, panel
        self._filters = replace(filters, theme=(address.theme,))
        self._shown = _Shown()

    async def fill(self) -> None:
        """Look everything up, and show it."""
        visit, words = self._visit, self._words
        link(words("back"), self._address.to(theme=""), "more")
        try:
            sheet, heat, left = await fetched(visit, self._looked_up)
        except Exception as error:  # noqa: BLE001 - the page's door
            fault(words("no_theme"), sentence_of(visit, error))
            return
        self._top(sheet)
        self._scope(sheet, left)
        with box("two"):
            with box("sheet-flat", "section"):
                tag("h2", words("ladder"))
                ladder(visit, sheet, sheet["standing"])
                tag("h3", words("definition"))
                tag("p", words.readable(sheet["definition"]))
            with box("sheet-flat", "section"):
                self._course(sheet)
        with box("part"):
            heat_table(visit, self._address, heat)
            self._scoped("scope_filtered")
        await self._voices()
        Curation(visit, self._address, sheet, self._shown.chosen).history()

    def _looked_up(self) -> tuple[dict[str, Any], Heat, Totals]:
        app = self._visit.app
        sheet = theme_sheet(app.store, self._address.theme)
        return sheet, heat_of(self._visit, self._filters), app.counting.totals(self._filters)

    def _scope(self, sheet: dict[str, Any], left: Totals) -> None:
        """How much of the theme the filters leave, and which parts of the page follow them."""
        if not self._address.given:
            return
        words = self._words
        with box("scope", role="note"):
            inside = words("counts", records=left.records, customers=left.customers)
            tag(
                "span",
                words(
                    "scope_told",
                    inside=inside,
                    all=words("counts", records=sheet["records"], customers=sheet["customers"]),
                ),
            )
            link(words("scope_whole_theme"), Address(theme=self._address.theme).to(), "more")

    def _scoped(self, name: str) -> None:
        """Which records a part of the page is of, where there are filters."""
        if self._address.given:
            facts(self._words(name))

    def _top(self, sheet: dict[str, Any]) -> None:
        words = self._words
        curation = Curation(self._visit, self._address, sheet, self._shown.chosen)
        curation.told()
        if sheet["successor"]:
            with box("warning", role="status"):
                title = words.readable(sheet["successor"]["title"])
                link(words("gone", title=title), self._address.to(theme=sheet["successor"]["theme_id"]))
        tag("h1", words.readable(sheet["title"]))
        with box("chips"):
            tag("span", words.label(sheet["trend"]), f"chip trend-{sheet['trend']}")
            tag("span", words.label(sheet["deep_category"]), "chip")
            tag("span", words("counts", records=sheet["records"], customers=sheet["customers"]), "chip")
            tag("span", words.engine(sheet["engine"]), "chip", title=sheet["engine"])
            for name in ("locked", "edited"):
                if sheet[name]:
                    tag("span", words(name), "chip strong")
        curation.tools()

    def _course(self, sheet: dict[str, Any]) -> None:
        words = self._words
        tag("h2", words("trend"))
        self._scoped("scope_whole")
        months = list(sheet["months"])
        names = (words("share_of"), words("interval"))
        options = charts.shares(months, list(sheet["months"].values()), list(sheet["read"].values()), names)
        made = ui.echart(options).classes("chart").style("height:240px")
        made.props["role"], made.props["aria-label"] = "img", words("chart_of", title=words("trend"))
        tag("p", sheet["change"]["told"][words.language], "course-told")
        for wave in sheet["spikes"]:
            with box("line"):
                tag("span", words("waves"), "chip strong")
                facts(words("wave_told", since=wave["since"], until=wave["until"], n=wave["observed"],
                            usual=f"{wave['expected']:.1f}"))  # fmt: skip

    async def _voices(self) -> None:
        words = self._words
        with box("part", "section"):
            title = tag("h2", words("voices"))
            self._scoped("scope_filtered")
            self._count = tag("p", "", "facts", role="status")
            self._list = tag("ul", "", "voices")
            self._more = button(words("show_more"), self._next_voices, "plain")
        total = await self._next_voices()
        title.text = words("voices_of", n=total)
        if not total:
            with self._list:
                tag("li", words("no_voices"), "facts")

    async def _next_voices(self) -> int:
        store = self._visit.app.store

        def heard() -> tuple[list[dict[str, Any]], dict[str, Record], int]:
            rows, total = page(store, "insights", self._filters, _VOICES, self._shown.count)
            return rows, store.records_by_id([row["record_id"] for row in rows]), total

        rows, records, total = await looked(self._visit, heard) or ([], {}, 0)
        with self._list:
            for row in rows:
                self._voice(row, records.get(row["record_id"]))
        self._shown.count += len(rows)
        self._more.set_visibility(self._shown.count < total)
        return total

    def _voice(self, row: dict[str, Any], record: Record | None) -> None:
        words, shown = self._words, self._shown
        quote = words.readable(row["quote"])

        async def show() -> None:
            await self._panel.show(Place(row["record_id"], row["start"], row["end"]))

        def ticked(event: GenericEventArguments) -> None:
            (shown.chosen.add if event.args else shown.chosen.discard)(row["insight_id"])
            self._count.text = words("chosen", n=len(shown.chosen)) if shown.chosen else ""

        with tag("li", "", "voice"):
            if self._visit.manages:
                tick = tag("input", "", type="checkbox", aria_label=words("choose_voice", quote=quote))
                tick.on("change", ticked, js_handler="(event) => emit(event.target.checked)")
            with box("voice-words"):
                tag("blockquote", quote)
                if record is not None:
                    self._source(record)
                facts(
                    words.label(row["sentiment"]), words.label(row["aspect"]), f"{words('severity')} {row['severity']}"
                )
            button(words("opened"), show, "plain", aria_label=f"{words('opened')}: {row['external_id']}")

    def _source(self, record: Record) -> None:
        """Who said it, of which product, where and when."""
        words, customer = self._words, record.customer
        with box("voice-source"):
            facts(
                words.label(customer.segment if customer else None), customer.region if customer else None,
                record.product, words.label(record.channel), record.day,
            )  # fmt: skip
            if customer:
                link(customer.id, f"/customers?{urlencode({'customer': customer.id})}", "more")
