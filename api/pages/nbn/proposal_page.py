"""One proposal to be read by whoever decides: what is said, what bears it, who says otherwise, and where it stands."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nicegui import ui

from api.pages.doing import fetched, sentence_of
from api.pages.nbn.board import engine_chip, type_chip
from api.pages.nbn.editor import Editor
from api.pages.nbn.life import Life
from api.pages.nbn.outcome_part import outcome_part
from api.pages.nbn.past import history_part
from api.pages.nbn.plan_parts import PlanParts
from api.pages.nbn.proof_parts import ProofParts
from api.pages.nbn.proposal_list import way
from api.pages.nbn.sentences import Sentences
from api.pages.nbn.spot import Spot
from api.pages.parts import box, fault, link, tag
from api.pages.record_panel import RecordPanel
from api.pages.visitor import Visit
from assistant.domain.proposal_texts import PLACES
from assistant.domain.proposals import Proposal, ProposalEvent, ProposalHead
from assistant.insight.wordlist import section

READ = "GET /v1/proposals/{proposal_id}"


@dataclass(frozen=True, slots=True)
class _Known:
    proposal: Proposal
    events: Sequence[ProposalEvent]
    others: Sequence[ProposalHead]
    """Other drafts of the same idea, or of the same brief's theme."""
    themes: Mapping[str, str]
    """Themes that it is about, by id: their titles."""
    measured: bool


class ProposalPage:
    """The part of the page that shows one proposal."""

    def __init__(self, visit: Visit, spot: Spot, panel: RecordPanel) -> None:
        self._visit, self._words, self._spot, self._panel = visit, visit.words, spot, panel
        self._heading = section(visit.language, "heading")

    async def fill(self, inside: Any) -> None:
        """Look everything up, and show it."""
        visit, words = self._visit, self._words
        try:
            known = await fetched(visit, self._looked_up)
        except Exception as error:  # noqa: BLE001 - the page's door
            inside.clear()
            with inside:
                link(words("nbn_back_to_proposals"), self._spot.plain(view="proposals"), "more")
                fault(words("nbn_no_proposal"), sentence_of(visit, error))
            return
        inside.clear()
        with inside:
            await self._show(known)
        ui.run_javascript("if (innerWidth < 760) document.querySelector('.contents').open = false")

    def _looked_up(self) -> _Known:
        store, own = self._visit.app.store, self._spot.proposal
        self._visit.check(READ)
        proposal = store.proposal(own)
        idea = str(proposal.provenance.get("idea_id") or "")
        others = [one for one in store.proposal_heads() if idea and one.idea_id == idea and one.id != own]
        launched = proposal.status in ("launched", "measured") or bool(store.outcomes.told(own))
        held = proposal.provenance.get("theme_ids")
        about = set(map(str, held)) if isinstance(held, Sequence) else set()
        themes = {theme.id: theme.title for theme in store.every_theme() if theme.id in about}
        return _Known(proposal, store.proposal_history(own), others, themes, launched)

    async def _show(self, known: _Known) -> None:
        visit, proposal = self._visit, known.proposal
        said = Sentences(visit, proposal, self._panel)
        editor = Editor(visit, self._spot, proposal)
        life = Life(visit, self._spot, proposal)
        plan, proof = PlanParts(visit, proposal, said, editor), ProofParts(visit, proposal, said, editor)
        link(self._words("nbn_back_to_proposals"), self._spot.plain(view="proposals"), "more")
        life.told()
        editor.told()
        self._top(known, editor, life)
        parts: list[tuple[str, Callable[[], None]]] = [
            ("summary", lambda: said.place("summary")), ("need", proof.need), ("who", proof.who),
            ("evidence", proof.evidence), ("counter", proof.counter), ("concept", plan.concept), ("route", plan.route),
            ("departments", plan.departments), ("concerns", plan.concerns), ("marketing_7p", plan.marketing),
            ("value", plan.value), ("friction", proof.friction), ("next_needs", lambda: said.place("next_needs")),
            ("risks", lambda: said.place("risks")), ("metrics", plan.metrics), ("next_test", plan.next_test),
            ("figures", proof.figures), ("provenance", proof.provenance),
        ]  # fmt: skip
        with box("reading"):
            self._contents([name for name, _ in parts], known.measured)
            with box("document", "article"):
                if known.measured:
                    with box("sheet-flat doc-part outcome", "section", id="outcome"):
                        await outcome_part(visit, self._spot, proposal.id)
                for name, show in parts:
                    with box("sheet-flat doc-part", "section", id=name):
                        with box("heading"):
                            tag("h2", self._heading[name])
                            if name in PLACES:
                                editor.pencil(name, self._heading[name])
                        show()
                with box("sheet-flat doc-part", "section", id="history"):
                    history_part(visit, self._spot, known.events, editor, self._names())
                    life.talk()

    def _top(self, known: _Known, editor: Editor, life: Life) -> None:
        words, proposal = self._words, known.proposal
        with box("heading doc-title"):
            tag("h1", words.readable(proposal.title))
            editor.pencil("title", words("title"))
        with box("chips"):
            type_chip(self._visit, proposal.nbn_type)
            engine_chip(self._visit, proposal.engine)
            if proposal.owner:
                tag("span", words("nbn_owned_by", name=proposal.owner), "chip")
            tag("span", words(f"nbn_in_{proposal.language}"), "chip")
            if idea := str(proposal.provenance.get("idea_id") or ""):
                link(words("nbn_its_idea"), self._spot.plain(idea=idea), "chip strong")
            for theme_id, title in known.themes.items():
                link(words("nbn_its_theme", title=words.readable(title)), f"/needs?theme={theme_id}", "chip strong")
            for other in known.others:
                told = words("nbn_other_draft", day=other.created_at[:10], language=words(f"nbn_in_{other.language}"))
                link(told, self._spot.plain(proposal=other.id), "chip")
        way(self._visit, proposal.status)
        self._checked(proposal)
        life.tools()

    def _checked(self, proposal: Proposal) -> None:
        """How many sentences stand on something."""
        words = self._words
        kinds = Counter[str](one.kind for one in proposal.statements)
        total = sum(kinds.values()) or 1
        told = " · ".join(words(f"nbn_checked_{kind}", n=kinds[kind]) for kind in ("fact", "plan", "assumption"))
        with box("sentence-check"):
            with box("stacked", role="img", aria_label=told):
                for kind in ("fact", "plan", "assumption"):
                    box(f"slice kind-{kind}").style(f"width:{100 * kinds[kind] / total:.1f}%")
            with box("chips"):
                for kind in ("fact", "plan", "assumption"):
                    tag("span", words(f"nbn_checked_{kind}", n=kinds[kind]), f"chip kind-{kind}")
                removed = proposal.provenance.get("removed")
                if isinstance(removed, Sequence) and removed:
                    link(words("nbn_checked_removed", n=len(removed)), "#provenance", "chip")

    def _contents(self, names: Sequence[str], measured: bool) -> None:
        words = self._words
        with tag("details", "", "contents", open=True):
            tag("summary", words("nbn_contents"))
            with tag("nav", aria_label=words("nbn_contents")), tag("ol"):
                if measured:
                    with tag("li"):
                        link(words("nbn_outcome"), "#outcome")
                for name in names:
                    with tag("li"):
                        link(self._heading[name], f"#{name}")
                with tag("li"):
                    link(words("history"), "#history")

    def _names(self) -> dict[str, str]:
        """What the places of texts are called."""
        label, heading = section(self._visit.language, "label"), self._heading
        found = {"title": self._words("title"), "disconfirming_question": label["question"]}
        for place in PLACES:
            group, _, part = place.partition(".")
            whole = heading.get(
                {"concerns_by_segment": "concerns", "friction_removed": "friction"}.get(group, group), group
            )
            name = self._words.label(part) if group == "concerns_by_segment" else label.get(part, "")
            found[place] = f"{whole} · {name}" if name and part else whole
        return found
