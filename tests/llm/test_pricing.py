"""Prices: the longest matching name, the installation's own list on top."""

from pathlib import Path

import pytest

from assistant.errors import SettingError
from assistant.llm.pricing import Price, find_price, run_price


@pytest.mark.parametrize(
    ("model", "prompt"),
    [
        ("gpt-4.1-mini", 0.40),
        ("gpt-4.1-mini-2025-04-14", 0.40),
        ("gpt-4.1", 2.0),
        ("openai/gpt-4o-mini", 0.15),
        ("gpt-4.1-mini:eu", 0.40),
        ("gpt-4.1-tiny", None),
        ("gpt-5.4", None),
        ("my", None),
    ],
)
def test_a_listed_name_means_its_versions_and_no_newer_model(model: str, prompt: float | None) -> None:
    price = find_price(model)
    assert (price.prompt if price else None) == prompt


def test_the_list_shipped_says_that_it_is_to_be_checked_and_from_when() -> None:
    price = find_price("gpt-4.1")
    assert price is not None
    assert (price.shipped, price.currency, bool(price.looked_up)) == (True, "USD", True)
    assert price.at(0.5).cost(1_000_000, 0) == pytest.approx(1.0)


def test_a_budget_in_money_needs_a_price(tmp_path: Path) -> None:
    own = tmp_path / "prices.toml"
    assert run_price("my-model", own, None) is None
    with pytest.raises(SettingError, match=r"VOC_BUDGET_MONEY .*my-model.*prices\.toml"):
        run_price("my-model", own, 1.0)


def test_a_price_is_for_a_million_tokens() -> None:
    assert Price(2.0, 8.0).cost(500_000, 250_000) == pytest.approx(3.0)


def test_the_own_list_is_read_on_top(tmp_path: Path) -> None:
    own = tmp_path / "prices.toml"
    assert find_price("my-model", own) is None
    own.write_text(
        'currency = "CNY"\nlooked_up = "2026-11-01"\n[models]\n"my-" = { prompt = 1, completion = 2 }\n',
        encoding="utf-8",
    )
    assert find_price("my-model", own) == Price(1.0, 2.0, "CNY", "2026-11-01")
    assert find_price("gpt-4o", own) == find_price("gpt-4o")


@pytest.mark.parametrize("text", ["not toml", "x = 1", '[models]\n"a" = { prompt = 1 }', '[models]\n"a" = 3'])
def test_a_broken_list_is_a_clear_error(tmp_path: Path, text: str) -> None:
    own = tmp_path / "prices.toml"
    own.write_text(text, encoding="utf-8")
    with pytest.raises(SettingError, match=r"prices\.toml"):
        find_price("a", own)
