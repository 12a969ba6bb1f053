"""The egress guard and ledger on the real way to an endpoint."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.errors import EgressError
from assistant.intake.privacy import check_egress
from assistant.llm.chat import ChatEndpoint
from assistant.llm.engine import ModelEngine
from assistant.settings import load_settings
from tests.cli.conftest import Voc
from tests.insight.samples import record
from tests.stub_model.server import StubModel

ROWS = (
    "工单编号,客户编号,问题描述\n"
    "1,C1,洗澡洗到一半水就变冷，老人孩子都不敢用了，打13912345678没人接\n"
    "2,C1,水温一会热一会冷，孩子洗澡老是被烫到\n"
    "3,C2,指纹锁半夜自己报警，全家都吓醒了\n"
)


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch, voc: Voc) -> Iterator[StubModel]:
    with StubModel() as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
        yield server


@pytest.mark.parametrize(("region", "counted"), [("other", [2]), ("cn", [])])
def test_whose_text_went_abroad_is_counted(
    voc: Voc, stub: StubModel, tmp_path: Path, region: str, counted: list[int]
) -> None:
    (tmp_path / "in.csv").write_text(ROWS, encoding="utf-8")
    voc("ingest", tmp_path / "in.csv", VOC_ENDPOINT_REGION=region)
    assert voc("analyse", "--json").json["failed"] == {}
    assert voc("analyse", "--json").code == 0
    egress = voc("doctor", "--json").json["egress"]
    assert egress["endpoint_region"] == region
    assert list(egress["subjects_abroad"].values()) == counted


def test_a_bad_region_is_one_sentence(voc: Voc) -> None:
    ran = voc("doctor", VOC_ENDPOINT_REGION="mars")
    assert ran.code == 2
    assert "VOC_ENDPOINT_REGION" in ran.err


def test_a_record_with_a_plain_value_is_not_sent_and_costs_only_itself(stub: StubModel, tmp_path: Path) -> None:
    settings = load_settings(data_dir=tmp_path)
    engine = ModelEngine(settings, ChatEndpoint(settings, guard=check_egress), b"s" * 32)
    outcome = engine.read([record(record_id="r_1"), record("打13912345678没人接，太气人了", record_id="r_2")])
    assert outcome.failed == {"r_2": EgressError.kind}
    assert [draft.record_id for draft in outcome.drafts] == ["r_1"]
    assert not any("13912345678" in str(request.body) for request in stub.requests)
    assert "13912345678" not in str(outcome.problem)
