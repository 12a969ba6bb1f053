"""What is wrong with the themes as they stand, and which edit would put it right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np

from assistant.domain.statistics import wilson
from assistant.domain.themes import Theme
from assistant.insight.features import Embed
from assistant.insight.grouping import ENOUGH, block_of
from assistant.insight.members import Member, count_customers, count_voices, tally

Kind = Literal["duplicate", "overlap", "too_wide", "too_thin", "unclassified"]

ALIKE, NEAR = 0.80, 0.60
"""Cosine of two themes' words from which, with the same leading aspect and product, they are the same need twice; and
from which, with the same aspect, they overlap."""
COMMON = 0.5
"""… as they do when so many of the smaller one's records are in the other too."""
WIDE_SHARE, WIDE_FEWEST = 0.25, 50
"""A theme that holds so much of all insights, where there are so many, hides what is inside it."""
LOOSE = 0.6
"""… and one whose members are by so much less like each other than in the themes in the middle."""
LEADING = 0.5
UNCLASSIFIED = 0.2
_LOOKED_AT = 60
_FEWEST_TO_JUDGE = 8


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: the themes it is about, how far, and the edit that would mend it."""

    kind: Kind
    theme_ids: tuple[str, ...]
    measure: float
    """Cosine, share of records in common, share of all insights, likeness, customers, or share without a theme."""
    why: str
    suggestion: str
    """A command to copy; nothing is done by itself."""


@dataclass(frozen=True, slots=True)
class Health:
    """The state of all themes; insights = classified + unclassified."""

    themes: int
    insights: int
    classified: int
    unclassified: int
    unclassified_share: float
    interval: tuple[float, float]
    findings: tuple[Finding, ...]


def health_of(themes: Sequence[Theme], members: Mapping[str, Sequence[Member]], loose: int, embed: Embed) -> Health:
    """Duplicates, overlaps, what is too wide or too thin, and how much has no theme; the gravest first of each kind.

    Args:
        members: theme id → its members.
        loose: insights without a theme.
        embed: unit vectors of texts.
    """
    living = [theme for theme in sorted(themes, key=lambda theme: theme.id) if members.get(theme.id)]
    classified = sum(len(own) for own in members.values())
    total = classified + loose
    pairs = _pairs(living, members, embed)
    findings = [*pairs, *_wide(living, members, total, embed), *_thin(living, members)]
    share = loose / total if total else 0.0
    if share > UNCLASSIFIED:
        told = f"{loose} of {total} insights are in no theme ({share:.0%})"
        findings.append(Finding("unclassified", (), share, told, "voc themes --rebuild"))
    return Health(len(themes), total, classified, loose, share, wilson(loose, total), tuple(findings))


def _pairs(themes: Sequence[Theme], members: Mapping[str, Sequence[Member]], embed: Embed) -> list[Finding]:
    if len(themes) < 2:
        return []
    words = ["。".join(filter(None, (t.title, t.surface, t.secondary, t.deep))) or t.id for t in themes]
    vectors = np.asarray(embed(words), np.float64)
    alike = vectors @ vectors.T
    records = [frozenset(m.insight.record_id for m in members[t.id]) for t in themes]
    marks = [_marks(members[t.id]) for t in themes]
    found = []
    for a, b in combinations(range(len(themes)), 2):
        small, large = sorted((themes[a], themes[b]), key=lambda t: (len(members[t.id]), t.id))
        merge = f"voc theme merge {small.id} --into {large.id}"
        if alike[a, b] >= ALIKE and marks[a] == marks[b]:
            why = f"“{small.title}” and “{large.title}” say nearly the same of the same thing"
            found.append(Finding("duplicate", (small.id, large.id), float(alike[a, b]), why, merge))
            continue
        common = len(records[a] & records[b]) / max(1, min(len(records[a]), len(records[b])))
        if marks[a][:2] == marks[b][:2] and (alike[a, b] >= NEAR or common >= COMMON):
            why = f"“{small.title}” and “{large.title}” are close: {common:.0%} of the smaller one's records in both"
            found.append(Finding("overlap", (small.id, large.id), max(common, float(alike[a, b])), why, merge))
    return sorted(found, key=lambda finding: (finding.kind, -finding.measure, finding.theme_ids))


def _marks(own: Sequence[Member]) -> tuple[object, ...]:
    """Who speaks in which mood, the leading aspect and product: themes unlike in these are no duplicates."""
    aspect = tally(own, lambda m: m.insight.aspect)[0][0]
    product = next((value for value, _ in tally(own, lambda m: m.product)), "")
    return block_of(own[0]), aspect, product


def _wide(themes: Sequence[Theme], members: Mapping[str, Sequence[Member]], total: int, embed: Embed) -> list[Finding]:
    closeness = {t.id: _closeness(members[t.id], embed) for t in themes if len(members[t.id]) >= _FEWEST_TO_JUDGE}
    usual = float(np.median(list(closeness.values()))) if closeness else 0.0
    found = []
    for theme in themes:
        own = members[theme.id]
        split = f"voc theme split {theme.id} --insight ID … --title …   (see: voc show {theme.id})"
        if total >= WIDE_FEWEST and len(own) >= WIDE_SHARE * total:
            why = f"“{theme.title}” holds {len(own) / total:.0%} of all insights"
            found.append(Finding("too_wide", (theme.id,), len(own) / total, why, split))
        elif closeness.get(theme.id, 1.0) < LOOSE * usual and not _led(own):
            why = f"the members of “{theme.title}” have less in common than elsewhere"
            found.append(Finding("too_wide", (theme.id,), closeness[theme.id], why, split))
    return sorted(found, key=lambda finding: (-finding.measure, finding.theme_ids))


def _closeness(own: Sequence[Member], embed: Embed) -> float:
    """Length of the mean of the members' unit vectors, over a sample of them: 1 where all say the same."""
    looked_at = sorted(own, key=lambda m: m.insight.id)[:: max(1, len(own) // _LOOKED_AT)]
    vectors = np.asarray(embed([f"{m.insight.surface}。{m.insight.quote}" for m in looked_at]), np.float64)
    return float(np.linalg.norm(vectors.mean(axis=0)))


def _led(own: Sequence[Member]) -> bool:
    """Whether one aspect and one product are most of it."""
    counts = tally(own, lambda m: m.insight.aspect), tally(own, lambda m: m.product)
    return all(not count or count[0][1] >= LEADING * sum(n for _, n in count) for count in counts)


def _thin(themes: Sequence[Theme], members: Mapping[str, Sequence[Member]]) -> list[Finding]:
    found = []
    for theme in themes:
        own = members[theme.id]
        customers = count_customers(own)
        if customers < ENOUGH and count_voices(own) < ENOUGH and not theme.locked:
            why = f"“{theme.title}” is told by {customers} customers only"
            found.append(Finding("too_thin", (theme.id,), float(customers), why, f"voc theme archive {theme.id}"))
    return found
