"""What a question costs is booked on the key that asked, whole or streamed, by every door that asks the model."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from assistant.bootstrap import App, open_app
from assistant.domain.access import Limits
from assistant.intake.shapes import ReadOptions
from assistant.pipeline.access import Access, By
from assistant.settings import Settings
from tests.api.conftest import TICKETS, _wire
from tests.stub_model import StubModel

LIMIT = 20_000


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """Tickets read by the rules, asked about with a model."""
    place = tmp_path_factory.mktemp("spending")
    source = place / "tickets.jsonl"
    source.write_text("\n".join(map(_wire, TICKETS)), encoding="utf-8")
    rules = open_app(Settings(engine="rules", data_dir=place / "data"))
    dict(rules.pipeline.run([source], ReadOptions()))
    rules.close()
    with StubModel() as stub:
        built = open_app(
            Settings(engine="llm", openai_base_url=stub.base_url, openai_api_key="sk", data_dir=place / "data")
        )
        yield built
        built.close()


@pytest.mark.parametrize(
    ("path", "asked", "accept"),
    [
        ("/v1/ask", {"question": "打印机掉线，客户在意什么？"}, "application/json"),
        ("/v1/ask", {"question": "门锁没电，客户在意什么？"}, "text/event-stream"),
        ("/v1/chat/completions", {"model": "voc", "messages": [{"role": "user", "content": "墨粉盒怎么样？"}], "stream": True}, "*/*"),
    ],
)  # fmt: skip
def test_a_question_is_booked_on_who_asked(app: App, path: str, asked: dict[str, object], accept: str) -> None:
    access = Access(app.store.access)
    made = access.create_key(
        f"{path} {accept}".replace("/", "-"), "staff", By("t"), limits=Limits(tokens_per_day=LIMIT)
    )
    other = access.create_key(f"other {path} {accept}".replace("/", "-"), "staff", By("t"))
    before = app.engine.usage()
    with TestClient(create_app(app), base_url="http://voc.example") as client:
        headers = {"authorization": f"Bearer {made.secret}", "accept": accept}
        assert client.post(path, json=asked, headers=headers).status_code == 200
    spent = app.engine.usage() - before
    assert spent.calls > 0
    assert app.store.access.spent(made.key.id)[0] == spent.prompt_tokens + spent.completion_tokens > 0
    assert app.store.access.spent(other.key.id)[0] == 0


def test_a_key_pays_the_budget_of_a_batch_beforehand(app: App) -> None:
    limits = Limits(tokens_per_day=LIMIT)
    made = Access(app.store.access).create_key("batches", "manager", By("t"), limits=limits)
    headers = {"authorization": f"Bearer {made.secret}"}
    client = TestClient(create_app(app), base_url="http://voc.example", headers=headers)  # nobody works: jobs only wait
    asked = {"kind": "analyse"}
    assert client.post("/v1/batches", json=asked).status_code == 422
    refused = client.post("/v1/batches", json={**asked, "budget_tokens": LIMIT + 1})
    assert refused.status_code == 422
    assert f"{LIMIT} model tokens left" in refused.json()["detail"]
    named = {"idempotency-key": "b-1"}
    first = client.post("/v1/batches", json={**asked, "budget_tokens": 15_000}, headers=named)
    again = client.post("/v1/batches", json={**asked, "budget_tokens": 15_000}, headers=named)
    assert first.status_code == again.status_code == 202
    assert first.json()["id"] == again.json()["id"]
    assert app.store.access.spent(made.key.id)[0] == 15_000
    client.delete(f"/v1/batches/{first.json()['id']}")
    assert client.post(f"/v1/batches/{first.json()['id']}/resume").status_code == 422
