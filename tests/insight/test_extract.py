"""Every record handed in comes back exactly once, whatever happens to its pack."""

import threading
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence

import pytest

from assistant.domain.engine import PackOutcome
from assistant.domain.records import Record
from assistant.errors import ModelAccessError, ModelAnswerError, ModelDownError
from assistant.insight.extract import Asides, Read, Unread, read_packs
from tests.insight.samples import insight_draft, reading_draft, record
from tests.insight.scripted import ScriptedEngine

TEXT = "水温忽冷忽热，孩子不敢洗澡。"


def records(n: int) -> Iterator[Record]:
    return (record(TEXT, f"r_{i}") for i in range(n))


def one_by_one(engine: ScriptedEngine, records: Iterable[Record]) -> Generator[Read | Unread, None, None]:
    for results in read_packs(engine, records):
        yield from results


@pytest.mark.parametrize(("size", "threads", "count"), [(1, 1, 5), (3, 4, 50), (7, 8, 50), (4, 3, 0)])
def test_every_record_comes_back_once_and_packs_run_side_by_side(size: int, threads: int, count: int) -> None:
    engine = ScriptedEngine(pack_size=size, concurrency=threads)
    results = list(one_by_one(engine, records(count)))
    assert Counter(r.record.id for r in results) == Counter(f"r_{i}" for i in range(count))
    assert all(isinstance(r, Read) for r in results)
    assert engine.most_at_once <= threads


def test_packs_really_run_at_once() -> None:
    together = threading.Barrier(4, timeout=60)

    def wait_for_all(pack: Sequence[Record]) -> PackOutcome:
        together.wait()
        return PackOutcome(tuple(reading_draft(r.id) for r in pack))

    assert len(list(one_by_one(ScriptedEngine(concurrency=4, on_read=wait_for_all), records(8)))) == 8


def test_records_are_taken_lazily() -> None:
    engine = ScriptedEngine(concurrency=2, pack_size=1)
    stream = one_by_one(engine, records(1000))
    next(stream)
    assert engine.taken <= 6
    stream.close()


def fails_on(victim: str, error: Exception) -> Callable[[Sequence[Record]], PackOutcome]:
    def read_pack(pack: Sequence[Record]) -> PackOutcome:
        if any(r.id == victim for r in pack):
            raise error
        return PackOutcome(tuple(reading_draft(r.id) for r in pack))

    return read_pack


@pytest.mark.parametrize(
    ("error", "kind"), [(ModelDownError("x"), "model_down"), (ModelAnswerError("x"), "model_answer")]
)
def test_a_failing_pack_is_reported_and_the_rest_goes_on(error: Exception, kind: str) -> None:
    engine = ScriptedEngine(pack_size=2, on_read=fails_on("r_4", error))
    results = list(one_by_one(engine, records(10)))
    unread = {r.record.id: r.reason for r in results if isinstance(r, Unread)}
    assert unread == {"r_4": kind, "r_5": kind}
    assert len(results) == 10


def test_a_refused_key_ends_the_run_after_all_in_flight_is_yielded() -> None:
    engine = ScriptedEngine(concurrency=2, on_read=fails_on("r_3", ModelAccessError("no such key")))
    results: list[Read | Unread] = []
    with pytest.raises(ModelAccessError):
        results.extend(one_by_one(engine, records(100)))
    handed = Counter(r.record.id for r in results)
    assert set(handed.values()) == {1}
    assert [r.reason for r in results if isinstance(r, Unread)] == ["model_access"]
    assert len(handed) < 20


def test_reasons_of_the_engine_and_records_it_forgot_are_reported() -> None:
    def partly(pack: Sequence[Record]) -> PackOutcome:
        return PackOutcome((reading_draft(pack[0].id), reading_draft("r_of_nobody")), {pack[1].id: "cut_off"})

    results = list(one_by_one(ScriptedEngine(pack_size=3, on_read=partly), records(3)))
    assert [getattr(r, "reason", "read") for r in results] == ["read", "cut_off", "not_answered"]


def test_a_fault_of_ours_is_not_swallowed() -> None:
    engine = ScriptedEngine(on_read=fails_on("r_1", ZeroDivisionError()))
    with pytest.raises(ZeroDivisionError):
        list(one_by_one(engine, records(4)))


def test_what_happens_on_the_way_is_counted() -> None:
    def read_pack(pack: Sequence[Record]) -> PackOutcome:
        drafts = tuple(reading_draft(r.id) for r in pack)
        return PackOutcome(drafts, requoted=2, mended=1, strays={"unknown_record": 1})

    asides = Asides()
    packs = list(read_packs(ScriptedEngine(pack_size=2, on_read=read_pack), records(6), asides))
    assert [len(pack) for pack in packs] == [2, 2, 2]
    assert (asides.requoted, asides.mended, asides.strays) == (6, 3, {"unknown_record": 3})


def test_the_words_of_another_record_of_the_pack_are_refused_and_not_kept() -> None:
    mine, theirs = record(TEXT, "r_0"), record("门锁半夜没电打不开，孩子冻了一夜", "r_1")

    def read_pack(pack: Sequence[Record]) -> PackOutcome:
        stolen = insight_draft("门锁半夜没电打不开")
        return PackOutcome((reading_draft("r_0", stolen, insight_draft()), reading_draft("r_1", stolen)))

    first, second = list(one_by_one(ScriptedEngine(pack_size=2, on_read=read_pack), iter((mine, theirs))))
    assert isinstance(first, Read)
    assert isinstance(second, Read)
    assert first.reading.refused == {"quote_of_another_record": 1}
    assert [(one.text, one.surface) for one in first.reading.refusals] == [("", "水温不稳")]
    assert [len(r.reading.insights) for r in (first, second)] == [1, 1]
