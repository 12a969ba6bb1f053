"""What an endpoint can do is remembered, and a damaged memory costs nothing."""

from pathlib import Path

import pytest

from assistant.llm.capabilities import Capability, CapabilityStore


def test_it_is_remembered_per_endpoint_and_model_between_runs(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "capabilities.json"
    CapabilityStore(path).learn("http://a/v1/", "m", rung="plain")
    CapabilityStore(path).learn("http://a/v1", "m", temperature=False)
    again = CapabilityStore(path)
    assert again.get("http://a/v1", "m") == Capability("plain", False)
    assert again.get("http://a/v1", "n") == Capability()
    again.forget("http://a/v1", "m")
    assert CapabilityStore(path).get("http://a/v1", "m") == Capability()
    assert [entry.name for entry in path.parent.iterdir()] == ["capabilities.json"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"a m": 1}', '{"a m": {"rung": "plain"}}'])
def test_a_damaged_file_counts_as_empty_and_is_written_anew(tmp_path: Path, text: str) -> None:
    path = tmp_path / "c.json"
    path.write_text(text, encoding="utf-8")
    store = CapabilityStore(path)
    assert store.get("a", "m") == Capability()
    store.learn("a", "m", rung="json_object")
    assert CapabilityStore(path).get("a", "m").rung == "json_object"


def test_a_rung_that_is_no_longer_known_is_learnt_again(tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    path.write_text('{"a m": {"rung": "xml", "temperature": true}}', encoding="utf-8")
    assert CapabilityStore(path).get("a", "m").rung is None


def test_a_file_that_cannot_be_written_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, not a directory", encoding="utf-8")
    store = CapabilityStore(tmp_path / "taken" / "c.json")
    store.learn("a", "m", rung="plain")
    assert store.get("a", "m").rung == "plain"
