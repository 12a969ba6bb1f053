"""What a tortured house paid is told apart from what it paid twice, and two stores are compared by what they hold."""

import json
import time
from collections import Counter
from pathlib import Path

import httpx
import pytest

from assistant.records.repository import Repository
from evals.benches.torture.paid import WRITTEN, Call, Kill, calls_in, judged
from evals.benches.torture.same import Difference, differences, held, left_undone
from evals.benches.torture.teller import telling
from evals.benches.torture.victims import Program
from evals.benches.torture.waves import CHANGED, Waves
from tests.records.builders import insight, reading, record
from tests.records.conftest import database_url, empty_database, store

__all__ = ["database_url", "empty_database", "store"]

API = frozenset({"api"})
BOTH = frozenset({"api", "worker"})


def call(by: str, thing: str, came: float, takes: float = 1.0) -> Call:
    return Call(by, (thing,), came, came + takes)


@pytest.mark.parametrize(
    ("calls", "kills", "again", "unexplained"),
    [
        ([call("api", "a", 1), call("api", "b", 1)], [], 0, ()),
        ([call("api", "a", 1), call("api", "a", 9)], [], 0, ("a",)),
        ([call("api", "a", 1), call("api", "a", 9)], [Kill("api", 1.5, API)], 1, ()),
        ([call("api", "a", 1), call("api", "a", 9)], [Kill("api", 2 + WRITTEN / 2, API)], 1, ()),
        ([call("api", "a", 1), call("api", "a", 9)], [Kill("api", 3 + WRITTEN, API)], 0, ("a",)),
        ([call("worker", "a", 1), call("api", "a", 9)], [Kill("api", 1.5, API)], 0, ("a",)),
        ([call("worker", "a", 1), call("api", "a", 9)], [Kill("postgres", 1.5, BOTH)], 1, ()),
        ([call("api", "a", 1), call("api", "a", 9), call("api", "a", 30)], [Kill("api", 1.5, API)], 1, ("a",)),
    ],
)
def test_a_repetition_is_explained_by_a_kill_that_cost_the_call_before(
    calls: list[Call], kills: list[Kill], again: int, unexplained: tuple[str, ...]
) -> None:
    paid = judged(calls, kills)
    assert (paid.again, paid.unexplained) == (again, unexplained)
    assert paid.calls == len(calls)


def test_what_the_undisturbed_run_asks_twice_may_be_asked_twice() -> None:
    twice = [call("api", "a", 1), call("api", "a", 9)]
    assert judged(twice, [], twice).unexplained == ()
    assert judged([*twice, call("api", "a", 30)], [], twice).unexplained == ("a",)


def test_what_was_asked_and_answered_stands_in_the_journal(tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    schema = {"type": "object", "properties": {"title": {"type": "string"}}}
    asked = {"model": "m", "messages": [{"role": "user", "content": "叫什么？"}]}
    body = {**asked, "response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}}
    with telling(0, journal) as url:
        answer = httpx.post(
            f"{url}/chat/completions", json=body, headers={"authorization": "Bearer worker"}, timeout=60
        )
    assert "title" in json.loads(answer.json()["choices"][0]["message"]["content"])
    (one,) = calls_in(journal)
    assert (one.by, len(one.asked)) == ("worker", 1)
    assert one.came < one.answered < time.monotonic()


def test_the_same_seed_gives_the_same_waves_and_says_what_must_be_there() -> None:
    one, other = Waves(40, 10, 3), Waves(40, 10, 3)
    first = one.next()
    assert (first, len(first.rows)) == (other.next(), 40)
    one.expected.settle()
    second = one.next()
    assert second == other.next()
    assert len(second.rows) == 40 * CHANGED + 10
    assert len(one.expected.now) == 50
    assert [row["text"] for row in second.rows] == [one.expected.now[row["id"]] for row in second.rows]
    assert len(one.expected.before) == len(second.rows), "till all is taken in, they may say what they said"


def test_stores_are_compared_by_what_they_hold(store: Repository) -> None:
    one = record("A-1")
    store.save_records([(one, None)])
    with store.database.reading() as connection:
        before = held(connection)
        assert list(left_undone(connection)) == ["1 records are not read"]
    store.save_readings([reading(one, insight(one))], "x-1", "rules")
    with store.database.reading() as connection:
        after = held(connection)
        assert list(left_undone(connection)) == []
    assert differences(after, after) == []
    found = {each.kind: (each.here, each.there) for each in differences(after, before)}
    assert found.pop("records") == (1, 1), "the record names its reading"
    assert found == {"readings": (1, 0), "insights": (1, 0), "leads": (1, 0)}
    told = str(Difference("themes", 1, 2, (), tuple(Counter({"x": 2}))))
    assert told == "themes: 1 here, 2 undisturbed; only undisturbed: x"


def test_a_killed_program_is_dead_and_what_it_started_is_found(tmp_path: Path) -> None:
    program = Program(["sh", "-c", "sleep 30 & echo begun >&2; wait"], tmp_path / "said")
    program.start()
    while "begun" not in program.said.read_text(encoding="utf-8"):
        time.sleep(0.01)
    program.kill()
    assert not program.alive
    assert program.left_behind(patience=0.1) == 1
    assert program.left_behind(patience=0.1) == 0
