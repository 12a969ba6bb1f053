"""Knows what it takes to read a great many records: tokens as they were recorded of a model, money by the price list."""

import gzip
import json
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from assistant.llm.pricing import find_price

RECORDED = Path(__file__).resolve().parents[1] / "recordings" / "xinglan.jsonl.gz"
PROMPT = "extract_insights."
PLANNED = (10_000_000, 1_000_000_000)


@dataclass(frozen=True, slots=True)
class Tokens:
    """What one record took of a recording, calls and tokens; on average."""

    calls: float
    asked: float
    said: float

    @property
    def both(self) -> float:
        """Questions and answers."""
        return self.asked + self.said


def recorded(path: Path = RECORDED) -> Tokens:
    """What reading a record took in a recording."""
    lines = gzip.decompress(path.read_bytes()).decode("utf-8").splitlines()
    rows = [row for row in map(json.loads, lines[1:]) if row["prompt"].startswith(PROMPT)]
    records = sum(len(row["answer"]["readings"]) for row in rows)
    asked, said = (sum(row[name] for row in rows) / records for name in ("prompt_tokens", "completion_tokens"))
    return Tokens(len(rows) / records, asked, said)


def money_table(sizes: Sequence[int] = PLANNED) -> str:
    """Money for reading so many records once with each model of the shipped price list, as Markdown, cheapest first."""
    each = recorded()
    listed = tomllib.loads((files("assistant.llm") / "prices.toml").read_text(encoding="utf-8"))["models"]
    found = {name: price for name in listed if (price := find_price(name)) is not None}
    prices = {name: price for name, price in found.items() if price.completion}  # the others embed
    rows = sorted(
        (price.cost(1, 0) * each.asked + price.cost(0, 1) * each.said, name) for name, price in prices.items()
    )
    head = ["model", "USD a million tokens, asked / said", "a record", *(f"{size:,} records" for size in sizes)]
    lines = [head, ["---"] * len(head)]
    for cost, name in rows:
        price = prices[name]
        told = [f"{cost * size:,.0f} USD" for size in sizes]
        lines.append([f"`{name}`", f"{price.prompt:.2f} / {price.completion:.2f}", f"{100 * cost:.3f} cents", *told])
    said = (
        f"A record took {each.asked:,.0f} tokens of questions and {each.said:,.0f} of answers, {1 / each.calls:.1f} records a "
        "call, in the recorded reading of the sample (350 records of 211 characters on average)."
    )
    return "\n".join([said, "", *(f"| {' | '.join(line)} |" for line in lines)])
