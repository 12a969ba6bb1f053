"""One lead at the side: what was said, who has it, how far it is, and what the staff do about it."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, get_args

from nicegui import ui

from api.pages.customers.funnel_part import owner_name
from api.pages.customers.way import Way
from api.pages.doing import done, fetched, sentence_of
from api.pages.parts import box, button, dialog, facts, fault, field, link, say, tag, waiting
from api.pages.record_panel import Place, RecordPanel
from api.pages.visitor import Visit
from assistant.domain.vocabulary import LeadStatus
from assistant.errors import NotFoundError
from assistant.pipeline.following import colleagues, follow, may_follow
from assistant.records.lead_store import HOLD, LONGEST_NOTE, LeadChange

_CHANGE = "PATCH /v1/leads/{lead_id}"


class LeadPanel:
    """One panel of a page, for whichever lead is opened; `changed` is called after each change."""

    def __init__(self, visit: Visit, way: Way, records: RecordPanel, changed: Callable[[], Awaitable[None]]) -> None:
        self._visit, self._words, self._way = visit, visit.words, way
        self._records, self._changed = records, changed
        self._owners: Sequence[str] = ()
        self._colleagues: Sequence[str] = ()
        self._noted: Callable[[], str] = str
        with dialog(visit.words("lead")) as self._dialog, box("panel lead-panel"):
            self._dialog.props("position=right full-height")
            self._dialog.on("hide", lambda: ui.navigate.history.replace(way.to(start=way.start)))
            with box("panel-top"):
                tag("h2", visit.words("lead"))
                button(visit.words("close"), self._dialog.close, "plain")
            self._inside = box("panel-inside")

    def offers(self, owners: Sequence[str]) -> None:
        """Names that are offered where a lead is handed over."""
        self._owners = owners

    async def show(self, lead_id: str) -> None:
        """Open a lead."""
        self._inside.clear()
        with self._inside:
            waiting(self._words("loading"), 6)
        self._dialog.open()
        ui.navigate.history.replace(self._way.to(lead=lead_id, start=self._way.start))
        await self._filled(lead_id)

    async def _filled(self, lead_id: str) -> None:
        try:
            lead = await fetched(self._visit, lambda: self._looked_up(lead_id))
        except Exception as error:  # noqa: BLE001 - the page's door
            self._inside.clear()
            with self._inside:
                fault(self._words("not_opened"), sentence_of(self._visit, error))
            return
        self._inside.clear()
        with self._inside:
            self._fill(lead)

    def _looked_up(self, lead_id: str) -> dict[str, Any]:
        self._colleagues = colleagues(self._visit.app.store.access)
        if (found := self._visit.app.store.lead(lead_id)) is None:
            raise NotFoundError(self._words("lead_gone"))
        return found

    def _fill(self, lead: dict[str, Any]) -> None:
        words = self._words
        with box("chips"):
            tag("span", words.label(lead["type"]), "chip strong")
            tag("span", words.label(f"lead_{lead['status']}"), f"chip lead-{lead['status']}")
        tag("blockquote", words.readable(lead["quote"]), "lead-said")
        facts(words.label(lead["segment"]), lead["product"], lead["external_id"])
        with box("tools", role="group"):
            button(words("open_record"), self._opener(lead), "plain")
            if lead["customer_id"]:
                link(words("to_customer"), self._way.to(customer=lead["customer_id"]), "button plain")
        self._say_held(lead)
        if not self._visit.may_call(_CHANGE):
            pass
        elif may_follow(self._visit.principal, lead["owner"]):
            self._steps(lead)
            self._hands(lead)
            self._note(lead)
        else:
            tag("h3", words("lead_owner"))
            tag("p", owner_name(self._visit, lead["owner"]), "lead-owner")
            tag("p", words("lead_of_another"), "facts")
            if lead["note"]:
                tag("h3", words("lead_note"))
                tag("p", words.readable(lead["note"]), "prose")
        self._others(lead)
        self._history(lead)

    def _opener(self, row: dict[str, Any]) -> Callable[[], Awaitable[None]]:
        async def show() -> None:
            await self._records.show(Place(row["record_id"], row.get("start", 0), row.get("end", 0)))

        return show

    def _say_held(self, lead: dict[str, Any]) -> None:
        self._reason: Callable[[], str] = str
        if lead["status"] != HOLD:
            return
        words, why = self._words, lead["hold_because"] or {}
        with box("warning", role="status"):
            tag("p", words("held_why", record=why.get("external_id") or "—", day=why.get("day") or "—"))
            self._reason = field(words("held_reason"))

    def _steps(self, lead: dict[str, Any]) -> None:
        words = self._words
        tag("h3", words("lead_status"))
        with box("steps", role="group", aria_label=words("lead_status")):
            for status in get_args(LeadStatus):
                here = lead["status"] == status
                button(words.label(f"lead_{status}"), self._moves(lead, status), f"step step-{status}",
                       aria_pressed="true" if here else "false")  # fmt: skip

    def _moves(self, lead: dict[str, Any], status: LeadStatus) -> Callable[[], Awaitable[None]]:
        async def move() -> None:
            mine = self._visit.principal.name if status == "assigned" and not lead["owner"] else None
            note = self._noted() if status == "won" else None
            await self._change(lead, LeadChange(status=status, owner=mine, note=note or None))

        return move

    def _hands(self, lead: dict[str, Any]) -> None:
        words, me = self._words, self._visit.principal.name
        tag("h3", words("lead_owner"))
        tag("p", owner_name(self._visit, lead["owner"]) if lead["owner"] else words("nobody_yet"), "lead-owner")
        with box("hand-over"):
            if lead["owner"] != me:

                async def take() -> None:
                    await self._change(lead, LeadChange(owner=me))

                button(words("take_lead"), take, "first")
            self._hand_over(lead)

    def _hand_over(self, lead: dict[str, Any]) -> None:
        """One of those who log in; where nobody does by a name, whoever is named."""
        words = self._words
        others = [one for one in self._colleagues if one not in (self._visit.principal.name, lead["owner"])]
        if not self._colleagues:
            to = field(words("hand_to"), offered=[one for one in self._owners if one != lead["owner"]], longest=100)
        elif others:
            chosen = ui.select(others, label=words("hand_to"), with_input=True).classes("field")
            chosen.props("outlined dense stack-label")
            to = lambda: str(chosen.value or "")  # noqa: E731 - as `field` gives it back
        else:
            tag("p", words("hand_to_nobody"), "facts")
            return

        async def hand() -> None:
            if to().strip():
                named = to().strip()
                await self._change(lead, LeadChange(owner=named if others else self._visit.masked(named)))

        button(words("hand_over"), hand, "plain")

    def _note(self, lead: dict[str, Any]) -> None:
        words, kept = self._words, lead["note"] or ""
        tag("h3", words("lead_note"))
        note = field(words("note_told"), words.readable(kept), long=True, longest=LONGEST_NOTE)
        self._noted = lambda: words.stored(note().strip(), kept)

        async def save() -> None:
            if said := self._noted():
                await self._change(lead, LeadChange(note=said))

        button(words("save_note"), save, "plain")

    async def _change(self, lead: dict[str, Any], change: LeadChange) -> None:
        visit, lead_id, reason = self._visit, str(lead["id"]), self._reason().strip()
        wanted = LeadChange(change.status, change.owner, change.note, reason or None).masked(visit.masked)
        with self._dialog:  # the button that was pressed goes with what is filled in anew
            kept = await done(
                visit,
                _CHANGE,
                lead_id,
                lambda: follow(visit.app.store, visit.app.store.access, lead_id, wanted, visit.principal),
            )
            if kept is not None:
                say(self._words("lead_changed"))
                await self._filled(lead_id)
                await self._changed()

    def _others(self, lead: dict[str, Any]) -> None:
        if not lead["others"]:
            return
        tag("h3", self._words("lead_others", n=len(lead["others"])))
        with tag("ul", "", "voices"):
            for other in lead["others"]:
                with tag("li", "", "voice"):
                    with box("voice-words"):
                        tag("blockquote", self._words.readable(other["quote"]))
                        facts(other["day"], other["external_id"])
                    button(self._words("opened"), self._opener(other), "plain")

    def _history(self, lead: dict[str, Any]) -> None:
        words = self._words
        tag("h3", words("history"))
        facts(lead["created_at"][:10], words("lead_found"))
        for event in lead["history"]:
            before, after = (self._named(event["field"], event[side]) for side in ("before", "after"))
            changed = f"{before} → {after}" if before else after
            facts(self._visit.when(event["at"]), owner_name(self._visit, event["actor"]),
                  words(f"changed_{event['field']}"), changed)  # fmt: skip

    def _named(self, name: str, value: str | None) -> str:
        if not value:
            return ""
        if name == "owner":
            return owner_name(self._visit, value)
        return self._words.label(f"lead_{value}") if name == "status" else self._words.readable(value)
