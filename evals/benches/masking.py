"""How fast masking is: whole records a second, against five plain patterns on the same texts in the same run."""

import json
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.domain.records import RawCustomer, RawRecord, RawTurn
from assistant.intake.privacy import Masker
from assistant.intake.privacy.masker import joined
from evals.metrics.marked_texts import read_marked_texts

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "evals" / "cases" / "xinglan" / "records.jsonl"
SERVICES = ROOT / "evals" / "cases" / "privacy" / "services.tsv"
REAL = ROOT.parent / "shared" / "data"
LEAST = 1_000_000
"""Characters a second that masking must keep."""
_KEY = b"always the same when we measure."
_ROUNDS = 3
FIVE = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?<!\d)1[3-9]\d{9}(?!\d)",
        r"(?<!\d)0\d{2,3}-\d{7,8}(?!\d)",
        r"(?<!\d)\d{17}[\dXx](?!\d)",
        r"(?<!\d)\d{16,19}(?!\d)",
        r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}",
    )
)
"""The five plain patterns: mobile, landline, identity card, bank card, e-mail."""


@dataclass(frozen=True, slots=True)
class Speed:
    """Characters a second of CPU time, best of three rounds, on one set of records."""

    name: str
    records: int
    characters: int
    masking: float
    plain: float

    @property
    def kept(self) -> bool:
        """True where masking is as fast as it must be."""
        return self.masking >= LEAST


def speeds() -> Iterator[Speed]:
    """The sample and the marked service texts; then real reviews and utterances where they are at hand.

    Two are hard on purpose: the marked texts hold a personal value every 31 characters, and the utterances are a dozen
    characters long, so that making a record costs more than searching it.
    """
    yield measure("sample (dense with personal values)", _records(SAMPLE))
    marked = [RawRecord("bench", case.id, "ticket", text=case.text) for case in read_marked_texts(SERVICES)]
    yield measure("marked service texts", marked)
    real = (("real reviews", "midea_lowscore.jsonl"), ("real utterances", "jddc_dev/records.jsonl"))
    for name, path in ((name, REAL / place) for name, place in real):
        if path.exists():
            yield measure(name, _records(path))


def measure(name: str, records: Sequence[RawRecord]) -> Speed:
    """The whole way from a raw record to a masked one, and the five patterns over the same texts."""
    texts = [joined(record)[0] for record in records]
    characters = sum(map(len, texts))
    masker = Masker(_KEY)
    for record in records[:200]:  # lists and patterns are read at first use
        masker.mask(record)
    masking = _best(lambda: [masker.mask(record) for record in records])
    plain = _best(lambda: [pattern.findall(text) for text in texts for pattern in FIVE])
    return Speed(name, len(records), characters, characters / masking, characters / plain)


def main() -> int:
    """Print a table; 1 where masking was slower than it must be."""
    print(f"{'':36} {'records':>8} {'characters':>11} {'masking M/s':>12} {'five plain M/s':>15} {'ratio':>6}")
    failed = 0
    for speed in speeds():
        failed += not speed.kept
        mark = "" if speed.kept else "   <- not kept"
        print(
            f"{speed.name:36} {speed.records:8} {speed.characters:11} {speed.masking / 1e6:12.2f} "
            f"{speed.plain / 1e6:15.2f} {speed.plain / speed.masking:6.1f}{mark}",
            flush=True,
        )
    return 1 if failed else 0


def _records(path: Path) -> list[RawRecord]:
    return list(_raw(map(json.loads, path.read_text(encoding="utf-8").splitlines())))


def _raw(rows: Iterable[dict[str, object]]) -> Iterator[RawRecord]:
    for row in rows:
        given = row.get("customer")
        who = given if isinstance(given, dict) else {}
        customer = RawCustomer(id=who.get("id"), name=who.get("name"), phone=who.get("phone"))
        told = row.get("turns")
        turns = tuple(RawTurn(t["speaker"], t["text"]) for t in told) if isinstance(told, list) else ()
        yield RawRecord(
            "bench", str(row["id"]), "ticket", customer=customer, text=str(row.get("text") or ""), turns=turns
        )


def _best(work: Callable[[], object]) -> float:
    """Least seconds of CPU time that `work` took; other processes on the machine do not count."""
    rounds: list[float] = []
    for _ in range(_ROUNDS):
        started = time.process_time()
        work()
        rounds.append(time.process_time() - started)
    return min(rounds)


if __name__ == "__main__":
    sys.exit(main())
