"""What is wrong with the themes as they stand, and which edit would put it right."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import combinations
from typing import Literal

import numpy as np

from assistant.domain.statistics import wilson
from assistant.domain.themes import Theme
from assistant.domain.vocabulary import by_model
from assistant.insight.features import Embed
from assistant.insight.grouping import ENOUGH, block_of
from assistant.insight.members import Member, count_customers, count_voices, tally

Kind = Literal["duplicate", "overlap", "too_wide", "too_thin", "unclassified"]
Language = Literal["zh", "en"]

ALIKE, NEAR = 0.80, 0.60
"""Cosine of two themes' words from which, with the same leading aspect and product, they are the same need twice; and
from which, with the same aspect, they overlap."""
COMMON = 0.5
"""… as they do when so many of the smaller one's records are in the other too."""
WIDE_SHARE, WIDE_FEWEST = 0.15, 50
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
    """Where themes are to be merged, the one that stays comes last."""
    measure: float
    """Cosine, share of records in common, share of all insights, likeness, customers, or share without a theme."""
    why: str
    suggestion: str
    """The one command that would mend it, and that can be undone; nothing is done by itself."""


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


def health_of(
    themes: Sequence[Theme],
    members: Mapping[str, Sequence[Member]],
    loose: int,
    embed: Embed,
    language: Language = "en",
) -> Health:
    """Duplicates, overlaps, what is too wide or too thin, and how much has no theme; the gravest first of each kind.

    Args:
        members: theme id → its members.
        loose: insights without a theme.
        embed: unit vectors of texts.
        language: of the sentences that say why.
    """
    say = _words(language)
    living = [theme for theme in sorted(themes, key=lambda theme: theme.id) if members.get(theme.id)]
    classified = sum(len(own) for own in members.values())
    total = classified + loose
    findings = [*_merges(living, members, embed, say), *_wide(living, members, total, embed, say)]
    findings += _thin(living, members, say)
    share = loose / total if total else 0.0
    if share > UNCLASSIFIED:
        told = say["unclassified"].format(loose=loose, total=total, share=f"{share:.0%}")
        findings.append(Finding("unclassified", (), share, told, "voc themes --rebuild"))
    return Health(len(themes), total, classified, loose, share, wilson(loose, total), tuple(findings))


@cache
def _words(language: Language) -> dict[str, str]:
    text = (resources.files(__package__) / "data" / "health.toml").read_text(encoding="utf-8")
    return dict(tomllib.loads(text)[language])


@dataclass(frozen=True, slots=True)
class _Pair:
    """How close two themes are: as one need told twice, or as neighbours that share words or records."""

    kind: Kind
    words: float
    common: float

    @property
    def measure(self) -> float:
        return max(self.words, self.common) if self.kind == "overlap" else self.words


def _merges(
    themes: Sequence[Theme], members: Mapping[str, Sequence[Member]], embed: Embed, say: Mapping[str, str]
) -> list[Finding]:
    """One finding for each theme that others should go into; no theme is told to go into two, or to go and to stay."""
    if len(themes) < 2:
        return []
    pairs = _pairs(themes, members, embed)
    largest = sorted(range(len(themes)), key=lambda at: (-len(members[themes[at].id]), themes[at].id))
    spoken_for: set[int] = set()
    found = []
    for kind in ("duplicate", "overlap"):
        for large in largest:
            close = [
                at for at in largest
                if at not in spoken_for and large not in spoken_for and largest.index(at) > largest.index(large)
                and (pair := pairs.get(frozenset((at, large)))) is not None and pair.kind == kind
            ]  # fmt: skip
            if close:
                spoken_for |= {*close, large}
                found.append(_merge(themes, close, large, pairs, say))
    return sorted(found, key=lambda finding: (finding.kind, -finding.measure, finding.theme_ids))


def _merge(
    themes: Sequence[Theme],
    close: Sequence[int],
    large: int,
    pairs: Mapping[frozenset[int], _Pair],
    say: Mapping[str, str],
) -> Finding:
    near = [pairs[frozenset((at, large))] for at in close]
    kind = near[0].kind
    common = max(pair.common for pair in near)
    why = kind if kind == "duplicate" else "overlap_records" if common >= COMMON else "overlap_words"
    titles = say["and"].join(say["quoted"].format(title=themes[at].title) for at in close)
    return Finding(
        kind,
        (*(themes[at].id for at in close), themes[large].id),
        max(pair.measure for pair in near),
        say[why].format(titles=titles, into=themes[large].title, common=f"{common:.0%}"),
        f"voc theme merge {' '.join(themes[at].id for at in close)} --into {themes[large].id}",
    )


def _pairs(
    themes: Sequence[Theme], members: Mapping[str, Sequence[Member]], embed: Embed
) -> dict[frozenset[int], _Pair]:
    words = ["。".join(filter(None, _told(theme))) or theme.id for theme in themes]
    vectors = np.asarray(embed(words), np.float64)
    alike = vectors @ vectors.T
    records = [frozenset(m.insight.record_id for m in members[t.id]) for t in themes]
    marks = [_marks(members[t.id]) for t in themes]
    found: dict[frozenset[int], _Pair] = {}
    for a, b in combinations(range(len(themes)), 2):
        if marks[a][:2] != marks[b][:2] or themes[a].locked or themes[b].locked:
            continue
        common = len(records[a] & records[b]) / max(1, min(len(records[a]), len(records[b])))
        if alike[a, b] >= ALIKE and marks[a] == marks[b]:
            found[frozenset((a, b))] = _Pair("duplicate", float(alike[a, b]), common)
        elif common >= COMMON or (
            alike[a, b] >= NEAR and not _of_two_products(members[themes[a].id], members[themes[b].id])
        ):
            found[frozenset((a, b))] = _Pair("overlap", float(alike[a, b]), common)
    return found


def _told(theme: Theme) -> tuple[str, ...]:
    """What a theme is compared by; the deeper rungs of the rules are templates, the same for many themes."""
    return (theme.title, theme.surface, *((theme.secondary, theme.deep) if by_model(theme.engine) else ()))


def _marks(own: Sequence[Member]) -> tuple[object, ...]:
    """Who speaks in which mood, the leading aspect and product: themes unlike in these are no duplicates."""
    aspect = tally(own, lambda m: m.insight.aspect)[0][0]
    product = next((value for value, _ in tally(own, lambda m: m.product)), "")
    return block_of(own[0]), aspect, product


def _of_two_products(one: Sequence[Member], other: Sequence[Member]) -> bool:
    """Whether each is mostly of one product, and not of the same: alike in words they may be, one need they are not."""
    leading = [tally(own, lambda m: m.product)[:1] for own in (one, other)]
    mostly = [
        top[0][0] for top, own in zip(leading, (one, other), strict=True) if top and top[0][1] >= LEADING * len(own)
    ]
    return len(set(mostly)) == len(leading)


def _wide(
    themes: Sequence[Theme],
    members: Mapping[str, Sequence[Member]],
    total: int,
    embed: Embed,
    say: Mapping[str, str],
) -> list[Finding]:
    closeness = {t.id: _closeness(members[t.id], embed) for t in themes if len(members[t.id]) >= _FEWEST_TO_JUDGE}
    usual = float(np.median(list(closeness.values()))) if closeness else 0.0
    found = []
    for theme in themes:
        own = members[theme.id]
        split = f"voc theme split {theme.id} --by-meaning"
        if theme.locked:
            continue
        if total >= WIDE_FEWEST and len(own) >= WIDE_SHARE * total:
            why = say["too_wide"].format(title=theme.title, share=f"{len(own) / total:.0%}")
            found.append(Finding("too_wide", (theme.id,), len(own) / total, why, split))
        elif closeness.get(theme.id, 1.0) < LOOSE * usual and not _led(own):
            found.append(
                Finding("too_wide", (theme.id,), closeness[theme.id], say["too_loose"].format(title=theme.title), split)
            )
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


def _thin(themes: Sequence[Theme], members: Mapping[str, Sequence[Member]], say: Mapping[str, str]) -> list[Finding]:
    found = []
    for theme in themes:
        own = members[theme.id]
        customers = count_customers(own)
        if customers < ENOUGH and count_voices(own) < ENOUGH and not theme.locked:
            why = say["too_thin"].format(title=theme.title, customers=customers)
            found.append(Finding("too_thin", (theme.id,), float(customers), why, f"voc theme archive {theme.id}"))
    return found
