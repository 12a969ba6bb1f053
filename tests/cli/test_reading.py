"""Reading through the command line: same texts read once, refusals listed, a killed run pays for nothing twice."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Voc
from tests.stub_model import StubRequest
from tests.stub_model.filler import fill, read_prompt
from tests.stub_model.server import StubModel


def write(path: Path, texts: list[str]) -> Path:
    rows = [{"id": f"T{n:03}", "channel": "review", "product": "X5", "text": text} for n, text in enumerate(texts)]
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def known(stub: StubModel) -> dict[str, str]:
    return {"OPENAI_BASE_URL": stub.base_url, "OPENAI_API_KEY": "k"}


def test_the_same_text_is_paid_for_once_and_kept_for_all(voc: Voc, tmp_path: Path) -> None:
    texts = ["水温忽冷忽热，孩子不敢洗澡"] * 20 + ["修了三回还是漏水，没法信你们"] * 10 + ["师傅态度很好，讲得明白"]
    voc("ingest", write(tmp_path / "t.jsonl", texts), "--json")
    with StubModel() as stub:
        receipt = voc("analyse", "--json", **known(stub)).json
        sent = sum(len(read_prompt(request.user).records) for request in stub.chats)
    assert (receipt["done"], receipt["same_text"], sent) == (31, 28, 3)
    assert receipt["insights"] == 31
    insights = voc("list", "insights", "--limit", "100", "--json").json["items"]
    assert len({item["insight_id"] for item in insights}) == len({item["record_id"] for item in insights}) == 31


def test_twins_share_the_fate_of_the_record_that_could_not_be_read(voc: Voc, tmp_path: Path) -> None:
    voc("ingest", write(tmp_path / "t.jsonl", ["水温忽冷忽热，孩子不敢洗澡"] * 5), "--json")
    with StubModel() as stub:
        stub.mode("blank")
        receipt = voc("analyse", "--json", **known(stub)).json
        assert receipt["failed"] == {"model_answer": 5}
        stub.reset()
        again = voc("analyse", "--json", **known(stub)).json
    assert (again["pending"], again["done"]) == (5, 5)


def test_what_was_refused_is_counted_and_can_be_listed(voc: Voc, tmp_path: Path) -> None:
    voc("ingest", write(tmp_path / "t.jsonl", ["水温忽冷忽热，孩子不敢洗澡", "修了三回还是漏水，没法信你们"]), "--json")

    def handler(request: StubRequest) -> Any:
        if "待补的引文" in request.user:
            return {"quotes": [{"id": "Q1", "quote": None}]}
        answer = fill(request.schema or {}, read_prompt(request.user))
        answer["readings"][0]["insights"][0]["quote"] = "没有人说过的话"
        return answer

    with StubModel() as stub:
        stub.handler = handler
        receipt = voc("analyse", "--json", **known(stub)).json
    assert (receipt["refused_quotes"], receipt["refused"]) == (1, {"quote_not_found": 1})
    assert (receipt["requoted"], receipt["mended"], receipt["calls"]) == (1, 0, 2)
    listed = voc("list", "refused", "--json").json
    assert listed["total"] == 1
    assert (listed["items"][0]["reason"], listed["items"][0]["text"]) == ("quote_not_found", "没有人说过的话")
    assert listed["items"][0]["external_id"] == "T000"


@pytest.mark.usefixtures("english")
@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is not known there")
def test_a_killed_run_goes_on_and_repeats_at_most_the_calls_in_flight(voc: Voc, tmp_path: Path) -> None:
    texts = [f"第{n}回修，水温还是忽冷忽热，孩子不敢洗澡" for n in range(160)]
    voc("ingest", write(tmp_path / "t.jsonl", texts), "--json")
    with StubModel() as stub:

        def handler(request: StubRequest) -> Any:
            time.sleep(0.05)
            return None

        stub.handler = handler
        environment = {**os.environ, **known(stub), "VOC_LLM_CONCURRENCY": "4"}
        command = [sys.executable, "-c", "from assistant.cli.main import main; main(['analyse', '--json'])"]
        process = subprocess.Popen(
            command,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=Path(__file__).parents[2],
        )
        while len(stub.chats) < 12 and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait()
        before = len(stub.chats)
        kept = voc("list", "insights", "--json").json["total"]
        left = voc("doctor", "--json", **known(stub)).json["ledger"]
        receipt = voc("analyse", "--json", **known(stub)).json
        asked = len(stub.chats)
    (lease,) = left["leases"]
    assert f":{process.pid}:" in lease["holder"]
    assert left["leased"] == lease["records"] == receipt["taken_over"] > 0
    assert (left["done"], left["pending"] + left["leased"]) == (kept, 160 - kept)
    assert receipt["ledger"] == {"pending": 0, "leased": 0, "done": 160, "skipped": 0, "failed": 0}
    assert 0 < kept < 160
    assert receipt["done"] + receipt["skipped"].get("reused", 0) == 160 - kept
    assert before < 20 <= asked <= 20 + 4


def test_who_says_nothing_is_skipped_once_and_a_budget_leaves_the_rest_pending(voc: Voc, tmp_path: Path) -> None:
    path = write(tmp_path / "t.jsonl", [f"第{n}回修，水温还是忽冷忽热" for n in range(30)])
    silent = {"id": "S1", "channel": "chat", "turns": [{"speaker": "agent", "text": "您好，请问有什么可以帮您？"}]}
    path.write_text(path.read_text(encoding="utf-8") + json.dumps(silent, ensure_ascii=False) + "\n", encoding="utf-8")
    voc("ingest", path)
    with StubModel() as stub:
        some = voc("analyse", "--json", "--budget-tokens", "35000", **known(stub)).json
        left = some["skipped"]["budget"]
        assert 0 < left < 30
        assert some["skipped"]["nothing_said"] == 1
        assert some["ledger"] == {"pending": left, "leased": 0, "done": 30 - left, "skipped": 1, "failed": 0}
        rest = voc("analyse", "--json", **known(stub))
        assert rest.code == 0
        assert (rest.json["pending"], rest.json["done"]) == (left, left)
        assert "您好，请问有什么" not in "".join(request.user for request in stub.chats)
    assert voc("doctor", "--json", **known(stub)).json["ledger"]["skipped_why"] == {"nothing_said": 1}
