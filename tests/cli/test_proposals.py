"""voc propose and voc proposal: files of each form, briefs, and the life of a proposal."""

import json
from pathlib import Path

import docx
import pytest

from tests.api.conftest import TICKETS, _wire
from tests.cli.conftest import Voc


@pytest.fixture
def filled(voc: Voc, tmp_path: Path) -> Voc:
    source = tmp_path / "tickets.jsonl"
    source.write_text("\n".join(map(_wire, TICKETS)), encoding="utf-8")
    assert voc("run", source, "--json").code in (0, 3)
    return voc


def test_each_form_is_written_and_a_second_draft_is_the_same(filled: Voc, tmp_path: Path) -> None:
    theme = filled("list", "themes", "--json").json["items"][0]["theme_id"]
    made = filled("propose", theme, "-o", tmp_path / "a.docx", "--json").json
    assert made["title"] in "\n".join(p.text for p in docx.Document(str(tmp_path / "a.docx")).paragraphs)
    filled("propose", theme, "-o", tmp_path / "a.json")
    assert json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))["id"] == made["id"]
    filled("proposal", "show", made["id"], "-o", tmp_path / "a.md")
    assert made["title"] in (tmp_path / "a.md").read_text(encoding="utf-8")
    english = filled("propose", theme, "--language", "en").out
    assert "## 1. Summary" in english
    assert "voice this need" in english


def test_a_brief_and_its_refusal(filled: Voc) -> None:
    made = filled("propose", "--brief", "给老板做一款不掉线的打印机", "--json")
    (lead, *_) = made.json["provenance"]["brief"]["themes"]
    said = filled("list", "insights", "--theme", lead["theme_id"], "--limit", "500", "--json").json["items"]
    assert {one["record_id"] for one in made.json["evidence"]} <= {one["record_id"] for one in said}
    assert made.json["coverage"]["records_supporting"] == lead["records"]
    refused = filled("propose", "--brief", "给宇航员做一款火星旅行套餐")
    assert refused.code == 2
    assert "火星" in refused.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("propose",),
        ("propose", "th_1", "--brief", "x"),
        ("propose", "th_1", "--format", "docx"),
        ("proposal", "move", "pr_1", "approved"),
        ("proposal", "move", "pr_none", "in_review"),
        ("proposal", "history", "pr_none"),
    ],
)
def test_wrong_use_is_one_sentence(filled: Voc, arguments: tuple[str, ...]) -> None:
    ran = filled(*arguments)
    assert ran.code == 2
    assert "Traceback" not in ran.err


def test_a_proposal_lives(filled: Voc) -> None:
    theme = filled("list", "themes", "--json").json["items"][0]["theme_id"]
    name = filled("propose", theme, "--json").json["id"]
    assert "plan" in filled("proposal", "edit", name, "route.why", "先借一台试。", "--by", "王工").out
    assert filled("proposal", "comment", name, "请补上价格", "--by", "李经理").code == 0
    assert "王工" in filled("proposal", "owner", name, "王工").out
    assert filled("proposal", "move", name, "rejected").code == 2
    assert filled("proposal", "move", name, "rejected", "--reason", "已有同款").code == 0
    assert filled("proposal", "move", name, "draft").code == 0
    events = filled("proposal", "history", name, "--json").json["items"]
    assert [event["kind"] for event in events] == ["drafted", "edited", "commented", "owned", "moved", "moved"]
    assert events[4]["detail"]["reason"] == "已有同款"
    assert filled("propose", theme, "--json").json["route"]["why"] == "先借一台试。"


def test_an_erased_customers_words_go_from_texts_comments_and_edits(filled: Voc) -> None:
    words = "人在外面进不去,冻了两个小时"
    theme = next(
        t["theme_id"] for t in filled("list", "themes", "--json").json["items"] if "门锁" in str(t) or "锁" in str(t)
    )
    made = filled("propose", theme, "--json").json
    name = made["id"]
    filled("proposal", "comment", name, f"他说{words}，先办这位", "--by", "李经理")
    filled("proposal", "edit", name, "risks", f"有客户{words}。再看一家。", "--by", "王工")
    ran = filled("erase", "--customer", "C-T-7", "--yes", "--json")
    assert ran.code == 0, ran.err
    after = filled("show", name, "--json").json
    history = filled("proposal", "history", name, "--json").json
    assert words not in json.dumps([after, history], ensure_ascii=False)
    assert [event["kind"] for event in history["items"]] == ["drafted", "commented", "edited"]
    lost = {e["n"] for e in made["evidence"]} - {e["n"] for e in after["evidence"]}
    assert not lost & {n for s in after["statements"] for n in s["evidence"]}
