"""The whole way on the sample corpus with the rules, through the command line alone."""

import json
from pathlib import Path

from assistant.domain.vocabulary import NBN_TYPES
from tests.cli.conftest import Voc

SOURCE = Path(__file__).parents[2] / "assistant" / "sample" / "xinglan" / "source"


def test_the_whole_way_and_again_for_nothing(voc: Voc, tmp_path: Path) -> None:
    first = voc("run", SOURCE, "--json")
    assert first.code == 0
    receipts = first.json
    assert receipts["ingest"]["read"] == receipts["ingest"]["added"] == 350
    assert receipts["index"]["records"] == 350
    assert receipts["analyse"]["done"] == receipts["analyse"]["pending"] == 350
    assert receipts["themes"]["assigned"] + receipts["themes"]["unassigned"] == receipts["analyse"]["insights"]
    assert set(receipts["ideas"]["by_type"]) == set(NBN_TYPES)

    second = voc("run", SOURCE, "--json").json
    assert second["ingest"]["unchanged"] == 350
    assert second["index"]["embedded"] == 0
    assert second["analyse"]["pending"] == 0
    assert second["themes"]["themes"] == receipts["themes"]["themes"]
    assert second["ideas"]["skipped"] == {"unchanged": receipts["ideas"]["done"]}

    _insights_stand_in_their_records(voc, tmp_path)
    _a_counted_and_a_found_question(voc)
    _a_proposal(voc, tmp_path)


def _insights_stand_in_their_records(voc: Voc, tmp_path: Path) -> None:
    target = tmp_path / "insights.json"
    assert voc("export", "insights", "--format", "json", "-o", target, "--json").json["file"] == str(target)
    voc("export", "records", "--format", "json", "-o", tmp_path / "records.json")
    texts = {r["record_id"]: r["text"] for r in json.loads((tmp_path / "records.json").read_text(encoding="utf-8"))}
    insights = json.loads(target.read_text(encoding="utf-8"))
    assert len(insights) > 300
    for one in insights:
        assert texts[one["record_id"]][one["start"] : one["end"]] == one["quote"]
        assert one["engine"] == "rules"


def _a_counted_and_a_found_question(voc: Voc) -> None:
    counted = voc("ask", "打印机有多少条反馈？", "--json").json
    in_sql = {row["key"]: row["records"] for row in voc("stats", "--by", "product", "--json").json["rows"]}
    assert in_sql["P2"] in [figure["value"] for figure in counted["figures"]]
    found = voc("ask", "门锁没电打不开门，客户在意什么？", "--json").json
    assert found["citations"]
    assert found["needs"]
    record = voc("show", found["citations"][0]["record_id"], "--json").json
    cited = found["citations"][0]
    assert record["text"][cited["start"] : cited["end"]] == cited["quote"]
    assert voc("search", "门锁没电", "--product", "L3", "--json").json["hits"][0]["product"] == "L3"
    assert voc("ask", "今天上海天气怎么样", "--json").json["refused"] is True


def _a_proposal(voc: Voc, tmp_path: Path) -> None:
    idea = voc("list", "ideas", "--limit", "1", "--json").json["items"][0]
    target = tmp_path / "proposal.md"
    proposal = voc("propose", idea["idea_id"], "-o", target, "--json").json
    assert proposal["evidence"]
    assert proposal["engine"] == "rules"
    assert proposal["title"] in target.read_text(encoding="utf-8")
    assert voc("propose", idea["idea_id"], "--json").json["id"] == proposal["id"]
    assert voc("show", proposal["id"], "--json").json["title"] == proposal["title"]
