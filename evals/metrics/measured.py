"""Knows figures that carry what they stand on: of how many, and in which interval the true one lies."""

import math
from collections.abc import Iterable
from typing import Self

from assistant.domain.statistics import wilson


class Measured(float):
    """A figure, to be used as the number it is, with `n` (how many it stands on) and its 95 % `interval`, if there is one."""

    n: int
    interval: tuple[float, float] | None

    def __new__(cls, value: float, n: int, interval: tuple[float, float] | None = None) -> Self:
        """A figure over n things."""
        made = super().__new__(cls, value)
        made.n, made.interval = n, interval
        return made

    def __reduce__(self) -> tuple[type[Self], tuple[float, int, tuple[float, float] | None]]:
        """What makes it again in another process."""
        return type(self), (float(self), self.n, self.interval)


def share(answers: Iterable[bool], *, nothing: float = 0.0) -> Measured:
    """The part that is true, with its Wilson interval; `nothing` where nobody was asked."""
    every = list(answers)
    return part(sum(every), len(every), nothing=nothing)


def part(hits: int, of: int, *, nothing: float = 0.0) -> Measured:
    """So many of so many, with the Wilson interval; `nothing` of nothing."""
    return Measured(hits / of, of, wilson(hits, of)) if of else Measured(nothing, 0)


def f_score(both: int, said: int, true: int) -> Measured:
    """The harmonic mean of precision and recall, over `true` things; it has no simple interval. 0 of nothing."""
    return Measured(2 * both / (said + true) if said + true else 0.0, true)


def mean(values: Iterable[float]) -> Measured:
    """The arithmetic mean with its interval by Student's t, cut to [0, 1]: values are shares. 0 without any."""
    every = list(values)
    n = len(every)
    middle = math.fsum(every) / n if n else 0.0
    if n < _FEWEST:
        return Measured(middle, n)
    spread = _t95(n) * math.sqrt(math.fsum((one - middle) ** 2 for one in every) / (n - 1) / n)
    return Measured(middle, n, (max(0.0, middle - spread), min(1.0, middle + spread)))


_FEWEST = 5
"""Of fewer values no interval is told."""


def _t95(n: int) -> float:
    from scipy.stats import t  # slow to load: late

    return float(t.ppf(0.975, n - 1))
