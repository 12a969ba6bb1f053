"""The parts that a theme falls into, shown before it is split: sizes, voices, and names that may be changed."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from nicegui import ui

from api.pages.parts import box, button, dialog, facts, field, tag
from api.pages.visitor import Visit
from assistant.pipeline.curating import Part


class PartsSheet:
    """A sheet over the page; nothing is changed until it is sent."""

    def __init__(
        self, visit: Visit, title: str, parts: Sequence[Part], act: Callable[[Sequence[Part]], Awaitable[None]]
    ) -> None:
        self._visit, self._parts, self._act = visit, parts, act
        words = visit.words
        asked = words("parts_title", n=len(parts))
        self._sheet = dialog(asked)
        with self._sheet, box("sheet parts-sheet"):
            tag("h2", asked)
            tag("p", words("parts_told"), "facts")
            with box("sheet-flat part-shown", "section"):
                tag("h3", words("parts_stays", title=words.readable(title)))
                self._heard(parts[0])
            self._names = [self._named(part) for part in parts[1:]]
            with box("sheet-buttons"):
                button(words("cancel"), self._sheet.close, "plain")
                button(words("parts_go"), self._send, "first")

    def open(self) -> ui.dialog:
        """Show it."""
        self._sheet.open()
        return self._sheet

    def _named(self, part: Part) -> Callable[[], str]:
        with box("sheet-flat part-shown", "section"):
            read = field(self._visit.words("title"), part.words.get("title", ""))
            self._heard(part)
        return read

    def _heard(self, part: Part) -> None:
        words = self._visit.words
        facts(words("counts", records=part.records, customers=part.customers))
        for quote in part.quotes:
            tag("blockquote", words.readable(quote))

    async def _send(self) -> None:
        titles = [self._visit.masked(read().strip()) for read in self._names]
        self._sheet.close()
        parts = [
            replace(part, words={**part.words, "title": title or part.words["title"]})
            for part, title in zip(self._parts[1:], titles, strict=True)
        ]
        await self._act(parts)
