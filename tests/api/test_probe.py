"""Probing over HTTP: what the endpoint can do, and no word of the key."""

from pathlib import Path

from pydantic import SecretStr

from assistant.bootstrap import open_app
from assistant.settings import Settings
from tests.api.test_batches import browser
from tests.stub_model.server import StubModel


def test_without_a_model_it_is_said_what_to_set(tmp_path: Path) -> None:
    refused = browser(open_app(Settings(engine="rules", data_dir=tmp_path / "data"))).post("/v1/probe")
    assert refused.status_code == 422
    assert "OPENAI_API_KEY" in refused.json()["detail"]


def test_what_an_endpoint_can_do_is_told(tmp_path: Path) -> None:
    with StubModel() as stub:
        settings = Settings(
            data_dir=tmp_path / "data", openai_base_url=stub.base_url, openai_api_key=SecretStr("sk-never-told")
        )
        answer = browser(open_app(settings)).post("/v1/probe")
    assert answer.status_code == 200
    assert (answer.json()["rung"], answer.json()["tells_usage"]) == ("json_schema", True)
    assert "sk-never-told" not in answer.text
