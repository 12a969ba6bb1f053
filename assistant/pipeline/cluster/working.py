"""What a worker of a Ray cluster does with the units that it is given; Ray finds this module by its name on every machine."""

import functools
import pickle
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from assistant.errors import VocError

_UNEXPECTED = (
    "something went wrong inside while a worker of the Ray cluster did its part ({} at {}): what was stored is kept; report "
    "this place, and run without --engine-batch ray"
)
Bench = Callable[[], Any]
"""Builds what a worker works with, once a process. Pickled; may hold secrets."""


class Place(Protocol):
    """Where a worker works."""

    def bench(self) -> Any:
        """What it works with."""
        ...

    def stopped(self) -> bool:
        """Whether what is not begun is to be left alone."""
        ...


class Duty(Protocol):
    """What a worker does with one unit. Pickled, and so without secrets; the same unit gives the same things again."""

    def __call__(self, unit: Any, place: Place) -> Iterable[Any]:
        """What comes of it, piece by piece; raises only `VocError` on purpose."""
        ...


@dataclass(frozen=True, slots=True)
class Failed:
    """Stands for a piece that could not be made."""

    error: BaseException


def work(units: Any, duty: bytes, keeper: Any) -> Iterator[Any]:
    """What a worker does with a block of units: rows of what came of each, an empty one where a unit has ended."""
    import pyarrow as pa  # slow, and there where Ray Data is: late

    for at, unit in zip(units["at"].to_pylist(), units["unit"].to_pylist(), strict=True):
        for made in _pieces(duty, unit, _Place(keeper)):
            yield pa.table({"at": [at], "made": pa.array([made], pa.large_binary())})


def _pieces(duty: bytes, unit: bytes, place: Place) -> Iterator[bytes]:
    """Errors are pieces, too: Ray would write their words and their variables into its logs."""
    try:
        for piece in _duty(duty)(pickle.loads(unit), place):  # noqa: S301 - from our own process
            yield pickle.dumps(piece, protocol=5)
    except VocError as error:
        yield pickle.dumps(Failed(error))
    except Exception as error:  # noqa: BLE001 - the worker's door
        yield pickle.dumps(Failed(VocError(_UNEXPECTED.format(type(error).__name__, _place(error)))))
    yield b""


@functools.lru_cache(maxsize=4)
def _duty(told: bytes) -> Duty:
    """Several units have the same one; what it has loaded stays."""
    duty: Duty = pickle.loads(told)  # noqa: S301 - from our own process
    return duty


@functools.lru_cache(maxsize=1)
def _built(told: bytes) -> Any:
    return pickle.loads(told)()  # noqa: S301 - from our own process


class _Place:
    """A worker's `Place`."""

    def __init__(self, keeper: Any) -> None:
        self._keeper = keeper

    def bench(self) -> Any:
        """See `Place.bench`."""
        return _built(self._asked("told"))

    def stopped(self) -> bool:
        """See `Place.stopped`."""
        return bool(self._asked("stopped"))

    def _asked(self, name: str) -> Any:
        import ray  # here it is loaded already

        return ray.get(getattr(self._keeper, name).remote())


def _place(error: BaseException) -> str:
    """Where an error came from, without its words."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace is not None else "nowhere"
