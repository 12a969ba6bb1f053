"""The page for asking: a question, the answer as it comes, and the talks one had at the side."""

import secrets
from collections.abc import Generator
from contextlib import suppress
from json import dumps
from typing import Any
from urllib.parse import urlencode

from anyio.to_thread import run_sync
from fastapi import Request
from nicegui import ui
from nicegui.events import GenericEventArguments

from api.pages.ask.answer_card import AnswerCard
from api.pages.ask.introduction import COOKIE, SEEN, Example, example_of, introduce
from api.pages.doing import done, fetched, sentence_of
from api.pages.frame import frame
from api.pages.parts import box, button, emptiness, fault, link, tag, waiting
from api.pages.provenance import provenance
from api.pages.record_panel import RecordPanel
from api.pages.visitor import Visit, visit_of
from assistant.answering.events import Event
from assistant.answering.starting import start_questions
from assistant.answering.triage import LONGEST
from assistant.domain.counts import Totals
from assistant.domain.filters import Filters
from assistant.errors import NotFoundError
from assistant.llm.replaying import first_questions

_SEND = """(event) => {
  if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) { event.preventDefault(); emit(event.target.value) }
}"""
_SHOWN = 30


async def asking_page(request: Request, talk: str = "", q: str = "") -> None:
    """The page; `talk` is a conversation to go on with, `q` a question that fills the box."""
    visit = visit_of(request)
    with frame(visit, "/", "ask-page"):
        page = AskingPage(visit, talk[:200], new=request.cookies.get(COOKIE) != SEEN)
        page.build(q[:LONGEST])
    await ui.context.client.connected()
    await page.fill()


class AskingPage:
    """The state of one open page."""

    def __init__(self, visit: Visit, talk: str, *, new: bool) -> None:
        self._visit, self._words, self._new = visit, visit.words, new
        self._earlier = bool(talk)
        self._talk = talk or f"talk_{secrets.token_hex(8)}"
        self._running = self._stopping = False

    def build(self, question: str) -> None:
        """Set up everything that needs no data."""
        words = self._words
        self._panel = RecordPanel(self._visit)
        with tag("details", "", "talks", open=True):
            tag("summary", words("talks"))
            link(words("new_talk"), "/", "button first new")
            self._side = box("talk-list", "nav", aria_label=words("talks"))
        with box("talking"):
            self._title = tag("h1", words("page_ask"), "unseen")
            self._title.set_visibility(False)
            self._start = box("start")
            self._turns = box("turns")
            with box("asker-place"), box("asker"):
                self._box = ui.textarea(placeholder=words("ask_here"), value=question)
                self._box.props(f"autogrow borderless dense maxlength={LONGEST}").classes("ask-box")
                self._box.props["aria-label"] = words("question")
                self._box.on("keydown", self._entered, js_handler=_SEND)
                self._send = button(words("send_question"), self._pressed, "first send")
            self._hint = tag("p", words("ask_hint"), "facts hint")
        with self._start:
            waiting(words("loading"))

    async def fill(self) -> None:
        """Bring in the talks, and either the one that is gone on with or what could be asked."""
        ui.run_javascript(_PHONE % dumps(self._words("ask_here_short")))
        try:
            await self._fill_side()
            if self._earlier:
                await self._fill_turns()
            else:
                await self._fill_start()
        except Exception as error:  # noqa: BLE001 - the page's door
            self._start.clear()
            with self._start:
                fault(self._words("not_loaded"), sentence_of(self._visit, error))

    async def _fill_side(self) -> None:
        visit, words = self._visit, self._words
        talks, total = await fetched(visit, lambda: visit.app.talks.page(visit.owner, _SHOWN))
        self._side.clear()
        with self._side:
            if not talks:
                tag("p", words("no_talks"), "facts")
            for one in talks:
                self._talk_row(one)
            if total > len(talks):
                tag("p", words("more_talks", n=total - len(talks)), "facts")

    def _talk_row(self, talk: dict[str, Any]) -> None:
        visit, words, talk_id = self._visit, self._words, talk["conversation_id"]

        async def remove() -> None:
            call = "DELETE /v1/conversations/{conversation_id}"
            if await done(visit, call, talk_id, lambda: visit.app.talks.remove(talk_id, visit.owner)) is None:
                return
            if talk_id == self._talk:
                ui.navigate.to("/")
            else:
                await self._fill_side()

        with box("talk"):
            here = "page" if talk_id == self._talk else None
            title = words.readable(talk["title"] or words("untitled"))
            link(title, f"/?{urlencode({'talk': talk_id})}", "talk-title", aria_current=here, title=title)
            button("×", remove, "plain small", aria_label=words("delete_talk", title=title), title=words("delete"))

    async def _fill_turns(self) -> None:
        visit = self._visit
        with suppress(NotFoundError):
            answers = await fetched(visit, lambda: visit.app.talks.answers(self._talk, visit.owner))
            self._begun()
            with self._turns:
                for answer in answers:
                    AnswerCard(visit, answer.question, self._panel.show, self.ask).finish(answer)
            _to_end()
            return
        await self._fill_start(lost=True)

    async def _fill_start(self, *, lost: bool = False) -> None:
        visit, words = self._visit, self._words
        totals, questions, example = await fetched(visit, self._beginnings)
        self._start.clear()
        with self._start:
            if lost:
                tag("p", words("talk_of_another"), "warning", role="status")
            if not totals.records:
                emptiness(words("no_data"), words("no_data_told"))
                return
            tag("h1", words("welcome"))
            tag("p", words("welcome_told", records=totals.records, customers=totals.customers), "lead")
            provenance(visit)
            if example is not None:
                introduce(visit, example, self._panel)
            tag("p", words("try_asking"), "facts")
            with box("suggestions"):
                for question in questions:

                    async def chosen(question: str = question) -> None:
                        await self.ask(question)

                    button(words.readable(question), chosen, "suggestion")

    def _beginnings(self) -> tuple[Totals, list[str], Example | None]:
        visit = self._visit
        told = example_of(visit) if self._new else None
        questions = first_questions(visit.app.engine) or start_questions(visit.app.store, visit.app.counting)
        return visit.app.counting.totals(Filters()), questions, told

    async def _entered(self, event: GenericEventArguments) -> None:
        self._box.value = str(event.args)
        if not self._running:
            await self._pressed()

    async def _pressed(self) -> None:
        if self._running:
            self._stopping = True
            return
        question = str(self._box.value or "").strip()
        if question:
            self._box.value = ""
            await self.ask(question)

    async def ask(self, question: str) -> None:
        """Ask a question and show its answer as it comes."""
        if not self._running:
            with self._turns:  # what was pressed may be gone by the time the answer comes
                await self._asked(question)

    async def _asked(self, question: str) -> None:
        self._run(True)
        self._begun()
        card = AnswerCard(self._visit, self._visit.masked(question), self._panel.show, self.ask)
        _to_end()
        try:
            await self._told(question, card)
        except Exception as error:  # noqa: BLE001 - the page's door
            card.fail(sentence_of(self._visit, error))
        finally:
            self._run(False)
        ui.navigate.history.replace(f"/?{urlencode({'talk': self._talk})}")  # a reload goes on with this talk
        await self._fill_side()

    async def _told(self, question: str, card: AnswerCard) -> None:
        visit = self._visit
        await fetched(visit, lambda: visit.check("POST /v1/ask"))
        left = ui.context.client
        steps = visit.app.talks.stream(question, conversation_id=self._talk, owner=visit.owner)
        try:
            while (event := await run_sync(_next, steps, limiter=visit.seats)) is not None:
                if self._stopping:
                    card.stop()
                    return
                if not left.is_deleted:  # who has left finds the answer among the talks
                    card.take(event)
        finally:
            await run_sync(steps.close)

    def _begun(self) -> None:
        self._start.clear()
        self._start.set_visibility(False)
        self._title.set_visibility(True)
        self._hint.set_visibility(False)

    def _run(self, running: bool) -> None:
        self._running, self._stopping = running, False
        self._send.text = self._words("stop" if running else "send_question")


_PHONE = """const box = document.querySelector('.ask-box textarea');
if (innerWidth < 760) {
  document.querySelector('.talks').open = false;
  if (box) { box.placeholder = %s; box.dispatchEvent(new Event('input')); }
} else box?.focus({preventScroll: true});"""
"""On a phone there is little room, and a keyboard that is not asked for takes half of it."""


def _next(steps: Generator[Event]) -> Event | None:
    return next(steps, None)


def _to_end() -> None:
    ui.run_javascript(
        "document.querySelector('.turn:last-child')?.scrollIntoView({block: 'start', behavior: 'smooth'})"
    )
