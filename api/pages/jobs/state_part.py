"""How things stand: health as a calm list, the model and what it can do, budgets and what was spent, the schedule."""

import datetime as dt
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from nicegui import app as pages

from api.gauges import LEAST_ROOM
from api.pages.doing import done, looked
from api.pages.jobs.job_card import spent_told
from api.pages.jobs.telling import moment
from api.pages.parts import box, button, facts, table, tag
from api.pages.visitor import Visit
from api.working import Working, schedules_of, utc_now
from assistant.cli.health import probed, report
from assistant.domain.engine import Usage
from assistant.domain.jobs import Job
from assistant.llm.probe import ProbeResult
from assistant.pipeline.journal import unfinished
from assistant.pipeline.quarantined import quarantine_files
from assistant.pipeline.scheduling import schedule_rows
from assistant.settings import without_login

PROBE = "POST /v1/probe"
_JOBS = 200
_SPENT = 8
Mood = Literal["good", "mind", "bad"]


@dataclass(frozen=True, slots=True)
class Line:
    """One thing of which it is told how it stands."""

    name: str
    mood: Mood
    told: str


@dataclass(frozen=True, slots=True)
class State:
    """How everything stands."""

    lines: tuple[Line, ...]
    jobs: tuple[Job, ...]
    """The latest."""
    asked: tuple[int, float]
    """Tokens and cost of what keys and people asked for, ever."""


def state_of(visit: Visit) -> State:
    """Find out; cheap enough to be done whenever the page is opened."""
    jobs, _ = visit.app.store.jobs.list_jobs(_JOBS)
    lines = (_disk(visit), _index(visit), _queue(visit), _engine(visit), _quarantine(visit), _erasings(visit))
    return State(tuple(one for one in lines if one), tuple(jobs), visit.app.store.access.spent())


def _disk(visit: Visit) -> Line:
    free = shutil.disk_usage(visit.app.settings.data_dir).free
    told = visit.words("disk_free", free=f"{free / 1e9:,.1f}")
    return Line("disk", "bad" if free < LEAST_ROOM else "good", told)


def _index(visit: Visit) -> Line:
    words = visit.words
    health, stale = visit.app.finder.index.health(), visit.app.store.unindexed_count()
    if health.damaged:
        return Line("index", "bad", words("index_damaged"))
    if stale or not health.level:
        return Line("index", "mind", words("index_behind", n=f"{stale:,}"))
    if not health.passages:
        return Line("index", "good", words("index_empty"))
    at = moment(visit, health.events[-1].split(" ")[0]) if health.events else ""
    return Line("index", "good", words("index_level", n=f"{health.passages:,}", at=at))


def _queue(visit: Visit) -> Line:
    words = visit.words
    working: Working | None = pages.state.working
    open_jobs = Counter(job.state for job in visit.app.store.jobs.open_jobs())
    if working is None or working.state != "ok":
        return Line("queue", "bad", words("worker_stopped"))
    told = words("queue_told", waiting=open_jobs["queued"], running=open_jobs["running"])
    return Line("queue", "good", told if open_jobs else words("queue_idle"))


def _engine(visit: Visit) -> Line:
    if visit.app.engine.name == "rules":
        return Line("engine", "good", visit.words("health_rules"))
    if visit.app.engine.name != "llm":
        return Line("engine", "good", visit.words.engine(visit.app.engine.name))
    return Line("engine", "good", visit.words("health_llm", model=visit.app.settings.chat_model))


def _quarantine(visit: Visit) -> Line:
    rows = sum(one.rows for one in quarantine_files(visit.app.settings.data_dir))
    told = visit.words("quarantine_holds", n=f"{rows:,}") if rows else visit.words("no_quarantines")
    return Line("quarantine", "mind" if rows else "good", told)


def _erasings(visit: Visit) -> Line | None:
    begun = unfinished(visit.app.settings.data_dir)
    return Line("erasings", "bad", visit.words("erasings_open", n=begun)) if begun else None


def state_part(visit: Visit, found: State) -> None:
    """Show it."""
    words = visit.words
    with box("two"):
        with box("sheet-flat", "section"):
            tag("h2", words("health_title"))
            with tag("ul", "", "health"):
                for line in found.lines:
                    with tag("li", "", f"health-{line.mood}"):
                        tag("span", "", "dot", aria_hidden="true")
                        tag("span", words(f"mood_{line.mood}"), "unseen")
                        tag("strong", words(f"health_{line.name}"))
                        tag("span", line.told, "facts")
            _whole_check(visit)
        with box("sheet-flat", "section"):
            tag("h2", words("model_title"))
            _model(visit)
    with box("two"):
        with box("sheet-flat", "section"):
            tag("h2", words("budgets_title"))
            _budgets(visit, found)
        with box("sheet-flat", "section"):
            tag("h2", words("schedule_title"))
            schedules(visit)


def _whole_check(visit: Visit) -> None:
    words = visit.words
    inside = box(role="status", aria_live="polite")

    async def check() -> None:
        inside.clear()
        with inside:
            tag("p", words("checking"), "facts thinking")
        found = await looked(visit, lambda: report(visit.app))
        inside.clear()
        with inside:
            if found is None:
                return
            if not found["problems"]:
                tag("p", words("check_good"), "done")
            for problem in found["problems"]:
                tag("p", visit.masked(problem), "warning", lang="en")
            versions = " · ".join(f"{name} {told}" for name, told in found["versions"].items())
            facts(versions)

    with box("sheet-buttons start-buttons"):
        button(words("check_all"), check)


def _model(visit: Visit) -> None:
    words, settings = visit.words, visit.app.settings
    if settings.engine_name == "rules":
        tag("p", words("rules_told"))
        tag("p", words("rules_set"), "facts")
        tag("pre", "OPENAI_API_KEY=…\nOPENAI_BASE_URL=https://…/v1\nVOC_CHAT_MODEL=…", "code")
        tag("p", words("rules_probe"), "facts")
        return
    endpoint = without_login(settings.openai_base_url) if settings.openai_base_url else words("openai_itself")
    with tag("dl", "", "pairs"):
        for name, value in (
            ("model_name", settings.chat_model),
            ("model_endpoint", endpoint),
            ("model_key", words("key_set" if settings.openai_api_key else "key_unset")),
            ("model_embedding", settings.embedding_model),
        ):
            tag("dt", words(name))
            tag("dd", value)
    tag("p", words("probe_told"), "facts")
    pressing = box("sheet-buttons start-buttons")
    inside = box("probe", role="status", aria_live="polite")

    async def probe() -> None:
        pressed.props["disabled"] = True
        inside.clear()
        with inside:
            tag("p", words("probing"), "facts thinking")
        found = await done(visit, PROBE, settings.chat_model, lambda: probed(settings))
        pressed.props.pop("disabled", None)
        inside.clear()
        if found is not None:
            with inside:
                _found_out(visit, found)

    with pressing:
        pressed = button(words("probe_go"), probe, "first")


def _found_out(visit: Visit, found: ProbeResult) -> None:
    """What the endpoint can do, one line each."""
    words = visit.words
    with tag("ul", "", "health"):
        for rung, verdict in found.rungs.items():
            mood = "good" if verdict == "works" else "mind"
            used = words("rung_used") if rung == found.rung else None
            _able(visit, mood, words(f"rung_{rung}"), words(f"verdict_{verdict.replace(' ', '_')}"), used)
        told: tuple[tuple[str, bool | None], ...] = (
            ("tells_usage", found.tells_usage), ("stream_usage", found.stream_usage),
            ("temperature", found.temperature), ("reads_long", found.reads_long), ("thinks", not found.thinks),
        )  # fmt: skip
        for name, good in told:
            mood = "good" if good else "mind"
            value = "unknown" if good is None else "yes" if good != (name == "thinks") else "no"
            _able(visit, mood, words(f"able_{name}"), words(f"able_{value}"))
        if found.embeddings is not None:
            mood = "good" if found.embeddings else "bad"
            _able(visit, mood, words("able_embeddings"), words("able_batch", n=found.embeddings))
    for trap in found.traps:
        tag("p", trap, "warning", lang="en")


def _able(visit: Visit, mood: str, name: str, *told: str | None) -> None:
    with tag("li", "", f"health-{mood}"):
        tag("span", "", "dot", aria_hidden="true")
        tag("span", visit.words(f"mood_{mood}"), "unseen")
        tag("strong", name)
        facts(*told)


def _budgets(visit: Visit, found: State) -> None:
    words, settings = visit.words, visit.app.settings
    tokens, money = settings.budget_tokens, settings.budget_money
    facts(words("budget_per_run",
                tokens=words("no_limit") if tokens is None else f"{tokens:,}",
                money=words("no_limit") if money is None else f"{money:g}"))  # fmt: skip
    tag("p", words("budget_set"), "facts")
    spent = [job for job in found.jobs if job.spent.calls]
    total = sum((job.spent for job in spent), Usage())
    with tag("dl", "", "pairs"):
        tag("dt", words("spent_by_jobs", n=len(found.jobs)))
        tag("dd", spent_told(visit, total))
        tag("dt", words("spent_by_asking"))
        tag("dd", words("spent_tokens", tokens=f"{found.asked[0]:,}"))
    if spent:
        _spent_table(visit, spent[:_SPENT])


def _spent_table(visit: Visit, jobs: Sequence[Job]) -> None:
    words = visit.words
    rows = []
    for job in jobs:
        used = job.spent.prompt_tokens + job.spent.completion_tokens
        most = job.wish.budget_tokens if job.wish.budget_tokens is not None else visit.app.settings.budget_tokens
        left = words("no_limit") if most is None else f"{max(0, most - used):,}"
        cost = words("spent_unknown") if job.spent.cost is None else f"{job.spent.cost:.4g} {job.spent.currency or ''}"
        rows.append((words(f"kind_{job.kind}"), moment(visit, job.created_at), f"{used:,}", left, cost.strip()))
    heads = ("job_kind", "job_at", "tokens_used", "tokens_left", "money_used")
    table([words(head) for head in heads], rows, words("spent_table"))


def schedules(visit: Visit) -> None:
    """When the service runs by itself, and how that is set."""
    words, settings = visit.words, visit.app.settings
    rows = schedule_rows(visit.app.pipeline.context, schedules_of(settings), utc_now())
    if not rows:
        tag("p", words("no_schedule"))
    for row in rows:
        with box("line"):
            tag("strong", words(f"kind_{row['kind']}"))
            following = dt.datetime.fromisoformat(row["next_at"]) if row["next_at"] else None
            at = words("next_turn", at=f"{following:%Y-%m-%d %H:%M}") if following else words("no_turn")
            facts(at, row["expression"], row["time_zone"])
    tag("p", words("schedule_how"), "facts")
    tag("pre", 'VOC_SCHEDULE="0 2 * * *"\nVOC_TIMEZONE=Asia/Shanghai', "code")
