"""One job: its stages with how far each is, what it did in plain words, what it cost, and how to stop it or go on."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from nicegui.elements.mixins.text_element import TextElement

from api.pages.jobs.telling import moment, reason_word
from api.pages.parts import box, button, facts, link, tag
from api.pages.visitor import Visit
from assistant.domain.engine import Usage
from assistant.domain.jobs import Job, StageRun

Act = Callable[[str], Awaitable[None]]
_AGAIN = ("failed", "stopped", "partly")
_TOLD = {"run": "/needs", "analyse": "/needs", "themes": "/needs", "ideas": "/ideas"}
"""Where a manager sees what a job of a kind has found."""
_PROBLEMS = {"stopped on request": "problem_stopped", "waiting for another run": "problem_waiting"}
"""How sentences of the jobs' own begin, and the words for them."""


class JobCard:
    """A job on the page; while it runs its numbers change in place, so that no button is taken from under a finger."""

    def __init__(self, visit: Visit, job: Job, stop: Act, resume: Act, *, opened: bool) -> None:
        self._visit, self._words = visit, visit.words
        self._stop, self._resume = stop, resume
        self._opened = opened or not job.over
        self._seen: tuple[object, ...] = ()
        self._bars: dict[str, tuple[TextElement, TextElement]] = {}
        self._spent: TextElement | None = None
        self._job = job
        self._inside = box("job sheet-flat", "section", data_job=job.id)
        self.update(job)

    def update(self, job: Job) -> bool:
        """Show it as it stands now; whether it has just ended."""
        ended = job.over and not self._job.over
        shape = (job.state, job.stop_asked, job.problem, *((one.name, one.state, one.problem) for one in job.stages))
        self._job = job
        if shape != self._seen:
            self._seen = shape
            self._inside.clear()
            self._bars = {}
            with self._inside:
                self._build(job)
        for stage in job.stages:
            if stage.name in self._bars:
                self._move(stage)
        if self._spent is not None:
            self._spent.set_text(spent_told(self._visit, job.spent))
        return ended

    def _build(self, job: Job) -> None:
        words = self._words
        with box("job-top"):
            with box("job-name"):
                tag("h3", words(f"kind_{job.kind}"))
                state = "stopping" if job.stop_asked and not job.over else job.state
                tag("span", words(f"state_{state}"), f"chip job-{job.state}", role="status")
            with box("end-buttons"):
                if not job.over and not job.stop_asked:
                    button(words("stop_job"), lambda: self._stop(job.id), "plain")
                if job.kind in _TOLD and job.state in ("done", "partly"):
                    link(words("to_what_was_found"), _TOLD[job.kind], "button plain")
                if job.state in _AGAIN:
                    button(words("resume_job"), lambda: self._resume(job.id), "first small")
        begun = moment(self._visit, job.started_at or job.created_at)
        until = moment(self._visit, job.ended_at)
        times = words("from_to", since=begun, until=until) if until else words("begun_at", at=begun)
        facts(words(f"origin_{job.origin}"), times, self._wished(job), job.id)
        self._spent = tag("p", spent_told(self._visit, job.spent), "facts")
        if job.problem:
            tag("p", problem_told(self._visit, job.problem), "warning")
        with tag("details", "", "stages", open=self._opened):
            tag("summary", words("job_stages", n=len(job.stages)))
            with tag("ol", "", "stage-list"):
                for stage in job.stages:
                    self._stage(stage, told=bool(stage.problem and stage.problem in (job.problem or "")))

    def _wished(self, job: Job) -> str | None:
        words, wish = self._words, job.wish
        told = [
            words("wish_limit", n=wish.limit) if wish.limit else None,
            words("wish_since", day=wish.since) if wish.since else None,
            words("wish_tokens", n=f"{wish.budget_tokens:,}") if wish.budget_tokens is not None else None,
            words("wish_money", n=f"{wish.budget_money:g}") if wish.budget_money is not None else None,
            words("wish_retry") if wish.retry_failed else None,
        ]
        return " · ".join(one for one in told if one) or None

    def _stage(self, stage: StageRun, *, told: bool) -> None:
        """`told`: its problem stands above already."""
        words = self._words
        with tag("li", "", f"stage stage-{stage.state}"):
            with box("stage-top"):
                tag("span", words(f"stage_{stage.name}"), "stage-name")
                tag("span", words(f"stage_state_{stage.state}"), "facts")
            if stage.state == "running" or (stage.state == "stopped" and stage.done):
                bar = tag("progress", "", "", max=1, aria_label=words(f"stage_{stage.name}"))
                self._bars[stage.name] = bar, tag("p", "", "facts")
            if stage.receipt:
                tag("p", receipt_told(self._visit, stage.name, stage.receipt), "stage-told")
            if stage.problem and not told:
                tag("p", problem_told(self._visit, stage.problem), "facts stage-problem")

    def _move(self, stage: StageRun) -> None:
        bar, told = self._bars[stage.name]
        total = stage.pending if stage.name == "analyse" and stage.pending else stage.total
        count = stage.earlier + stage.done
        if total:
            bar.props["value"] = round(min(1.0, count / total), 4)
        else:
            bar.props.pop("value", None)
        told.set_text(self._words("stage_done_of", n=f"{count:,}", of=f"{total:,}") if total else f"{count:,}")


def spent_told(visit: Visit, spent: Usage) -> str:
    """What a job cost, in a line."""
    words = visit.words
    if not spent.calls:
        return words("spent_nothing")
    tokens = f"{spent.prompt_tokens + spent.completion_tokens:,}"
    cost = words("spent_unknown") if spent.cost is None else f"{spent.cost:.4g} {spent.currency or ''}".strip()
    return words("job_spent", calls=f"{spent.calls:,}", tokens=tokens, cost=cost)


def receipt_told(visit: Visit, stage: str, receipt: Mapping[str, Any]) -> str:
    """A stage's receipt in plain words, with why something was skipped or failed."""
    words = visit.words
    name = f"did_{stage}"
    if name not in words.sentences:
        return ""
    sums = {key: sum(value.values()) if isinstance(value, Mapping) else value for key, value in receipt.items()}
    shown = {key: f"{value:,}" if isinstance(value, int) else value for key, value in sums.items()}
    told = [words(name, **shown)]
    for why in ("skipped", "failed", "rejected", "quarantined_why"):
        reasons = receipt.get(why)
        if isinstance(reasons, Mapping) and reasons:
            listed = words("list_comma").join(f"{reason_word(visit, key)} {n:,}" for key, n in reasons.items())
            told.append(words(f"why_{why}", reasons=listed))
    return " ".join(told)


def problem_told(visit: Visit, problem: str) -> str:
    """Why a job or a stage stands still; the sentences of the house in the visitor's language."""
    words = visit.words
    stage, _, said = problem.partition(": ")
    if said and f"stage_{stage}" in words.sentences:
        return words("problem_of_stage", stage=words(f"stage_{stage}"), problem=problem_told(visit, said))
    for begins, word in _PROBLEMS.items():
        if problem.startswith(begins):
            return words(word)
    broken, _, state = problem.partition(" ")
    if f"stage_{broken}" in words.sentences and state in ("failed", "stopped"):
        return words(f"problem_after_{state}", stage=words(f"stage_{broken}"))
    return words.readable(problem)
