"""The order of the stages; the only place that knows it."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

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
from assistant.intake.reading import ReadOptions
from assistant.pipeline.analysing import plan_analyse, run_analyse
from assistant.pipeline.context import Context, Progress, silent
from assistant.pipeline.erasing import erase_customer, find_customer
from assistant.pipeline.ideating import run_ideas
from assistant.pipeline.indexing import run_index
from assistant.pipeline.ingesting import run_ingest
from assistant.pipeline.proposing import propose
from assistant.pipeline.retaining import apply_retention
from assistant.pipeline.theming import run_themes
from assistant.pipeline.unmasking import Unmasked, unmask

Receipt = IngestReceipt | IndexReceipt | AnalyseReceipt | ThemesReceipt | IdeasReceipt


class Pipeline:
    """From files to proposals on one data directory; every stage may be repeated, stopped and resumed."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def ingest(
        self, paths: Sequence[Path], options: ReadOptions, *, dry_run: bool = False, progress: Progress = silent
    ) -> IngestReceipt:
        """See `run_ingest`."""
        return run_ingest(self.context, paths, options, dry_run=dry_run, progress=progress)

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

    def themes(self, *, rebuild: bool = False, progress: Progress = silent) -> ThemesReceipt:
        """See `run_themes`."""
        return run_themes(self.context, rebuild=rebuild, progress=progress)

    def ideas(
        self, *, theme_ids: Sequence[str] = (), limit: int | None = None, progress: Progress = silent
    ) -> IdeasReceipt:
        """See `run_ideas`."""
        return run_ideas(self.context, theme_ids=theme_ids, limit=limit, progress=progress)

    def propose(self, idea_or_theme: str) -> Proposal:
        """See `propose`."""
        return propose(self.context, idea_or_theme)

    def find_customer(self, customer: str) -> str:
        """See `find_customer`."""
        return find_customer(self.context, customer)

    def erase(self, customer: str) -> EraseReceipt:
        """See `erase_customer`."""
        return erase_customer(self.context, customer)

    def unmask(self, pseudonym: str, reason: str) -> list[Unmasked]:
        """See `unmask`."""
        return unmask(self.context, pseudonym, reason)

    def apply_retention(self, today: dt.date) -> RetainReceipt:
        """See `apply_retention`."""
        return apply_retention(self.context, today)

    def run(
        self, paths: Sequence[Path], options: ReadOptions, *, progress: Progress = silent
    ) -> Iterator[tuple[str, Receipt]]:
        """All stages in order, each receipt as soon as its stage has ended; ends where not one record could be read.

        A model's insights are indexed too, so the index stage comes a second time after them, with a receipt for both.
        """
        if paths:
            yield "ingest", self.ingest(paths, options, progress=progress)
        indexed = self.index(progress=progress)
        yield "index", indexed
        analysed = self.analyse(progress=progress)
        yield "analyse", analysed
        if analysed.lost:
            return
        if analysed.engine == "llm":
            again = self.index(progress=progress)
            yield "index", replace(again, embedded=indexed.embedded + again.embedded, reused=indexed.reused)
        yield "themes", self.themes(progress=progress)
        yield "ideas", self.ideas(progress=progress)
