"""A model that says telephone numbers: not one of them reaches the disk, and every receipt says what was caught."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Voc
from tests.stub_model.filler import fill, read_prompt
from tests.stub_model.server import StubModel
from tests.stub_model.wire import StubRequest

PHONE = "13912345678"
NEVER_CHANGED = (  # words of closed lists
    "lens",
    "kind",
    "segment",
    "stance",
    "record_id",
    "quote",
    "suggestion",
    "nbn_type",
    "route",
    "aspect",
    "sentiment",
    "journey_stage",
)
EXPORT = Path(__file__).parents[2] / "assistant" / "sample" / "xinglan" / "source" / "工单导出_2026.csv"
COUNT = 14


def talkative(request: StubRequest) -> object:
    """The usual answer, with a telephone number after every text."""
    return spoiled("", fill(request.schema, read_prompt(request.user))) if request.schema else None


def spoiled(name: str, value: Any) -> Any:
    if isinstance(value, dict):
        return {key: spoiled(key, item) for key, item in value.items()}
    if isinstance(value, list):
        return [spoiled(name, item) for item in value]
    plain = isinstance(value, str) and name not in NEVER_CHANGED and "_standing" not in name and "category" not in name
    return f"{PHONE} {value}" if plain else value


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch, voc: Voc) -> Iterator[StubModel]:
    with StubModel(talkative) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
        yield server


def test_nothing_that_a_model_says_is_stored_unmasked(voc: Voc, stub: StubModel, tmp_path: Path) -> None:
    export = tmp_path / "tickets.csv"
    lines = EXPORT.read_text(encoding="gb18030").splitlines(keepends=True)
    export.write_text("".join(lines[: COUNT + 1]), encoding="utf-8")
    receipts = voc("run", export, "--json").json
    assert receipts["analyse"]["done"] > 0
    assert min(receipts[stage]["pii_masked"] for stage in ("analyse", "themes", "ideas")) > 0
    insight = voc("list", "insights", "--json").json["items"][0]
    assert insight["surface"].startswith("⟦phone:")
    idea = voc("list", "ideas", "--json").json["items"][0]
    assert idea["concept"].startswith("⟦phone:")
    proposal = voc("propose", idea["idea_id"], "--json").json
    assert proposal["provenance"]["pii_masked"] > 0
    assert PHONE not in str(proposal)
    kept = [path for path in (tmp_path / "data").rglob("*") if path.is_file()]
    assert kept
    assert [path.name for path in kept if PHONE.encode() in path.read_bytes()] == []
