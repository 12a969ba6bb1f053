"""`voc chat` and what is kept of it: conversations, thumbs, pins, and the questions that the data cannot answer."""

import csv
import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import pytest

from tests.api.conftest import PHONE, TICKETS, _wire
from tests.cli.conftest import Voc
from tests.stub_model.server import StubModel

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-c", "from assistant.cli.main import main; main()", "chat")
LOCK, WEATHER = "门锁没电怎么回客户", "今天天气怎么样"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with eight tickets, read and grouped."""
    place = tmp_path_factory.mktemp("chat")
    source = place / "tickets.jsonl"
    source.write_text("\n".join(map(_wire, TICKETS)), encoding="utf-8")
    command = [sys.executable, "-c", "from assistant.cli.main import main; main()", "run", str(source), "--json"]
    subprocess.run(command, check=True, capture_output=True, env=_environment(place / "data"), cwd=ROOT)
    return place / "data"


def _environment(data: Path, **settings: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("VOC_", "OPENAI_"))}
    return {**kept, "VOC_DATA_DIR": str(data), "PYTHONUNBUFFERED": "1", **settings}


def typed(data: Path, *lines: str, options: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    """What comes of some lines typed into `voc chat`."""
    return subprocess.run(
        [*COMMAND, *options], input="\n".join(lines), capture_output=True, text=True, check=True, cwd=ROOT,
        env=_environment(data), timeout=60,
    )  # fmt: skip


@pytest.fixture
def here(voc: Voc, filled: Path) -> Callable[..., Any]:
    """A command on that directory; its JSON."""
    return lambda *arguments: voc(*arguments, "--json", VOC_DATA_DIR=str(filled)).json


def test_a_talk_from_question_to_thumb(filled: Path, here: Callable[..., Any]) -> None:
    ran = typed(
        filled,
        LOCK,
        "/sources 1",
        "/sources 9",
        "/plan",
        "那有几条",
        f"/up 打给{PHONE}了",
        "/dance",
        "/pin",
        "/quit",
        "没人问",
    )
    assert "[1]" in ran.stdout
    assert "建议回复" in ran.stdout
    assert "Traceback" not in ran.stderr
    for said in (
        "理解为",
        "没有引文 9",
        "已记下",
        "没有 /dance 这个命令",
        "已置顶",
        "对话已存：voc conversations show cv_",
    ):
        assert said in ran.stderr, said
    conversation = ran.stderr.rsplit("show ", 1)[1].strip()
    kept = here("conversations", "show", conversation)["answers"]
    assert [answer["question"] for answer in kept] == [LOCK, "那有几条"]
    assert any("承接上一问" in note for note in kept[1]["plan"]["notes"])
    assert here("list", "feedback")["items"][0]["comment"].startswith("打给⟦phone:")
    assert here("list", "pinned")["items"][0]["question"] == "那有几条"
    assert [(line["action"], line["subject"]) for line in here("audit")["items"]][:2] == [
        (action, kept[1]["id"]) for action in ("pin", "feedback")
    ]
    assert PHONE not in ran.stdout + ran.stderr
    again = typed(filled, "那门锁呢", options=("--conversation", conversation))
    assert "error" not in again.stderr
    assert len(here("conversations", "show", conversation)["answers"]) == 3


def test_a_script_gets_one_document(filled: Path, here: Callable[..., Any]) -> None:
    ran = typed(filled, LOCK, "", "/new", WEATHER, options=("--json", "--user", "wang"))
    told = json.loads(ran.stdout)
    assert [answer["refused"] for answer in told["answers"]] == [False, True]
    assert told["owner"] == "wang"
    assert here("conversations", "list", "--user", "wang")["total"] == 2
    assert here("conversations", "list")["total"] + 2 <= here("conversations", "list", "--everybody")["total"]
    gone = here("conversations", "delete", told["conversation_id"], "--user", "wang")
    assert gone == {"conversations": 1, "answers": 1, "kept_pinned": 0}
    assert here("conversations", "delete", "--all", "--user", "wang")["conversations"] == 1


def test_mistakes_do_not_end_the_talk(filled: Path) -> None:
    ran = typed(filled, "/up", "/pin", "问" * 5_000, LOCK)
    assert ran.stderr.count("还没有回答可用") == 2
    assert "error: the question has 5000 characters" in ran.stderr
    assert "建议回复" in ran.stdout


def test_ctrl_c_stops_the_answer_and_not_the_talk(filled: Path) -> None:
    with StubModel() as stub:
        stub.mode("slow", seconds=20)
        settings = {"OPENAI_BASE_URL": stub.base_url, "OPENAI_API_KEY": "k"}
        with subprocess.Popen(
            COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
            env=_environment(filled, **settings),
        ) as process:  # fmt: skip
            guard = threading.Timer(50, process.kill)
            guard.start()
            stdin, told = _pipe(process.stdin), _pipe(process.stderr)
            stdin.write(f"{LOCK}\n")
            stdin.flush()
            _until(told, "直接提问")
            while not stub.requests and process.poll() is None:
                time.sleep(0.01)
            process.send_signal(signal.SIGINT)
            _until(told, "已停下这次回答")
            stdin.write("/help\n/quit\n")
            stdin.flush()
            rest = _until(told, "/new")
            assert "/quit" in rest
            assert process.wait(60) == 0
            guard.cancel()


def _pipe(found: IO[str] | None) -> IO[str]:
    assert found is not None
    return found


def _until(told: IO[str], words: str) -> str:
    for line in told:
        if words in line:
            return line
    pytest.fail(f"never told: {words}")


def test_what_the_data_cannot_tell_is_counted_and_taken_out(
    voc: Voc, filled: Path, here: Callable[..., Any], tmp_path: Path
) -> None:
    for question in (WEATHER, "请问今天的天气怎么样？", "火星车的履带材料是什么"):
        assert here("ask", question)["refused"]
    down = here("ask", "墨粉盒太贵客户怎么说")
    here("feedback", down["id"], "down", "--comment", "太笼统")
    rows = {row["question"]: row for row in here("list", "unanswered")["items"]}
    assert rows["墨粉盒太贵客户怎么说"]["why"] == "not_helpful"
    assert rows["墨粉盒太贵客户怎么说"]["reason"] == "太笼统"
    weather = next(row for question, row in rows.items() if "天气" in question)
    assert weather["times"] >= 2
    assert weather["why"] == "off_topic"
    for kind in ("unanswered", "feedback"):
        target = tmp_path / f"{kind}.csv"
        assert here("export", kind, "-o", target)["rows"] == here("list", kind)["total"] > 0
        assert len(list(csv.DictReader(io.StringIO(target.read_text(encoding="utf-8-sig"))))) > 0
    assert voc("list", "unanswered", "--product", "P2", VOC_DATA_DIR=str(filled)).code == 2
    shown = voc("list", "unanswered", VOC_DATA_DIR=str(filled))
    assert "被点踩" in shown.out
    assert "与售后无关" in shown.out


def test_a_pinned_answer_is_given_again(filled: Path, here: Callable[..., Any], voc: Voc) -> None:
    question = "打印机掉线客户在意什么"
    first = here("ask", question)
    here("pin", first["id"], "--by", "李经理")
    again = here("ask", question)
    assert again["text"] == first["text"]
    assert any("李经理" in warning for warning in again["warnings"])
    assert here("unpin", first["id"]) == {"unpinned": first["id"]}
    assert not any("李经理" in warning for warning in here("ask", question)["warnings"])
    refusal = here("ask", WEATHER)
    assert voc("pin", refusal["id"], VOC_DATA_DIR=str(filled)).code == 2
    assert voc("pin", "an_none", VOC_DATA_DIR=str(filled)).code == 2
    assert voc("feedback", "an_none", "up", VOC_DATA_DIR=str(filled)).code == 2
    assert here("show", first["id"])["text"] == first["text"]


def test_a_follow_up_from_the_command_line(here: Callable[..., Any]) -> None:
    here("ask", "8月打印机掉线有多少条", "--conversation", "night", "--user", "zhao")
    answer = here("ask", "那9月呢", "--conversation", "night", "--user", "zhao")
    assert (answer["plan"]["filters"]["since"] or "")[5:7] == "09"
    assert answer["plan"]["filters"]["product"] == ["P2"]
