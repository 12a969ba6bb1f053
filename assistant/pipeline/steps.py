"""Which stages a job has, in which order, and how each stands once its receipt is there."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from assistant.domain.alerts import AlertsReceipt
from assistant.domain.jobs import JobKind, Wish
from assistant.domain.receipts import AnalyseReceipt, IdeasReceipt, IndexReceipt, IngestReceipt, ThemesReceipt
from assistant.domain.vocabulary import by_model
from assistant.intake.reading import ReadOptions
from assistant.pipeline.alerting import configured, run_alerts
from assistant.pipeline.analysing import run_analyse
from assistant.pipeline.context import Context, Progress
from assistant.pipeline.ideating import run_ideas
from assistant.pipeline.indexing import run_index
from assistant.pipeline.ingesting import run_ingest
from assistant.pipeline.keeping import HALTED
from assistant.pipeline.theming import run_themes

Receipt = IngestReceipt | IndexReceipt | AnalyseReceipt | ThemesReceipt | IdeasReceipt | AlertsReceipt
Halted = Callable[[], bool]
_Named = Literal["index", "analyse", "index_needs", "themes", "ideas"]
Standing = Literal["done", "partly", "failed", "stopped"]


@dataclass(frozen=True, slots=True)
class Step:
    """One stage ready to be done; it may be done again where an attempt did not end."""

    name: str
    act: Callable[[Progress, Halted], Receipt]


def steps_of(context: Context, kind: JobKind, wish: Wish, *, patience: float = 0) -> tuple[Step, ...]:
    """The stages of a job in their order.

    A model's insights are indexed too, so the index comes a second time after them, as ``index_needs``. Files are taken
    in where the job names some, after waiting `patience` seconds at most for another run to end, and alerts come last where ``alerts.toml`` names channels.

    Raises:
        SettingError: ``alerts.toml`` has a mistake.
    """
    if kind != "run":
        return (_step(context, kind, wish),)
    names: list[_Named] = ["index", "analyse"]
    if by_model(context.engine.name):
        names.append("index_needs")
    names += ["themes", "ideas"]
    plain = Wish()
    own = {
        "analyse": wish,
        "themes": replace(plain, rebuild=wish.rebuild),
        "ideas": replace(plain, theme_ids=wish.theme_ids),
    }
    steps = [_step(context, name, own.get(name, plain)) for name in names]
    if configured(context):
        steps.append(Step("alerts", lambda _progress, _halted: run_alerts(context)))
    if wish.paths:
        steps.insert(0, _ingest(context, wish, patience))
    return tuple(steps)


def standing(receipt: Receipt) -> Standing:
    """Whether a stage did all it should, part of it, or nothing that counts; or was stopped on the way."""
    match receipt:
        case IngestReceipt():
            return "stopped" if receipt.stopped else "partly" if receipt.quarantined else "done"
        case IndexReceipt():
            return "partly" if receipt.refused else "done"
        case AnalyseReceipt():
            if receipt.lost:
                return "failed"
            if HALTED in receipt.skipped:
                return "stopped"
            left = set(receipt.skipped) - {"reused", "dry_run", "nothing_said"}
            return "partly" if receipt.failed or left or receipt.problem or receipt.by_rules else "done"
        case IdeasReceipt():
            unasked = {"budget", "stopped"} & set(receipt.skipped)
            return "partly" if receipt.failed or unasked or receipt.by_rules else "done"
        case ThemesReceipt() | AlertsReceipt():
            return "partly" if receipt.failed else "done"


def _ingest(context: Context, wish: Wish, patience: float) -> Step:
    paths, options = [Path(path) for path in wish.paths], ReadOptions(**wish.reading)
    return Step(
        "ingest",
        lambda progress, _: run_ingest(context, paths, options, patience=patience, progress=progress),
    )


def _step(context: Context, name: _Named, wish: Wish) -> Step:
    acts: dict[str, Callable[[Progress, Halted], Receipt]] = {
        "index": lambda progress, _: run_index(context, rebuild=wish.rebuild, progress=progress),
        "index_needs": lambda progress, _: run_index(context, progress=progress),
        "analyse": lambda progress, halted: run_analyse(
            context, limit=wish.limit, since=wish.since, retry_failed=wish.retry_failed, progress=progress,
            halted=halted,
        ),
        "themes": lambda progress, _: run_themes(context, rebuild=wish.rebuild, progress=progress),
        "ideas": lambda progress, _: run_ideas(
            context, theme_ids=wish.theme_ids, limit=wish.limit, progress=progress
        ),
    }  # fmt: skip
    return Step(name, acts[name])
