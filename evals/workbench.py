"""The sample corpus run through the real pipeline, for suites to measure."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, Literal, cast

from assistant.bootstrap import App, chat_endpoint, company_context, open_app
from assistant.cli.output import plain
from assistant.domain.engine import Engine
from assistant.domain.filters import Filters
from assistant.domain.receipts import AnalyseReceipt, IngestReceipt
from assistant.domain.records import Record
from assistant.errors import UsageError
from assistant.intake.reading import ReadOptions
from assistant.llm.cache import CallCache
from assistant.llm.company import COMPANY_FILE
from assistant.llm.fence import fence_secret
from assistant.llm.recording import Recording, SilentEndpoint, begin, read_recording
from assistant.llm.replaying import SAMPLE_KEY
from assistant.llm.seams import Endpoint
from assistant.pipeline.analysing import run_analyse
from assistant.pipeline.context import Progress, silent
from assistant.records.views import every_row
from assistant.settings import Settings
from evals.judging import PROMPT as JUDGE
from evals.judging import judge_of
from evals.naive import AloneEngine, NaiveEngine, naive_ingredients
from evals.recording import ReservedEndpoint, fresh, ingredients, same_texts
from evals.sampling import sample

MEASURING_KEY = SAMPLE_KEY
"""The same pseudonyms in every run, so that figures repeat; and the key by which the sample was recorded."""

SAMPLE = files("assistant.sample") / "xinglan"
CASES = Path(__file__).with_name("cases") / "xinglan"

Asking = Literal["packed", "alone", "naive"]
"""How records are read: by our prompt in packs or one a call, or by a plain question, one a call."""
ASKED: dict[Asking, str] = {
    "packed": "our prompt",
    "alone": "our prompt, one record a call",
    "naive": "the plain question, one record a call",
}


def read_lines(path: Path) -> list[dict[str, Any]]:
    """A JSON Lines file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


@dataclass(frozen=True)
class Workbench:
    """An application on a throw-away data directory; the corpus is run when something of it is first looked at."""

    app: App
    recording: Recording | None = None
    """Where the model's answers are kept or come from, if not from an endpoint alone."""
    offline: bool = False
    """The records are read from the recording: nothing of them is sent."""
    progress: Progress = silent
    asking: Asking = "packed"
    judged: int = 0
    """So many ladders are shown to a judge; 0: none."""
    judge: tuple[Endpoint, CallCache] | None = None
    """Who judges, and where the judgements are kept."""
    sampled: int = 0
    """So many records are looked at; 0: all."""
    apart: bool = False
    """Only the sampled ones are read; else all are, in the same packs as ever."""
    quick: bool = False
    """What takes minutes and needs more than the sample is left out."""
    drafts: Path | None = None
    """Where drafts of proposals are kept and taken from."""
    live: Settings | None = None
    """The settings as they were given, whatever the records are read by."""
    cut: str | None = None
    """Of a backtest: the last day that the past knows of."""
    asked: int = 0
    """So many questions are put to a model; 0: as many as the suite thinks fit."""
    only: tuple[str, ...] = ()
    """Beginnings of the names of the prompts that may be asked, where not all may (`ReservedEndpoint`)."""

    def with_drafts(self, drafts: Path) -> "Workbench":
        """The same workbench, with all that was run on it, where drafts are kept in this file."""
        other = replace(self, drafts=drafts)
        vars(other).update({name: value for name, value in vars(self).items() if name not in vars(other)})
        return other

    @property
    def reader(self) -> str:
        """Who reads, in words."""
        engine = self.app.engine
        if engine.name == "rules":
            return "rules"
        model = self.recording.model if self.recording is not None else self.app.settings.chat_model
        return f"{model} with {ASKED[self.asking]}"

    @cached_property
    def records(self) -> dict[str, Record]:
        """External id → record, of those that are looked at."""
        assert self.ingested.read
        every, _ = self.app.store.list_records(Filters(), None)
        chosen = sample(every, self.sampled) if self.sampled else None
        return {record.external_id: record for record in every if chosen is None or record.external_id in chosen}

    @cached_property
    def tokens(self) -> tuple[float, float]:
        """Tokens that a record's reading took, questions and answers; answers of a recording as they were paid for."""
        read = self.reading
        kept = self.recording
        asked, said = kept.tokens(without=JUDGE) if kept else (read.prompt_tokens, read.completion_tokens)
        return asked / max(1, read.pending), said / max(1, read.pending)

    @cached_property
    def truth(self) -> dict[str, dict[str, Any]]:
        """External id → planted truth, of the records that are looked at."""
        rows = read_lines(CASES / "truth.jsonl")
        return {row["id"]: row for row in rows if not self.sampled or row["id"] in self.records}

    @cached_property
    def queries(self) -> list[dict[str, Any]]:
        """Staff questions with the records that are relevant."""
        return read_lines(CASES / "queries.jsonl")

    @cached_property
    def ingested(self) -> IngestReceipt:
        """The corpus taken in."""
        with as_file(SAMPLE / "source") as source:
            receipt = self.app.pipeline.ingest([source], ReadOptions(), progress=self.progress)
        if self.recording is not None:
            same_texts(self.recording, self.app.store.list_records(Filters(), None)[0])
        return receipt

    @cached_property
    def reading(self) -> AnalyseReceipt:
        """The corpus read: nothing is grouped or named yet."""
        assert self.ingested.read
        context = self.app.pipeline.context
        if self.asking == "alone":
            context = replace(context, engine=cast("Engine", AloneEngine(context.engine)))
        only = {record.id for record in self.records.values()} if self.apart else None
        return run_analyse(context, only=only, progress=self.progress)

    @cached_property
    def receipts(self) -> dict[str, Any]:
        """Receipts of the pipeline over the corpus, as far as the themes: no suite measures ideas."""
        before = {"ingest": self.ingested, "analyse": self.reading}
        found: dict[str, Any] = {}
        for stage, receipt in self.app.pipeline.run([], ReadOptions(), progress=self.progress):
            found[stage] = receipt
            if stage == "themes":
                break
        return {**found, **before}

    @property
    def read_insights(self) -> list[dict[str, Any]]:
        """All insights as exported, after reading; their themes only where the themes were built before."""
        assert self.reading.pending
        rows = [plain(row) for row in every_row(self.app.store, "insights", Filters())]
        return [row for row in rows if not self.sampled or row["external_id"] in self.records]

    @cached_property
    def noise(self) -> set[str]:
        """External ids of the records that were called noise, of those that are looked at."""
        assert self.reading.pending
        records, _ = self.app.store.list_records(Filters(), None)
        return {one.external_id for one in records if one.noise and one.external_id in self.records}

    @cached_property
    def insights(self) -> list[dict[str, Any]]:
        """All insights as exported, with their themes."""
        assert self.receipts
        return self.read_insights


@dataclass(frozen=True, slots=True)
class Way:
    """How the corpus is to be read and judged, where not simply by the settings' engine."""

    record: Path | None = None
    """Every answer of the model is kept in this recording too, which may be gone on with."""
    recorded: Path | None = None
    """The model's readings come from this recording, and none is asked for."""
    asking: Asking = "packed"
    sampled: int = 0
    judged: int = 0
    judgements: Path | None = None
    """The judge's answers are kept in this recording and taken from it, whatever was read how."""
    quick: bool = False
    """See `Workbench.quick`."""
    drafts: Path | None = None
    """See `Workbench.drafts`."""
    cut: str | None = None
    """See `Workbench.cut`."""
    asked: int = 0
    """See `Workbench.asked`."""
    only: tuple[str, ...] = ()
    """See `Workbench.only`."""


@contextmanager
def workbench(settings: Settings, way: Way | None = None, progress: Progress = silent) -> Iterator[Workbench]:
    """A workbench with these settings' engine on a temporary data directory.

    Raises:
        UsageError: the recording can't be used, or there is no model where one is needed.
    """
    way = way or Way()
    with tempfile.TemporaryDirectory(prefix="voc-eval-") as folder:
        data_dir = Path(folder)
        (data_dir / "masking.key").write_bytes(MEASURING_KEY)
        if settings.company_file is None:
            (data_dir / COMPANY_FILE).write_bytes((SAMPLE / COMPANY_FILE).read_bytes())
        settings = live = settings.model_copy(update={"data_dir": data_dir, "database_url": None})
        kept: Recording | None = None
        if way.recorded is not None:
            kept = read_recording(way.recorded)
            way = _as_recorded(way, kept)
            fresh(kept, _ingredients(settings, way))
            settings = settings.model_copy(update={"engine": "llm", "chat_model": kept.model})
        elif settings.engine_name == "rules" and (way.record or way.asking != "packed" or way.judged):
            raise UsageError(
                "the rules ask no model, so there is nothing to record, judge or ask plainly: set OPENAI_API_KEY or "
                "OPENAI_BASE_URL"
            )
        elif way.record is not None:
            kept = begin(way.record, chat_endpoint(settings, data_dir).shaping, _ingredients(settings, way))
        judge = judge_of(live, way.judgements, kept, offline=way.recorded is not None) if way.judged else None
        app = _opened(settings, way, kept)
        apart = bool(way.sampled) and (kept is None or "sample" in kept.head["made_with"])
        try:
            yield Workbench(
                app, kept, way.recorded is not None, progress, way.asking, way.judged, judge, way.sampled, apart,
                way.quick, way.drafts, live, way.cut, way.asked, way.only,
            )  # fmt: skip
        finally:
            if kept is not None and way.record is not None:
                kept.close()
            if judge is not None and isinstance(judge[1], Recording) and not isinstance(judge[0], SilentEndpoint):
                judge[1].close()
            app.close()


def _as_recorded(way: Way, kept: Recording) -> Way:
    """The way in which a recording was made; the sample may be smaller only where the whole corpus was read."""
    made: dict[str, str] = kept.head["made_with"]
    asking: Asking = "packed"
    if "records_a_call" in made:
        asking = "alone"
    elif made["prompt"].startswith("naive"):
        asking = "naive"
    size = int(made.get("sample", 0))
    if way.sampled and size and way.sampled != size:
        raise UsageError(f"{kept.path} was recorded of {size} records: measure it with --sample {size}, or without")
    return replace(way, asking=asking, sampled=way.sampled or size)


def _ingredients(settings: Settings, way: Way) -> dict[str, str]:
    if way.asking == "naive":
        made = naive_ingredients()
    else:
        made = ingredients(settings.language, company_context(settings, settings.data_dir))
    if way.asking == "alone":
        made["records_a_call"] = "1"
    if way.sampled and way.recorded is None:
        made["sample"] = str(way.sampled)
    return made


def _opened(settings: Settings, way: Way, kept: Recording | None) -> App:
    endpoint: Endpoint | None = SilentEndpoint(kept) if kept is not None and way.recorded is not None else None
    if kept is not None and way.record is not None and way.only:
        endpoint = ReservedEndpoint(kept, chat_endpoint(settings, settings.data_dir), way.only)
    if way.asking != "naive":
        return open_app(settings, endpoint=endpoint, calls=kept)
    secret = fence_secret(MEASURING_KEY)
    engine = NaiveEngine(settings, endpoint or chat_endpoint(settings, settings.data_dir), secret, cache=kept)
    return open_app(settings, engine=engine)
