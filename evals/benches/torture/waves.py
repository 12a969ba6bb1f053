"""What is given to the house, wave by wave: new records and changed ones, the same for the same seed."""

import json
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.benches.texts import varied
from evals.benches.unharmed import Expected

CHANGED = 0.15
"""Share of the records that each wave changes."""
PRODUCTS, CUSTOMERS = 20, 3
SEGMENTS = ("consumer", "sme", "enterprise")


@dataclass(frozen=True, slots=True)
class Wave:
    """Records in our wire format."""

    rows: tuple[dict[str, Any], ...]

    @property
    def halves(self) -> tuple[tuple[dict[str, Any], ...], tuple[dict[str, Any], ...]]:
        """What comes over HTTP, and what stands in a file."""
        middle = len(self.rows) // 2
        return self.rows[:middle], self.rows[middle:]


def write(rows: tuple[dict[str, Any], ...], target: Path) -> Path:
    """The rows as JSON Lines; the target."""
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    target.write_text("".join(lines), encoding="utf-8")
    return target


class Waves:
    """Makes one wave after the other, and knows what must be there after each.

    Args:
        first: records of the first wave.
        new: records that each later wave brings.
        seed: of what changes.
    """

    def __init__(self, first: int, new: int, seed: int) -> None:
        self._first, self._new = first, new
        self._dice = random.Random(seed)  # noqa: S311 - a sample
        self._said = 0
        self.expected = Expected({})

    def next(self) -> Wave:
        """The next wave; until `Expected.settle` each record may still say what it said before."""
        known = sorted(self.expected.now, key=lambda name: int(name[1:]))
        changed = self._dice.sample(known, round(CHANGED * len(known)))
        new = [f"V{len(known) + n}" for n in range(self._new if known else self._first)]
        return Wave(tuple(self._row(name) for name in [*changed, *new]))

    def _row(self, name: str) -> dict[str, Any]:
        self._said += 1
        number, text = int(name[1:]), varied(self._said)
        self.expected.change(name, text)
        customer = number // CUSTOMERS
        return {
            "id": name, "channel": "ticket", "product": f"型号{number % PRODUCTS}", "text": text,
            "created_at": f"2026-{number % 9 + 1:02d}-{number % 28 + 1:02d}T09:00:00+08:00",
            "customer": {"id": f"K{customer}", "segment": SEGMENTS[customer % len(SEGMENTS)], "phone": f"139{customer:08}"},
        }  # fmt: skip
