"""Which themes are worth thinking about together: one need of several products, and a delight that a friction lacks."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from assistant.domain.ideas import Link, group_id
from assistant.domain.insights import LadderStanding
from assistant.domain.themes import Theme, ThemeMaterial
from assistant.insight.features import Embed
from assistant.insight.members import PARTNERS

FEWEST = 3
"""Customers below which a theme is not thought about together with others."""
MOST_THEMES = 4
MOST_VOICES = 14
_LEAST_VOICES = 3
_SAME_JOB = 0.35
"""Cosine of two needs, less what all needs have in common, from which they are one job even under other aspects."""
_MOVES = 0.9
"""Likeness of a delight and a friction from which the one may help the other."""
_OF_ONE_DELIGHT = 2


@dataclass(frozen=True, slots=True)
class Group:
    """Themes that are thought about together; of a transfer the delight comes first."""

    id: str
    link: Link
    themes: tuple[str, ...]
    likeness: float
    why: str
    """What they have in common, in one sentence for a reader."""


def find_groups(materials: Sequence[ThemeMaterial], embed: Embed, most: int) -> list[Group]:
    """Groups of themes, the likest first, at most `most`: half of either kind where both are that many.

    - ``shared``: frictions of the same party (users, or partners) and the same deep category that are about the same
      aspect or tell of the same job, and lead with different products; two to four themes, each in one such group.
    - ``transfer``: a theme of praise and a friction of the same party, about the same aspect or the same motive; a
      friction is given one delight, a delight goes to two frictions at most.
    """
    able = [m for m in materials if m.theme.customers >= FEWEST and m.voices]
    if most <= 0 or len(able) < 2:
        return []
    needs = _Needs(able, embed)
    shared, moved = _shared(able, needs), _moved(able, needs)
    half = max(most - len(moved), most // 2)
    kept = shared[:half]
    return kept + moved[: most - len(kept)]


def joined(group: Group, materials: Sequence[ThemeMaterial]) -> tuple[ThemeMaterial, tuple[tuple[int, int], ...]]:
    """The material of a group, in the order of its themes, voices numbered through, and each theme's share of them.

    Counts are sums over the themes; who tells it that customers in two of them are one puts it right
    (`assistant.pipeline.ideating`).
    """
    by_id = {material.theme.id: material for material in materials}
    parts = [by_id[theme_id] for theme_id in group.themes]
    each = max(_LEAST_VOICES, MOST_VOICES // len(parts))
    voices, spans, n = [], [], 0
    for part in parts:
        chosen = part.voices[:each]
        voices += [replace(voice, n=n + at) for at, voice in enumerate(chosen, 1)]
        spans.append((n + 1, n + len(chosen)))
        n += len(chosen)
    motives = Counter(part.theme.deep_category for part in parts)
    strongest = max(parts, key=lambda part: part.theme.customers).theme
    theme = Theme(
        id=group.id,
        title=" × ".join(part.theme.title for part in parts)[:120],
        definition=group.why,
        surface="；".join(part.theme.surface for part in parts),
        secondary="；".join(dict.fromkeys(part.theme.secondary for part in parts)),
        deep="；".join(dict.fromkeys(part.theme.deep for part in parts)),
        standing=LadderStanding(),
        deep_category=motives.most_common(1)[0][0],
        engine=strongest.engine,
        records=sum(part.theme.records for part in parts),
        customers=sum(part.theme.customers for part in parts),
        trend=strongest.trend,
    )
    whole = ThemeMaterial(
        theme=theme,
        voices=tuple(voices),
        products=_summed([part.products for part in parts]),
        segments=_summed([part.segments for part in parts]),
        aspects=_summed([part.aspects for part in parts]),
        opportunities=_summed([part.opportunities for part in parts]),
        keywords=tuple(dict.fromkeys(word for part in parts for word in part.keywords[:3])),
        sentiment=parts[-1].sentiment,
    )
    return whole, tuple(spans)


class _Needs:
    """How like the needs of themes are: cosines of their words, less what all have in common."""

    def __init__(self, materials: Sequence[ThemeMaterial], embed: Embed) -> None:
        texts = [f"{m.theme.title}。{m.theme.definition}。{m.theme.surface}" for m in materials]
        rows = np.asarray(embed(texts), np.float64)
        rows = rows - rows.mean(axis=0)
        rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
        place = {m.theme.id: n for n, m in enumerate(materials)}
        self._cosines, self._place = rows @ rows.T, place

    def alike(self, one: ThemeMaterial, other: ThemeMaterial) -> float:
        """Cosine, -1 to 1."""
        return float(self._cosines[self._place[one.theme.id], self._place[other.theme.id]])


def _shared(materials: Sequence[ThemeMaterial], needs: _Needs) -> list[Group]:
    frictions = [m for m in materials if m.sentiment != "positive"]
    pairs = sorted(
        ((_kinship(a, b, needs), i, j) for (i, a), (j, b) in combinations(enumerate(frictions), 2)),
        key=lambda row: (-row[0], row[1], row[2]),
    )
    found: list[tuple[float, list[ThemeMaterial]]] = []
    taken: set[str] = set()
    for likeness, i, j in pairs:
        one, other = frictions[i], frictions[j]
        if likeness <= 0 or {one.theme.id, other.theme.id} & taken:
            continue
        members = [one, other]
        for third in sorted(frictions, key=lambda m: (-min(_kinship(m, own, needs) for own in members), m.theme.id)):
            if len(members) == MOST_THEMES:
                break
            free = third.theme.id not in taken and third not in members
            if free and all(_kinship(third, own, needs) > 0 for own in members):
                members.append(third)
        taken |= {m.theme.id for m in members}
        found.append((likeness, members))
    return [_shared_group(likeness, members) for likeness, members in found]


def _kinship(one: ThemeMaterial, other: ThemeMaterial, needs: _Needs) -> float:
    """How far two frictions are one need of different products; 0 where they are not."""
    if one is other or one.theme.deep_category != other.theme.deep_category or of_partners(one) != of_partners(other):
        return 0.0
    if _first(one.products) == _first(other.products) and len(one.products) + len(other.products) < 3:
        return 0.0
    same_aspect, alike = _first(one.aspects) == _first(other.aspects), needs.alike(one, other)
    if not same_aspect and alike < _SAME_JOB:
        return 0.0
    return 0.5 * same_aspect + max(0.0, alike) + 0.2 * (_first(one.products) != _first(other.products))


def _shared_group(likeness: float, members: Sequence[ThemeMaterial]) -> Group:
    ordered = sorted(members, key=lambda m: (-m.theme.customers, m.theme.id))
    ids = tuple(m.theme.id for m in ordered)
    products = sorted({product for m in ordered for product, _ in m.products})
    titles = "、".join(f"《{m.theme.title}》" for m in ordered)
    why = f"{titles}是同一种深层需求，出现在 {len(products)} 个产品上：{'、'.join(products)}"
    return Group(group_id("shared", ids), "shared", ids, round(likeness, 3), why)


def _moved(materials: Sequence[ThemeMaterial], needs: _Needs) -> list[Group]:
    delights = [m for m in materials if m.sentiment == "positive"]
    frictions = [m for m in materials if m.sentiment != "positive"]
    pairs = sorted(
        ((_help(glad, sore, needs), i, j) for i, glad in enumerate(delights) for j, sore in enumerate(frictions)),
        key=lambda row: (-row[0], row[1], row[2]),
    )
    found: list[Group] = []
    given: Counter[int] = Counter()
    helped: set[int] = set()
    for likeness, i, j in pairs:
        if likeness < _MOVES or given[i] == _OF_ONE_DELIGHT or j in helped:
            continue
        given[i] += 1
        helped.add(j)
        glad, sore = delights[i], frictions[j]
        ids = (glad.theme.id, sore.theme.id)
        why = f"《{glad.theme.title}》里被称赞的好，《{sore.theme.title}》里的客户正缺"
        found.append(Group(group_id("transfer", ids), "transfer", ids, round(likeness, 3), why))
    return found


def _help(glad: ThemeMaterial, sore: ThemeMaterial, needs: _Needs) -> float:
    """How far what is praised here could help there; 0 for other parties."""
    if of_partners(glad) != of_partners(sore):
        return 0.0
    same_aspect = _first(glad.aspects) == _first(sore.aspects)
    same_motive = glad.theme.deep_category == sore.theme.deep_category
    return (
        0.8 * same_aspect
        + 0.8 * same_motive
        + max(0.0, needs.alike(glad, sore))
        + 0.1 * (_first(glad.products) != _first(sore.products))
    )


def of_partners(material: ThemeMaterial) -> bool:
    """True for a theme that is mostly of market participants."""
    known = sum(count for _, count in material.segments)
    return sum(count for segment, count in material.segments if segment in PARTNERS) * 2 > known


def _first(counts: Sequence[tuple[str, int]]) -> str:
    return counts[0][0] if counts else ""


def _summed(parts: Sequence[Sequence[tuple[str, int]]]) -> tuple[tuple[str, int], ...]:
    counts: Counter[str] = Counter()
    for part in parts:
        counts.update(dict(part))
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
