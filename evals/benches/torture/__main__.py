"""``python -m evals.benches.torture``: everything killed at random during full runs; prints a table, 1 where harm was found.

In every round a wave of new and changed records goes the whole way, from intake over HTTP and from a file to ideas, by a
service and a second worker. The service, the worker, the database's server (its first process, or one that serves a
connection), the Chroma server, a worker of the Ray cluster, or all at once are killed with SIGKILL at random moments and
started again. Then everything must be as in a store beside it that was given the same in peace: all records, readings, needs,
themes, ideas, passages; the index level with the store, searched and counted right; no call paid for twice but those that were
under way when somebody died.
"""

import argparse
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from evals.benches.torture.house import House
from evals.benches.torture.rounds import Tally, Torture
from evals.benches.torture.teller import telling
from evals.benches.torture.waves import Waves

ROUNDS, SECONDS, FIRST, NEW, SEED, MILLISECONDS = 20, 2_400, 160, 40, 7, 1_000


def main(arguments: Sequence[str]) -> int:
    """Print the table; 1 where harm was found, or there was no time for all rounds."""
    parser = argparse.ArgumentParser(prog="evals.benches.torture", description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="no round begins after so many")
    parser.add_argument("--over", choices=("sqlite", "postgres"), default="postgres")
    parser.add_argument("--chroma", choices=("server", "embedded"), default="server")
    parser.add_argument(
        "--ray", action=argparse.BooleanOptionalAction, default=find_spec("ray") is not None,
        help="in every other round the worker maps over a Ray cluster (default: where the extra `ray` is installed)",
    )  # fmt: skip
    parser.add_argument("--records", type=int, default=FIRST, help="records of the first wave")
    parser.add_argument("--new", type=int, default=NEW, help="records that each later wave brings")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--keep", type=Path, help="an empty folder to work in, which is kept")
    given = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that nobody is left behind
    with TemporaryDirectory(prefix="voc-torture-") as aside:
        return _tortured(given.keep or Path(aside), given)


def _tortured(folder: Path, given: argparse.Namespace) -> int:
    dice, journal, begun = random.Random(given.seed), folder / "journal.jsonl", time.monotonic()  # noqa: S311
    tally = Tally()
    with telling(MILLISECONDS, journal) as model:
        house = House(folder, given.over, given.chroma == "server", given.ray, model, dice)
        try:
            torture = Torture(house, Waves(given.records, given.new, given.seed), journal, dice)
            seen = 0
            for tally in torture.rounds(given.rounds, begun + given.seconds):
                after = f"{time.monotonic() - begun:.0f} s: round {tally.rounds}, {len(house.kills)} kills"
                print(after, *tally.harm[seen:], sep="\n  ", file=sys.stderr, flush=True)
                seen = len(tally.harm)
        finally:
            house.close()
    print(*_table(tally, house, time.monotonic() - begun), sep="\n")
    return 1 if tally.harm or tally.rounds < given.rounds else 0


def _table(tally: Tally, house: House, seconds: float) -> list[str]:
    kills, paid = Counter(kill.victim for kill in house.kills), tally.paid
    rows: list[tuple[str, object]] = [
        ("rounds", tally.rounds), ("seconds", round(seconds)),
        ("records in", house.over), ("index on a Chroma server", house.chroma), ("work over Ray too", house.ray),
        ("kills", kills.total()),
        *((f"  of {victim}", count) for victim, count in sorted(kills.items())),
        ("looks over all of it", tally.looks),
        ("told to come again", tally.refused.total()), ("jobs resumed by hand", tally.resumed),
        ("service not begun for want of the database", tally.ended),
        ("calls paid", f"{paid.calls} (undisturbed: {tally.undisturbed_calls})"),
        ("  things asked for", paid.things),
        ("  asked for again after a kill", paid.again),
        ("  asked for again without one", len(paid.unexplained)),
        *((f"{kind} (undisturbed)", f"{here} ({there})") for kind, (here, there) in tally.counts.items()),
        ("harm found", len(tally.harm)),
    ]  # fmt: skip
    return [f"{name:44} {value}" for name, value in rows] + tally.harm


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
