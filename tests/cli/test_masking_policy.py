"""A masking policy of one's own, named in a setting."""

import json
import re
from pathlib import Path

import pytest

from tests.cli.conftest import Voc

TEXT = "订单号202511180947361285一直没发货，电话13812345678"


def _ingest(voc: Voc, tmp_path: Path, policy: str) -> str:
    (tmp_path / "in.jsonl").write_text(json.dumps({"id": "1", "text": TEXT}), encoding="utf-8")
    (tmp_path / "policy.toml").write_text(policy, encoding="utf-8")
    ran = voc("ingest", tmp_path / "in.jsonl", VOC_MASKING_POLICY=str(tmp_path / "policy.toml"))
    assert ran.code == 0, ran.err
    return str(voc("list", "records", "--json").json["items"][0]["text"])


@pytest.mark.parametrize(("action", "digits"), [("mask", 6), ("hash", 16), ("keep", 0)])
@pytest.mark.parametrize(("kind", "raw"), [("order_no", "202511180947361285"), ("phone", "13812345678")])
def test_each_action_through_ingest(voc: Voc, tmp_path: Path, action: str, digits: int, kind: str, raw: str) -> None:
    text = _ingest(voc, tmp_path, f'[types]\n{kind} = "{action}"\n')
    assert (raw in text) is (action == "keep")
    marks = re.findall(rf"⟦{kind}:([0-9a-f]+)⟧", text)
    assert [len(mark) for mark in marks] == ([digits] if digits else [])


def test_a_type_is_kept_where_the_policy_says_so(voc: Voc, tmp_path: Path) -> None:
    text = _ingest(voc, tmp_path, '[types]\norder_no = "keep"\n')
    assert "202511180947361285" in text
    assert "13812345678" not in text


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "can't be read"),
        ('[types]\nshoe = "mask"\n', "unknown type 'shoe'"),
        ('[types]\nphone = "no"\n', "phone"),
    ],
)
def test_a_policy_that_cannot_be_used_stops_the_start(
    voc: Voc, tmp_path: Path, content: str | None, words: str
) -> None:
    path = tmp_path / "policy.toml"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    ran = voc("list", "records", VOC_MASKING_POLICY=str(path))
    assert ran.code == 2
    assert words in ran.err
    assert ran.err.count("\n") == 1


def test_a_blank_setting_is_none(voc: Voc) -> None:
    assert voc("list", "records", VOC_MASKING_POLICY="").code == 0
