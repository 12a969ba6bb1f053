"""An application that is closed gives its connections back, and what a probe has seen of an endpoint is kept to."""

from contextlib import closing
from pathlib import Path

from assistant.bootstrap import open_app
from assistant.llm.capabilities import CAPABILITIES, CapabilityStore
from assistant.settings import load_settings
from tests.llm.runs import filled
from tests.stub_model import StubModel

SEVEN = 7


def test_a_closed_application_holds_no_connection_and_opens_new_ones_when_asked(
    stub: StubModel, tmp_path: Path
) -> None:
    app = filled(tmp_path, stub, 20)
    assert app.pipeline.analyse(limit=9).done == 9
    app.close()
    app.close()
    with closing(app):
        assert app.pipeline.analyse().done == 11


def test_the_embedder_sends_no_more_texts_at_once_than_the_probe_saw_go_through(
    stub: StubModel, tmp_path: Path
) -> None:
    filled(tmp_path, stub, 30).close()
    settings = load_settings(
        data_dir=tmp_path / "data", openai_base_url=stub.base_url, openai_api_key="k", embedding_model="e"
    )
    seen = CapabilityStore(tmp_path / "data" / CAPABILITIES)
    seen.learn(stub.base_url, settings.chat_model, embeddings=SEVEN)
    with closing(open_app(settings)) as app:
        app.pipeline.index()
    sizes = [len(request.body["input"]) for request in stub.requests if "input" in request.body]
    assert sizes
    assert max(sizes) == SEVEN
