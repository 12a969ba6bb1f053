"""One answer on the page: it grows while it is told, and stands whole with its proofs when it is done."""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import fields

from nicegui import ui

from api.pages.ask.counted import MARK, show_counts, show_figures, told_by_table
from api.pages.ask.leading import register
from api.pages.doing import done
from api.pages.parts import box, button, dialog, facts, fault, field, link, say, tag
from api.pages.record_panel import Place, ladder
from api.pages.visitor import Visit
from assistant.answering.events import Event
from assistant.domain.answers import Answer, Citation, Plan
from assistant.domain.knowledge import Backing

_BREATH = 0.06
"""Seconds between two looks of a growing text."""
_CHANCES = 3
"""Opportunities shown at once; the others are folded away."""
Open = Callable[[Place], Awaitable[None]]
Ask = Callable[[str], Awaitable[None]]


class AnswerCard:
    """A question and what is answered to it."""

    def __init__(self, visit: Visit, question: str, show: Open, ask: Ask) -> None:
        self._visit, self._words, self._show, self._ask = visit, visit.words, show, ask
        self._said, self._told_at = "", 0.0
        with tag("article", "", "turn"):
            tag("h2", visit.words.readable(question), "question")
            with box("answer") as self._card:
                self._plan = box("chips", aria_label=self._words("understood"))
                self._text = box("said", aria_live="polite")
                with self._text:
                    tag("p", self._words("thinking"), "thinking")
                self._rest = box("rest")

    def take(self, event: Event) -> None:
        """Show a step of the answer."""
        match event.kind, event.data:
            case "plan", Plan() as plan:
                self._show_plan(plan)
            case "token", str() as text:
                self._said += text
                if time.monotonic() - self._told_at > _BREATH:
                    self._grow()
            case "done", Answer() as answer:
                self.finish(answer)

    def _grow(self) -> None:
        self._told_at = time.monotonic()
        self._text.clear()
        with self._text:
            tag("p", self._words.readable(self._said), "growing")

    def fail(self, told: str) -> None:
        """Say that there is no answer, and why."""
        self._text.clear()
        with self._text:
            if self._said:
                tag("p", self._words.readable(self._said))
            fault(self._words("no_answer"), told)

    def stop(self) -> None:
        """Say that it was stopped."""
        self._grow()
        with self._text:
            tag("p", self._words("stopped"), "facts")

    def finish(self, answer: Answer) -> None:
        """Show an answer whole."""
        if answer.plan is not None:
            self._show_plan(answer.plan)
        self._show_text(answer)
        self._rest.clear()
        with self._rest:
            self._show_choices(answer)
            self._show_needs(answer)
            self._show_reply(answer)
            self._show_voices(answer.citations)
            self._show_backings(answer.backings)
            show_figures(self._words, answer.figures)
            self._show_chances(answer)
            told = answer.plan.notes if answer.plan else ()
            for warning in (one for one in answer.warnings if one not in told):
                tag("p", self._words.readable(warning), "warning")
            self._show_end(answer)

    def _show_plan(self, plan: Plan) -> None:
        words = self._words
        self._plan.clear()
        with self._plan:
            for intent in plan.intents:
                tag("span", words.label(f"intent_{intent}"), "chip strong")
            for one in fields(plan.filters):
                value = getattr(plan.filters, one.name)
                for item in [value] if isinstance(value, str) else value or ():
                    tag("span", f"{words.label(f'filter_{one.name}')} {self._named(one.name, item)}", "chip")
            if plan.query:
                tag("span", words("looked_for", query=words.readable(plan.query)), "chip")
            for note in plan.notes:
                tag("span", words.readable(note), "chip")

    def _named(self, name: str, item: str) -> str:
        if name == "theme":
            return self._visit.app.counting.labels("theme", [item]).get(item, item)
        return self._words.label(item) if name not in ("product", "customer", "region") else item

    def _show_text(self, answer: Answer) -> None:
        places = {str(one.n): Place(one.record_id, one.start, one.end) for one in answer.citations}
        self._text.clear()
        self._text.classes(add="refused" if answer.refused else "")
        with self._text:
            first, *others = [line for line in answer.text.splitlines() if line.strip()] or [""]
            self._show_line(first, places)  # it says what was counted; what was counted follows it
            show_counts(self._words, answer)
            again = [line for line in others if told_by_table(line, answer)]
            for line in others:
                if line not in again:
                    self._show_line(line, places)
            if again:
                with tag("details"):
                    tag("summary", self._words("in_sentences", n=len(again)))
                    for line in again:
                        self._show_line(line, places)

    def _show_line(self, line: str, places: dict[str, Place]) -> None:
        with tag("p"):
            for place, piece in enumerate(MARK.split(line)):
                if place % 2 == 0:
                    tag("span", self._words.readable(piece))
                elif piece in places:
                    self._cite(piece, places[piece])
                else:
                    tag("span", f"[{piece}]", "mark quiet")

    def _cite(self, number: str, place: Place) -> None:
        async def show() -> None:
            await self._show(place)

        button(number, show, "mark", aria_label=self._words("open_quote", n=number), title=self._words("open_record"))

    def _show_choices(self, answer: Answer) -> None:
        if not answer.clarify:
            return
        with box("choices"):
            for meant in answer.clarify:

                async def chosen(meant: str = meant) -> None:
                    await self._ask(meant)

                button(self._words.readable(meant), chosen, "suggestion")

    def _show_needs(self, answer: Answer) -> None:
        if not answer.needs:
            return
        tag("h3", self._words("need_behind"))
        with box("needs-behind" if len(answer.needs) > 1 else ""):
            for need in answer.needs:
                rungs = {"surface": need.surface, "secondary": need.secondary, "deep": need.deep}
                with box("need-behind"):
                    ladder(self._visit, rungs, None)
                    link(self._words("to_theme"), f"/needs?theme={need.theme_id}", "more")

    def _show_reply(self, answer: Answer) -> None:
        reply = answer.suggested_reply
        if not reply:
            return
        tag("h3", self._words("reply"))
        with box("reply"):
            tag("p", self._words.readable(reply))
            copied = self._words.readable(reply)

            def copy() -> None:
                ui.clipboard.write(copied)
                say(self._words("copied"))

            button(self._words("copy"), copy, "first")
            tag("span", self._words("check_first"), "facts")

    def _show_voices(self, citations: tuple[Citation, ...]) -> None:
        if not citations:
            return
        tag("h3", self._words("voices"))
        with tag("ul", "", "voices"):
            for one in citations:
                with tag("li", "", "voice"):
                    self._cite(str(one.n), Place(one.record_id, one.start, one.end))
                    with box("voice-words"):
                        tag("blockquote", self._words.readable(one.quote))
                        facts(self._words.label(one.channel), one.product, (one.created_at or "")[:10])

    def _show_backings(self, backings: tuple[Backing, ...]) -> None:
        if not backings:
            return
        tag("h3", self._words("backings"))
        for place, one in enumerate(backings, 1):
            with box("voice"):
                tag("span", f"D{place}", "mark quiet")
                with box("voice-words"):
                    tag("blockquote", self._words.readable(one.quote))
                    page = self._words("page", n=one.page) if one.page else None
                    facts(one.title, one.heading, page)

    def _show_chances(self, answer: Answer) -> None:
        if not answer.opportunities:
            return
        tag("h3", self._words("chances"))
        for chance in answer.opportunities[:_CHANCES]:
            self._show_chance(chance)
        if more := answer.opportunities[_CHANCES:]:
            with tag("details"):
                tag("summary", self._words("more_chances", n=len(more)))
                for chance in more:
                    self._show_chance(chance)

    def _show_chance(self, chance: Mapping[str, object]) -> None:
        words = self._words
        with box("chance"):
            with box("voice-words"):
                tag("span", words.label(str(chance["type"])), "chip strong")
                tag("blockquote", words.readable(str(chance["quote"])))
            register(self._visit, str(chance["record_id"]), str(chance["type"]))

    def _show_end(self, answer: Answer) -> None:
        words, visit = self._words, self._visit
        engine = words.engine(answer.engine)
        with box("end"):
            facts(engine, words("took", n=answer.elapsed_ms))
            with box("end-buttons"):
                thumbs(visit, answer.id)
                if not answer.refused and not answer.clarify:

                    async def pin() -> None:
                        who = visit.masked(visit.owner)
                        if (
                            await done(visit, "POST /v1/pins", answer.id, lambda: visit.app.pins.pin(answer.id, who))
                            is not None
                        ):
                            say(words("pinned"))

                    button(words("pin"), pin, "plain", title=words("pin_told"))


def thumbs(visit: Visit, answer_id: str) -> None:
    """Whether an answer helped, with a word about it."""
    words = visit.words

    async def note(verdict: str, comment: str | None = None) -> None:
        kept = visit.masked(comment) if comment else None

        def save() -> bool:
            visit.app.store.save_feedback(answer_id, verdict, kept, visit.masked(visit.owner))
            return True

        if await done(visit, "POST /v1/feedback", answer_id, save):
            say(words("noted"))

    async def up() -> None:
        await note("up")

    with dialog(words("what_lacks")) as sheet, box("sheet"):
        tag("h2", words("what_lacks"))
        comment = field(words("comment"), long=True)

        async def down() -> None:
            sheet.close()
            await note("down", comment())

        with box("sheet-buttons"):
            button(words("cancel"), sheet.close, "plain")
            button(words("send"), down, "first")
    button(f"👍 {words('helpful')}", up, "plain")
    button(f"👎 {words('not_helpful')}", sheet.open, "plain")
