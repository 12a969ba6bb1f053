"""What processes share is told: who works on the whole elsewhere, and what all have taken of the limits."""

import os
import socket
import threading
from pathlib import Path

import pytest
from filelock import FileLock

from assistant.pipeline.turns import STAGES, whole_stage
from assistant.records.database import Database
from assistant.records.turn_store import TurnStore
from tests.cli.conftest import Voc


@pytest.mark.postgres
def test_who_works_on_the_whole_elsewhere_is_named_and_may_be_waited_for(
    voc: Voc, postgres_url: str, tmp_path: Path
) -> None:
    database = Database(postgres_url, tmp_path / "elsewhere" / "write.lock")
    turns, server = TurnStore(database), {"VOC_DATABASE_URL": postgres_url}
    with whole_stage(turns, "themes", "elsewhere:"):
        refused = voc("index", "--json", **server)
        assert refused.code == 1
        assert f"themes on {socket.gethostname()} (process {os.getpid()}, since " in refused.err
        told = voc("doctor", "--json", **server).json["database"]["whole_stage"]
        assert told.startswith("themes on ")
        assert voc("analyse", "--json", **server).code == 0
    held = turns.take(STAGES, "ideas", "elsewhere:")
    assert isinstance(held, str)
    ending = threading.Timer(0.3, turns.give_back, (STAGES, held))
    ending.start()
    assert voc("index", "--wait", "60", "--json", **server).code == 0
    ending.join()
    assert voc("doctor", "--json", **server).json["database"]["whole_stage"] == "nobody"
    database.close()


def test_what_all_have_taken_of_the_limits(voc: Voc) -> None:
    limits = {"VOC_LLM_RPM": "60", "VOC_LLM_TPM": "0", "VOC_BUDGET_DAY": "50", "VOC_CHAT_MODEL": "gpt-4.1-mini"}
    told = voc("doctor", "--json", OPENAI_BASE_URL="http://127.0.0.1:9/v1", **limits).json["engine"]
    assert (told["minute_requests"], told["spent_today"]) == ("0 / 60", "0.0000 / 50.0000")
    assert "minute_tokens" not in told


@pytest.mark.usefixtures("english")
def test_a_day_s_budget_needs_a_price(voc: Voc) -> None:
    ran = voc("doctor", OPENAI_BASE_URL="http://127.0.0.1:9/v1", VOC_CHAT_MODEL="unheard-of", VOC_BUDGET_DAY="5")
    assert ran.code == 2
    assert "VOC_BUDGET_DAY can't be kept" in ran.err


def test_a_damaged_file_of_limits_is_a_problem_among_others(voc: Voc, tmp_path: Path) -> None:
    assert voc("doctor", OPENAI_BASE_URL="http://127.0.0.1:9/v1").code == 0
    (tmp_path / "data" / "limits.db").write_bytes(b"no database" * 1000)
    told = voc("doctor", "--json")
    assert told.code == 1
    assert [problem for problem in told.json["problems"] if "limits.db can't be used: it is damaged" in problem]


def test_a_run_without_files_waits_only_where_it_is_told_to(voc: Voc, tmp_path: Path) -> None:
    assert voc("stats").code == 0
    lock = FileLock(str(tmp_path / "data" / "run.lock"), thread_local=False)
    lock.acquire()
    assert voc("run").code == 1
    ending = threading.Timer(0.2, lock.release)
    ending.start()
    assert voc("run", "--wait", "60").code == 0
    ending.join()
