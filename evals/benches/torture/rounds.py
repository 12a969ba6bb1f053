"""One round after the other: a wave is worked through while somebody is killed again and again, then all is looked over."""

import random
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from assistant.records.database import Database
from evals.benches.search import run
from evals.benches.torture.house import House
from evals.benches.torture.paid import Paid, calls_in, judged
from evals.benches.torture.same import differences, held, left_undone
from evals.benches.torture.waves import Wave, Waves, write
from evals.benches.torture.work import StuckError, Work
from evals.benches.unharmed import harm

MOST, LEAST = 6, 2
"""Kills of one round."""
PAUSE, DOWN, GLANCE = 6.0, 1.0, 0.5
"""Seconds between two kills at the most, from a kill to the start again at the most, and between two looks whether the service
runs."""
_TOLD = 4_000
"""Characters that are told of what somebody did not expect."""
WEIGHTS = {"api": 4, "worker": 4, "postgres": 2, "backend": 2, "chroma": 2, "ray": 6, "everything": 1}


@dataclass(slots=True)
class Tally:
    """What happened in all rounds."""

    rounds: int = 0
    counts: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Kind of thing → how many are there, and how many after the undisturbed run."""
    paid: Paid = field(default_factory=lambda: Paid(0, 0, 0, ()))
    undisturbed_calls: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    resumed: int = 0
    ended: int = 0
    """How often the service ended by itself: it was started while the database was not up."""
    looks: int = 0
    harm: list[str] = field(default_factory=list)


class Torture:
    """A house, beside it a data directory that is left in peace, and the waves that both are given.

    Args:
        house: whom to torture.
        waves: what is given.
        journal: of the model endpoint.
        dice: for the moments and the victims.
    """

    def __init__(self, house: House, waves: Waves, journal: Path, dice: random.Random) -> None:
        self._house, self._waves, self._journal, self._dice = house, waves, journal, dice
        self.tally = Tally()
        self._work = Work(house, self._note)
        peace = {name: value for name, value in house.settings.items() if not name.startswith("VOC_CHROMA")}
        if house.postgres is not None:
            peace["VOC_DATABASE_URL"] = house.postgres.cluster.create("peace")
        self._peace = peace | {"OPENAI_API_KEY": "peace"}

    def rounds(self, most: int, until: float) -> Iterator[Tally]:
        """The tally after each round, as many as there is time for (monotonic seconds)."""
        self._house.open()
        self._like_the_house()
        stuck = False
        while self.tally.rounds < most and time.monotonic() < until and not stuck:
            try:
                self._round()
            except StuckError as error:
                self._note(f"round {self.tally.rounds + 1}: {error}")
                stuck = True
            yield self.tally

    def _like_the_house(self) -> None:
        """The same key: the same pseudonyms, ids and prompts."""
        folder = self._house.folder / "peace"
        folder.mkdir()
        (folder / "masking.key").write_bytes((self._house.data / "masking.key").read_bytes())

    def _round(self) -> None:
        wave = self._waves.next()
        self._undisturbed(wave)
        with ThreadPoolExecutor(1) as pool:
            work = pool.submit(self._work.take, wave)
            try:
                self._disturb(work)
            finally:
                self._work.halt.set()
                if not work.done():  # we are being ended
                    self._house.worker.kill()
            work.result()
        self._work.halt.clear()
        self._waves.expected.settle()
        self.tally.rounds += 1
        self._look_over()

    def _undisturbed(self, wave: Wave) -> None:
        file = write(wave.rows, self._house.folder / "peace.jsonl")
        run(self._house.folder / "peace", "run", file, "--source", "api", more=self._peace)

    def _disturb(self, work: Future[None]) -> None:
        for _ in range(self._dice.randint(LEAST, MOST)):
            if self._watch(work, self._dice.uniform(0.2, PAUSE)):
                return
            self._kill(self._dice.choices(*zip(*self._alive(), strict=True))[0])
        seldom = self._house.victims.get("ray")  # up for a part of every other round: waited for, else it is seldom hit
        while not self._watch(work, GLANCE):
            if seldom is not None and seldom.alive:
                if self._watch(work, self._dice.uniform(0, DOWN)):
                    return
                self._kill("ray")
                seldom = None

    def _watch(self, work: Future[None], seconds: float) -> bool:
        """Wait so long for the work to end, and do as who keeps a service up: start it again where it ended by itself."""
        until = time.monotonic() + seconds
        while not work.done() and time.monotonic() < until:
            wait((work,), min(GLANCE, until - time.monotonic()))
            if not self._house.api.alive:
                self.tally.ended += 1
                self._house.api.start()
        return work.done()

    def _alive(self) -> list[tuple[str, int]]:
        """Who may be killed, and how likely that is."""
        alive = [name for name, victim in self._house.victims.items() if victim.alive]
        return [(name, WEIGHTS[name]) for name in (*alive, "everything")]

    def _kill(self, name: str) -> None:
        if name == "everything":
            self._house.cut_power()
            self._look(f"round {self.tally.rounds + 1}, after a power cut", level=False)
            self._house.light()
        elif self._house.kill(name):
            time.sleep(self._dice.uniform(0, DOWN))
            if name != "worker":  # whose errand is given again
                self._house.victims[name].start()

    def _look_over(self) -> None:
        """Everything is at rest: it must be as after the undisturbed run, and nothing paid for twice without a kill."""
        self._note_all(f"{self._house.api.left_behind()} children of a killed service live on", unless="0 ")
        self._note_all(f"{self._house.worker.left_behind()} children of a killed command live on", unless="0 ")
        self._compare()
        self._look(f"round {self.tally.rounds}", level=True)
        calls = calls_in(self._journal)
        mine, theirs = ([call for call in calls if (call.by == "peace") is peace] for peace in (False, True))
        self.tally.paid, self.tally.undisturbed_calls = judged(mine, self._house.kills, theirs), len(theirs)
        for thing in self.tally.paid.unexplained:
            self._note(f"paid for twice and no kill explains it: {thing}")
        self.tally.refused, self.tally.resumed = self._work.refused, self._work.resumed
        for said in (self._house.api.said, self._house.worker.said):
            if "Traceback" in (text := said.read_text(encoding="utf-8", errors="replace")):
                self._note(f"{said.name}: {text[text.index('Traceback') :][:_TOLD]}")
                said.write_text("", encoding="utf-8")

    def _compare(self) -> None:
        mine, theirs = (self._database(folder) for folder in ("house", "peace"))
        with closing(mine), closing(theirs), mine.reading() as here, theirs.reading() as there:
            ours, others = held(here), held(there)
            for sentence in left_undone(here):
                self._note(sentence)
        self.tally.counts = {kind: (ours[kind].total(), others[kind].total()) for kind in ours}
        for difference in differences(ours, others):
            self._note(str(difference))

    def _database(self, name: str) -> Database:
        folder = self._house.data if name == "house" else self._house.folder / name
        settings = self._house.settings if name == "house" else self._peace
        return Database(settings.get("VOC_DATABASE_URL", f"sqlite:///{folder / 'voc.db'}"), folder / "write.lock")

    def _look(self, when: str, *, level: bool) -> None:
        self.tally.looks += 1
        settings = self._house.settings | {"OPENAI_API_KEY": "look"}
        _, found = harm(self._house.data, self._waves.expected, self._dice, level=level, settings=settings)
        for sentence in found:
            self._note(f"{when}: {sentence}")

    def _note_all(self, sentence: str, *, unless: str) -> None:
        if not sentence.startswith(unless):
            self._note(sentence)

    def _note(self, sentence: str) -> None:
        if sentence not in self.tally.harm:
            self.tally.harm.append(sentence)
