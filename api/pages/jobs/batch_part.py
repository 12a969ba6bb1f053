"""Batches on the page: what a run would take, said before it is queued; what waits, is under way and was done."""

from collections.abc import Awaitable, Callable
from typing import Any

from nicegui import app as pages
from nicegui import ui
from nicegui.element import Element
from nicegui.events import GenericEventArguments
from pydantic import ValidationError

from api.pages.doing import done, fetched, looked, sentence_of
from api.pages.jobs.job_card import JobCard
from api.pages.jobs.state_part import schedules
from api.pages.jobs.telling import reason_word
from api.pages.parts import box, button, choice, emptiness, facts, say, tag
from api.pages.visitor import Visit
from api.routes.batches import BatchIn, queued, resumed
from api.working import Working
from assistant.domain.jobs import Job
from assistant.domain.receipts import AnalyseReceipt
from assistant.records.ledger_store import LedgerCounts

KINDS = ("run", "analyse", "themes", "ideas", "index")
QUEUE, STOP, RESUME = "POST /v1/batches", "DELETE /v1/batches/{batch_id}", "POST /v1/batches/{batch_id}/resume"
_SHOWN = 8
_LOOK = 1.0
_SELDOM = 5
"""While a job runs the records are counted anew at every so manieth look."""
_LIMITED = ("run", "analyse", "ideas")
_READS = ("run", "analyse")
_STATES = ("done", "skipped", "failed", "leased", "pending")


class BatchPart:
    """The queue and its form; it looks at the database once a second, so that it survives any reload."""

    def __init__(self, visit: Visit, refresh: Callable[[], Awaitable[None]]) -> None:
        """`refresh` is called when a job has ended."""
        self._visit, self._words, self._refresh = visit, visit.words, refresh
        self._kind = "run"
        self._said: dict[str, Any] = {}
        self._cards: dict[str, JobCard] | None = None
        """None: nothing is shown yet."""
        self._most = _SHOWN
        self._looks = 0
        self._leased = False
        """Some records were being read when they were counted last."""

    async def show(self) -> None:
        """The form, what waits to be read, the jobs, and the schedule."""
        words = self._words
        with box("two batches-top"):
            with box("sheet-flat", "section"):
                tag("h2", words("queue_title"))
                self._form = box("queue-form")
                self._plan = box("plan", role="status", aria_live="polite")
                with box("sheet-buttons start-buttons"):
                    button(words("queue_go"), self._queue, "first", id="queue")
            with box("sheet-flat", "section"):
                tag("h2", words("waits_title"))
                self._waits = box()
                tag("h3", words("schedule_title"))
                schedules(self._visit)
        with box("heading"):
            tag("h2", words("jobs_title"))
        self._list: Element = box("job-list")
        self._build_form()
        await self._look()
        ui.timer(_LOOK, self._look)
        await self._show_waits()
        await self._show_plan()

    def _build_form(self) -> None:
        words = self._words
        self._form.clear()
        with self._form, box("filter-row"):
            choice(words("job_kind"), [(one, words(f"kind_{one}")) for one in KINDS], self._kind, self._choose)
            if self._kind in _LIMITED:
                self._input("limit", "number", "limit_themes" if self._kind == "ideas" else "limit_records")
            if self._kind in _READS:
                self._input("since", "date", "since_day")
            if self._visit.app.engine.name == "llm":
                self._input("budget_tokens", "number", "budget_tokens")
                self._input("budget_money", "number", "budget_money")
        with self._form:
            facts(words(f"kind_{self._kind}_told"))

    def _input(self, name: str, kind: str, label: str) -> None:
        with box("choice", "label"):
            tag("span", self._words(label))
            # no value is set: what is being written would give way to it whenever something on the page moves
            made = tag(
                "input", "", type=kind, min=0 if kind == "number" else None,
                step="any" if name == "budget_money" else None, placeholder=self._words("no_limit"))  # fmt: skip

        async def changed(event: GenericEventArguments) -> None:
            self._said[name] = str(event.args).strip()
            await self._show_plan()

        made.on("change", changed, js_handler="(event) => emit(event.target.value)")

    async def _choose(self, kind: str) -> None:
        self._kind, self._said = kind if kind in KINDS else "run", {}
        self._build_form()
        await self._show_plan()

    def _given(self, **more: Any) -> BatchIn | None:
        """What the form says; None, and said on the page, where it makes no sense."""
        fitting = {"budget_tokens", "budget_money"}
        fitting |= {"limit"} if self._kind in _LIMITED else set()
        fitting |= {"since"} if self._kind in _READS else set()
        values = {name: value for name, value in self._said.items() if value and name in fitting}
        try:
            return BatchIn.model_validate({"kind": self._kind, **values, **more})
        except ValidationError as error:
            say(self._words("bad_field", field=self._words(f"bad_{error.errors()[0]['loc'][0]}")), bad=True)
            return None

    async def _show_plan(self) -> None:
        """What it would take, before anything is spent."""
        words, visit = self._words, self._visit
        given = self._given()
        self._plan.clear()
        if given is None:
            return
        if self._kind not in _READS:
            with self._plan:
                tag("p", words("plan_model" if visit.app.engine.name == "llm" else "plan_rules"), "facts")
            return
        with self._plan:
            tag("p", words("planning"), "facts thinking")
        since = given.since.isoformat() if given.since else None
        try:
            plan, ledger = await fetched(
                visit,
                lambda: (visit.app.pipeline.analyse(limit=given.limit, since=since, dry_run=True), self._counted()),
            )
        except Exception as error:  # noqa: BLE001 - the page's door
            self._plan.clear()
            with self._plan:
                tag("p", sentence_of(visit, error), "warning")
            return
        self._plan.clear()
        with self._plan:
            self._told(plan, None if given.limit or since else ledger)

    def _told(self, plan: AnalyseReceipt, ledger: LedgerCounts | None) -> None:
        """`ledger`, where everything is planned: what is read just now, or failed before, is among what is to be read."""
        words = self._words
        n = plan.skipped.get("dry_run", 0)
        tag("p", words("plan_records", n=f"{n:,}"), "plan-first")
        if not n:
            return
        if ledger is not None and (others := n - ledger.pending) > 0:
            again = max(0, others - ledger.leased)
            facts(
                words("plan_pending", n=f"{ledger.pending:,}"),
                words("plan_leased", n=f"{others - again:,}") if others > again else None,
                words("plan_again", n=f"{again:,}") if again else None,
            )
        if plan.engine == "rules":
            tag("p", words("plan_rules"), "facts")
            return
        tokens = plan.prompt_tokens + plan.completion_tokens
        tag("p", words("plan_calls", calls=f"{plan.calls:,}", tokens=f"{tokens:,}"))
        if plan.cost is None:
            tag("p", words("plan_no_price"), "facts")
        else:
            most = plan.most_cost if plan.most_cost is not None else plan.cost
            tag("p", words("plan_cost", cost=f"{plan.cost:.2f}", most=f"{most:.2f}", currency=plan.currency or ""))
        if self._kind == "run":
            tag("p", words("plan_more"), "facts")

    async def _queue(self) -> None:
        given = self._given()
        if given is not None:
            await self._put(given)

    async def _put(self, given: BatchIn) -> None:
        visit = self._visit
        job = await done(visit, QUEUE, given.kind, lambda: queued(visit.app, visit.principal, given))
        if job is not None:
            self._call()
            say(self._words("queued_now"))
            await self._look()

    async def _retry(self) -> None:
        await self._put(BatchIn(kind="analyse", retry_failed=True))

    async def _show_waits(self) -> None:
        """How the records stand with the engine of now, and what failed."""
        visit, words = self._visit, self._words
        found = await looked(visit, self._counted)
        self._waits.clear()
        if found is None:
            return
        self._leased = found.leased > 0
        with self._waits:
            self._ledger(found)
            failed = sum(found.failed.values())
            if failed:
                reasons = "、".join(f"{reason_word(visit, why)} {n}" for why, n in found.failed.items())
                tag("p", words("failed_told", n=failed, reasons=reasons), "warning")
                button(words("retry_failed"), self._retry)

    def _counted(self) -> LedgerCounts:
        app = self._visit.app
        return app.store.ledger(app.engine.identity("extract"))

    def _ledger(self, found: LedgerCounts) -> None:
        """All records parted by how far they are read, as one bar and in numbers."""
        words = self._words
        states = {name: found.by_state[name] for name in _STATES}
        total = sum(states.values())
        with box("parting", aria_hidden="true"):
            for name, n in states.items():
                if n:
                    box(f"parting-{name}").style(f"flex-grow:{n / total:.4f}")
        with tag("dl", "", "legend"):
            for name, n in states.items():
                if n or name in ("done", "pending"):
                    with box(f"legend-one legend-{name}"):
                        tag("dt", words(f"ledger_{name}"))
                        tag("dd", f"{n:,}")

    async def _look(self) -> None:
        """Bring the jobs that are shown level with the database."""
        try:
            found, total = await fetched(self._visit, lambda: self._visit.app.store.jobs.list_jobs(self._most))
        except Exception as error:  # noqa: BLE001 - the page's door; the next look tries again
            say(sentence_of(self._visit, error), bad=True)
            return
        if self._cards is None or [job.id for job in found] != list(self._cards):
            self._rebuild(found, total)
            return
        ended = False
        for job in found:
            ended = self._cards[job.id].update(job) or ended
        self._looks += 1
        moving = (self._leased or any(job.state == "running" for job in found)) and self._looks % _SELDOM == 0
        if ended or moving:
            await self._show_waits()
        if ended:
            await self._refresh()
            await self._show_plan()

    def _rebuild(self, found: list[Job], total: int) -> None:
        self._list.clear()
        self._cards = {}
        with self._list:
            if not found:
                emptiness(self._words("no_jobs"), self._words("no_jobs_told"))
            for n, job in enumerate(found):
                self._cards[job.id] = JobCard(self._visit, job, self._stop, self._resume, opened=n == 0)
            if total > len(found):
                button(self._words("more_jobs", n=total - len(found)), self._more, "plain")

    async def _more(self) -> None:
        self._most += 20
        await self._look()

    async def _stop(self, job_id: str) -> None:
        visit = self._visit
        if await done(visit, STOP, job_id, lambda: visit.app.store.jobs.ask_stop(job_id)) is not None:
            await self._look()

    async def _resume(self, job_id: str) -> None:
        visit = self._visit
        if await done(visit, RESUME, job_id, lambda: resumed(visit.app, visit.principal, job_id)) is not None:
            self._call()
            await self._look()

    def _call(self) -> None:
        working: Working | None = pages.state.working
        if working is not None:
            working.call()
