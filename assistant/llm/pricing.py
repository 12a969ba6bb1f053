"""Knows what a model's tokens cost, from the price list beside it and the installation's own."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from assistant.errors import SettingError


@dataclass(frozen=True, slots=True)
class Price:
    """Money for a million tokens, in the unit of the price list (USD in the one shipped)."""

    prompt: float = 0.0
    completion: float = 0.0

    def cost(self, prompt_tokens: int, completion_tokens: int) -> float:
        """Money for a call with so many tokens."""
        return (prompt_tokens * self.prompt + completion_tokens * self.completion) / 1_000_000


def find_price(model: str, own_list: Path | None = None) -> Price:
    """The price of the longest listed name that the model's name begins with; nothing where none does.

    A provider's prefix (``openai/gpt-4o``) is left out of the comparison. `own_list` is read on top of the list
    shipped, where there is such a file.

    Raises:
        SettingError: `own_list` is there but is not a price list.
    """
    prices = _prices((files("assistant.llm") / "prices.toml").read_text(encoding="utf-8"))
    if own_list is not None and own_list.is_file():
        try:
            prices |= _prices(own_list.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
            raise SettingError(f"{own_list} is not a price list ([models] name = {{ prompt, completion }})") from error
    name = model.rpartition("/")[2].lower()
    match = max((listed for listed in prices if name.startswith(listed)), key=len, default=None)
    return prices[match] if match is not None else Price()


def _prices(text: str) -> dict[str, Price]:
    table: Mapping[str, Mapping[str, float]] = tomllib.loads(text)["models"]
    return {name.lower(): Price(float(row["prompt"]), float(row["completion"])) for name, row in table.items()}
