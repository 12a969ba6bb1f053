"""Prices: the longest matching name, the installation's own list on top."""

from pathlib import Path

import pytest

from assistant.errors import SettingError
from assistant.llm.pricing import Price, find_price


@pytest.mark.parametrize(
    ("model", "prompt"),
    [
        ("gpt-4.1-mini", 0.40),
        ("gpt-4.1-mini-2025-04-14", 0.40),
        ("gpt-4.1", 2.0),
        ("openai/gpt-4o-mini", 0.15),
        ("my", 0.0),
    ],
)
def test_the_longest_listed_name_wins(model: str, prompt: float) -> None:
    assert find_price(model).prompt == prompt


def test_a_price_is_for_a_million_tokens() -> None:
    assert Price(2.0, 8.0).cost(500_000, 250_000) == pytest.approx(3.0)


def test_the_own_list_is_read_on_top(tmp_path: Path) -> None:
    own = tmp_path / "prices.toml"
    assert find_price("my-model", own) == Price()
    own.write_text('[models]\n"my-" = { prompt = 1, completion = 2 }\n', encoding="utf-8")
    assert find_price("my-model", own) == Price(1.0, 2.0)
    assert find_price("gpt-4o", own).prompt == 2.5


@pytest.mark.parametrize("text", ["not toml", "x = 1", '[models]\n"a" = { prompt = 1 }', '[models]\n"a" = 3'])
def test_a_broken_list_is_a_clear_error(tmp_path: Path, text: str) -> None:
    own = tmp_path / "prices.toml"
    own.write_text(text, encoding="utf-8")
    with pytest.raises(SettingError, match=r"prices\.toml"):
        find_price("a", own)
