"""How sure a change of rates is: exact intervals, a boundary for looking every day, and a pooled control that may scatter."""

import math
from collections.abc import Callable, Sequence
from statistics import NormalDist

from assistant.domain.outcomes import Ratio

_NORMAL = NormalDist()
_EVERY_DAY = 2.2414027276049464
"""P(sup over [0, 1] of |Brownian motion| > this) is about 0.05: four times the upper tail, by the reflection principle."""


ONCE = 1.959963984540054
"""Standard errors that a difference must reach where it is looked at once, at the end."""


def boundary(elapsed: float) -> float:
    """How many standard errors a difference must reach when a share `elapsed` of the planned window has passed.

    2.24 / √elapsed: whoever looks every day until the window ends is misled in 5 % of cases at the most, all looks
    together. Shape: P. O'Brien, T. Fleming, Biometrics 35 (1979); the constant: reflection principle of Brownian motion.

    Raises:
        ValueError: where `elapsed` is not in (0, 1].
    """
    if not 0 < elapsed <= 1:
        raise ValueError("the elapsed share of a window is above 0 and at most 1")
    return _EVERY_DAY / math.sqrt(elapsed)


def level_of(z: float) -> float:
    """Two-sided confidence that belongs to so many standard errors, in [0, 1]."""
    return min(1 - 1e-12, 1 - 2 * _NORMAL.cdf(-z))


def rate_ratio(after: int, exposed_after: float, before: int, exposed_before: float, level: float = 0.95) -> Ratio:
    """(after / exposed_after) / (before / exposed_before) with its exact conditional interval.

    Given all mentions, those after are binomial with a chance that the ratio determines: J. Przyborowski and
    H. Wilenski, Biometrika 31 (1940); bounds of that chance by C. Clopper and E. Pearson, Biometrika 26 (1934).

    Raises:
        ValueError: counts are negative or an exposure is not positive.
    """
    if after < 0 or before < 0 or exposed_after <= 0 or exposed_before <= 0:
        raise ValueError("a rate needs a count of 0 or more over a positive exposure")
    n, odds = after + before, exposed_before / exposed_after
    if n == 0:
        return Ratio(None, 0.0, None, level)
    low, high = _clopper_pearson(after, n, level)
    value = None if before == 0 else after / before * odds
    top = None if high >= 1 else high / (1 - high) * odds
    return Ratio(value, low / (1 - low) * odds if low < 1 else 0.0, top, level)


def share_ratio(after: int, of_after: int, before: int, of_before: int, level: float = 0.95) -> Ratio:
    """(after / of_after) / (before / of_before) of two shares with its score interval.

    Source: O. Miettinen, M. Nurminen, Statistics in Medicine 4 (1985).

    Raises:
        ValueError: a pair is no share, or of nothing.
    """
    if not (0 <= after <= of_after and 0 <= before <= of_before) or not of_after or not of_before:
        raise ValueError("a share counts some of one or more")
    if after + before == 0:
        return Ratio(None, 0.0, None, level)
    z = _NORMAL.inv_cdf((1 + level) / 2)

    def far(log_ratio: float) -> float:
        return _score(math.exp(log_ratio), after, of_after, before, of_before)

    low = 0.0 if after == 0 else math.exp(_bisect(lambda x: far(x) > z, -_FAR, _FAR))
    high = None if before == 0 else math.exp(_bisect(lambda x: far(x) > -z, -_FAR, _FAR))
    value = None if before == 0 else (after / of_after) / (before / of_before)
    return Ratio(value, low, high, level)


_FAR = 30.0
"""The logarithm of a ratio beyond which nobody asks."""


def _score(ratio: float, x: int, n: int, y: int, m: int) -> float:
    """Standard errors between the observed shares x of n and y of m and what the ratio would have them be."""
    b = n * ratio + x + m + y * ratio
    p = (b - math.sqrt(max(0.0, b * b - 4 * (n + m) * ratio * (x + y)))) / (2 * (n + m) * ratio)
    q = min(1.0, ratio * p)
    variance = (q * (1 - q) / n + ratio * ratio * p * (1 - p) / m) * (n + m) / (n + m - 1)
    gap = x / n - ratio * y / m
    return gap / math.sqrt(variance) if variance > 0 else math.copysign(math.inf, gap) if gap else 0.0


def against_control(theme: tuple[int, int], others: Sequence[tuple[int, int]], level: float = 0.95) -> Ratio | None:
    """How the theme's change compares with that of other themes: the ratio of ratios, each pair (after, before).

    Exposures cancel out. The others' changes are pooled by their precision, and how far they scatter about each other
    beyond chance is added to the theme's own uncertainty, for the theme might have moved as they do without any fix:
    R. DerSimonian and N. Laird, Controlled Clinical Trials 7 (1986). Half a mention is added to each count
    (J. Haldane 1956, F. Anscombe 1956). None where no other theme was ever spoken of in both windows together.
    """
    told = [_logged(after, before) for after, before in others if after + before >= _FEWEST]
    if not told:
        return None
    pooled, error, scatter = _pooled(told)
    own, own_variance = _logged(*theme)
    middle, spread = own - pooled, math.sqrt(own_variance + error + scatter)
    z = _NORMAL.inv_cdf((1 + level) / 2)
    return Ratio(math.exp(middle), math.exp(middle - z * spread), math.exp(middle + z * spread), level)


_FEWEST = 5
"""Mentions in both windows below which another theme says nothing about how themes move."""


def chance_of_more(after: int, exposed_after: float, before: int, exposed_before: float) -> float:
    """Probability of so many or more mentions after, were the rate unchanged; exact, one-sided, in [0, 1]."""
    n = after + before
    return _upper_tail(after, n, exposed_after / (exposed_after + exposed_before)) if after else 1.0


def _logged(after: int, before: int) -> tuple[float, float]:
    a, b = after + 0.5, before + 0.5
    return math.log(a / b), 1 / a + 1 / b


def _pooled(told: Sequence[tuple[float, float]]) -> tuple[float, float, float]:
    """(pooled log ratio, its variance, variance between themes)."""
    weights = [1 / variance for _, variance in told]
    mean = sum(w * value for w, (value, _) in zip(weights, told, strict=True)) / sum(weights)
    q = sum(w * (value - mean) ** 2 for w, (value, _) in zip(weights, told, strict=True))
    spare = sum(weights) - sum(w * w for w in weights) / sum(weights)
    scatter = max(0.0, (q - (len(told) - 1)) / spare) if spare > 0 else 0.0
    final = [1 / (variance + scatter) for _, variance in told]
    pooled = sum(w * value for w, (value, _) in zip(final, told, strict=True)) / sum(final)
    return pooled, 1 / sum(final), scatter


def _clopper_pearson(k: int, n: int, level: float) -> tuple[float, float]:
    tail = (1 - level) / 2
    low = 0.0 if k == 0 else _bisect(lambda p: _upper_tail(k, n, p) < tail)
    high = 1.0 if k == n else _bisect(lambda p: 1 - _upper_tail(k + 1, n, p) > tail)
    return low, high


def _bisect(below: Callable[[float], bool], low: float = 0.0, high: float = 1.0) -> float:
    """Where a condition that holds for small values ends to hold."""
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if below(middle) else (low, middle)
    return (low + high) / 2


def _upper_tail(k: int, n: int, p: float) -> float:
    """P(X ≥ k) of a binomial: a sum over the shorter tail."""
    if k <= 0:
        return 1.0
    if k > n or p <= 0:
        return 0.0
    if p >= 1:
        return 1.0
    if k > n * p:
        return min(1.0, _sum(range(k, n + 1), n, p))
    return max(0.0, 1 - _sum(range(k - 1, -1, -1), n, p))


def _sum(counts: range, n: int, p: float) -> float:
    total = 0.0
    for x in counts:
        choose = math.lgamma(n + 1) - math.lgamma(x + 1) - math.lgamma(n - x + 1)
        term = math.exp(choose + x * math.log(p) + (n - x) * math.log1p(-p))
        total += term
        if term < 1e-14 * total:
            break
    return total
