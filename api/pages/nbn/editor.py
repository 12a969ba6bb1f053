"""A text of a proposal put right by hand: what the check says of it is shown before it is kept, and after."""

from collections import Counter
from collections.abc import Sequence

from nicegui import ui

from api.pages.doing import done, fetched, sentence_of
from api.pages.nbn.spot import Spot
from api.pages.parts import box, button, dialog, fault, say, tag
from api.pages.visitor import Visit
from api.roles import RULES
from assistant.domain.proposal_texts import PLACES, marks_of, text_at
from assistant.domain.proposals import Proposal, Statement
from assistant.errors import UsageError
from assistant.insight.editing import edited
from assistant.insight.wordlist import section
from assistant.pipeline.reviewing import Patch

CHANGE = "PATCH /v1/proposals/{proposal_id}"


class Editor:
    """One sheet for whichever text is to be written."""

    def __init__(self, visit: Visit, spot: Spot, proposal: Proposal) -> None:
        self._visit, self._words, self._spot, self._proposal = visit, visit.words, spot, proposal
        self._place = ""
        self._why = section(visit.language, "label")
        self._allowed = visit.may(RULES[CHANGE])
        words = visit.words
        with dialog(words("nbn_edit_text")) as self._dialog, box("sheet wide-sheet"):
            self._title = tag("h2", words("nbn_edit_text"))
            tag("p", words("nbn_edit_text_told"), "facts")
            self._text = ui.textarea(words("nbn_text")).classes("field").props("outlined stack-label autogrow")
            self._verdict = box("verdict", role="status", aria_live="polite")
            with box("sheet-buttons"):
                button(words("cancel"), self._dialog.close, "plain")
                button(words("nbn_check"), self._check, "")
                button(words("nbn_save"), self._save, "first")

    def pencil(self, place: str, name: str) -> None:
        """The button beside a text by which it is opened."""
        if self._allowed:
            told = self._words("nbn_edit_of", name=name)
            button("✎", lambda: self._open(place, name), "plain small pencil", aria_label=told, title=told)

    def _open(self, place: str, name: str) -> None:
        self._place = place
        self._title.text = self._words("nbn_edit_of", name=name)
        self._text.value = _text_of(self._proposal, place)
        self._verdict.clear()
        self._dialog.open()

    async def _check(self) -> None:
        """Say what the check makes of every sentence, without keeping anything."""
        visit, text = self._visit, self._visit.masked(str(self._text.value or "")).strip()
        who = visit.principal.name
        try:
            found = await fetched(visit, lambda: edited(self._proposal, self._place, text, who))
        except Exception as error:  # noqa: BLE001 - the page's door
            self._verdict.clear()
            with self._verdict:
                fault(self._words("nbn_not_checked"), sentence_of(visit, error))
            return
        self._verdict.clear()
        with self._verdict:
            self._tell([one for one in found.statements if one.place == self._place])

    async def _save(self) -> None:
        text = str(self._text.value or "").strip()
        if text == _text_of(self._proposal, self._place):
            say(self._words("nbn_nothing_changed"), bad=True)
            return
        if await self.keep({self._place: text}):
            self._dialog.close()
            ui.navigate.to(self._spot.to(edit=self._place))

    async def keep(self, edits: dict[str, str]) -> bool:
        """Keep texts by their places; whether they were: not where somebody wrote there since the page was opened."""
        visit, shown = self._visit, self._proposal
        patch, who = Patch(edits=edits), visit.principal.name

        def work() -> Proposal:
            now = visit.app.store.proposal(shown.id)
            if any(_text_of(now, place) != _text_of(shown, place) for place in edits):
                raise UsageError(self._words("nbn_changed_meanwhile"))
            return visit.app.pipeline.change_proposal(shown.id, patch, who)

        return await done(visit, CHANGE, shown.id, work) is not None

    def told(self) -> None:
        """What the check said of the text that was just kept."""
        place = self._spot.edit
        if place not in PLACES:
            return
        with box("done checked", role="status"):
            tag("p", self._words("nbn_text_kept"))
            self._tell([one for one in self._proposal.statements if one.place == place])

    def _tell(self, found: Sequence[Statement]) -> None:
        words = self._words
        if not found:
            tag("p", words("nbn_nothing_to_check"), "facts")
            return
        kinds = Counter(one.kind for one in found)
        told = [words(f"nbn_checked_{kind}", n=count) for kind, count in kinds.items()]
        tag("p", " · ".join(told), "facts")
        with tag("ul", "", "verdicts"):
            for one in found:
                with tag("li", "", f"verdict-line {one.kind}"):
                    tag("span", words(f"nbn_kind_{one.kind}"), f"chip kind-{one.kind}")
                    tag("span", f"{words.readable(one.text)}{marks_of(one, self._proposal.language)}")
                    if one.reason:
                        tag("span", self._why.get(f"why_{one.reason}", one.reason), "why-marked")


def _text_of(proposal: Proposal, place: str) -> str:
    """A text as it is written by hand: its sentences with what bears each."""
    if place in PLACES:
        return text_at(proposal.statements, place, proposal.language)
    if place.startswith("metrics."):
        _, number, name = place.split(".")
        return str(proposal.metrics[int(number) - 1][name])
    return str(getattr(proposal, place))
