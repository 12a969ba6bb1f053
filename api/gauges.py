"""How the service stands, for metrics and readiness: the queue, the index, the store, what the model cost."""

import datetime as dt
import shutil
from collections import Counter

from api.watching import Gauge
from api.working import Working
from assistant.bootstrap import App
from assistant.errors import VocError

LEAST_ROOM = 100_000_000
"""Bytes that must be free on the disk for a service to be ready."""


def gauges_of(app: App, working: Working) -> list[Gauge]:
    """What metrics tell beside the requests; where the store can't be read, that alone."""
    try:
        jobs = Counter(job.state for job in app.store.jobs.open_jobs())
        health = app.finder.index.health()
        stale = app.store.unindexed_count()
    except VocError:
        return [Gauge("voc_store_up", "Whether the store can be read", {"": 0})]
    cost = app.engine.usage() + working.spent
    tokens = {"prompt": float(cost.prompt_tokens), "completion": float(cost.completion_tokens)}
    found = [
        Gauge("voc_store_up", "Whether the store can be read", {"": 1}),
        Gauge("voc_jobs", "Jobs that wait or run", {n: float(jobs[n]) for n in ("queued", "running")}, "state"),
        Gauge("voc_model_calls", "Calls of the model by this process", {"": float(cost.calls)}, grows=True),
        Gauge("voc_model_tokens", "Tokens used by this process", tokens, "kind", grows=True),
        Gauge("voc_index_passages", "Passages in the index", {"": float(health.passages)}),
        Gauge("voc_index_waiting_records", "Records that the index does not hold yet", {"": float(stale)}),
        Gauge("voc_index_damaged", "Whether exact search serves instead", {"": float(bool(health.damaged))}),
    ]
    if (age := _age(health.events)) is not None:
        found.append(Gauge("voc_index_age_seconds", "Since the index was last brought level", {"": age}))
    if cost.cost is not None:
        row = {cost.currency or "none": cost.cost}
        found.append(Gauge("voc_model_cost", "Cost of the model by this process", row, "currency", grows=True))
    return found


def needs_of(app: App) -> dict[str, str]:
    """What a service can't answer without, each with `ok` or what is wrong; cheap, since anybody may ask for it."""
    return {"store": _store(app), "disk": _disk(app)}


def checks_of(app: App, working: Working) -> dict[str, str]:
    """The same, and what it can do without for a while: exact search stands in for a damaged index."""
    return {**needs_of(app), "index": _index(app), "worker": working.state}


def _store(app: App) -> str:
    try:
        app.store.database.check()
    except VocError as error:
        return str(error)
    return "ok"


def _index(app: App) -> str:
    try:
        health = app.finder.index.health()
    except VocError as error:
        return str(error)
    if health.damaged:
        return "damaged: exact search serves until `voc index` has built it anew"
    return "ok" if health.level else "behind: `voc index` brings it level"


def _disk(app: App) -> str:
    try:
        free = shutil.disk_usage(app.store.database.folder).free
    except OSError as error:
        return error.strerror or "it can't be read"
    return "ok" if free >= LEAST_ROOM else f"{free // 1_000_000} MB are free: make room"


def _age(events: tuple[str, ...]) -> float | None:
    if not events:
        return None
    moment = dt.datetime.fromisoformat(events[-1].split(" ", 1)[0])
    return max(0.0, (dt.datetime.now(dt.UTC) - moment).total_seconds())
