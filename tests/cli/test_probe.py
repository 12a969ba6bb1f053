"""`voc probe` against an endpoint that knows no strict schema, and against none at all."""

from tests.cli.conftest import Voc
from tests.stub_model.server import StubModel


def test_probe_finds_the_strictest_way_that_works(voc: Voc) -> None:
    with StubModel() as stub:
        stub.mode("no_json_schema")
        ran = voc("probe", "--json", OPENAI_BASE_URL=stub.base_url, VOC_CHAT_MODEL="stub")
    assert ran.code == 0
    assert (ran.json["rungs"]["json_schema"], ran.json["rung"]) == ("refused", "function_calling")


def test_probe_without_an_endpoint_says_what_to_set(voc: Voc) -> None:
    ran = voc("probe")
    assert ran.code == 2
    assert "OPENAI_BASE_URL" in ran.err
