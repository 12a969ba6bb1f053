"""Whether a theme grows or fades, and when the counts are too few to tell."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

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
Ground = Literal["windows", "all_months", "season", "small", "none", "few"]
"""What a trend stands on: the latest months against those before, a steady lean over all months; a `steady` one on a
season that returns, on a change of less than a quarter, or on none that can be told; `too_few` on too few."""
_WINDOW = 3
_EXACT = 1000
_Z95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Change:
    """How a theme moves: its trend, what that stands on, and the figures of both tests, so that who tells the trend can tell
    the figures that bear it (see `timing.course_told`)."""

    trend: TrendStatus
    ground: Ground
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
    all_months: int
    said: int
    """Mentions in all months."""
    read: int
    """Records read in all months."""
    slope: float
    """By how much the share changes from a month to the next, over all months (least squares)."""
    slope_interval: tuple[float, float]
    """95 % interval of that; it leaves out 0 exactly where `slope_z` is beyond 1.96."""


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

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval of the difference of the shares."""
        return newcombe((self.now, self.before), (self.read_now, self.read_before))

    @property
    def apart(self) -> bool:
        """Whether the difference is no chance, by the exact test and by its interval."""
        low, high = self.interval
        return _chance_of_windows(self) < LEVEL and (low > 0 or high < 0)


def change_of(series: Sequence[int], totals: Sequence[int], window: int = _WINDOW) -> Change:
    """The numbers behind `trend_of`, for whoever wants to see how sure it is.

    Raises:
        ValueError: as `trend_of`.
    """
    _checked(series, totals)
    seen = _windows(series, totals, window)
    slope_z, slope, error = _lean(series, totals)
    trend, ground = _judged(series, totals, seen)
    return Change(
        trend=trend,
        ground=ground,
        months=seen.reach,
        now=seen.now,
        before=seen.before,
        read_now=seen.read_now,
        read_before=seen.read_before,
        difference=seen.share_now - seen.share_before,
        interval=seen.interval,
        slope_z=slope_z,
        p=min(1.0, 2 * min(_chance_of_windows(seen), _two_sided(slope_z))),
        highest_before=_highest_before(series, totals, seen.reach),
        all_months=len(series),
        said=sum(series),
        read=sum(totals),
        slope=slope,
        slope_interval=(slope - _Z95 * error, slope + _Z95 * error),
    )


def long_run(series: Sequence[int], totals: Sequence[int]) -> float:
    """Cochran-Armitage z of a share that rises (positive) or falls over all months; 0 where nothing can be said.

    Source: P. Armitage, Biometrics 11 (1955).
    """
    return _lean(series, totals)[0]


def _lean(series: Sequence[int], totals: Sequence[int]) -> tuple[float, float, float]:
    """(`long_run`, the change of the share from a month to the next, its standard error were there no change)."""
    read, said = sum(totals), sum(series)
    if not 0 < said < read:
        return 0.0, 0.0, 0.0
    middle = sum(month * n for month, n in enumerate(totals)) / read
    share = said / read
    spread = sum(n * (month - middle) ** 2 for month, n in enumerate(totals))
    if spread <= 0:
        return 0.0, 0.0, 0.0
    slope = sum(k * (month - middle) for month, k in enumerate(series)) / spread
    error = math.sqrt(share * (1 - share) / spread)
    return slope / error, slope, error


def trend_of(series: Sequence[int], totals: Sequence[int], window: int = _WINDOW) -> TrendStatus:
    """Trend of a theme from its monthly counts against all that was read in those months, oldest first.

    Compares the theme's share of the last `window` months with the same number of months before (fewer where
    the series is short) by an exact test at 5 %, and asks that the interval of the difference leaves out 0 too, and for a
    change of a quarter at least. Where that can't tell, a steady rise or fall over all months is looked for (`long_run`, at
    5 %) that the last months bear out: a need that grows slowly is never suddenly larger.

    - ``too_few``: no earlier months, or fewer than 5 mentions in both windows together, or no voices at all.
    - ``new``: 5 or more now, none in any earlier month, with as much read before as would have shown it.
    - ``gone``: none now, 5 or more in the window before, where that much silence is no chance.
    - ``growing`` / ``fading``: the shares differ; ``steady``: they can't be told apart, or the theme is back at a share
      that it had within the year before: a season that returns is no growth.

    Raises:
        ValueError: where the two series differ in length or a count exceeds its total.
    """
    _checked(series, totals)
    return _judged(series, totals, _windows(series, totals, window))[0]


def _judged(series: Sequence[int], totals: Sequence[int], seen: _Windows) -> tuple[TrendStatus, Ground]:
    """The trend and what it stands on."""
    if len(series) < 2:
        return "too_few", "few"
    enough = max(seen.now, seen.before) >= FEWEST and seen.read_now > 0 and seen.read_before > 0
    if enough and seen.apart:
        return _moved(series, totals, seen)
    if (leaning := _leaning(series, totals, seen)) is not None:
        return leaning, "all_months"
    return ("steady", "none") if enough and min(seen.now, seen.before) >= FEWEST else ("too_few", "few")


def _moved(series: Sequence[int], totals: Sequence[int], seen: _Windows) -> tuple[TrendStatus, Ground]:
    """What a difference between the windows that is no chance amounts to."""
    now, before = seen.share_now, seen.share_before
    if now > before and not any(series[: -seen.reach]):
        return "new", "windows"
    if now == 0:
        return "gone", "windows"
    if now > before and now <= _highest_before(series, totals, seen.reach):
        return "steady", "season"
    if max(now, before) < RATIO * min(now, before):
        return "steady", "small"
    return ("growing" if now > before else "fading"), "windows"


def surely(changes: Mapping[str, Change], rate: float = FALSE_FINDINGS) -> frozenset[str]:
    """Of many themes looked at together those that move beyond doubt: at most `rate` of them by chance.

    Source: Benjamini and Hochberg, see `discoveries`.
    """
    ids = sorted(changes)
    return frozenset(
        one for one, is_so in zip(ids, discoveries([changes[i].p for i in ids], rate), strict=True) if is_so
    )


def _leaning(series: Sequence[int], totals: Sequence[int], seen: _Windows) -> TrendStatus | None:
    """Growth or decline over all months, where the last ones are above or below the whole, and not the other way round
    against those just before them."""
    if sum(series) < FEWEST_IN_ALL or len(series) < 2 * _WINDOW:
        return None
    z = long_run(series, totals)
    if _two_sided(z) >= LEVEL:
        return None
    overall = sum(series) / sum(totals)
    latest = seen.share_now if seen.read_now else overall
    if z > 0:
        grown = latest >= RATIO * overall and latest > _highest_before(series, totals, seen.reach)
        return "growing" if grown and latest >= seen.share_before else None
    return "fading" if overall >= RATIO * latest and latest <= seen.share_before else None


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
