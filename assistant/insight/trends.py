"""Whether a theme grows or fades, and when the counts are too few to tell."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.domain.statistics import newcombe, two_proportion_z
from assistant.domain.vocabulary import TrendStatus

FEWEST = 5
"""A recent or an earlier count below this is never called growth or decline by itself."""
FEWEST_IN_ALL = 8
"""Mentions in all months below which no slow growth or decline is told."""
_Z = 1.96
_WINDOW = 3
_RATIO = 1.25


@dataclass(frozen=True, slots=True)
class Change:
    """The latest months of a theme against as many before, with how far the change is known."""

    months: int
    """Months in each of the two windows."""
    now: int
    before: int
    read_now: int
    read_before: int
    difference: float
    """Share now minus share before."""
    interval: tuple[float, float]
    """95 % interval of that difference (Newcombe); (-1, 1) where a window was not read."""
    slope_z: float
    """Trend over all months (`long_run`): beyond 1.96 either way it is no chance."""


def change_of(series: Sequence[int], totals: Sequence[int], window: int = _WINDOW) -> Change:
    """The numbers behind `trend_of`, for whoever wants to see how sure it is.

    Raises:
        ValueError: as `trend_of`.
    """
    _checked(series, totals)
    reach = min(window, len(series) // 2)
    now, before = _sums(series, reach)
    read_now, read_before = _sums(totals, reach)
    return Change(
        months=reach,
        now=now,
        before=before,
        read_now=read_now,
        read_before=read_before,
        difference=(now / read_now if read_now else 0.0) - (before / read_before if read_before else 0.0),
        interval=newcombe((now, before), (read_now, read_before)),
        slope_z=long_run(series, totals),
    )


def long_run(series: Sequence[int], totals: Sequence[int]) -> float:
    """Cochran-Armitage z of a share that rises (positive) or falls over all months; 0 where nothing can be said.

    Source: P. Armitage, Biometrics 11 (1955).
    """
    read, said = sum(totals), sum(series)
    if not 0 < said < read:
        return 0.0
    middle = sum(month * n for month, n in enumerate(totals)) / read
    share = said / read
    spread = share * (1 - share) * sum(n * (month - middle) ** 2 for month, n in enumerate(totals))
    lean = sum(k * (month - middle) for month, k in enumerate(series))
    return lean / math.sqrt(spread) if spread > 0 else 0.0


def trend_of(series: Sequence[int], totals: Sequence[int], window: int = _WINDOW) -> TrendStatus:
    """Trend of a theme from its monthly counts against all that was read in those months, oldest first.

    Compares the theme's share of the last `window` months with the same number of months before (fewer where
    the series is short) by a pooled two-proportion test at 5 %, and asks for a change of a quarter at least. Where
    that can't tell, a steady rise or fall over all months is looked for (`long_run`, at 5 %) that the last months
    bear out: a need that grows slowly is never suddenly larger.

    - ``too_few``: no earlier months, or fewer than 5 mentions in both windows together, or no voices at all.
    - ``new``: 5 or more now, none in any earlier month, with as much read before as would have shown it.
    - ``gone``: none now, 5 or more in the window before, where that much silence is no chance.
    - ``growing`` / ``fading``: the shares differ; ``steady``: they can't be told apart.

    Raises:
        ValueError: where the two series differ in length or a count exceeds its total.
    """
    _checked(series, totals)
    if len(series) < 2:
        return "too_few"
    reach = min(window, len(series) // 2)
    (now, before), (read_now, read_before) = _sums(series, reach), _sums(totals, reach)
    if max(now, before) < FEWEST or not read_now or not read_before:
        return _leaning(series, totals, reach) or "too_few"
    z = two_proportion_z((now, before), (read_now, read_before))
    if abs(z) < _Z:
        return _leaning(series, totals, reach) or ("steady" if min(now, before) >= FEWEST else "too_few")
    if z > 0:
        return "new" if not any(series[:-reach]) else _changed(now / read_now, before / read_before, "growing")
    return "gone" if now == 0 else _changed(before / read_before, now / read_now, "fading")


def _leaning(series: Sequence[int], totals: Sequence[int], reach: int) -> TrendStatus | None:
    """Growth or decline over all months, where the last ones are above or below the whole."""
    if sum(series) < FEWEST_IN_ALL or len(series) < 2 * _WINDOW:
        return None
    z = long_run(series, totals)
    (now, _), (read_now, _) = _sums(series, reach), _sums(totals, reach)
    overall = sum(series) / sum(totals)
    latest = now / read_now if read_now else overall
    if z >= _Z and latest >= _RATIO * overall:
        return "growing"
    return "fading" if z <= -_Z and overall >= _RATIO * latest else None


def _checked(series: Sequence[int], totals: Sequence[int]) -> None:
    if len(series) != len(totals):
        raise ValueError("a trend needs one total for each count")
    if any(not 0 <= count <= total for count, total in zip(series, totals, strict=True)):
        raise ValueError("a monthly count can't exceed what was read in that month")


def _sums(values: Sequence[int], reach: int) -> tuple[int, int]:
    """What the last `reach` months hold, and as many before; (0, 0) where there is no month to compare."""
    return (sum(values[-reach:]), sum(values[-2 * reach : -reach])) if reach else (0, 0)


def _changed(larger: float, smaller: float, status: TrendStatus) -> TrendStatus:
    return status if larger >= _RATIO * smaller else "steady"
