"""The sample corpus run through the real pipeline, for suites to measure."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from assistant.bootstrap import App, open_app
from assistant.cli.output import plain
from assistant.domain.filters import Filters
from assistant.intake.reading import ReadOptions
from assistant.records.views import every_row
from assistant.settings import Settings

MEASURING_KEY = b"always the same when we measure."
"""32 bytes: the same pseudonyms in every run, so that figures repeat."""

CASES = Path(__file__).with_name("cases") / "xinglan"


def read_lines(path: Path) -> list[dict[str, Any]]:
    """A JSON Lines file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


@dataclass(frozen=True)
class Workbench:
    """An application on a throw-away data directory; the corpus is run when something of it is first looked at."""

    app: App

    @cached_property
    def truth(self) -> dict[str, dict[str, Any]]:
        """External id → planted truth."""
        return {row["id"]: row for row in read_lines(CASES / "truth.jsonl")}

    @cached_property
    def queries(self) -> list[dict[str, Any]]:
        """Staff questions with the records that are relevant."""
        return read_lines(CASES / "queries.jsonl")

    @cached_property
    def receipts(self) -> dict[str, Any]:
        """Receipts of the whole pipeline over the corpus."""
        with as_file(files("assistant.sample") / "xinglan" / "source") as source:
            return dict(self.app.pipeline.run([source], ReadOptions()))

    @cached_property
    def insights(self) -> list[dict[str, Any]]:
        """All insights as exported."""
        assert self.receipts
        return [plain(row) for row in every_row(self.app.store, "insights", Filters())]


@contextmanager
def workbench(settings: Settings) -> Iterator[Workbench]:
    """A workbench with these settings' engine on a temporary data directory."""
    with tempfile.TemporaryDirectory(prefix="voc-eval-") as folder:
        (Path(folder) / "masking.key").write_bytes(MEASURING_KEY)
        app = open_app(settings.model_copy(update={"data_dir": Path(folder), "database_url": None}))
        try:
            yield Workbench(app)
        finally:
            app.store.database.close()
