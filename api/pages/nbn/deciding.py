"""What people decide about an idea: votes for everybody, words, rejection and merging for managers, each to be undone."""

from collections.abc import Callable
from typing import Any

from nicegui import ui

from api.pages.doing import done, looked
from api.pages.nbn.spot import Spot
from api.pages.parts import Act, box, button, dialog, facts, field, say, tag
from api.pages.visitor import Visit
from api.roles import RULES
from assistant.pipeline.judging_ideas import decide
from assistant.records.idea_desk import IDEA_CHOICES, IDEA_LISTS, IDEA_TEXTS, IdeaEdit
from assistant.records.repository import Repository

_UNDONE = "undone"
_CHANGE, _VOTE = "PATCH /v1/ideas/{idea_id}", "POST /v1/ideas/{idea_id}/votes"
_MERGE, _UNDO = "POST /v1/ideas/merge", "POST /v1/ideas/edits/{edit_id}/undo"
_RUNGS = ("surface", "secondary", "deep")


class Decisions:
    """What may be done to one idea."""

    def __init__(self, visit: Visit, spot: Spot, sheet: dict[str, Any]) -> None:
        self._visit, self._words, self._spot = visit, visit.words, spot
        self._sheet, self._id = sheet, str(sheet["idea_id"])
        self._manages = visit.may(RULES[_CHANGE])

    def told(self) -> None:
        """What was just done, with the way back."""
        if not self._spot.edit:
            return
        undone = self._spot.edit == _UNDONE
        with box("done", role="status"):
            tag("span", self._words("undone" if undone else "edit_done"))
            if not undone and self._manages:
                self._undo(self._spot.edit)

    def tools(self) -> None:
        """The buttons for managers."""
        words = self._words
        if not self._manages:
            tag("p", words("nbn_deciding_managers"), "facts")
            return
        if self._sheet["status"] != "proposed":
            if self._sheet["status"] == "rejected":
                button(words("nbn_restore"), self._restore, "plain")
            return
        button(words("rename"), self._edit_sheet(), "plain")
        button(words("merge"), self._merge_sheet(), "plain")
        button(words("nbn_put_away"), self._reject_sheet(), "plain")

    def votes(self) -> None:
        """Who is for it and who against, and one's own vote."""
        words = self._words
        up, down = self._sheet["votes"]
        tag("h2", words("nbn_votes"))
        mine = next((row["value"] for row in self._sheet["voted"] if row["actor"] == self._visit.principal.name), 0)
        why = field(words("nbn_vote_why"))
        with box("votes", role="group", aria_label=words("nbn_votes")):
            for value, sign, count in ((1, "▲", up), (-1, "▼", down)):
                chosen = mine == value
                name = words("nbn_vote_for" if value > 0 else "nbn_vote_against")

                async def vote(value: int = 0 if chosen else value) -> None:
                    said = self._visit.masked(why().strip())
                    await self._apply(_VOTE, lambda store, by: store.vote_idea(self._id, value, said or None, by))

                classes = "vote first" if chosen else "vote"
                button(f"{sign} {name} {count}", vote, classes, aria_pressed="true" if chosen else "false")
        for row in self._sheet["voted"]:
            if row["why"]:
                with tag("p", "", "facts"):
                    tag("span", f"{'▲' if row['value'] > 0 else '▼'} {row['actor']}: {words.readable(row['why'])}")

    def history(self) -> None:
        """What was decided, the latest first."""
        words = self._words
        if not self._sheet["history"]:
            return
        with tag("details", "", "part"):
            tag("summary", words("history"))
            for edit in self._sheet["history"]:
                kinds = dict.fromkeys(event["kind"] for event in edit["events"] if event["idea_id"] == self._id)
                with box("line"):
                    facts(
                        self._visit.when(edit["at"]), *(words.label(f"did_{kind}") for kind in kinds), edit["actor"],
                        words.readable(edit["why"] or ""), words("nbn_taken_back") if edit["undone_at"] else None,
                    )  # fmt: skip
                    if self._manages and not edit["undone_at"] and "undone" not in kinds:
                        self._undo(edit["edit_id"])

    async def _kept(self, call: str, subject: str, wish: Callable[[Repository, str], IdeaEdit]) -> IdeaEdit | None:
        visit = self._visit
        by = visit.principal.name
        context = visit.app.pipeline.context
        return await done(visit, call, subject, lambda: decide(context, lambda store: wish(store, by)))

    async def _apply(self, call: str, wish: Callable[[Repository, str], IdeaEdit], there: str | None = None) -> None:
        """Do it, and show the idea that is left with the way back."""
        edit = await self._kept(call, self._id, wish)
        if edit is not None:
            ui.navigate.to(self._spot.to(idea=there or self._id, edit=edit.id))

    def _undo(self, edit: str) -> None:
        async def undo() -> None:
            if await self._kept(_UNDO, edit, lambda store, by: store.undo_idea_edit(edit, by)) is not None:
                ui.navigate.to(self._spot.to(edit=_UNDONE))

        button(self._words("undo"), undo, "plain")

    async def _restore(self) -> None:
        await self._apply(_CHANGE, lambda store, by: store.restore_idea(self._id, None, by))

    def _reject_sheet(self) -> Act:
        words = self._words
        with dialog(words("nbn_put_away_title")) as sheet, box("sheet"):
            tag("h2", words("nbn_put_away_title"))
            tag("p", words("nbn_put_away_told"), "facts")
            why = field(words("nbn_reason"), long=True)

            async def save() -> None:
                said = self._visit.masked(why().strip())
                if not said:
                    say(words("nbn_reason_first"), bad=True)
                    return
                sheet.close()
                await self._apply(_CHANGE, lambda store, by: store.reject_idea(self._id, said, by))

            _ends(words("cancel"), sheet.close, words("send"), save)
        return sheet.open

    def _edit_sheet(self) -> Act:
        words, now = self._words, self._now()
        with dialog(words("nbn_edit_idea")) as sheet, box("sheet wide-sheet"):
            tag("h2", words("nbn_edit_idea"))
            tag("p", words("nbn_edit_idea_told"), "facts")
            with box("field-row"):
                picked = {
                    name: ui.select({one: words.label(one) for one in options}, value=now[name], label=words.label(f"field_{name}"))
                    .classes("field").props("outlined dense stack-label")
                    for name, options in IDEA_CHOICES.items()
                }  # fmt: skip
            given = {name: field(words.label(f"field_{name}"), now[name], long=name != "title") for name in IDEA_TEXTS}
            lists = {name: field(words.label(f"field_{name}"), "\n".join(now[name]), long=True) for name in IDEA_LISTS}
            why = field(words("nbn_why_edit"))

            async def save() -> None:
                said: dict[str, Any] = {name: str(made.value) for name, made in picked.items()}
                said |= {name: self._visit.masked(read().strip()) for name, read in given.items()}
                for name, read in lists.items():
                    said[name] = [line for one in read().splitlines() if (line := self._visit.masked(one.strip()))]
                changed = {name: value for name, value in said.items() if value != now[name]}
                reason = self._visit.masked(why().strip()) or None
                if not changed:
                    say(words("nbn_nothing_changed"), bad=True)
                    return
                sheet.close()
                await self._apply(_CHANGE, lambda store, by: store.edit_idea(self._id, changed, reason, by))

            _ends(words("cancel"), sheet.close, words("nbn_save"), save)
        return sheet.open

    def _now(self) -> dict[str, Any]:
        """The words as they stand, under the names they are written by."""
        sheet = self._sheet
        rungs = {f"changes_{rung}": sheet["changes"].get(rung, "") for rung in _RUNGS}
        others = {name: sheet[name] for name in (*IDEA_TEXTS, *IDEA_CHOICES) if name not in rungs}
        return {**others, **rungs, **{name: list(sheet[name]) for name in IDEA_LISTS}}

    def _merge_sheet(self) -> Act:
        words, store = self._words, self._visit.app.store
        asked = words("nbn_merge_idea", title=words.readable(self._sheet["title"]))
        with dialog(asked) as sheet, box("sheet"):
            tag("h2", asked)
            tag("p", words("nbn_merge_idea_told"), "facts")
            picked = ui.select({}, label=words("nbn_find_idea"), with_input=True).classes("field").props("outlined")

            async def save() -> None:
                if not picked.value:
                    say(words("nbn_choose_idea"), bad=True)
                    return
                into = str(picked.value)
                sheet.close()
                await self._apply(_MERGE, lambda store, by: store.merge_ideas([self._id], into, None, by), into)

            _ends(words("cancel"), sheet.close, words("send"), save)

        async def opened() -> None:
            ideas = await looked(self._visit, store.all_ideas)
            picked.set_options({one.id: words.readable(one.title) for one in ideas or () if one.id != self._id})
            sheet.open()

        return opened


def _ends(no: str, close: Act, yes: str, act: Act) -> None:
    with box("sheet-buttons"):
        button(no, close, "plain")
        button(yes, act, "first")
