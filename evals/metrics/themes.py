"""Whether what was planted over time and among few is found in the themes: the spike, what grows, what is weak, what must not mix."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from assistant.insight.trends import trend_of
from evals.metrics.extraction import Row, Truth, match
from evals.metrics.measured import part

SPIKE, SPIKE_SINCE, SPIKE_UNTIL = "N04", "2026-08-10", "2026-09-05"
GROWING = ("N03", "N05", "N07", "N09", "N14", "N16", "N24")
WEAK = ("N26", "N27")
UP = ("growing", "new")


class Homes(NamedTuple):
    """Where the planted needs are: for each its best theme, and how purely that theme is of it."""

    theme: Mapping[str, str]
    """Need → the theme that holds most of it."""
    recall: Mapping[str, float]
    """Part of the paired insights of the need that are there."""
    precision: Mapping[str, float]
    """Part of the paired insights there that are of the need."""
    mostly: Mapping[str, str]
    """Theme → the need that more than half of its paired insights are of; no theme where there is none."""

    def rises(self, need: str, trends: Mapping[str, str]) -> bool:
        """Whether at least half of the need is in one theme that is said to grow."""
        return self.recall.get(need, 0.0) >= 0.5 and trends.get(self.theme[need]) in UP


def homes(insights: Sequence[Row], truth: Truth) -> Homes:
    """The theme in which each planted need is best found; needs in no theme are left out."""
    together: defaultdict[str, Counter[str]] = defaultdict(Counter)
    said: Counter[str] = Counter()
    paired: Counter[str] = Counter()
    for insight, need, _ in match(insights, truth).pairs:
        paired[str(need["need"])] += 1
        if theme := insight.get("theme_id"):
            together[str(need["need"])][str(theme)] += 1
            said[str(theme)] += 1
    best = {need: max(counts, key=lambda theme: (counts[theme], theme)) for need, counts in together.items()}
    return Homes(
        best,
        {need: together[need][theme] / paired[need] for need, theme in best.items()},
        {need: together[need][theme] / said[theme] for need, theme in best.items()},
        {theme: need for need, own in together.items() for theme, n in own.items() if 2 * n > said[theme]},
    )


def over_time(found: Homes, trends: Mapping[str, str], waves: Sequence[Mapping[str, object]]) -> dict[str, float]:
    """``spike`` and ``spike_over`` 0 or 1, ``growing`` the share of the growing needs at least half of which is in one theme
    that is said to grow, ``growing_false`` the themes said to grow or to be new that are mostly of no need that is."""
    own = [wave for wave in waves if wave["theme_id"] == found.theme.get(SPIKE)]
    hit = [wave for wave in own if _overlap(str(wave["since"]), str(wave["until"]))]
    rising = [need for need in GROWING if found.rises(need, trends)]
    risen = [theme for theme, trend in trends.items() if trend in UP]
    return {
        "spike": float(bool(hit)),
        "spike_over": float(any(wave["over"] for wave in hit)),
        "growing": part(len(rising), len(GROWING)),
        "growing_false": float(sum(found.mostly.get(theme) not in (*GROWING, SPIKE) for theme in risen)),
    }


def rising_alone(
    insights: Sequence[Row], truth: Truth, days: Mapping[str, str], read: Mapping[str, int]
) -> tuple[frozenset[str], frozenset[str]]:
    """The needs that would be said to grow or be new, were theme and need one: of their mentions that were read, and of all.

    What is missing from the second is too slow to be told from chance; what is in the second and not in the first was
    not read; the rest is a matter of grouping.

    Args:
        days: record's external id → ``YYYY-MM-DD``.
        read: month → records read.
    """
    planted = {(str(need["need"]), record) for record, row in truth.items() for need in row["needs"]}  # type: ignore[attr-defined]
    paired = {(str(need["need"]), record) for _, need, record in match(insights, truth).pairs}
    return _rising(paired, days, read), _rising(planted, days, read)


def _rising(told: Collection[tuple[str, str]], days: Mapping[str, str], read: Mapping[str, int]) -> frozenset[str]:
    months = sorted(read)
    counts = Counter((need, days.get(record, "")[:7]) for need, record in told)
    totals = [read[month] for month in months]
    needs = {need for need, _ in told}
    return frozenset(n for n in needs if trend_of([counts[n, month] for month in months], totals) in UP)


def growing_by_chance(mentions: Sequence[int], totals: Sequence[int], shuffles: int = 100) -> float:
    """Part of the themes that would be said to grow or be new had nobody any trend: dates dealt out anew, many times.

    Args:
        mentions: records of each theme.
        totals: records read in each month.
    """
    dice = np.random.default_rng(0)
    dealt = [
        trend_of([int(n) for n in series], totals)
        for said in mentions
        for series in dice.multivariate_hypergeometric(list(totals), said, shuffles)
    ]
    return sum(trend in UP for trend in dealt) / max(1, len(dealt))


def _overlap(since: str, until: str) -> bool:
    """Most of the planted days are in the wave, and it does not go on long after them."""
    return since <= "2026-08-17" and SPIKE_UNTIL <= until <= "2026-09-20"


def few_and_mixed(
    found: Homes, weak: Collection[str], insights: Sequence[Row], segments: Mapping[str, str]
) -> dict[str, float]:
    """``weak_signals``: planted ones in a theme mostly of them that is called weak; ``mixed_parties``: themes of partners and users.

    Args:
        weak: ids of the themes that are called weak signals.
        segments: record's external id → segment.
    """
    heard = [n for n in WEAK if found.precision.get(n, 0) > 0.5 and found.theme[n] in weak]
    parties: defaultdict[str, set[str]] = defaultdict(set)
    for insight in insights:
        if theme := insight.get("theme_id"):
            segment = segments.get(str(insight["external_id"]), "")
            parties[str(theme)].add(segment if segment in ("dealer", "service_provider") else "user")
    return {
        "weak_signals": part(len(heard), len(WEAK)),
        "mixed_parties": float(sum(len(own) > 1 for own in parties.values())),
    }
