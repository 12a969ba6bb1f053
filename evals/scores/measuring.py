"""Knows which suites are measured in which ways, and measures them side by side in several processes; no model is asked."""

import importlib
import os
import platform
import tempfile
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version
from multiprocessing import get_context
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess
from pathlib import Path

from assistant.errors import VocError
from assistant.llm.recording import read_recording
from assistant.settings import Settings
from evals.recording import FOLDER
from evals.report import Report
from evals.scores.kept import Recorded, Run, Scores, kept
from evals.workbench import Way, Workbench, workbench

_LIBRARIES = ("voc-assistant", "chromadb", "jieba", "numpy", "scikit-learn", "scipy", "sqlalchemy")
"""Whose version may move a figure."""
_POLL = 0.3
"""Seconds between two looks at what is done."""


@dataclass(frozen=True, slots=True)
class Chain:
    """Suites that are measured one after the other on one workbench."""

    way: str
    suites: tuple[str, ...]
    recorded: str = ""
    """The recording that the readings are taken from; blank: the rules read."""
    drafts: dict[str, str] = field(default_factory=dict)
    """Suite → the recording of the model's drafts."""
    judgements: str = ""
    sampled: int = 0
    slow: bool = False
    """Left out where it must be quick."""

    def open_way(self, *, quick: bool) -> Way:
        """How its workbench is opened."""
        return Way(
            recorded=FOLDER / self.recorded if self.recorded else None,
            judgements=FOLDER / self.judgements if self.judgements else None,
            judged=_JUDGED if self.judgements else 0,
            sampled=self.sampled,
            quick=quick,
        )


_JUDGED = 40
"""So many ladders are judged in the recording."""
_WHOLE = "xinglan.jsonl.gz"
CHAINS = (
    Chain("rules", ("real_texts",), slow=True),
    Chain(
        "recorded", ("extraction", "themes", "answers", "proposals", "backtest", "ideas"), _WHOLE,
        {"answers": "xinglan-answers.jsonl.gz", "proposals": "xinglan-proposals.jsonl.gz"}, "xinglan-judge40.jsonl.gz",
    ),
    Chain("rules", ("retrieval",)),
    Chain("rules", ("privacy", "extraction", "themes", "answers", "proposals", "backtest", "ideas")),
    Chain("recorded40", ("extraction",), _WHOLE, sampled=40),
    Chain("alone40", ("extraction",), "xinglan-alone40.jsonl.gz"),
    Chain("naive40", ("extraction",), "xinglan-naive40.jsonl.gz"),
)  # fmt: skip
"""The longest first. Ideas come last, for they change the store that others look at; search has a store of its own, for it
is to find records that nobody has read yet."""
WAYS = tuple(dict.fromkeys(chain.way for chain in CHAINS))


def measure(
    settings: Settings, *, ways: Collection[str] = (), quick: bool = False, processes: int = 2,
    told: Callable[[int, int, Run], None] = lambda _done, _of, _run: None,
) -> Scores:  # fmt: skip
    """Scores of every suite in every way, or in some `ways`; `told` is called with the place, their number and each run.

    Settings count for nothing but the data directory: the same figures wherever it is run. A recording that is missing or
    stale makes a failed run that says so.
    """
    chains = [one for one in CHAINS if (not ways or one.way in ways) and not (quick and one.slow)]
    began, runs = time.monotonic(), list[Run]()
    for run in _measured(_plain(settings), chains, quick, processes):
        runs.append(run)
        told(len(runs), sum(len(chain.suites) for chain in chains), run)
    order = {(chain.way, suite): place for place, (chain, suite) in enumerate(_steps(CHAINS))}
    return Scores(
        measured=datetime.now().astimezone().isoformat(timespec="minutes"),
        seconds=round(time.monotonic() - began, 1),
        processes=processes,
        versions={"python": platform.python_version(), **{name: version(name) for name in _LIBRARIES}},
        recordings=tuple(_recordings(chains)),
        runs=tuple(sorted(runs, key=lambda run: order[run.way, run.suite])),
    )


def run_chain(settings: Settings, chain: Chain, quick: bool) -> Iterator[Run]:
    """Every run of a chain as it is done; what fails on purpose is a run that says why."""
    left = list(chain.suites)
    try:
        with workbench(settings, chain.open_way(quick=quick)) as bench:
            while left:
                began, suite = time.monotonic(), left[0]
                yield _run(bench, chain, suite, began)
                left.pop(0)
    except VocError as error:
        yield from (_not_made(chain, suite, str(error)) for suite in left)


def _run(bench: Workbench, chain: Chain, suite: str, began: float) -> Run:
    if suite in chain.drafts:
        bench = bench.with_drafts(FOLDER / chain.drafts[suite])
    measured: Callable[[Workbench], Report] = importlib.import_module(f"evals.suites.{suite}").run
    try:
        return kept(chain.way, measured(bench), time.monotonic() - began)
    except VocError as error:
        return _not_made(chain, suite, str(error))


def _measured(settings: Settings, chains: Sequence[Chain], quick: bool, processes: int) -> Iterator[Run]:
    """The runs as they are done: here where one process is asked for, else in several; a chain's come in its order."""
    if processes == 1:
        for chain in chains:
            yield from run_chain(settings, chain, quick)
        return
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # of the processes to come: one processor each
    with tempfile.TemporaryDirectory(prefix="voc-scores-") as folder:
        place, seen = Path(folder), set[Path]()
        left, running = list(enumerate(chains)), dict[int, SpawnProcess]()
        try:
            while left or running:
                while left and len(running) < processes:
                    number, chain = left.pop(0)
                    running[number] = _started(settings, chain, quick, place / str(number))
                wait([one.sentinel for one in running.values()], _POLL)
                ended = {number: one.exitcode for number, one in running.items() if one.exitcode is not None}
                yield from _new_runs(place, seen)
                for number, code in ended.items():
                    del running[number]
                    done = sum(path.name.startswith(f"{number}-") for path in seen)
                    why = f"the process that measured ended with {code}"
                    yield from (_not_made(chains[number], suite, why) for suite in chains[number].suites[done:])
        finally:
            for one in running.values():
                one.terminate()
                one.join()


def _started(settings: Settings, chain: Chain, quick: bool, stem: Path) -> SpawnProcess:
    process = get_context("spawn").Process(target=_write_runs, args=(settings, chain, quick, stem))
    process.start()
    return process


def _new_runs(place: Path, seen: set[Path]) -> Iterator[Run]:
    for path in sorted(set(place.glob("*.json")) - seen):
        seen.add(path)
        yield Run.model_validate_json(path.read_text(encoding="utf-8"))


def _write_runs(settings: Settings, chain: Chain, quick: bool, stem: Path) -> None:
    """Leave every run of a chain in a file of its own, whole at once, so that others see how far it is."""
    tempfile.tempdir = str(stem.parent)  # whoever started us clears it away, even where we are stopped
    for n, run in enumerate(run_chain(settings, chain, quick)):
        path = stem.with_name(f"{stem.name}-{n}.json")
        path.with_suffix(".part").write_text(run.model_dump_json(), encoding="utf-8")
        path.with_suffix(".part").rename(path)


def _not_made(chain: Chain, suite: str, why: str) -> Run:
    return Run(way=chain.way, suite=suite, failed=why)


def _plain(settings: Settings) -> Settings:
    """The defaults in everything but where data is: no key, no endpoint, the rules, our own embedder, Chinese."""
    fields = type(settings).model_fields
    plain = {name: one.get_default(call_default_factory=True) for name, one in fields.items() if name != "data_dir"}
    return settings.model_copy(update={**plain, "engine": "rules", "language": "zh"})


def _recordings(chains: Sequence[Chain]) -> Iterator[Recorded]:
    names = [name for chain in chains for name in (chain.recorded, chain.judgements, *chain.drafts.values()) if name]
    for name in dict.fromkeys(names):
        if (path := FOLDER / name).exists():
            found = read_recording(path)
            prompts = tuple(sorted({str(row["prompt"]) for row in found.answers.values()}))
            yield Recorded(
                file=name,
                model=found.model,
                recorded=found.head["recorded"],
                answers=len(found.answers),
                prompts=prompts,
            )


def _steps(chains: Sequence[Chain]) -> list[tuple[Chain, str]]:
    return [(chain, suite) for chain in chains for suite in chain.suites]
