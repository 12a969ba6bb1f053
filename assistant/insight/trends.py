"""Whether a theme grows or fades, and when the counts are too few to tell."""

from collections.abc import Sequence

from assistant.domain.statistics import two_proportion_z
from assistant.domain.vocabulary import TrendStatus

FEWEST = 5
"""A recent or an earlier count below this is never called growth or decline by itself."""
_Z = 1.96
_WINDOW = 3
_RATIO = 1.25


def trend_of(series: Sequence[int], totals: Sequence[int], window: int = _WINDOW) -> TrendStatus:
    """Trend of a theme from its monthly counts against all that was read in those months, oldest first.

    Compares the theme's share of the last `window` months with the same number of months before (fewer where
    the series is short) by a pooled two-proportion test at 5 %, and asks for a change of a quarter at least.

    - ``too_few``: no earlier months, or fewer than 5 mentions in both windows together, or no voices at all.
    - ``new``: 5 or more now, none in any earlier month, with as much read before as would have shown it.
    - ``gone``: none now, 5 or more in the window before, where that much silence is no chance.
    - ``growing`` / ``fading``: the shares differ; ``steady``: they can't be told apart.

    Raises:
        ValueError: where the two series differ in length or a count exceeds its total.
    """
    if len(series) != len(totals):
        raise ValueError("a trend needs one total for each count")
    if any(not 0 <= count <= total for count, total in zip(series, totals, strict=True)):
        raise ValueError("a monthly count can't exceed what was read in that month")
    if len(series) < 2:
        return "too_few"
    reach = min(window, len(series) // 2)
    now, before = sum(series[-reach:]), sum(series[-2 * reach : -reach])
    read_now, read_before = sum(totals[-reach:]), sum(totals[-2 * reach : -reach])
    if max(now, before) < FEWEST or not read_now or not read_before:
        return "too_few"
    z = two_proportion_z((now, before), (read_now, read_before))
    if abs(z) < _Z:
        return "steady" if min(now, before) >= FEWEST else "too_few"
    if z > 0:
        return "new" if not any(series[:-reach]) else _changed(now / read_now, before / read_before, "growing")
    return "gone" if now == 0 else _changed(before / read_before, now / read_now, "fading")


def _changed(larger: float, smaller: float, status: TrendStatus) -> TrendStatus:
    return status if larger >= _RATIO * smaller else "steady"
