"""Everything that works together on one installation."""

import random
import shutil
import socket
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from evals.benches.search import VOC, environment
from evals.benches.torture.paid import Kill
from evals.benches.torture.victims import UP, Backend, Postgres, Program, RayWorker, Victim
from evals.postgres import MissingError

Over = Literal["sqlite", "postgres"]
READERS = frozenset({"api", "worker"})
"""Who asks the model, by the key each has."""
COSTS = {"postgres": READERS, "backend": READERS, "everything": READERS, "ray": frozenset({"worker"})}
"""Victims by whose death others lose what they have asked for."""


@dataclass
class House:
    """One installation: who works in it, what they are told, and the kills so far."""

    folder: Path
    over: Over
    chroma: bool
    ray: bool
    model: str
    """Base URL of the model endpoint."""
    dice: random.Random
    victims: dict[str, Victim] = field(default_factory=dict)
    kills: list[Kill] = field(default_factory=list)
    dark: threading.Event = field(default_factory=threading.Event)
    """While it is set nothing is begun that has ended."""

    def __post_init__(self) -> None:
        self.settings = {"OPENAI_BASE_URL": self.model, "VOC_ENGINE": "llm", "VOC_LLM_CONCURRENCY": "3"}
        self.postgres = Postgres() if self.over == "postgres" else None
        self.data = self.folder / "api"
        if self.postgres is not None:
            self.settings["VOC_DATABASE_URL"] = self.postgres.cluster.create("house")
            self.victims |= {"postgres": self.postgres, "backend": Backend(self.postgres, self.dice)}
        if self.chroma:
            self.settings["VOC_CHROMA_URL"] = self._chroma()
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.api = self._program(self.data, "api", "serve", "--port", str(port))
        self.worker = self._program(self.folder / "worker" if self.postgres else self.data, "worker")
        self.victims |= {"api": self.api, "worker": self.worker}
        if self.ray:
            self.victims["ray"] = RayWorker(self.folder, self.dice)

    def open(self) -> None:
        """Start everything; both data directories have the same key, as on two machines of one house."""
        self.api.start()
        await_((self.data / "masking.key").exists, "voc serve does not start")
        elsewhere = self.folder / "worker"
        if self.postgres is not None:
            elsewhere.mkdir()
            shutil.copy(self.data / "masking.key", elsewhere)

    def kill(self, name: str) -> bool:
        """Kill a victim; False where there was nothing to kill."""
        victim = self.victims[name]
        if not victim.alive:
            return False
        victim.kill()
        costs = COSTS.get(name, READERS & {name})
        self.kills.append(Kill(name, time.monotonic(), costs))
        return True

    def cut_power(self) -> None:
        """Kill everything at once; what the house is kept in is up again afterwards, nobody works."""
        self.dark.set()
        for victim in self.victims.values():
            victim.kill()
        self.kills.append(Kill("everything", time.monotonic(), READERS))
        for name in {"postgres", "chroma"} & set(self.victims):
            self.victims[name].start()

    def light(self) -> None:
        """After a power cut: everybody goes on."""
        self.api.start()
        self.dark.clear()

    def close(self) -> None:
        """End everything, and take the database's server away."""
        for program in (self.api, self.worker):
            program.kill()
            program.left_behind()
        if "chroma" in self.victims:
            self.victims["chroma"].kill()
        if self.postgres is not None:
            self.postgres.cluster.close()

    def _program(self, data: Path, name: str, *arguments: str) -> Program:
        env = environment(data) | self.settings | {"OPENAI_API_KEY": name}
        return Program([VOC, *arguments], self.folder / f"{name}.log", env)

    def _chroma(self) -> str:
        port, program = free_port(), shutil.which("chroma", path=str(Path(sys.executable).parent))
        if program is None:
            raise MissingError("there is no `chroma` program beside this Python")
        command = [program, "run", "--path", str(self.folder / "chroma"), "--host", "127.0.0.1", "--port", str(port)]
        server = self.victims["chroma"] = Program(command, self.folder / "chroma.log")
        server.start()
        await_(lambda: _listens(port), "chroma does not start")
        return f"http://127.0.0.1:{port}"


def free_port() -> int:
    """A port of this machine that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def await_(happened: Callable[[], bool], otherwise: str) -> None:
    """Return when it has happened.

    Raises:
        RuntimeError: it does not, within `UP` seconds.
    """
    until = time.monotonic() + UP
    while not happened():
        if time.monotonic() > until:
            raise RuntimeError(otherwise)
        time.sleep(0.05)
