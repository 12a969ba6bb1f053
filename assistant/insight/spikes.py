"""When a theme is suddenly loud: weeks whose share its own recent level and the same season can't explain."""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.domain.statistics import beta_binomial_tail

FEWEST = 5
"""Mentions in the weeks of a spike below which nobody is alarmed."""
TIMES = 2.0
"""A spike is at least so many times what was expected: a small rise of a big theme is a trend, not a spike."""
BASE_WEEKS = 12
"""Weeks before that say what is usual; weeks of a spike are not usual and do not count."""
WARM_UP = 4
"""Weeks of history before the first judgement."""
YEAR = 52
_WINDOWS = (1, 2, 4)
"""Weeks looked at together, so that a slow wave is seen as well as a sudden one."""
_SEASON = 2
"""Weeks on either side of the same week last year that belong to the season."""
_FEWEST_READ = 20
_QUIET = 2
"""Weeks back at the usual level after which a spike is over."""


@dataclass(frozen=True, slots=True)
class Wave:
    """A run of unusual weeks, as places in the series, both ends included."""

    first: int
    last: int
    observed: int
    expected: float
    p: float
    """Probability of so many or more by chance, from the most unusual of its weeks."""
    over: bool
    """Whether the weeks after it were back at the usual level."""


def find_waves(series: Sequence[int], totals: Sequence[int], *, alpha: float = 0.001) -> list[Wave]:
    """Unusual weeks of one theme, in order of time.

    A week is judged by its predictive distribution (beta-binomial, widened where the weeks before scattered more
    than chance would have them) from the share of up to `BASE_WEEKS` usual weeks before it and, where there is a
    year of history, also from the same season last year: it must be unusual against both.

    Args:
        series: mentions per week, oldest first, weeks without any included.
        totals: records read in those weeks.
        alpha: false alarms a week that are tolerated; with n themes, 0.05 / n means one false week in twenty.

    Raises:
        ValueError: where the two series differ in length or a count exceeds its total.
    """
    if len(series) != len(totals) or any(not 0 <= k <= n for k, n in zip(series, totals, strict=True)):
        raise ValueError("a spike needs one total for each count, and no count above its total")
    chances: dict[int, float] = {}
    usual: dict[int, float] = {}
    for week in range(WARM_UP, len(series)):
        base = [w for w in range(week - 1, -1, -1) if w not in chances and totals[w]][:BASE_WEEKS]
        if sum(totals[w] for w in base) < _FEWEST_READ:
            continue
        share = _expected(series, totals, base)
        usual[week] = share * totals[week]
        for width in _WINDOWS:
            window = [w for w in range(week - width + 1, week + 1) if w >= WARM_UP]
            before = [w for w in base if w not in window]
            if len(window) < width or not before:
                continue
            p = _chance(series, totals, window, before)
            if p < alpha:
                for w in window:
                    if series[w] >= TIMES * usual.setdefault(w, share * totals[w]):  # too few were read before it
                        chances[w] = min(p, chances.get(w, 1.0))
    return _waves(series, totals, chances, usual)


def _chance(series: Sequence[int], totals: Sequence[int], window: Sequence[int], base: Sequence[int]) -> float:
    """Probability of what the window shows, 1 where it is too little to alarm anybody."""
    k, n = sum(series[w] for w in window), sum(totals[w] for w in window)
    bases = [base]
    if window[0] >= YEAR + _SEASON:
        season = range(window[0] - YEAR - _SEASON, window[-1] - YEAR + _SEASON + 1)
        bases.append([w for w in season if totals[w]])
    worst = 0.0
    for weeks in bases:
        a, b = _share(series, totals, weeks)
        if k < FEWEST or k < TIMES * n * a / (a + b):
            return 1.0
        worst = max(worst, beta_binomial_tail(k, n, a, b))
    return worst


def _share(series: Sequence[int], totals: Sequence[int], weeks: Sequence[int]) -> tuple[float, float]:
    """The share of those weeks as Beta(a, b), with Jeffreys' prior; scatter beyond chance makes it vaguer."""
    k, n = sum(series[w] for w in weeks), sum(totals[w] for w in weeks)
    a, b = k + 0.5, n - k + 0.5
    mean = a / (a + b)
    excess = sum((series[w] - totals[w] * mean) ** 2 / (totals[w] * mean * (1 - mean)) for w in weeks)
    scatter = max(1.0, excess / max(1, len(weeks) - 1))
    return a / scatter, b / scatter


def _expected(series: Sequence[int], totals: Sequence[int], weeks: Sequence[int]) -> float:
    a, b = _share(series, totals, weeks)
    return a / (a + b)


def _waves(
    series: Sequence[int], totals: Sequence[int], chances: dict[int, float], usual: dict[int, float]
) -> list[Wave]:
    runs: list[list[int]] = []
    for week in sorted(chances):
        if runs and week - runs[-1][-1] <= _QUIET:
            runs[-1].append(week)
        else:
            runs.append([week])
    waves = []
    for run in runs:
        weeks = range(run[0], run[-1] + 1)
        after = sum(1 for w in range(run[-1] + 1, len(series)) if totals[w])
        level = usual[run[0]] / totals[run[0]] if totals[run[0]] else 0.0
        waves.append(
            Wave(
                first=run[0],
                last=run[-1],
                observed=sum(series[w] for w in weeks),
                expected=level * sum(totals[w] for w in weeks),
                p=min(chances[w] for w in run),
                over=after >= _QUIET,
            )
        )
    return waves
