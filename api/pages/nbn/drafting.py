"""A proposal drafted from the page: what it will cost is said first, how far it is while it is drafted."""

from collections.abc import Callable
from typing import Any, Literal

from nicegui import ui

from api.pages.doing import done, fetched, sentence_of
from api.pages.nbn.spot import Spot
from api.pages.parts import Act, box, button, dialog, fault, field, say, tag, waiting
from api.pages.visitor import Visit
from api.roles import RULES
from assistant.domain.engine import Forecast
from assistant.domain.proposal_drafts import SECTIONS
from assistant.domain.proposals import Proposal

DRAFT = "POST /v1/proposals"
_TICK = 0.3


class DraftSheet:
    """A sheet over the page in which a proposal of an idea, a theme or a brief is asked for."""

    def __init__(self, visit: Visit, spot: Spot, any_id: str = "") -> None:
        self._visit, self._words, self._spot, self._id = visit, visit.words, spot, any_id
        self._brief: Callable[[], str] = str
        self._language: Literal["zh", "en"] = visit.language
        self._drafted: list[str] = []
        self._foretold = ""
        """The brief whose cost was told."""
        words = visit.words
        with dialog(words("nbn_draft_title")) as self._dialog, box("sheet"):
            tag("h2", words("nbn_draft_title"))
            tag("p", words("nbn_draft_told" if any_id else "nbn_brief_told"), "facts")
            if not any_id:
                self._brief = field(words("nbn_brief"), long=True)
            self._choose_language()
            self._inside = box("", aria_live="polite")
            self._ends = box("sheet-buttons")
            with self._ends:
                button(words("cancel"), self._dialog.close, "plain")
                self._go = button(words("nbn_draft_go"), self._start, "first")

    def _choose_language(self) -> None:
        words = self._words

        async def chosen(event: Any) -> None:
            self._language = "en" if event.value == "en" else "zh"
            if self._id and self._dialog.value:
                await self._foretell("")

        options = {"zh": words("nbn_in_zh"), "en": words("nbn_in_en")}
        made = ui.select(options, value=self._language, label=words("nbn_written_in"), on_change=chosen)
        made.classes("field").props("outlined dense stack-label")

    async def open(self) -> None:
        """Open it, and say what a draft will cost."""
        self._dialog.open()
        if self._id or self._free:
            await self._foretell("")

    @property
    def _free(self) -> bool:
        return self._visit.app.engine.name != "llm"

    async def _foretell(self, brief: str) -> bool:
        """Say what a draft will cost; whether one can be made."""
        visit = self._visit
        if self._free:
            self._tell_cost(None)
            return True
        self._inside.clear()
        with self._inside:
            waiting(self._words("nbn_counting_cost"), 1)
        try:
            visit.check(DRAFT)
            found = await fetched(
                visit, lambda: visit.app.pipeline.foresee_proposal(self._id, brief=brief, language=self._language)
            )
        except Exception as error:  # noqa: BLE001 - the page's door
            self._inside.clear()
            with self._inside:
                fault(self._words("nbn_not_drafted"), sentence_of(visit, error))
            return False
        self._tell_cost(found)
        return True

    def _tell_cost(self, forecast: Forecast | None) -> None:
        words = self._words
        self._inside.clear()
        with self._inside:
            if forecast is None:
                tag("p", words("nbn_free_rules" if self._free else "nbn_free_kept"), "costs")
                return
            tokens = f"{forecast.prompt_tokens + forecast.completion_tokens:,}"
            money = _money(forecast, words("nbn_no_price"))
            tag("p", words("nbn_cost_about", calls=forecast.calls, tokens=tokens, money=money), "costs")

    async def _start(self) -> None:
        visit, words = self._visit, self._words
        brief = visit.masked(self._brief().strip())
        if not self._id and not brief:
            say(words("nbn_brief_first"), bad=True)
            return
        if brief and not self._free and brief != self._foretold:
            if await self._foretell(brief):
                self._foretold, self._go.text = brief, words("nbn_draft_agreed")
            return
        self._go.set_visibility(False)
        self._drafted.clear()
        self._inside.clear()
        with self._inside, tag("ol", "", "steps", role="status"):
            rows = {name: tag("li", words.label(f"section_{name}"), "step") for name in SECTIONS}
        watch = ui.timer(_TICK, lambda: self._show(rows))
        found = await done(visit, DRAFT, self._id or "brief", lambda: self._work(brief))
        watch.deactivate()
        if found is not None:
            ui.navigate.to(self._spot.plain(proposal=found.id))
            return
        self._inside.clear()
        self._go.set_visibility(True)

    def _work(self, brief: str) -> Proposal:
        return self._visit.app.pipeline.propose(
            self._id, brief=brief, language=self._language, who=self._visit.principal.name,
            progress=lambda section, _, __: self._drafted.append(section),
        )  # fmt: skip

    def _show(self, rows: dict[Any, Any]) -> None:
        for name in tuple(self._drafted):
            rows[name].classes("step-done")


def draft_button(visit: Visit, spot: Spot, sheet: dict[str, Any]) -> None:
    """The way from an idea to its proposal, for managers."""
    if visit.may(RULES[DRAFT]) and sheet["status"] == "proposed":
        button(visit.words("nbn_draft"), _opened(DraftSheet(visit, spot, str(sheet["idea_id"]))), "first")


def brief_button(visit: Visit, spot: Spot) -> None:
    """The way from a sentence of one's own to a proposal, for managers."""
    if visit.may(RULES[DRAFT]):
        button(visit.words("nbn_draft_brief"), _opened(DraftSheet(visit, spot)), "")


def _opened(sheet: DraftSheet) -> Act:
    return sheet.open


def _money(forecast: Forecast, unknown: str) -> str:
    if forecast.cost is None or forecast.currency is None:
        return unknown
    return f"{forecast.cost:.2f} {forecast.currency}"
