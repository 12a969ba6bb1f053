"""Whether a theme grows or fades, and when the counts are too few to tell."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from assistant.domain.statistics import discoveries, newcombe, two_proportion_z
from assistant.domain.vocabulary import TrendStatus

FEWEST = 5
"""A recent or an earlier count below this is never called growth or decline by itself."""
FEWEST_IN_ALL = 8
"""Mentions in all months below which no slow growth or decline is told."""
LEVEL = 0.05
"""Two-sided level of either test: of a hundred steady themes at most five are said to grow by chance."""
RATIO = 1.25
"""A change by less than a quarter is none worth telling, however sure."""
YEAR = 12
"""Months back to which an earlier wave counts as a level that a theme has had before."""
FALSE_FINDINGS = 0.1
"""Of the themes that are surely said to move (`surely`), the part that may do so by chance."""
_WINDOW = 3
_EXACT = 1000


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
    p: float
    """How often chance alone moves so much, between the windows or over all months; the rarer of the two, doubled
    because two were looked at."""
    highest_before: float
    """The highest share of an earlier stretch of as many months, up to a year back; 0 where there is none."""


class _Windows(NamedTuple):
    reach: int
    now: int
    before: int
    read_now: int
    read_before: int

    @property
    def share_now(self) -> float:
        return self.now / self.read_now if self.read_now else 0.0

    @property
    def share_before(self) -> float:
        return self.before / self.read_before if self.read_before else 0.0


def change_of(series: Sequence[int], totals: Sequence[int], window: int = _WINDOW) -> Change:
    """The numbers behind `trend_of`, for whoever wants to see how sure it is.

    Raises:
        ValueError: as `trend_of`.
    """
    _checked(series, totals)
    seen = _windows(series, totals, window)
    slope = long_run(series, totals)
    return Change(
        months=seen.reach,
        now=seen.now,
        before=seen.before,
        read_now=seen.read_now,
        read_before=seen.read_before,
        difference=seen.share_now - seen.share_before,
        interval=newcombe((seen.now, seen.before), (seen.read_now, seen.read_before)),
        slope_z=slope,
        p=min(1.0, 2 * min(_chance_of_windows(seen), _two_sided(slope))),
        highest_before=_highest_before(series, totals, seen.reach),
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
    the series is short) by an exact test at 5 %, and asks for a change of a quarter at least. Where that can't tell, a
    steady rise or fall over all months is looked for (`long_run`, at 5 %) that the last months bear out: a need
    that grows slowly is never suddenly larger.

    - ``too_few``: no earlier months, or fewer than 5 mentions in both windows together, or no voices at all.
    - ``new``: 5 or more now, none in any earlier month, with as much read before as would have shown it.
    - ``gone``: none now, 5 or more in the window before, where that much silence is no chance.
    - ``growing`` / ``fading``: the shares differ; ``steady``: they can't be told apart, or the theme is back at a share
      that it had within the year before: a season that returns is no growth.

    Raises:
        ValueError: where the two series differ in length or a count exceeds its total.
    """
    _checked(series, totals)
    if len(series) < 2:
        return "too_few"
    seen = _windows(series, totals, window)
    if max(seen.now, seen.before) < FEWEST or not seen.read_now or not seen.read_before:
        return _leaning(series, totals, seen) or "too_few"
    if _chance_of_windows(seen) >= LEVEL:
        return _leaning(series, totals, seen) or ("steady" if min(seen.now, seen.before) >= FEWEST else "too_few")
    if seen.share_now > seen.share_before:
        if not any(series[: -seen.reach]):
            return "new"
        back = seen.share_now <= _highest_before(series, totals, seen.reach)
        return "steady" if back else _changed(seen.share_now, seen.share_before, "growing")
    return "gone" if seen.now == 0 else _changed(seen.share_before, seen.share_now, "fading")


def surely(changes: Mapping[str, Change], rate: float = FALSE_FINDINGS) -> frozenset[str]:
    """Of many themes looked at together those that move beyond doubt: at most `rate` of them by chance.

    Source: Benjamini and Hochberg, see `discoveries`.
    """
    ids = sorted(changes)
    return frozenset(
        one for one, is_so in zip(ids, discoveries([changes[i].p for i in ids], rate), strict=True) if is_so
    )


def _leaning(series: Sequence[int], totals: Sequence[int], seen: _Windows) -> TrendStatus | None:
    """Growth or decline over all months, where the last ones are above or below the whole."""
    if sum(series) < FEWEST_IN_ALL or len(series) < 2 * _WINDOW:
        return None
    z = long_run(series, totals)
    if _two_sided(z) >= LEVEL:
        return None
    overall = sum(series) / sum(totals)
    latest = seen.share_now if seen.read_now else overall
    if z > 0:
        grown = latest >= RATIO * overall and latest > _highest_before(series, totals, seen.reach)
        return "growing" if grown else None
    return "fading" if overall >= RATIO * latest else None


def _highest_before(series: Sequence[int], totals: Sequence[int], reach: int) -> float:
    """The highest share of a stretch of `reach` months that ends before the window before now, up to `YEAR` back."""
    last = len(series) - 2 * reach
    ends = range(last, max(reach, last - YEAR + reach) - 1, -1) if reach else ()
    read = [(sum(series[end - reach : end]), sum(totals[end - reach : end])) for end in ends]
    return max((k / n for k, n in read if n), default=0.0)


def _chance_of_windows(seen: _Windows) -> float:
    """Two-sided mid-p of Fisher's exact test: how often the mentions of both windows fall so unequally by chance.

    From `_EXACT` mentions on by the pooled z, which is the same there.
    Source: H. O. Lancaster, JASA 56 (1961).
    """
    k, n, read = seen.now + seen.before, seen.read_now, seen.read_now + seen.read_before
    if not 0 < n < read or not 0 < k < read:
        return 1.0
    if k > _EXACT:
        return _two_sided(two_proportion_z((seen.now, seen.before), (seen.read_now, seen.read_before)))
    ways = _log_choose(read, k)
    chances = [
        math.exp(_log_choose(n, x) + _log_choose(read - n, k - x) - ways) if k - x <= read - n and x <= n else 0.0
        for x in range(k + 1)
    ]
    half = chances[seen.now] / 2
    return min(1.0, 2 * min(sum(chances[: seen.now]) + half, sum(chances[seen.now + 1 :]) + half))


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def _two_sided(z: float) -> float:
    return math.erfc(abs(z) / math.sqrt(2))


def _checked(series: Sequence[int], totals: Sequence[int]) -> None:
    if len(series) != len(totals):
        raise ValueError("a trend needs one total for each count")
    if any(not 0 <= count <= total for count, total in zip(series, totals, strict=True)):
        raise ValueError("a monthly count can't exceed what was read in that month")


def _windows(series: Sequence[int], totals: Sequence[int], window: int) -> _Windows:
    reach = min(window, len(series) // 2)
    return _Windows(reach, *_sums(series, reach), *_sums(totals, reach))


def _sums(values: Sequence[int], reach: int) -> tuple[int, int]:
    """What the last `reach` months hold, and as many before; (0, 0) where there is no month to compare."""
    return (sum(values[-reach:]), sum(values[-2 * reach : -reach])) if reach else (0, 0)


def _changed(larger: float, smaller: float, status: TrendStatus) -> TrendStatus:
    return status if larger >= RATIO * smaller else "steady"
