"""The planted tickets taken in, read, grouped and thought about: once by the rules, once by a model that obeys."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from assistant.bootstrap import App, open_app
from assistant.intake.shapes import ReadOptions
from assistant.settings import Settings
from tests.injection.kit import tickets
from tests.injection.obeying import obey
from tests.stub_model.server import StubModel

_KEY = b"planted tickets of this kit only"
"""Ids come of it, and by ids those are ordered that are equally alike: the same are cited each time."""


def _filled(place: Path, settings: Settings) -> App:
    source = place / "tickets.jsonl"
    source.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in tickets()), encoding="utf-8")
    data = place / "data"
    data.mkdir()
    (data / "masking.key").write_bytes(_KEY)
    app = open_app(settings)
    done = dict(app.pipeline.run([source], ReadOptions()))
    assert done["ingest"].added == len(tickets())  # type: ignore[union-attr]
    return app


@pytest.fixture(scope="package")
def by_rules(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """Read by the rules."""
    place = tmp_path_factory.mktemp("planted_rules")
    app = _filled(place, Settings(engine="rules", data_dir=place / "data", language="zh"))
    yield app
    app.close()


@pytest.fixture(scope="package")
def by_model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """Read by a model that obeys every payload it is shown."""
    place = tmp_path_factory.mktemp("planted_model")
    with StubModel(obey) as stub:
        settings = Settings(OPENAI_BASE_URL=stub.base_url, OPENAI_API_KEY="k", data_dir=place / "data", language="zh")
        app = _filled(place, settings)
        assert app.engine.name == "llm"
        yield app
        app.close()


@pytest.fixture(scope="package", params=["by_rules", "by_model"])
def app(request: pytest.FixtureRequest) -> App:
    """Each of the two."""
    found: App = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="package")
def client(app: App) -> Iterator[TestClient]:
    """A client on this machine."""
    with TestClient(create_app(app), base_url="http://127.0.0.1:8000", client=("127.0.0.1", 50000)) as connected:
        yield connected
