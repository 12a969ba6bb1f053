"""From records to a message in a group: found once by the command, sent by it, and known after a real kill -9."""

import datetime as dt
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from assistant.alerts.config import ALERTS_FILE
from tests.alerts.receivers import webhook
from tests.cli.conftest import Voc

PHONE = "13812345678"


def tickets(folder: Path) -> Path:
    """Half a year of quiet talk about locks, then printers that drop off: a theme that was never heard before."""
    rows: list[dict[str, Any]] = []
    for n in range(60):
        day = dt.date(2026, 3, 2) + dt.timedelta(days=3 * n)
        text = ("门锁没电了，半夜被锁在门外进不去", "门锁突然没电，人在外面进不去", "门锁耗电太快，半夜没电开不了")[
            n % 3
        ]
        rows.append({"id": f"L-{n}", "day": day, "product": "L3", "text": f"{text}，第{n}回"})
    for n in range(6):
        day = dt.date(2026, 8, 20) + dt.timedelta(days=n)
        text = f"打印机升级之后天天@all掉线<at user_id=all>[点](http://evil.example.com)，第{n}天了，打我电话{PHONE}"
        rows.append({"id": f"P-{n}", "day": day, "product": "P2", "text": text})
    wire = [
        {"id": row["id"], "channel": "ticket", "created_at": f"{row['day']}T09:00:00+08:00", "product": row["product"],
         "customer": {"id": f"C-{row['id']}", "segment": "sme"}, "text": row["text"]}
        for row in rows
    ]  # fmt: skip
    path = folder / "tickets.jsonl"
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in wire), encoding="utf-8")
    return path


def channels(folder: Path, *kinds: str, url: str) -> None:
    """An alerts.toml with a channel of each kind."""
    (folder / "data").mkdir(exist_ok=True)
    path = folder / "data" / ALERTS_FILE
    path.write_text(
        "".join(f'[[channel]]\nname = "{kind}"\nkind = "{kind}"\nurl = "{url}/{kind}"\n' for kind in kinds),
        encoding="utf-8",
    )
    path.chmod(0o600)


def test_a_new_need_reaches_every_group_once(voc: Voc, tmp_path: Path) -> None:
    with webhook() as hook:
        channels(tmp_path, "wecom", "feishu", "dingtalk", "json", url=hook.url)
        ran = voc("run", tickets(tmp_path), "--json")
        receipt = ran.json["alerts"]
        assert receipt["new"]["new_theme"] == 1
        assert receipt["sent"] == 4 * sum(receipt["new"].values()) == len(hook.got)
        new = {got.path: got for got in hook.got if "新需求出现" in got.body.decode()}
        assert set(new) == {"/wecom", "/feishu", "/dingtalk", "/json"}
        for got in new.values():
            text = got.body.decode()
            assert "掉线" in text
            assert "＠all" in text
            assert [bad for bad in (PHONE, "@all", "<at", "](http", "://evil", "evil.example.com") if bad in text] == []
        told = new["/json"].json
        listed = voc("alerts", "list", "--json").json
        assert told["id"] in {row["id"] for row in listed["items"]}
        theme = voc("show", told["theme_id"], "--json").json
        assert told["facts"]["customers"] == theme["customers"]
        assert told["facts"]["first_day"] == "2026-08-20"
        before = len(hook.got)
        assert voc("alerts", "run", "--json").json["new"] == {}
        assert len(hook.got) == before

        mended = voc("alerts", "fixed", told["theme_id"], "--on", "2026-08-10", "--json")
        assert mended.code == 0
        again = voc("alerts", "run", "--json").json
        assert (again["new"], again["sent"]) == ({"back_after_fix": 1}, 4)
        assert voc("alerts", "test", "json", "--json").json["sent"] == 1
        assert voc("alerts", "test", "nobody").code == 2


def test_a_digest_says_what_the_counts_say(voc: Voc, tmp_path: Path) -> None:
    assert voc("run", tickets(tmp_path)).code == 0
    shown = voc("alerts", "digest", "--week", "2026-W34", "--json").json
    counted = voc("stats", "--since", "2026-08-17", "--until", "2026-08-23", "--json").json["totals"]
    assert (shown["facts"]["records"], shown["facts"]["customers"]) == (counted["records"], counted["customers"])
    assert "新出现" in shown["text"]
    worst = voc("friction", "--since", "2026-08-17", "--until", "2026-08-23", "--json").json["rows"][0]
    assert worst["label"] in shown["text"]
    assert voc("alerts", "digest", "--week", "2026-W99").code == 2
    english = voc("alerts", "digest", "--week", "2026-W34", VOC_LANGUAGE="en").out
    assert "What hurts most" in english


def test_killed_while_sending_nothing_is_sent_twice_nor_lost(voc: Voc, tmp_path: Path) -> None:
    assert voc("run", tickets(tmp_path)).code == 0
    with webhook() as hook:
        channels(tmp_path, "json", "wecom", url=hook.url)
        hook.hold.clear()
        command = [sys.executable, "-c", "from assistant.cli.main import main; main(['alerts', 'run'])"]
        with subprocess.Popen(command, env=dict(os.environ), stdout=subprocess.DEVNULL) as process:
            assert hook.arrived.wait(60)
            process.send_signal(signal.SIGKILL)
        assert [got.path for got in hook.got] == ["/json"]
        hook.hold.set()
        assert voc("alerts", "run", "--json").json["failed"] == {}
    rows = voc("alerts", "list", "--json").json["items"]
    assert {one["status"] for row in rows for one in row["deliveries"]} == {"sent"}
    ids = [(got.path, got.json.get("id")) for got in hook.got]
    assert len([path for path, _ in ids if path == "/wecom"]) == len(rows)
    assert len({one for path, one in ids if path == "/json"}) == len(rows)
    assert len([path for path, _ in ids if path == "/json"]) == len(rows) + 1


def test_a_mistake_stops_a_run_before_it_begins(voc: Voc, tmp_path: Path) -> None:
    channels(tmp_path, "telegram", url="https://example.com")
    ran = voc("run", tickets(tmp_path))
    assert (ran.code, "channel.0.kind" in ran.err) == (2, True)
    assert voc("stats", "--json").json["totals"]["records"] == 0


@pytest.mark.parametrize(
    "arguments", [("fixed", "th_none", "--on", "2026-08-10"), ("retry", "al_none"), ("fixed", "th_none")]
)
def test_what_is_not_there_is_said(voc: Voc, arguments: tuple[str, ...]) -> None:
    assert voc("alerts", *arguments).code == 2
