"""The record behind a quote, opened at the side with the quote marked."""

from dataclasses import dataclass
from typing import Any

from nicegui import ui

from api.pages.doing import fetched, sentence_of
from api.pages.parts import box, button, dialog, facts, fault, tag, waiting
from api.pages.visitor import Visit
from assistant.records.views import record_detail


@dataclass(frozen=True, slots=True)
class Place:
    """Words of a record: characters from `start` to before `end`; none where both are 0."""

    record_id: str
    start: int = 0
    end: int = 0


class RecordPanel:
    """One panel of a page, for whichever record is opened."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        words = visit.words
        with dialog(words("record")) as self._dialog, box("panel"):
            self._dialog.props("position=right full-height")
            with box("panel-top"):
                tag("h2", words("record"))
                button(words("close"), self._dialog.close, "plain")
            self._inside = box("panel-inside")

    async def show(self, place: Place) -> None:
        """Open a record."""
        self._inside.clear()
        with self._inside:
            waiting(self._visit.words("loading"), 6)
        self._dialog.open()
        try:
            record = await fetched(self._visit, lambda: record_detail(self._visit.app.store, place.record_id))
        except Exception as error:  # noqa: BLE001 - the page's door
            self._inside.clear()
            with self._inside:
                fault(self._visit.words("not_opened"), sentence_of(self._visit, error))
            return
        self._inside.clear()
        with self._inside:
            self._fill(record, place)

    def _fill(self, record: dict[str, Any], place: Place) -> None:
        words = self._visit.words
        tag("h3", words.readable(record["title"] or record["external_id"]))
        day = self._visit.when(record["created_at"])
        who = words.label(record["segment"])
        model = record["model"] if record["model"] != record["product"] else None
        named = record["external_id"] if record["title"] else None  # else it is the heading
        facts(words.label(record["channel"]), record["product"], model, who, day, named)
        text = record["text"]
        with box("record-text"):
            tag("span", words.readable(text[: place.start]))
            if place.end > place.start:
                tag("mark", words.readable(text[place.start : place.end]), id="quoted")
            tag("span", words.readable(text[place.end :]))
        ui.run_javascript("document.getElementById('quoted')?.scrollIntoView({block: 'center'})")
        if record["insights"]:
            tag("h3", words("needs_read"))
        for insight in record["insights"]:
            ladder(self._visit, insight, insight["standing"])


def ladder(visit: Visit, rungs: Any, standing: Any) -> None:
    """The three rungs of a need, each with how far it is proved."""
    words = visit.words
    with tag("ol", "", "ladder"):
        for name in ("surface", "secondary", "deep"):
            if not rungs[name]:
                continue
            with tag("li", "", f"rung {name}"):
                with box("rung-name"):
                    tag("span", words(name))
                    if standing:
                        tag("span", words.label(standing[name]), f"standing {standing[name]}")
                tag("p", words.readable(rungs[name]))
