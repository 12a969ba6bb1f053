"""Processes that can be killed as `kill -9` does it, and started again."""

import os
import random
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from evals.benches.search import ROOT
from evals.postgres import SAFE, Cluster, MissingError

UP = 90.0
"""Seconds that a thing is given to come up again, or a child of a killed process to end."""


class Victim(Protocol):
    """Something that can be killed with SIGKILL, and started again."""

    @property
    def alive(self) -> bool:
        """Whether there is anything to kill."""
        ...

    def kill(self) -> None:
        """Kill it, as `kill -9` does."""
        ...

    def start(self) -> None:
        """Bring it up again."""
        ...


class Program:
    """A command in a session of its own; what it says goes to a file."""

    def __init__(self, command: Sequence[str], said: Path, env: Mapping[str, str] | None = None) -> None:
        with_us = shutil.which("setpriv")  # it dies with the thread that starts it, whatever kills us
        self.command, self.said = [*([with_us, "--pdeathsig", "KILL"] if with_us else []), *command], said
        self._env = env
        self._process: subprocess.Popen[bytes] | None = None
        self._guard = threading.Lock()
        self.orphaned: list[int] = []
        """Sessions whose leader was killed and that may not have noticed."""

    @property
    def alive(self) -> bool:
        """See `Victim.alive`."""
        process = self._process
        return process is not None and process.poll() is None

    def start(self) -> None:
        """See `Victim.start`."""
        self._begin()

    def run(self, *arguments: str) -> int:
        """Run it with these arguments to its end; the code it ended with, -9 where it was killed."""
        return self._begin(*arguments).wait()

    def _begin(self, *arguments: str) -> subprocess.Popen[bytes]:
        with self._guard, self.said.open("ab") as said:
            self._process = subprocess.Popen(
                [*self.command, *arguments], stdout=subprocess.DEVNULL, stderr=said, env=self._env, cwd=ROOT,
                start_new_session=True,
            )  # fmt: skip
            return self._process

    def kill(self) -> None:
        """See `Victim.kill`; those it started are left to notice."""
        with self._guard:
            if self._process is not None and self._process.poll() is None:
                self._process.kill()
                self._process.wait()
                self.orphaned.append(self._process.pid)

    def left_behind(self, patience: float = UP) -> int:
        """How many killed ones still have children after so many seconds; those are ended."""
        until, left = time.monotonic() + patience, 0
        for session in self.orphaned:
            while (lives := _lives(session)) and time.monotonic() < until:
                time.sleep(0.05)
            if lives:
                with suppress(ProcessLookupError):
                    os.killpg(session, signal.SIGKILL)
            left += lives
        self.orphaned.clear()
        return left


def _lives(session: int) -> bool:
    try:
        os.killpg(session, 0)
    except ProcessLookupError:
        return False
    return True


class Postgres:
    """A server of our own."""

    def __init__(self) -> None:
        self.cluster = Cluster(SAFE)
        self.cluster.start()

    @property
    def alive(self) -> bool:
        """See `Victim.alive`."""
        return self.cluster.pid is not None

    def kill(self) -> None:
        """See `Victim.kill`: the first process; the others notice."""
        self.cluster.kill(signal.SIGKILL)

    def start(self) -> None:
        """See `Victim.start`; as long as some of the killed server's processes live, it does not."""
        until = time.monotonic() + UP
        while True:
            try:
                self.cluster.start()
            except MissingError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)
            else:
                return


class Backend:
    """Any one process of the server that serves a connection: its end makes the server drop all others too."""

    def __init__(self, postgres: Postgres, dice: random.Random) -> None:
        self._postgres, self._dice = postgres, dice

    @property
    def alive(self) -> bool:
        """See `Victim.alive`."""
        return bool(self._serving())

    def kill(self) -> None:
        """See `Victim.kill`."""
        if serving := self._serving():
            os.kill(self._dice.choice(serving), signal.SIGKILL)

    def start(self) -> None:
        """The server does that."""

    def _serving(self) -> list[int]:
        return [child for child in children_of(self._postgres.cluster.pid) if b": voc " in _title(child)]


class RayWorker:
    """Any one process that works for the Ray cluster which the worker has started."""

    def __init__(self, folder: Path, dice: random.Random) -> None:
        self._mark, self._dice = str(folder).encode(), dice

    @property
    def alive(self) -> bool:
        """See `Victim.alive`."""
        return bool(self._working())

    def kill(self) -> None:
        """See `Victim.kill`."""
        if working := self._working():
            with suppress(ProcessLookupError):
                os.kill(self._dice.choice(working), signal.SIGKILL)

    def start(self) -> None:
        """Ray does that."""

    def _working(self) -> list[int]:
        pids = [int(one.name) for one in Path("/proc").iterdir() if one.name.isdigit()]
        working = [pid for pid in pids if _title(pid).startswith(b"ray::") and b"Agent" not in _title(pid)]
        return [pid for pid in working if self._mark in _told(pid, "environ")]


def children_of(pid: int | None) -> list[int]:
    """The processes that a process has started."""
    try:
        told = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [int(one) for one in told.split()]


def _title(pid: int) -> bytes:
    return _told(pid, "cmdline")


def _told(pid: int, what: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/{what}").read_bytes()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return b""
