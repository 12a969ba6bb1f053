"""A theme put right by a manager: words, lock, merging, splitting, moving, each to be taken back."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any, TypeAlias

from nicegui import ui

from api.pages.address import Address
from api.pages.doing import done, looked
from api.pages.needs.parts_sheet import PartsSheet
from api.pages.parts import Act, box, button, dialog, facts, field, say, tag
from api.pages.visitor import Visit
from assistant.pipeline.curating import Part, parts_by_meaning, split_into
from assistant.records.curation import Edit
from assistant.records.repository import Repository

_WORDS = ("title", "definition", "surface", "secondary", "deep")
_LONG = ("definition", "surface", "secondary", "deep")
_UNDONE = "undone"
_CHANGE = "PATCH /v1/themes/{theme_id}"
Wish: TypeAlias = Callable[[Repository, str], Edit]


class Curation:
    """What may be done to one theme; `chosen` are the insights that are ticked."""

    def __init__(self, visit: Visit, address: Address, sheet: dict[str, Any], chosen: Collection[str]) -> None:
        self._visit, self._words, self._address = visit, visit.words, address
        self._sheet, self._chosen, self._id = sheet, chosen, str(sheet["theme_id"])

    def told(self) -> None:
        """What was just done, with the way back."""
        if not (self._address.edit and self._visit.manages):
            return
        with box("done", role="status", tabindex=-1):
            undone = self._address.edit == _UNDONE
            tag("span", self._words("undone" if undone else "edit_done"))
            if not undone:
                self._undo(self._address.edit)
        ui.run_javascript("(document.querySelector('.done button') || document.querySelector('.done'))?.focus()")

    def tools(self) -> None:
        """The buttons for managers."""
        words = self._words
        if not self._visit.manages:
            tag("p", words("managers_only"), "facts")
            return
        locked = self._sheet["locked"]
        with box("tools", role="group"):
            button(words("rename"), self._reword_sheet(), "plain")
            button(words("merge"), self._pick_sheet("merge", self._merge), "plain")
            button(words("split"), self._needs_chosen(self._split_sheet()), "plain")
            button(words("move"), self._needs_chosen(self._pick_sheet("move", self._move)), "plain")
            button(words("part"), self._part, "plain")
            button(words("unlock" if locked else "lock"), self._lock, "plain")

    def history(self) -> None:
        """What happened to it, the latest first."""
        words = self._words
        with tag("details", "", "part"):
            tag("summary", words("history"))
            for event in reversed(self._sheet["history"]):
                with box("line"):
                    facts(self._visit.when(event["at"]), words.label(event["kind"]), event["actor"])
                    if event["edit"] and not event["undone_at"] and event["kind"] != "undone" and self._visit.manages:
                        self._undo(event["edit"])

    def _undo(self, edit: str) -> None:
        async def undo() -> None:
            call = "POST /v1/themes/edits/{edit_id}/undo"
            if await self._kept(call, edit, lambda store, by: store.undo_edit(edit, by)) is not None:
                came = self._address.came or self._address.theme
                ui.navigate.to(self._address.to(theme=came, edit=_UNDONE))

        button(self._words("undo"), undo, "plain")

    async def _kept(self, call: str, subject: str, wish: Wish) -> Edit | None:
        visit = self._visit
        return await done(
            visit, call, subject, lambda: visit.app.pipeline.curate(lambda store: wish(store, visit.principal.name))
        )

    async def _apply(self, call: str, wish: Wish, there: str | None = None) -> None:
        """Do it, and show the theme that is left with the way back."""
        edit = await self._kept(call, self._id, wish)
        if edit is not None:
            there, came = there or self._id, self._id if there else ""
            ui.navigate.to(self._address.to(theme=there, edit=edit.id, came=came))

    async def _lock(self) -> None:
        locked = not self._sheet["locked"]
        await self._apply(_CHANGE, lambda store, by: store.flag_theme(self._id, "locked", locked, by))

    async def _part(self) -> None:
        """Show the parts that it would fall into, and ask."""
        call, context = "GET /v1/themes/{theme_id}/parts", self._visit.app.pipeline.context
        parts = await done(self._visit, call, self._id, lambda: parts_by_meaning(context, self._id))
        if parts:
            PartsSheet(self._visit, self._sheet["title"], parts, self._split_into).open()

    async def _split_into(self, parts: Sequence[Part]) -> None:
        visit = self._visit
        call, by = "POST /v1/themes/{theme_id}/parts", visit.principal.name
        edit = await done(visit, call, self._id, lambda: split_into(visit.app.pipeline.context, self._id, parts, by))
        if edit is not None:
            ui.navigate.to(self._address.to(theme=self._id, edit=edit.id))

    async def _merge(self, into: str) -> None:
        await self._apply("POST /v1/themes/merge", lambda store, by: store.merge_themes([self._id], into, by), into)

    async def _move(self, to: str) -> None:
        chosen = sorted(self._chosen)
        call = "POST /v1/themes/{theme_id}/members"
        await self._apply(call, lambda store, by: store.move_insights(chosen, to, by), to)

    def _needs_chosen(self, opened: Act) -> Act:
        def checked() -> Awaitable[object] | None:
            if self._chosen:
                return opened()
            say(self._words("choose_first"), bad=True)
            return None

        return checked

    def _reword_sheet(self) -> Act:
        words = self._words
        with dialog(words("rename_title")) as sheet, box("sheet"):
            tag("h2", words("rename_title"))
            given = {name: field(words(name), self._sheet[name], long=name in _LONG) for name in _WORDS}

            async def save() -> None:
                said = {name: self._visit.masked(read().strip()) for name, read in given.items()}
                changed = {name: text for name, text in said.items() if text and text != self._sheet[name]}
                sheet.close()
                if changed:
                    await self._apply(_CHANGE, lambda store, by: store.reword_theme(self._id, changed, by))

            with box("sheet-buttons"):
                button(words("cancel"), sheet.close, "plain")
                button(words("send"), save, "first")
        return sheet.open

    def _split_sheet(self) -> Act:
        words = self._words
        with dialog(words("split_title")) as sheet, box("sheet"):
            tag("h2", words("split_title"))
            title = field(words("title"))

            async def save() -> None:
                name, chosen = self._visit.masked(title().strip()), sorted(self._chosen)
                sheet.close()
                call = "POST /v1/themes/{theme_id}/split"
                await self._apply(call, lambda store, by: store.split_theme(self._id, chosen, name, by))

            with box("sheet-buttons"):
                button(words("cancel"), sheet.close, "plain")
                button(words("send"), save, "first")
        return sheet.open

    def _pick_sheet(self, name: str, act: Callable[[str], Awaitable[None]]) -> Act:
        """A sheet in which another theme is looked for and chosen."""
        words, store = self._words, self._visit.app.store
        asked = words(f"{name}_title", title=words.readable(self._sheet["title"]))
        with dialog(asked) as sheet, box("sheet"):
            tag("h2", asked)
            if name == "merge":
                tag("p", words("merge_told"), "facts")
            picked = ui.select({}, label=words("find_theme"), with_input=True).classes("field").props("outlined")

            async def save() -> None:
                if not picked.value:
                    say(words("choose_target"), bad=True)
                    return
                sheet.close()
                await act(str(picked.value))

            with box("sheet-buttons"):
                button(words("cancel"), sheet.close, "plain")
                button(words("send"), save, "first")

        async def opened() -> None:
            themes = await looked(self._visit, store.themes)
            shown = {one.id: words.readable(one.title) for one in themes or () if one.id != self._id}
            picked.set_options(shown)
            sheet.open()

        return opened
