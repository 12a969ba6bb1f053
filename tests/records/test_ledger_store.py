"""Leases: each record goes to one, what is done stays done, and what the dead held is free again."""

import datetime as dt
import threading

import pytest
from sqlalchemy.dialects import postgresql

from assistant.domain.records import Record
from assistant.records.ledger_store import Lease, LedgerCounts, leasing
from assistant.records.repository import Repository
from tests.records.builders import insight, reading, record

SOON = (dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)).isoformat(timespec="seconds")
PAST = "2020-01-01T00:00:00+00:00"


@pytest.fixture
def three(store: Repository) -> list[Record]:
    found = [record(f"A-{n}") for n in range(3)]
    store.save_records([(one, None) for one in found])
    return found


def claim(store: Repository, ids: list[str], holder: str, until: str = SOON) -> list[str]:
    return list(store.claim(ids, "llm-1", "llm", holder, until))


def test_a_record_is_leased_to_one_in_the_order_asked_for(store: Repository, three: list[Record]) -> None:
    ids = [one.id for one in reversed(three)]
    assert claim(store, ids[:2], "here:1") == ids[:2]
    assert claim(store, ids, "here:2") == ids[2:]
    got = store.claim(ids, "rules-1", "rules", "here:2", SOON)
    assert [found.text for _, found in got.values()] == [one.text for one in three]
    assert store.ledger("llm-1") == LedgerCounts(0, 3, 0, leases=(Lease("here:1", SOON, 2), Lease("here:2", SOON, 1)))


def test_every_record_is_in_one_state(store: Repository, three: list[Record]) -> None:
    done, failed, skipped = three
    claimed = store.claim([one.id for one in three], "llm-1", "llm", "h:1", SOON)
    store.save_readings([reading(done, insight(done))], "llm-1", "llm", {done.id: claimed[done.id][0]})
    store.save_failures([(failed.id, "model_answer")], "llm-1", "llm")
    store.skip([claimed[skipped.id][0]], "nothing_said")
    counts = store.ledger("llm-1")
    assert counts == LedgerCounts(0, 0, 1, {"nothing_said": 1}, {"model_answer": 1})
    assert sum(counts.by_state.values()) == 3
    assert store.ledger("other") == LedgerCounts(3, 0, 0)
    assert store.pending("llm-1") == ([failed.id], {})
    assert claim(store, [one.id for one in three], "h:2") == [failed.id]
    store.save_records([(record("A-2", "换了一句话"), None)])
    assert set(store.pending("llm-1")[0]) == {failed.id, skipped.id}
    assert store.ledger("llm-1").by_state == {"pending": 1, "leased": 1, "done": 1, "skipped": 0, "failed": 0}


def test_what_is_given_back_stands_as_before(store: Repository, three: list[Record]) -> None:
    ids = [one.id for one in three]
    store.save_failures([(ids[0], "model_answer")], "llm-1", "llm")
    before = store.ledger("llm-1")
    assert claim(store, ids, "h:1") == ids
    assert store.give_back("h:2") == 0
    assert store.give_back("h:1") == 3
    assert store.ledger("llm-1") == before
    store.save_failures([(ids[0], "model_answer")] * 2, "llm-1", "llm")
    left, why = store.pending("llm-1")
    assert (set(left), why) == (set(ids[1:]), {"tried_before": 1})


def test_the_dead_of_a_place_and_whose_lease_ran_out_are_taken_over(store: Repository, three: list[Record]) -> None:
    ids = [one.id for one in three]
    claim(store, ids[:1], "here_:1")
    claim(store, ids[1:2], "hereX:1")
    claim(store, ids[2:], "there:1", PAST)
    assert claim(store, ids, "late:1") == ids[2:]
    claim(store, ids[2:], "there:1", PAST)
    assert store.take_over("here_:") == 1
    assert [lease.holder for lease in store.ledger("llm-1").leases] == ["hereX:1", "late:1"]
    store.renew("late:1", PAST)
    assert store.take_over("nowhere:") == 1


def test_a_lost_lease_costs_nothing_that_was_read(store: Repository, three: list[Record]) -> None:
    one = three[0]
    assert claim(store, [one.id], "h:1", PAST)
    key = store.claim([one.id], "llm-1", "llm", "h:2", SOON)[one.id][0]
    store.save_readings([reading(one, insight(one))], "llm-1", "llm", {one.id: key})
    store.save_failures([(one.id, "model_down")], "llm-1", "llm", {one.id: key})
    assert store.ledger("llm-1").by_state["done"] == 1
    assert store.insights_of([one.id]) == [insight(one)]
    store.give_back("h:2")
    assert store.ledger("llm-1").by_state["done"] == 1


def test_what_was_read_of_older_words_is_kept_but_not_current(store: Repository, three: list[Record]) -> None:
    one = three[0]
    key = store.claim([one.id], "llm-1", "llm", "h:1", SOON)[one.id][0]
    store.save_records([(record("A-0", "现在好了，谢谢"), None)])
    store.save_readings([reading(one, insight(one))], "llm-1", "llm", {one.id: key})
    assert store.insights_of([one.id]) == []
    assert one.id in store.pending("llm-1")[0]
    store.save_records([(record("A-0"), None)])
    assert store.reuse([one.id], "llm-1") == {one.id}


def test_what_was_read_of_a_record_that_is_gone_is_dropped(store: Repository, three: list[Record]) -> None:
    gone = record("gone")
    store.save_readings([reading(gone, insight(gone))], "llm-1", "llm", {gone.id: "k"})
    store.save_failures([(gone.id, "x")], "llm-1", "llm", {gone.id: "k"})
    assert store.ledger("llm-1").by_state == {"pending": 3, "leased": 0, "done": 0, "skipped": 0, "failed": 0}


def test_several_at_once_get_each_record_once(store: Repository) -> None:
    many = [record(f"M-{n}") for n in range(60)]
    store.save_records([(one, None) for one in many])
    ids, got = [one.id for one in many], []

    def work(name: str) -> None:
        for at in range(0, len(ids), 7):
            got.extend(claim(store, ids[at : at + 7], name))

    workers = [threading.Thread(target=work, args=(f"w:{n}",)) for n in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(got) == sorted(ids)


def test_the_dialect_of_the_server_is_known() -> None:
    said = str(leasing("postgresql", PAST).compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]
    assert "ON CONFLICT (key) DO UPDATE SET" in said
    assert "WHERE readings.status" in said
    assert "RETURNING readings.key" in said
