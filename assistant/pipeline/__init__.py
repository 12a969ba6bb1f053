"""The order of the stages; the only place that knows it."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Literal

from assistant.domain.alerts import AlertsReceipt, Message
from assistant.domain.engine import Forecast
from assistant.domain.jobs import Wish
from assistant.domain.proposals import Proposal
from assistant.domain.receipts import (
    AnalyseReceipt,
    EraseReceipt,
    IdeasReceipt,
    IndexReceipt,
    IngestReceipt,
    RetainReceipt,
    ThemesReceipt,
)
from assistant.domain.themes import Theme
from assistant.intake.reading import ReadOptions
from assistant.pipeline.access import By
from assistant.pipeline.actor import actor
from assistant.pipeline.alerting import run_alerts, send_test, set_fix, week_digest
from assistant.pipeline.analysing import plan_analyse, run_analyse
from assistant.pipeline.batching import run_batch
from assistant.pipeline.context import Context, Progress, silent
from assistant.pipeline.curating import curate
from assistant.pipeline.erasing import NO_GROUND, Ground, erase_customer, erase_record, forget_ban
from assistant.pipeline.foretelling import Foretold, foretell
from assistant.pipeline.ideating import run_ideas
from assistant.pipeline.indexing import run_index
from assistant.pipeline.ingesting import run_ingest
from assistant.pipeline.proposing import Source, foresee, propose
from assistant.pipeline.retaining import apply_retention, set_rule
from assistant.pipeline.reviewing import Patch, change_proposal
from assistant.pipeline.steps import Receipt, standing, steps_of
from assistant.pipeline.subjects import find_customer, find_to_erase
from assistant.pipeline.theming import run_themes
from assistant.pipeline.unmasking import Unmasked, unmask
from assistant.records.curation import Edit
from assistant.records.repository import Repository

__all__ = ["Ground", "Pipeline", "Receipt"]


class Pipeline:
    """From files to proposals on one data directory; every stage may be repeated, stopped and resumed."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def patient(self, seconds: float) -> "Pipeline":
        """The same that waits so long where another run is at work."""
        return Pipeline(replace(self.context, patience=seconds))

    def ingest(
        self,
        paths: Sequence[Path],
        options: ReadOptions,
        *,
        dry_run: bool = False,
        patience: float = 0,
        progress: Progress = silent,
    ) -> IngestReceipt:
        """See `run_ingest`."""
        return run_ingest(self.context, paths, options, dry_run=dry_run, patience=patience, progress=progress)

    def index(self, *, rebuild: bool = False, progress: Progress = silent) -> IndexReceipt:
        """See `run_index`."""
        return run_index(self.context, rebuild=rebuild, progress=progress)

    def analyse(
        self,
        *,
        limit: int | None = None,
        since: str | None = None,
        retry_failed: bool = False,
        dry_run: bool = False,
        progress: Progress = silent,
    ) -> AnalyseReceipt:
        """See `run_analyse`; with `dry_run`, only count what it would read."""
        if dry_run:
            return plan_analyse(self.context, limit=limit, since=since, retry_failed=retry_failed)
        return run_analyse(self.context, limit=limit, since=since, retry_failed=retry_failed, progress=progress)

    def analyse_by_batch(
        self,
        *,
        limit: int | None = None,
        since: str | None = None,
        retry_failed: bool = False,
        progress: Progress = silent,
    ) -> AnalyseReceipt:
        """See `run_batch`."""
        return run_batch(self.context, limit=limit, since=since, retry_failed=retry_failed, progress=progress)

    def themes(self, *, rebuild: bool = False, progress: Progress = silent) -> ThemesReceipt:
        """See `run_themes`."""
        return run_themes(self.context, rebuild=rebuild, progress=progress)

    def curate(self, change: Callable[[Repository], Edit]) -> Edit:
        """See `curate`."""
        return curate(self.context, change)

    def ideas(
        self, *, theme_ids: Sequence[str] = (), limit: int | None = None, progress: Progress = silent
    ) -> IdeasReceipt:
        """See `run_ideas`."""
        return run_ideas(self.context, theme_ids=theme_ids, limit=limit, progress=progress)

    def propose(
        self,
        idea_or_theme: str = "",
        *,
        brief: str = "",
        language: Literal["zh", "en"] | None = None,
        who: str = "",
        progress: Progress = silent,
    ) -> Proposal:
        """See `propose`."""
        return propose(self.context, Source(idea_or_theme, brief), language, who, progress)

    def foresee_proposal(
        self, idea_or_theme: str = "", *, brief: str = "", language: Literal["zh", "en"] | None = None
    ) -> Forecast | None:
        """See `foresee`."""
        return foresee(self.context, Source(idea_or_theme, brief), language)

    def change_proposal(self, proposal_id: str, patch: Patch, who: str) -> Proposal:
        """See `change_proposal`."""
        return change_proposal(self.context, proposal_id, patch, who)

    def alerts(self, *, send: bool = True) -> AlertsReceipt:
        """See `run_alerts`."""
        return run_alerts(self.context, send=send)

    def test_alerts(self, channel: str | None) -> AlertsReceipt:
        """See `send_test`."""
        return send_test(self.context, channel)

    def digest(self, week: str | None) -> Message:
        """See `week_digest`."""
        return week_digest(self.context, week)

    def set_fix(self, theme_id: str, day: str | None) -> Theme:
        """See `set_fix`."""
        return set_fix(self.context, theme_id, day, actor())

    def find_customer(self, customer: str) -> str:
        """See `find_customer`."""
        return find_customer(self.context, customer)

    def find_to_erase(self, customer: str, *, all_of_them: bool = False) -> tuple[str, ...]:
        """See `find_to_erase`."""
        return find_to_erase(self.context, customer, all_of_them=all_of_them)

    def erase(self, customer: str, ground: Ground = NO_GROUND, *, all_of_them: bool = False) -> EraseReceipt:
        """See `erase_customer`."""
        return erase_customer(self.context, customer, ground, all_of_them=all_of_them)

    def erase_record(self, any_id: str, ground: Ground = NO_GROUND) -> EraseReceipt:
        """See `erase_record`."""
        return erase_record(self.context, any_id, ground)

    def foretell(self, named: str) -> Foretold:
        """See `foretell`."""
        return foretell(self.context, named)

    def forget_ban(self, named: str, ground: Ground = NO_GROUND) -> int:
        """See `forget_ban`."""
        return forget_ban(self.context, named, ground)

    def unmask(self, pseudonym: str, reason: str) -> list[Unmasked]:
        """See `unmask`."""
        return unmask(self.context, pseudonym, reason)

    def retain(self, source: str, days: int | None, by: By | None = None) -> None:
        """See `set_rule`."""
        set_rule(self.context, source, days, by)

    def apply_retention(self, today: dt.date, by: By | None = None) -> RetainReceipt:
        """See `apply_retention`."""
        return apply_retention(self.context, today, by)

    def run(
        self, paths: Sequence[Path], options: ReadOptions, *, patience: float = 0, progress: Progress = silent
    ) -> Iterator[tuple[str, Receipt]]:
        """All stages in order, each receipt as soon as its stage has ended; see `steps_of`.

        Ends where one was stopped, or could do nothing at all.
        """
        wish = Wish(paths=tuple(map(str, paths)), reading=asdict(options))
        for step in steps_of(self.context, "run", wish, patience=patience):
            receipt = step.act(progress, lambda: False)
            yield step.name, receipt
            if standing(receipt) in ("failed", "stopped"):
                return
