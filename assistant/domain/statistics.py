"""How sure a count can be: intervals and tests for shares, without a vendor."""

import math

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
