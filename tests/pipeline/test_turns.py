"""Whole stages exclude one another on all machines that share a server, reading does not, and the dead hold nothing up."""

import datetime as dt
import json
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from assistant.bootstrap import App, open_app
from assistant.errors import BusyError
from assistant.intake.reading import ReadOptions
from assistant.pipeline.erasing import erase_customer
from assistant.pipeline.turns import whole_stage
from assistant.records.database import Database
from assistant.records.turn_store import TurnStore, Worker
from assistant.settings import load_settings

pytestmark = pytest.mark.postgres


@pytest.fixture
def turns(postgres_url: str, tmp_path: Path) -> Iterator[TurnStore]:
    database = Database(postgres_url, tmp_path / "write.lock")
    yield TurnStore(database)
    database.close()


@pytest.fixture
def machine(postgres_url: str, tmp_path: Path) -> Iterator[Callable[[str], App]]:
    """Opens an application on the same server, with a data directory of its own."""
    with ExitStack() as opened:

        def make(name: str) -> App:
            app = open_app(load_settings(data_dir=tmp_path / name, database_url=postgres_url, engine="rules"))
            opened.callback(app.close)
            return app

        yield make


def test_a_turn_is_one_s_and_tells_whose(turns: TurnStore) -> None:
    mine = turns.take("stages", "themes", "here:")
    assert isinstance(mine, str)
    found = turns.take("stages", "index", "there:")
    assert isinstance(found, Worker)
    assert turns.worker("stages") == found
    assert (found.what, found.host, found.process) == ("themes", socket.gethostname(), os.getpid())
    assert turns.keep("stages", mine)
    turns.give_back("stages", "somebody else")
    assert isinstance(turns.take("stages", "index", "there:"), Worker)
    turns.give_back("stages", mine)
    assert turns.worker("stages") is None
    assert isinstance(turns.take("stages", "index", "there:"), str)


def test_who_is_not_heard_of_any_more_has_lost_it(turns: TurnStore) -> None:
    mine = turns.take("stages", "themes", "here:", lease=-1)
    assert isinstance(mine, str)
    assert turns.worker("stages") is None
    assert isinstance(turns.take("stages", "index", "there:"), str)
    assert not turns.keep("stages", mine)


def test_who_died_in_one_s_own_place_is_not_waited_for(turns: TurnStore) -> None:
    assert isinstance(turns.take("stages", "themes", "here:"), str)
    assert isinstance(turns.take("stages", "themes", "here:"), str)


def test_two_machines_do_not_work_on_the_whole_at_once_but_both_may_read(machine: Callable[[str], App]) -> None:
    one, other = machine("one").pipeline, machine("other").pipeline
    with one.context.exclusive("themes"):
        with pytest.raises(BusyError, match=rf"themes on {socket.gethostname()} \(process {os.getpid()}, since 20"):
            other.index()
        with pytest.raises(BusyError):
            other.ideas()
        assert other.analyse().pending == 0
    assert other.index().records == 0


def test_a_patient_stage_begins_when_the_other_has_ended(machine: Callable[[str], App]) -> None:
    one, other = machine("one").pipeline, machine("other").pipeline
    begun, end = threading.Event(), threading.Event()

    def work() -> None:
        with whole_stage(one.context.store.turns, "themes", "one:"):
            begun.set()
            end.wait(60)

    working = threading.Thread(target=work)
    working.start()
    begun.wait(60)
    threading.Timer(0.2, end.set).start()
    assert other.patient(60).index().records == 0
    working.join()


def test_a_refused_turn_leaves_the_data_directory_free(machine: Callable[[str], App]) -> None:
    one, other = machine("one").pipeline, machine("other").pipeline
    with one.context.exclusive("themes"), pytest.raises(BusyError):
        other.index()
    with other.context.exclusive():
        pass


def test_nobody_is_erased_while_another_machine_reads_their_records(
    machine: Callable[[str], App], tmp_path: Path
) -> None:
    one, other = machine("one"), machine("other")
    file = tmp_path / "in.jsonl"
    file.write_text(json.dumps({"id": "T-1", "text": "热水器忽冷忽热", "customer": {"id": "C-1"}}), encoding="utf-8")
    one.pipeline.ingest([file], ReadOptions())
    (record_id,) = other.store.pending("rules-1")[0]
    until = (dt.datetime.now(dt.UTC) + dt.timedelta(minutes=9)).isoformat(timespec="seconds")
    assert other.store.claim([record_id], "rules-1", "rules", "there:1a2b:77:c0de", until)
    with pytest.raises(BusyError, match=r"being read on there \(process 77\)"):
        erase_customer(one.pipeline.context, "C-1")
    assert other.store.record(record_id).id == record_id, "nothing is gone"
    other.store.give_back("there:1a2b:77:c0de")
    assert erase_customer(one.pipeline.context, "C-1").records == 1
