"""The guard and the ledger before an embedding endpoint: no plain value leaves, and people are counted, not records."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Voc
from tests.vectorstore.endpoint import Endpoint, serving

SAID = "热水器水温忽冷忽热，老人孩子都不敢用了，师傅来了两次也没有修好"
ROWS: list[dict[str, Any]] = [
    {"id": "1", "text": SAID, "customer": {"id": "C-ALPHA"}},
    {"id": "2", "text": "门锁半夜没电了，人在外面进不去", "customer": {"id": "C-ALPHA"}},
    {"id": "3", "text": "打印机升级以后天天掉线，老板就站在后面看着", "customer": {"id": "C-BRAVO"}},
    {"id": "4", "text": f"{SAID}。"},
    {"id": "5", "text": "净水器滤芯贵得买不起，换一次要四百块"},
    {"id": "6", "text": "净水器滤芯贵得买不起，换一次要四百块"},
    {"id": "7", "text": "安装师傅乱收费三百块，发票也不给", "customer": {"segment": "consumer"}},
]
PEOPLE = 4
"""ALPHA (with 4, who repeats them), BRAVO, 5 (with 6), 7."""


@pytest.fixture
def endpoint(voc: Voc, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Endpoint]:
    with serving() as made:
        monkeypatch.setenv("OPENAI_BASE_URL", made.url)
        monkeypatch.setenv("VOC_EMBEDDING_MODEL", "m")
        monkeypatch.setenv("VOC_ENGINE", "rules")
        (tmp_path / "in.jsonl").write_text("\n".join(map(json.dumps, ROWS)), encoding="utf-8")
        yield made


def _abroad(voc: Voc) -> list[int]:
    return list(voc("doctor", "--json").json["egress"]["subjects_abroad"].values())


def test_people_are_counted_once_however_often_they_are_sent(voc: Voc, endpoint: Endpoint, tmp_path: Path) -> None:
    assert voc("run", tmp_path / "in.jsonl").code == 0
    assert _abroad(voc) == [PEOPLE]
    assert voc("index", "--rebuild").code == 0
    assert voc("themes", "--rebuild").code == 0
    assert _abroad(voc) == [PEOPLE]
    assert voc("erase", "--customer", "C-BRAVO", "--yes").code == 0
    assert _abroad(voc) == [PEOPLE], "they were sent, whatever became of them"


def test_an_endpoint_in_the_country_counts_nobody(voc: Voc, endpoint: Endpoint, tmp_path: Path) -> None:
    assert voc("run", tmp_path / "in.jsonl", VOC_ENDPOINT_REGION="cn").code == 0
    assert endpoint.requests
    assert _abroad(voc) == []


def test_a_plain_value_is_not_sent_and_costs_only_its_own_vector(voc: Voc, endpoint: Endpoint, tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text('[types]\nphone = "keep"\n', encoding="utf-8")
    plain = {"id": "8", "text": "冰箱不制冷了，请回电13912345678", "customer": {"id": "C-DELTA"}}
    (tmp_path / "in.jsonl").write_text("\n".join(map(json.dumps, [*ROWS, plain])), encoding="utf-8")
    voc("ingest", tmp_path / "in.jsonl", VOC_MASKING_POLICY=str(policy))
    ran = voc("index", "--json")
    assert (ran.code, ran.json["refused"]) == (3, 1)
    assert ran.json["passages"] == ran.json["embedded"] == len(ROWS) + 1
    assert "13912345678" not in str(endpoint.requests)
    assert _abroad(voc) == [PEOPLE]
    assert "8" in {hit["external_id"] for hit in voc("search", "冰箱不制冷", "--json").json["hits"]}
    assert voc("index", "--json").json["refused"] == 0


@pytest.mark.usefixtures("english")
def test_a_ledger_that_can_not_be_written_stops_the_sending(voc: Voc, endpoint: Endpoint, tmp_path: Path) -> None:
    voc("ingest", tmp_path / "in.jsonl")
    (tmp_path / "data" / "egress").write_text("no folder", encoding="utf-8")
    ran = voc("index")
    assert ran.code == 1
    assert "nothing was sent" in ran.err
    assert SAID not in str(endpoint.requests)
