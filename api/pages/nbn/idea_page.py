"""One idea whole: what it answers, what it is, why it ranks where it does, whose voices bear it, and what is like it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from api.pages.doing import fetched, sentence_of
from api.pages.nbn.board import engine_chip, type_chip
from api.pages.nbn.deciding import Decisions
from api.pages.nbn.drafting import draft_button
from api.pages.nbn.scores import score_part
from api.pages.nbn.shelf import farthest
from api.pages.nbn.spot import Spot
from api.pages.parts import box, button, facts, fault, link, tag
from api.pages.record_panel import Place, RecordPanel
from api.pages.visitor import Visit
from api.roles import RULES
from assistant.domain.ideas import LENS_ZH, IdeaHead
from assistant.domain.insights import Opportunity
from assistant.domain.proposals import ProposalHead
from assistant.domain.records import Record
from assistant.domain.themes import Theme
from assistant.errors import NotFoundError
from assistant.pipeline.idea_sheet import idea_sheet, similar_ideas
from assistant.records.repository import Repository

_RUNGS = ("surface", "secondary", "deep")
_CHANCES = 6


@dataclass(frozen=True, slots=True)
class _Known:
    """Everything that is shown of an idea."""

    sheet: dict[str, Any]
    themes: Sequence[Theme]
    alike: Sequence[tuple[IdeaHead, float]]
    heads: Sequence[ProposalHead]
    records: dict[str, Record]
    chances: Sequence[tuple[str, Opportunity]]
    """Record id and the opportunity that showed in it."""

    @property
    def stage(self) -> str:
        """How far it is."""
        status = str(self.sheet["status"])
        return farthest(self.heads).status if status == "proposed" and self.heads else status


class IdeaPage:
    """The part of the page that shows one idea."""

    def __init__(self, visit: Visit, spot: Spot, panel: RecordPanel) -> None:
        self._visit, self._words, self._spot, self._panel = visit, visit.words, spot, panel

    async def fill(self, inside: Any) -> None:
        """Look everything up, and show it."""
        visit, words = self._visit, self._words
        try:
            known = await fetched(visit, lambda: _known(visit.app.store, self._spot.idea))
        except Exception as error:  # noqa: BLE001 - the page's door
            inside.clear()
            with inside:
                link(words("nbn_back_to_board"), self._spot.to(idea=""), "more")
                fault(words("nbn_no_idea"), sentence_of(visit, error))
            return
        inside.clear()
        with inside:
            link(words("nbn_back_to_board"), self._spot.to(idea=""), "more")
            decisions = Decisions(visit, self._spot, known.sheet)
            decisions.told()
            self._top(known, decisions)
            with box("beside"):
                with box("main-part"):
                    self._need(known)
                    self._what(known)
                    self._proof(known)
                    self._voices(known)
                with box("side-part", "aside"):
                    with box("sheet-flat", "section"):
                        score_part(visit, known.sheet)
                    with box("sheet-flat", "section"):
                        decisions.votes()
                    self._written(known)
                    self._alike(known)
            decisions.history()

    def _top(self, known: _Known, decisions: Decisions) -> None:
        words, sheet = self._words, known.sheet
        tag("h1", words.readable(sheet["title"]))
        with box("chips"):
            type_chip(self._visit, sheet["nbn_type"])
            tag("span", words.label(known.stage), f"chip stage-{known.stage}")
            tag("span", words("nbn_people", n=sheet["customers"]), "chip")
            if sheet["lens"]:
                lens = LENS_ZH.get(sheet["lens"]) if words.language == "zh" else words.label(sheet["lens"])
                tag("span", words("nbn_lens", lens=lens), "chip")
            if sheet["edited"]:
                tag("span", words("edited"), "chip strong")
            engine_chip(self._visit, sheet["engine"])
        for mark in sheet["marks"]:
            tag("p", words.label(f"mark_{mark}"), "warning", role="note")
        tag("p", words.readable(sheet["concept"]), "lead concept")
        with box("tools", role="group", aria_label=words("nbn_to_do")):
            draft_button(self._visit, self._spot, sheet)
            decisions.tools()

    def _need(self, known: _Known) -> None:
        words, sheet = self._words, known.sheet
        with box("sheet-flat", "section"):
            tag("h2", words("nbn_what_it_answers"))
            for theme in known.themes:
                with box("line"):
                    link(words.readable(theme.title), f"/needs?theme={theme.id}")
                    facts(words("counts", records=theme.records, customers=theme.customers), words.label(theme.trend))
            if known.themes:
                self._ladder(known.themes[0], sheet["changes"])
            tag("h3", words("nbn_job"))
            tag("p", words.readable(sheet["job_to_be_done"]))
            if sheet["audience"]:
                tag("h3", words("nbn_for_whom"))
                tag("p", words.readable(sheet["audience"]))
                counted = [f"{words.label(name)} {count}" for name, count in sheet["segments"]]
                facts(*counted)
            if sheet["why_now"]:
                tag("h3", words("nbn_why_now"))
                tag("p", words.readable(sheet["why_now"]))

    def _ladder(self, theme: Theme, changes: Any) -> None:
        words = self._words
        standing = {
            "surface": theme.standing.surface,
            "secondary": theme.standing.secondary,
            "deep": theme.standing.deep,
        }
        rungs = {"surface": theme.surface, "secondary": theme.secondary, "deep": theme.deep}
        with tag("ol", "", "ladder"):
            for name in _RUNGS:
                with tag("li", "", f"rung {name}"):
                    with box("rung-name"):
                        tag("span", words(name))
                        tag("span", words.label(standing[name]), f"standing {standing[name]}")
                    tag("p", words.readable(rungs[name]))
                    if change := changes.get(name):
                        with tag("p", "", "change"):
                            tag("span", words("nbn_then"), "then")
                            tag("span", words.readable(change))

    def _what(self, known: _Known) -> None:
        words, sheet = self._words, known.sheet
        with box("sheet-flat", "section"):
            tag("h2", words("nbn_what_it_is"))
            if sheet["features"]:
                with tag("ul", "", "points"):
                    for feature in sheet["features"]:
                        tag("li", words.readable(feature))
            tag("h3", words("nbn_how_it_differs"))
            tag("p", words.readable(sheet["how_it_differs"]))
            tag("h3", words("nbn_route"))
            with tag("p", ""):
                tag("span", words.label(sheet["route"]), "chip strong")
                tag("span", " " + words.readable(sheet["route_why"]))
            effort = words.label(f"effort_{sheet['effort_class']}")
            facts(words("nbn_effort_is", effort=effort))

    def _proof(self, known: _Known) -> None:
        words, sheet = self._words, known.sheet
        with box("sheet-flat", "section"):
            tag("h2", words("nbn_assumed"))
            with tag("ol", "", "tests"):
                for row in sheet["assumed"]:
                    with tag("li"):
                        with tag("p"):
                            tag("span", words("nbn_assumption"), "chip assumption")
                            tag("span", " " + words.readable(row["text"]))
                        if row["test"]:
                            tag("p", words("nbn_test_is", test=words.readable(row["test"])), "test")
            if sheet["next_needs"]:
                tag("h3", words("nbn_fission"))
                with tag("ul", "", "points"):
                    for need in sheet["next_needs"]:
                        tag("li", words.readable(need))

    def _voices(self, known: _Known) -> None:
        words, sheet = self._words, known.sheet
        with box("sheet-flat", "section"):
            tag("h2", words("nbn_evidence_of", n=len(sheet["voices"])))
            with tag("ul", "", "voices"):
                for row in sheet["voices"]:
                    self._voice(known.records.get(row["record_id"]), row["quote"], (row["start"], row["end"]))
            if known.chances:
                tag("h3", words("chances"))
                with tag("ul", "", "voices"):
                    for record_id, chance in known.chances:
                        place = (chance.start, chance.end)
                        self._voice(known.records.get(record_id), chance.quote, place, words.label(chance.type))

    def _voice(self, record: Record | None, quote: str, place: tuple[int, int], kind: str = "") -> None:
        if record is None:
            return
        words = self._words

        async def show() -> None:
            await self._panel.show(Place(record.id, *place))

        segment = record.customer.segment if record.customer else None
        with tag("li", "", "voice"):
            with box("voice-words"):
                tag("blockquote", words.readable(quote))
                facts(
                    kind,
                    words.label(record.channel),
                    record.product,
                    words.label(segment),
                    (record.created_at or "")[:10],
                )
            button(words("opened"), show, "plain", aria_label=f"{words('opened')}: {record.external_id}")

    def _written(self, known: _Known) -> None:
        words = self._words
        if not known.heads:
            return
        with box("sheet-flat", "section"):
            tag("h2", words("nbn_its_proposals"))
            for head in known.heads:
                with box("line"):
                    title = words.readable(head.title)
                    if self._visit.may(RULES["GET /v1/proposals/{proposal_id}"]):
                        link(title, self._spot.plain(proposal=head.id))
                    else:
                        tag("span", title)
                    facts(words.label(head.status), words(f"nbn_in_{head.language}"), head.updated_at[:10])

    def _alike(self, known: _Known) -> None:
        words = self._words
        if not known.alike:
            return
        with box("sheet-flat", "section"):
            tag("h2", words("nbn_similar"))
            with tag("ul", "", "themes"):
                for idea, likeness in known.alike:
                    with tag("li", "", "line"):
                        link(words.readable(idea.title), self._spot.to(idea=idea.id))
                        facts(words.label(idea.nbn_type), words("nbn_likeness", percent=f"{100 * likeness:.0f}"))


def _known(store: Repository, idea_id: str) -> _Known:
    sheet = idea_sheet(store, idea_id)
    insights = [found for voice in sheet["voices"] if (found := store.insight(voice["insight_id"])) is not None]
    chances = [(one.record_id, chance) for one in insights for chance in one.opportunities][:_CHANCES]
    themes = []
    for theme_id in sheet["theme_ids"]:
        try:
            themes.append(store.theme(theme_id))
        except NotFoundError:  # an idea outlives a theme where a person had a hand in it
            continue
    heads = [head for head in store.proposal_heads() if head.idea_id == idea_id]
    records = store.records_by_id([one.record_id for one in insights])
    return _Known(sheet, themes, similar_ideas(store, idea_id), heads, records, chances)
