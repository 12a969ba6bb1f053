"""The service's document holds what it promises: every operation is called as it allows, and as it forbids.

Schemathesis makes up the requests: of each operation its examples, the edges of every field and parameter, wrong methods
and wrong types, calls without a key, some at random, and chains of calls in which one uses the ids another one gave.
"""

import itertools
import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from starlette.types import ASGIApp, Receive, Scope, Send

from api.app import create_app
from assistant.bootstrap import App, open_app
from assistant.domain.access import Limits
from assistant.intake.shapes import ReadOptions
from assistant.pipeline.access import Access, By
from assistant.settings import Settings
from tests.api.conftest import TICKETS, _wire

EXAMPLES, SEED = int(os.environ.get("VOC_CHECK_EXAMPLES", "2")), int(os.environ.get("VOC_CHECK_SEED", "1"))
"""Requests at random for each operation; `make check-api` asks for more."""
REFUSALS = ["400", "401", "403", "404", "405", "409", "412", "413", "422", "429"]
OFTEN = Limits(per_minute=1_000_000_000)


class Keyed:
    """Calls of ``Bearer admin`` come with a key that holds: the calls made up revoke the one they came with now and then."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app, self._access, self._made = app, access, itertools.count()
        self._secret = self._make()

    def _make(self) -> str:
        return self._access.create_key(f"check-{next(self._made)}", "admin", By("test"), limits=OFTEN).secret

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            if self._access.key_holder(self._secret) is None:
                self._secret = self._make()
            real = f"Bearer {self._secret}".encode()
            scope["headers"] = [(n, real if v == b"Bearer admin" else v) for n, v in scope["headers"]]
        await self._app(scope, receive, send)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[App]:
    """A small store with something of everything."""
    source = tmp_path / "tickets.jsonl"
    source.write_text("\n".join(map(_wire, TICKETS)), encoding="utf-8")
    app = open_app(Settings(engine="rules", data_dir=tmp_path / "data", language="zh"))
    dict(app.pipeline.run([source], ReadOptions()))
    app.pipeline.propose(app.store.all_ideas()[0].id)
    yield app
    app.close()


def test_every_operation_answers_as_the_document_says(house: App) -> None:
    service = create_app(house)
    schema = schemathesis.openapi.from_dict(_closed(service.openapi()), config=_config())
    schema.app = Keyed(service, Access(house.store.access))
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    called = 0
    for event in from_schema(schema).execute():
        assert not isinstance(event, events.NonFatalError | events.FatalError), event
        if isinstance(event, events.ScenarioFinished):
            called += len(event.recorder.interactions)
            for case, checks in event.recorder.checks.items():
                asked = event.recorder.interactions[case].request
                for fault in (one.failure_info for one in checks if one.failure_info is not None):
                    told = " ".join(str(fault.failure).split())[:300]
                    key = event.recorder.label, type(fault.failure).__name__
                    found[key].append(f"{told} | {asked.method} {asked.uri} {asked.body!r:.300}")
    assert called > 3_000
    assert not found, "\n\n".join(f"{key} ×{len(told)}: {told[0]}" for key, told in found.items())


def test_the_document_says_what_a_client_has_to_know(app: App) -> None:
    document = create_app(app).openapi()
    names = [operation["operationId"] for _, operation in _operations(document)]
    assert len(names) == len(set(names))
    told = {tag["name"] for tag in document["tags"]}
    for where, operation in _operations(document):
        assert operation["description"], where
        assert set(operation["tags"]) <= told, where
        assert all("X-Request-Id" in answer["headers"] for answer in operation["responses"].values()), where
    read = document["paths"]["/v1/themes/{theme_id}"]
    assert "ETag" in read["get"]["responses"]["200"]["headers"]
    assert "Retry-After" in read["patch"]["responses"]["409"]["headers"]
    assert {one["name"] for one in read["patch"]["parameters"]} >= {"theme_id", "If-Match"}
    assert "text/event-stream" in document["paths"]["/v1/ask"]["post"]["responses"]["200"]["content"]


def test_every_operation_has_examples_that_are_as_it_says(app: App) -> None:
    document = _closed(create_app(app).openapi())
    for where, operation in _operations(document):
        for content in operation.get("requestBody", {}).get("content", {}).values():
            _check(document, content, f"{where}, request")
        done = next(answer for status, answer in operation["responses"].items() if status.startswith("2"))
        for media, content in done["content"].items():
            if media in ("application/json", "text/event-stream"):
                _check(document, content, f"{where}, {media}")


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        yield from ((f"{method.upper()} {path}", operation) for method, operation in item.items())


def _check(document: dict[str, Any], content: dict[str, Any], where: str) -> None:
    assert "example" in content, f"{where}: no example in api/data/examples.json"
    schema = {**content["schema"], "components": document["components"]}
    faults = [str(fault)[:300] for fault in jsonschema_rs.iter_errors(schema, content["example"])]
    assert not faults, f"{where}: {faults}"


def _config() -> SchemathesisConfig:
    return SchemathesisConfig.from_dict({
        "base-url": "http://127.0.0.1:8000",
        "auth": {"openapi": {"key": {"bearer": "admin"}}},
        "seed": SEED,
        "continue-on-failure": True,
        "request-timeout": 60,
        "generation": {"max-examples": EXAMPLES, "deterministic": True, "no-shrink": EXAMPLES < 10},
        "checks": {
            "negative_data_rejection": {"expected-statuses": REFUSALS},
            # 422 answers what is well-formed and makes no sense as things stand, too: an idea that is rejected already.
            "positive_data_acceptance": {"enabled": False},
        },
    })  # fmt: skip


def _closed(document: dict[str, Any]) -> dict[str, Any]:
    """The document with what is answered closed: a field that it does not tell of is a fault here."""
    for schema in document["components"]["schemas"].values():
        if schema.get("additionalProperties") is True and "properties" in schema:
            schema["additionalProperties"] = False
    return document
