"""What an iterator yields piece by piece, made in a thread that holds up nobody: not the one who gave up, nor the end."""

import sys
import time
from collections.abc import Callable, Iterator
from contextvars import copy_context
from queue import Empty, Queue
from threading import Event, Thread
from typing import TypeVar

from assistant.errors import VocError

T = TypeVar("T")


def fed(make: Callable[[], Iterator[T]], name: str, seconds: float, every: float) -> Iterator[T | None]:
    """The pieces as they come; None every so many seconds in between, as a sign of life.

    Where the caller goes away, the iterator is closed at its next piece.

    Raises:
        TimeoutError: it has not ended within so many seconds.
        VocError: as making a piece raised it.
    """
    pieces: Queue[tuple[T] | BaseException | None] = Queue()
    gone = Event()
    here = copy_context()  # what is known of whoever asks holds in the thread too
    Thread(target=here.run, args=(_run, make, pieces, gone), name=name, daemon=True).start()
    deadline = time.monotonic() + seconds
    try:
        while True:
            left = max(0.0, deadline - time.monotonic())
            try:
                piece = pieces.get(timeout=min(every, left))
            except Empty:
                if left <= every:
                    raise TimeoutError from None
                yield None
                continue
            if piece is None:
                return
            if isinstance(piece, BaseException):
                raise piece
            yield piece[0]
    finally:
        gone.set()


def _run(make: Callable[[], Iterator[T]], pieces: "Queue[tuple[T] | BaseException | None]", gone: Event) -> None:
    end: BaseException | None = None
    told = False
    try:
        for piece in make():
            if gone.is_set():
                break  # the iterator is closed as it goes out of use
            pieces.put((piece,))
    except VocError as error:
        end = error
    else:
        told = True
    finally:
        pieces.put(
            end if told or end is not None else sys.exception()
        )  # a mistake of ours: whoever waits must learn of it
