"""A proposal's way: moved with a reason, signed by a person, launched on a day, owned and talked about."""

from collections.abc import Callable

from nicegui import ui

from api.pages.doing import done
from api.pages.nbn.editor import CHANGE
from api.pages.nbn.launching import LaunchSheet
from api.pages.nbn.spot import Spot
from api.pages.parts import Act, box, button, dialog, field, say, tag
from api.pages.visitor import Visit
from api.roles import RULES
from assistant.domain.proposals import MOVES, Proposal
from assistant.domain.vocabulary import ProposalStatus
from assistant.errors import UsageError
from assistant.pipeline.reviewing import Patch

_MOVED = "moved"


class Life:
    """What may become of one proposal."""

    def __init__(self, visit: Visit, spot: Spot, proposal: Proposal) -> None:
        self._visit, self._words, self._spot, self._proposal = visit, visit.words, spot, proposal
        self._allowed = visit.may(RULES[CHANGE])

    def tools(self) -> None:
        """A button for every way it may go, and its files."""
        words, status = self._words, self._proposal.status
        ways = [to for to in MOVES[status] if to != "measured"]
        with box("tools", role="group", aria_label=words("nbn_to_do")):
            for place, to in enumerate(ways if self._allowed else ()):
                opened = self._launch() if to == "launched" else self._move_sheet(to)
                first = place == 0 and to not in ("rejected", "draft")
                button(words(f"nbn_move_{to}"), opened, "first" if first else "")
            self._files()
            if self._allowed:
                button(words("nbn_owner_change"), self._owner_sheet(), "plain")

    def _files(self) -> None:
        words = self._words
        for form, name in (("docx", "nbn_as_word"), ("md", "nbn_as_markdown")):
            made = tag("a", words(name), "button", href=f"/v1/proposals/{self._proposal.id}?format={form}")
            made.props["download"] = f"{self._proposal.id}.{form}"

    def told(self) -> None:
        """What was just done."""
        if self._spot.edit == _MOVED:
            with box("done", role="status"):
                tag("span", self._words("nbn_now_at", status=self._words.label(self._proposal.status)))

    def talk(self) -> None:
        """A word about it, for everybody who reads it."""
        if not self._allowed:
            return
        words = self._words
        with box("talk"):
            said = field(words("nbn_comment_here"), long=True)

            async def send() -> None:
                if not (text := said().strip()):
                    say(words("nbn_comment_first"), bad=True)
                elif await self._keep(Patch(comment=text)):
                    ui.navigate.to(self._spot.to())

            button(words("send"), send, "")

    async def _keep(self, patch: Patch, who: str = "") -> bool:
        visit = self._visit
        name, subject = who or visit.principal.name, self._proposal.id

        def work() -> Proposal:
            if patch.status == "approved" and not who and visit.principal.kind != "user":
                raise UsageError(self._words("nbn_who_first"))
            return visit.app.pipeline.change_proposal(subject, patch, name)

        return await done(visit, CHANGE, subject, work) is not None

    def _move_sheet(self, to: ProposalStatus) -> Act:
        words = self._words
        title = words(f"nbn_move_{to}")
        signs = to == "approved" and self._visit.principal.kind != "user"
        with dialog(title) as sheet, box("sheet"):
            tag("h2", title)
            tag("p", words(f"nbn_move_{to}_told"), "facts")
            who: Callable[[], str] = field(words("nbn_who_signs")) if signs else str
            why = field(words("nbn_reason" if to == "rejected" else "nbn_reason_if_any"), long=True)

            async def save() -> None:
                if signs and not who().strip():
                    say(words("nbn_who_first"), bad=True)
                elif to == "rejected" and not why().strip():
                    say(words("nbn_reason_first"), bad=True)
                elif await self._keep(Patch(status=to, reason=why().strip()), who().strip()):
                    sheet.close()
                    ui.navigate.to(self._spot.to(edit=_MOVED))

            with box("sheet-buttons"):
                button(words("cancel"), sheet.close, "plain")
                button(title, save, "first")
        return sheet.open

    def _launch(self) -> Act:
        async def launched(patch: Patch) -> bool:
            return await self._keep(patch)

        return LaunchSheet(self._visit, self._spot, self._proposal, launched).open

    def _owner_sheet(self) -> Act:
        words = self._words
        with dialog(words("nbn_owner_change")) as sheet, box("sheet"):
            tag("h2", words("nbn_owner_change"))
            owner = field(words("nbn_owner"), self._proposal.owner or "")

            async def save() -> None:
                if await self._keep(Patch(owner=owner().strip())):
                    sheet.close()
                    ui.navigate.to(self._spot.to())

            with box("sheet-buttons"):
                button(words("cancel"), sheet.close, "plain")
                button(words("nbn_save"), save, "first")
        return sheet.open
