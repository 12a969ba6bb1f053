"""Knows whose turn it is: one run at a time on a data directory, one whole stage at a time on the database of a server."""

import functools
import hashlib
import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from assistant.errors import BusyError, StoreError
from assistant.records.turn_store import LEASE, TurnStore, Worker

STAGES = "stages"
_LOG = logging.getLogger(__name__)


def place_of(data_dir: Path) -> str:
    """How the holders of all work on this data directory from this machine begin; see `_machine`."""
    where = hashlib.sha256(f"{data_dir.resolve()}{_machine()}".encode()).hexdigest()[:8]
    return f"{socket.gethostname()[:32]}:{where}:"


@functools.cache
def _machine() -> str:
    """What tells two machines of one name apart, on systems that have such a thing."""
    try:
        return Path("/etc/machine-id").read_text(encoding="utf-8").strip()
    except OSError:
        return ""


@contextmanager
def run_lock(data_dir: Path) -> Iterator[None]:
    """The data directory for one run.

    Raises:
        BusyError: another run holds it.
    """
    lock = FileLock(str(data_dir / "run.lock"), timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise BusyError(f"another run is working on {data_dir}: wait until it has ended, or stop it") from None
    try:
        yield
    finally:
        lock.release()


@contextmanager
def whole_stage(turns: TurnStore, what: str, place: str) -> Iterator[None]:
    """A turn, on whatever machine, at what is done to the whole corpus; the caller holds the run lock of `place`.

    It is kept while this process lives: of one that died elsewhere nothing is heard, and after a minute it has lost it.

    Raises:
        BusyError: somebody else has it.
        StoreError: the database fails.
    """
    taken = turns.take(STAGES, what, place)
    if isinstance(taken, Worker):
        raise BusyError(f"{taken.told} is under way on the same database: wait until it has ended, or stop it there")
    over = threading.Event()
    keeper = threading.Thread(target=_keep, args=(turns, taken, over), name="turn", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join()
        try:
            turns.give_back(STAGES, taken)
        except StoreError as error:
            _LOG.warning("others wait a minute longer than they need: %s", error)


def _keep(turns: TurnStore, holder: str, over: threading.Event) -> None:
    while not over.wait(LEASE / 4):
        try:
            if not turns.keep(STAGES, holder):
                _LOG.warning("nothing was heard of this run for a minute: another machine may have begun a stage")
                return
        except StoreError as error:  # the work itself will tell
            _LOG.warning("the turn at whole stages could not be kept: %s", error)
