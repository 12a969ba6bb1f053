"""Knows what a model's tokens cost, from the price list beside it and the installation's own."""

import re
import tomllib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from assistant.errors import SettingError

PRICES_FILE = "prices.toml"
"""The installation's own list, in its data directory."""
_VERSION = re.compile(r"|-latest|-preview|-\d{4}(-?\d\d-?\d\d)?|:.*")


@dataclass(frozen=True, slots=True)
class Price:
    """Money for a million tokens."""

    prompt: float
    completion: float
    currency: str = "USD"
    looked_up: str = ""
    """The day on which it was read on its maker's page; empty where the list does not say."""
    shipped: bool = False
    """From the list that comes with the program: to be checked."""

    def cost(self, prompt_tokens: int, completion_tokens: int) -> float:
        """Money for a call with so many tokens."""
        return (prompt_tokens * self.prompt + completion_tokens * self.completion) / 1_000_000

    def at(self, share: float) -> "Price":
        """The same at a share of it, as in a batch."""
        return Price(self.prompt * share, self.completion * share, self.currency, self.looked_up, self.shipped)


def find_price(model: str, own_list: Path | None = None) -> Price | None:
    """The price of the longest listed name that fits the model's; None where none does.

    A name of the list shipped fits itself and its dated versions; one of `own_list`, which is read on top where there
    is such a file, fits every name that begins with it. A provider's prefix (``openai/gpt-4o``) is left out.

    Raises:
        SettingError: `own_list` is there but is not a price list.
    """
    prices = _prices((files("assistant.llm") / "prices.toml").read_text(encoding="utf-8"), shipped=True)
    if own_list is not None and own_list.is_file():
        try:
            prices |= _prices(own_list.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError, AttributeError) as error:
            raise SettingError(
                f'{own_list} is not a price list (currency = "CNY", [models] "name" = {{ prompt, completion }})'
            ) from error
    name = model.rpartition("/")[2].lower()
    match = max((listed for listed, price in prices.items() if _fits(name, listed, price)), key=len, default=None)
    return prices[match] if match is not None else None


def run_price(model: str, own_list: Path, money: float | None, daily: float | None = None) -> Price | None:
    """As `find_price`, for a run that may spend so much money, on a day on which all may spend so much.

    Raises:
        SettingError: money is limited and the price is not known: such a budget can't be kept.
    """
    price = find_price(model, own_list)
    if price is None and (money is not None or daily is not None):
        limit = "VOC_BUDGET_DAY" if money is None else "VOC_BUDGET_MONEY (--budget-cost)"
        raise SettingError(
            f"{limit} can't be kept: no price is known for {model}; "
            f'put it into {own_list} (currency = "CNY", [models] "{model}" = {{ prompt = …, completion = … }})'
        )
    return price


def _fits(name: str, listed: str, price: Price) -> bool:
    """Whether a listed name means this model: of our list its dated versions too, never a newer model's name."""
    if not name.startswith(listed):
        return False
    return not price.shipped or _VERSION.fullmatch(name[len(listed) :]) is not None


def _prices(text: str, *, shipped: bool = False) -> dict[str, Price]:
    table: dict[str, Any] = tomllib.loads(text)
    currency, day = str(table.get("currency", "USD")), str(table.get("looked_up", ""))
    return {
        name.lower(): Price(float(row["prompt"]), float(row["completion"]), currency, day, shipped)
        for name, row in table["models"].items()
    }
