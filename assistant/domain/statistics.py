"""How sure a count can be: intervals and tests for shares, without a vendor."""

import math
from collections.abc import Iterable, Sequence

Z95 = 1.959963984540054
"""Two-sided 95 % quantile of the standard normal distribution."""


def wilson(successes: int, n: int, z: float = Z95) -> tuple[float, float]:
    """Wilson score interval of a share, ``(low, high)`` in [0, 1]; ``(0, 1)`` where nothing was counted.

    Raises:
        ValueError: where the counts can't be a share (negative, or more successes than trials).
    Source: E. B. Wilson, JASA 22 (1927).
    """
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} of {n} is not a share")
    if n == 0:
        return 0.0, 1.0
    share = successes / n
    centre = share + z * z / (2 * n)
    spread = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    low = 0.0 if successes == 0 else max(0.0, (centre - spread) / scale)
    high = 1.0 if successes == n else min(1.0, (centre + spread) / scale)
    return low, high


def two_proportion_z(successes: tuple[int, int], totals: tuple[int, int]) -> float:
    """Pooled z of share 0 minus share 1; positive where the first share is larger, 0 where it can't be told.

    Raises:
        ValueError: where a pair is not a share.
    """
    (a, b), (n, m) = successes, totals
    if not (0 <= a <= n and 0 <= b <= m):
        raise ValueError(f"{a} of {n} and {b} of {m} are not shares")
    if n == 0 or m == 0:
        return 0.0
    pooled = (a + b) / (n + m)
    variance = pooled * (1 - pooled) * (1 / n + 1 / m)
    return (a / n - b / m) / math.sqrt(variance) if variance > 0 else 0.0


def newcombe(successes: tuple[int, int], totals: tuple[int, int], z: float = Z95) -> tuple[float, float]:
    """Interval of share 0 minus share 1, ``(low, high)`` in [-1, 1]; ``(-1, 1)`` where a side counted nothing.

    Raises:
        ValueError: where a pair is not a share.
    Source: R. G. Newcombe, Statistics in Medicine 17 (1998), method 10 (two Wilson intervals put together).
    """
    (a, b), (n, m) = successes, totals
    (low_a, high_a), (low_b, high_b) = wilson(a, n, z), wilson(b, m, z)
    if n == 0 or m == 0:
        return -1.0, 1.0
    p, q = a / n, b / m
    low = p - q - math.hypot(p - low_a, high_b - q)
    high = p - q + math.hypot(high_a - p, q - low_b)
    return max(-1.0, low), min(1.0, high)


def beta_binomial_tail(k: int, n: int, a: float, b: float) -> float:
    """Probability of k or more of n where the share itself is known only as Beta(a, b), in [0, 1].

    Raises:
        ValueError: where `a` or `b` is not positive or `n` is negative.
    """
    if a <= 0 or b <= 0 or n < 0:
        raise ValueError("a share is described by two positive numbers and counted over none or more")
    if k <= 0:
        return 1.0
    if k > n:
        return 0.0
    upper = k > n * a / (a + b)
    total = _sum_away(range(k, n + 1), n, a, b) if upper else 1.0 - _sum_away(range(k - 1, -1, -1), n, a, b)
    return min(1.0, max(0.0, total))


def discoveries(p_values: Sequence[float], rate: float = 0.05) -> list[bool]:
    """Which of many tests may be called findings when at most `rate` of the findings are to be false.

    Source: Y. Benjamini, Y. Hochberg, JRSS B 57 (1995).
    """
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    last = max((rank for rank, i in enumerate(order, 1) if p_values[i] <= rate * rank / len(order)), default=0)
    found = set(order[:last])
    return [i in found for i in range(len(p_values))]


def _sum_away(counts: Iterable[int], n: int, a: float, b: float) -> float:
    """The sum over counts that lead away from the middle, until what follows no longer matters."""
    total = 0.0
    for x in counts:
        term = _beta_binomial(x, n, a, b)
        total += term
        if term < 1e-13 * total:
            break
    return total


def _beta_binomial(x: int, n: int, a: float, b: float) -> float:
    choose = math.lgamma(n + 1) - math.lgamma(x + 1) - math.lgamma(n - x + 1)
    return math.exp(choose + _log_beta(x + a, n - x + b) - _log_beta(a, b))


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
