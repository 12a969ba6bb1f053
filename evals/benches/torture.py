"""Kills while records are taken in and indexed: ``python -m evals.benches.torture [KILLS] [RECORDS] [MINUTES] [SEED]``.

One data directory lives through all of it. Each wave changes a third of the records and brings new ones; `voc ingest` is
killed (SIGKILL) at a random moment of its work, looked at, killed again, and run to its end; `voc index` in the same way. A kill
counts when the process held the data directory's lock right before and died of it: a process that had not begun, or had
ended by itself, is not counted and another wave tries again. What is looked at after each kill and each end is in
`evals.benches.unharmed`. Linux only: who holds a lock is read from ``/proc/locks``.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from evals.benches.search import ROOT, VOC
from evals.benches.texts import varied
from evals.benches.unharmed import Expected, harm

KILLS, RECORDS, MINUTES, SEED = 100, 3_000, 40, 7
CHANGED = 0.35
"""Share of the records that each wave changes: more than makes a new generation worthwhile."""
NEW = 20
PRODUCTS = 50
IN_A_ROW = 4
"""So many times one command is killed before it is let come to its end, if it does not get there before."""
LOOK, PATIENCE = 0.002, 60.0
Verb = Literal["ingest", "index"]


@dataclass(slots=True)
class Tally:
    """What happened: kills that counted, those that did not, looks, and every harm found, in words."""

    landed: Counter[str] = field(default_factory=Counter)
    missed: int = 0
    looks: int = 0
    left_over: Counter[str] = field(default_factory=Counter)
    """What was left to be done after kills of one command: how often, so that it is seen that they came at all moments."""
    harm: list[str] = field(default_factory=list)

    @property
    def kills(self) -> int:
        """All that counted."""
        return self.landed.total()


class Torture:
    """One data directory, and the records that it must hold.

    Args:
        folder: for the data directory and the files to take in.
        count: records in the first wave.
        seed: of the moments and of what changes.
    """

    def __init__(self, folder: Path, count: int, seed: int) -> None:
        self._data, self._file = folder / "data", folder / "wave.jsonl"
        self._dice = random.Random(seed)  # noqa: S311 - moments, not secrets
        self._count, self._next = count, count
        self._expected = Expected({f"V{n}": varied(n) for n in range(count)})
        self._takes: dict[Verb, float] = {}
        self.tally = Tally()

    def begin(self) -> None:
        """The first wave, undisturbed: how long each command works."""
        self._write()
        for verb in ("ingest", "index"):
            self._finish(verb)
        self._look("the first wave")

    def wave(self) -> None:
        """Change records, and kill each command while it works on that, over and over, before it may end."""
        self._change()
        for verb in ("ingest", "index"):
            for _ in range(IN_A_ROW):
                if not self._killed(verb):
                    break
                self._look(f"voc {verb} was killed (kill {self.tally.kills})", after=verb)
            self._finish(verb)
            if verb == "ingest":
                self._expected.settle()
        self._look(f"wave after kill {self.tally.kills}", level=True)

    def _change(self) -> None:
        chosen = self._dice.sample(sorted(self._expected.now), round(CHANGED * len(self._expected.now)))
        for name in [*chosen, *(f"V{self._next + n}" for n in range(NEW))]:
            self._next += 1
            self._expected.change(name, varied(self._next))
        self._next += NEW
        self._write()

    def _write(self) -> None:
        with self._file.open("w", encoding="utf-8") as file:
            for at, (name, text) in enumerate(self._expected.now.items()):
                row = {"id": name, "channel": "review", "product": f"型号{at % PRODUCTS}", "text": text}
                file.write(json.dumps(row, ensure_ascii=False) + "\n")

    def _start(self, verb: Verb) -> subprocess.Popen[bytes]:
        command = [VOC, verb, *([str(self._file)] if verb == "ingest" else []), "--json"]
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("VOC_", "OPENAI_"))}
        settings = {"VOC_DATA_DIR": str(self._data), "VOC_ENGINE": "rules"}
        return subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=kept | settings, cwd=ROOT
        )

    def _finish(self, verb: Verb) -> None:
        """Run a command to its end, and note how long it worked."""
        with self._start(verb) as process:
            began = self._working(process)
            process.wait()
            if began is not None:
                self._takes[verb] = time.monotonic() - began
        if process.returncode not in (0, 3):
            self.tally.harm.append(f"voc {verb} ended with {process.returncode}")

    def _killed(self, verb: Verb) -> bool:
        """Kill a command at a random moment of its work; False where it was not at work then."""
        with self._start(verb) as process:
            began = self._working(process)
            if began is not None:
                time.sleep(self._dice.random() * self._takes.get(verb, 1.0))
            at_work = _holds(process.pid, self._data / "run.lock")
            process.kill()
            process.wait()
        landed = at_work and process.returncode == -signal.SIGKILL
        self.tally.landed[verb] += landed
        self.tally.missed += not landed
        return landed

    def _working(self, process: subprocess.Popen[bytes]) -> float | None:
        """When it began to hold the data directory; None where it ended before it was seen to."""
        until = time.monotonic() + PATIENCE
        while process.poll() is None and time.monotonic() < until:
            if _holds(process.pid, self._data / "run.lock"):
                return time.monotonic()
            time.sleep(LOOK)
        return None

    def _look(self, when: str, *, after: Verb | None = None, level: bool = False) -> None:
        self.tally.looks += 1
        left, found = harm(self._data, self._expected, self._dice, level=level)
        if after is not None:
            self.tally.left_over[f"{after}: {left}"] += 1
        for sentence in found:
            self.tally.harm.append(f"{when}: {sentence}")
            print(self.tally.harm[-1], file=sys.stderr, flush=True)


def _holds(pid: int, lock: Path) -> bool:
    """True where the process holds this lock file."""
    try:
        inode = str(lock.stat().st_ino)
    except FileNotFoundError:
        return False
    lines = Path("/proc/locks").read_text(encoding="utf-8").splitlines()
    fields = (line.split() for line in lines if "->" not in line)  # an arrow: somebody who waits for it
    return any(each[4] == str(pid) and each[5].rpartition(":")[2] == inode for each in fields if len(each) > 5)


def tortured(folder: Path, kills: int, count: int, minutes: float, seed: int) -> Iterator[Tally]:
    """The tally after each wave, until so many kills landed or the time is up."""
    torture, until = Torture(folder, count, seed), time.monotonic() + 60 * minutes
    torture.begin()
    while torture.tally.kills < kills and time.monotonic() < until:
        torture.wave()
        yield torture.tally


def main(arguments: list[str]) -> int:
    """Print the tally as it grows; 1 where harm was found or too few kills landed in the time."""
    wanted = [int(one) for one in arguments]
    kills, count, minutes, seed = [*wanted, *(KILLS, RECORDS, MINUTES, SEED)[len(wanted) :]]
    tally = Tally()
    with TemporaryDirectory(prefix="voc-torture-") as folder:
        for tally in tortured(Path(folder), kills, count, minutes, seed):
            told = f"{tally.kills} kills landed, {tally.missed} missed, {tally.looks} looks, {len(tally.harm)} harms"
            print(told, file=sys.stderr, flush=True)
    print(f"killed while at work: {dict(tally.landed)} (missed: {tally.missed}); looked over {tally.looks} times")
    print("left to do after a kill:", *(f"{n} x {what}" for what, n in sorted(tally.left_over.items())), sep="\n  ")
    print(*(tally.harm or ["no wrong answer, no lost record, and `voc doctor` told the truth every time"]), sep="\n")
    return 1 if tally.harm or tally.kills < kills else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
