"""Settings from the environment."""

import pytest

from assistant.settings import load_settings


@pytest.mark.parametrize(
    "name",
    ["VOC_DATA_DIR", "VOC_HOST", "VOC_PORT", "VOC_CHAT_MODEL", "VOC_EMBEDDING_MODEL", "VOC_LANGUAGE", "VOC_LLM_RPM"],
)
def test_a_blank_setting_is_as_one_that_is_not_there(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(name, raising=False)
    plain = load_settings()
    monkeypatch.setenv(name, " ")
    assert load_settings() == plain
