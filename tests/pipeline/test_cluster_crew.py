"""What a cluster's workers make is what this machine makes, counted once, whoever of them dies or is stopped."""

import pickle
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from assistant.bootstrap import App, open_app
from assistant.domain.filters import Filters
from assistant.errors import InputError, VocError
from assistant.insight.extract import Asides
from assistant.intake.reading import ReadOptions
from assistant.pipeline import Pipeline
from assistant.pipeline.analysing import run_analyse
from assistant.pipeline.cluster import crew as far
from assistant.pipeline.cluster.duties import Reading, add_asides
from assistant.pipeline.cluster.mapping import Lost
from assistant.pipeline.cluster.working import Duty
from assistant.pipeline.context import Context
from assistant.pipeline.keeping import ELSEWHERE, HALTED
from assistant.settings import Settings

SAMPLE = Path(__file__).parents[2] / "assistant" / "sample" / "xinglan" / "source"
TIMED = ("seconds", "searchable_after", "generation")


@dataclass
class House:
    """A `Mapper` whose workers are this process; units with these numbers are lost when records are read."""

    context: Context
    lost: frozenset[int] = frozenset()
    slots: int = 2
    stopped_: bool = False
    duties: list[str] = field(default_factory=list)

    def bench(self) -> Context:
        return self.context

    def stopped(self) -> bool:
        return self.stopped_

    def stop(self, stopped: bool = True) -> None:
        self.stopped_ = stopped

    def map(self, duty: Duty, units: Sequence[Any], *, in_order: bool) -> Iterator[tuple[int, Any]]:
        sent: Duty = pickle.loads(pickle.dumps(duty))
        self.duties.append(type(sent).__name__)
        for at, unit in enumerate(pickle.loads(pickle.dumps(list(units)))):
            if isinstance(sent, Reading) and at in self.lost:
                yield at, Lost()
                continue
            yield from ((at, pickle.loads(pickle.dumps(made))) for made in sent(unit, self))


Receipts = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Alone:
    """The sample taken in, indexed and read by this machine."""

    app: App
    receipts: Receipts
    taken_in: Path
    """A copy of the data directory when nothing but records was in it."""


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alone]:
    folder = tmp_path_factory.mktemp("alone")
    with closing(opened(folder / "data")) as app:
        taken_in = asdict(app.pipeline.ingest([SAMPLE], ReadOptions()))
    shutil.copytree(folder / "data", folder / "taken_in")
    with closing(opened(folder / "data")) as app:
        yield Alone(app, timeless(taken_in, app.pipeline), folder / "taken_in")


def opened(data: Path) -> App:
    return open_app(Settings(engine="rules", data_dir=data, language="zh"))


def timeless(taken_in: dict[str, Any], pipeline: Pipeline) -> Receipts:
    """The receipts of all stages without what differs from run to run; index and analyse are run."""
    told = {"ingest": taken_in, "index": asdict(pipeline.index()), "analyse": asdict(pipeline.analyse())}
    return {stage: {k: v for k, v in one.items() if k not in TIMED} for stage, one in told.items()}


@pytest.fixture
def farm(alone: Alone, tmp_path: Path) -> Iterator[Callable[..., tuple[App, House]]]:
    """An application whose work a `House` maps, with `alone`'s masking key, and its records where they are taken in."""
    made: list[App] = []

    def make(*, taken_in: bool = True, **house: Any) -> tuple[App, House]:
        if taken_in:
            shutil.copytree(alone.taken_in, tmp_path / "data")
        else:
            (tmp_path / "data").mkdir()
            shutil.copy(alone.taken_in / "masking.key", tmp_path / "data" / "masking.key")
        app = opened(tmp_path / "data")
        made.append(app)
        mapper = House(app.pipeline.context, **house)
        hands = far.ClusterCrew(mapper, lambda _usage, _caught: None, lambda: "run", worth=1, records=200)
        return replace(app, pipeline=Pipeline(replace(app.pipeline.context, crew=hands))), mapper

    yield make
    for app in made:
        app.close()


def needs(app: App) -> list[Any]:
    found, total = app.store.list_insights(Filters(), None)
    assert total == len(found)
    return [(one.id, one.record_id, one.quote, one.start) for one in found]


def test_the_same_records_needs_and_passages(alone: Alone, farm: Callable[..., tuple[App, House]]) -> None:
    app, house = farm(taken_in=False)
    taken_in = asdict(app.pipeline.ingest([SAMPLE], ReadOptions()))
    assert timeless(taken_in, app.pipeline) == alone.receipts
    assert needs(app) == needs(alone.app)
    assert set(house.duties) == {"Preparing", "Texts", "Reading"}
    found = [
        [hit.document_id for hit in one.pipeline.context.index.search("热水器忽冷忽热")] for one in (app, alone.app)
    ]
    assert found[0] == found[1]
    assert found[0]


def test_records_over_which_workers_died_are_counted_and_read_by_the_next_run(
    farm: Callable[..., tuple[App, House]],
) -> None:
    app, house = farm(lost=frozenset({0}))
    receipt = app.pipeline.analyse()
    assert receipt.failed == {far.WORKER_DIED: 200}
    assert receipt.pending == receipt.done + 200
    assert (receipt.ledger["leased"], receipt.ledger["failed"]) == (0, 200)
    assert receipt.problem is not None
    again = app.pipeline.analyse()
    assert (again.failed, again.done) == ({far.WORKER_DIED: 200}, 0), "also where nothing else is left to read"
    house.lost = frozenset()
    assert app.pipeline.analyse().done == 200


def test_where_all_workers_die_nothing_is_held_against_the_records(farm: Callable[..., tuple[App, House]]) -> None:
    app, _ = farm(lost=frozenset(range(99)))
    with pytest.raises(VocError, match="all workers of the Ray cluster died"):
        app.pipeline.analyse()
    ledger = app.store.ledger(app.engine.identity("extract"))
    assert (ledger.leased, dict(ledger.failed), ledger.pending) == (0, {}, 350)


def test_a_file_that_a_machine_does_not_see_is_named(farm: Callable[..., tuple[App, House]], tmp_path: Path) -> None:
    app, house = farm(taken_in=False)
    file = tmp_path / "gone.csv"
    shutil.copy(SAMPLE / "回访问卷_2026.csv", file)

    class Elsewhere(House):
        def map(self, duty: Duty, units: Sequence[Any], *, in_order: bool) -> Iterator[tuple[int, Any]]:
            file.unlink()
            return super().map(duty, units, in_order=in_order)

    hands = far.ClusterCrew(Elsewhere(house.context), lambda _usage, _caught: None, lambda: "run")
    with pytest.raises(InputError, match=r"gone\.csv can't be seen on"):
        Pipeline(replace(app.pipeline.context, crew=hands)).ingest([file], ReadOptions())


def test_what_happened_on_the_way_at_each_worker_is_added_up() -> None:
    told = Asides()
    for _ in range(2):
        add_asides(told, Asides(requoted=1, mended=2, by_rules=3, strays=Counter(unasked=4)))
    assert told == Asides(requoted=2, mended=4, by_rules=6, strays=Counter(unasked=8))


def test_once_somebody_stops_it_what_is_not_begun_is_left_and_read_later(
    farm: Callable[..., tuple[App, House]],
) -> None:
    app, _ = farm()
    context = app.pipeline.context
    told: list[int] = []
    receipt = run_analyse(context, progress=lambda _stage, done, _total: told.append(done), halted=lambda: bool(told))
    assert 0 < receipt.done < receipt.pending
    assert receipt.skipped[HALTED] == receipt.pending - receipt.done - receipt.skipped.get("nothing_said", 0)
    assert receipt.ledger["leased"] == 0
    assert run_analyse(context).skipped.get(HALTED) is None
    assert app.store.ledger(app.engine.identity("extract")).pending == 0


def test_a_record_that_was_changed_since_it_was_leased_is_left_for_the_next_run(
    farm: Callable[..., tuple[App, House]],
) -> None:
    app, house = farm()

    class Changing(House):
        def map(self, duty: Duty, units: Sequence[Any], *, in_order: bool) -> Iterator[tuple[int, Any]]:
            with self.context.store.database.writing() as connection:
                connection.execute(
                    text("UPDATE records SET reading_hash = 'new' WHERE id = :id"), {"id": units[0][0][0][0]}
                )
            return super().map(duty, units, in_order=in_order)

    hands = far.ClusterCrew(Changing(house.context), lambda _usage, _caught: None, lambda: "run", records=200)
    receipt = run_analyse(replace(app.pipeline.context, crew=hands))
    assert receipt.skipped[ELSEWHERE] == 1
    assert (receipt.ledger["leased"], receipt.ledger["pending"]) == (0, 1)
