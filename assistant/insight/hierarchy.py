"""The upper level: which themes belong under one parent, how many parents there are, and what these are called."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from assistant.domain.themes import ThemeMaterial, ThemeParent
from assistant.domain.vocabulary import zh
from assistant.insight.features import Embed, Vectors
from assistant.insight.grouping import Block
from assistant.insight.members import PARTNERS

WORDS, PRODUCT, ASPECT, MOTIVE = 0.25, 0.35, 0.20, 0.20
"""Shares of the cosine between two themes."""
SHARED = 0.6
"""Part of a parent's records, in every one of its themes' mean, that a value must have to stand in its name."""
KEPT = 0.3
"""Part of the themes of both together by which a parent is known again."""
_LEAST_ALIKE = 0.25
"""Mean cosine of two branches below which they have nothing in common that a name could tell."""

Counts = tuple[tuple[str, int], ...]


def parents_of(
    materials: Sequence[ThemeMaterial], embed: Embed, previous: Mapping[str, frozenset[str]]
) -> tuple[ThemeParent, ...]:
    """Parents of two and more themes, their number found; a theme like no other has none.

    Average linkage (scipy) over the themes' words and the products, aspects and motives of their records, cut where
    the mean silhouette is best. Dealers, service providers and users, praise and the rest never share a parent. Counts
    are left at zero: the store counts them.

    Args:
        embed: unit vectors of texts.
        previous: parent id → theme ids, to know parents again by.
    """
    ordered = sorted(materials, key=lambda material: material.theme.id)
    blocks: dict[Block, list[ThemeMaterial]] = {}
    for material in ordered:
        blocks.setdefault(_block(material), []).append(material)
    families = [family for _, block in sorted(blocks.items()) for family in _families(block, embed)]
    ids = _known_again([frozenset(m.theme.id for m in family) for family in families], previous)
    titles = _titles(families)
    return tuple(
        ThemeParent(
            id=parent_id,
            title=title,
            definition=_definition(family),
            engine="rules",
            children=tuple(material.theme.id for material in family),
        )
        for parent_id, title, family in zip(ids, titles, families, strict=True)
    )


def adopted(founded: Sequence[ThemeMaterial], settled: Sequence[ThemeMaterial], embed: Embed) -> dict[str, str]:
    """Founded theme → the parent that takes it in until parents are found anew; a theme like no family has none.

    It is the parent whose themes it is most like on the average, unless a theme that has no parent is more like it. Of
    the sample's themes 31 of 32 so find the parent again that they had, and the one without stays without.

    Args:
        settled: the themes there are, each with its parent, where it has one.
        embed: unit vectors of texts.
    """
    homes: dict[str, str] = {}
    for block in sorted({_block(material) for material in founded}):
        new = [material for material in founded if _block(material) == block]
        old = [material for material in settled if _block(material) == block]
        vectors = _profiles([*new, *old], embed)
        alike = vectors[: len(new)] @ vectors[len(new) :].T
        names = [material.theme.parent_id or "" for material in old]
        places = [[at for at, own in enumerate(names) if own == name] for name in sorted({*names} - {""})]
        places += [[at] for at, name in enumerate(names) if not name]
        for material, row in zip(new, alike, strict=True):
            closeness, nearest = max(((float(row[at].mean()), at[0]) for at in places), default=(0.0, 0))
            if closeness >= _LEAST_ALIKE and names[nearest]:
                homes[material.theme.id] = names[nearest]
    return homes


def _block(material: ThemeMaterial) -> Block:
    party = material.segments[0][0] if material.segments else ""
    return (party if party in PARTNERS else "user"), material.sentiment == "positive"


def _families(materials: Sequence[ThemeMaterial], embed: Embed) -> list[list[ThemeMaterial]]:
    if len(materials) < 2:
        return []
    from scipy.cluster.hierarchy import fcluster, linkage  # slow vendor
    from scipy.spatial.distance import squareform  # slow vendor

    vectors = _profiles(materials, embed)
    distances = np.clip(1 - vectors @ vectors.T, 0, 2).astype(np.float64)
    np.fill_diagonal(distances, 0)
    tree = linkage(squareform(distances, checks=False), "average")
    cuts = [low + (high - low) / 2 for low, high in pairwise([0.0, *tree[:, 2]]) if high > low]
    cuts = [cut for cut in [*cuts, float(tree[-1, 2])] if cut <= 1 - _LEAST_ALIKE]
    best, best_score = np.arange(len(materials)), -1.0
    for cut in cuts:
        labels = fcluster(tree, cut, "distance") - 1
        score = _silhouette(distances, labels)
        if score > best_score:
            best, best_score = labels, score
    grouped = [[m for m, own in zip(materials, best, strict=True) if own == label] for label in sorted(set(best))]
    return [family for family in grouped if len(family) > 1]


def _silhouette(distances: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    """Mean silhouette; of one family of all, how close they are beyond the least that makes a family."""
    if len(set(labels)) == 1:
        return float(1 - _LEAST_ALIKE - distances.mean())
    if len(set(labels)) == len(labels):
        return -1.0
    from sklearn.metrics import silhouette_score  # slow vendor

    return float(silhouette_score(distances, labels, metric="precomputed"))


def _profiles(materials: Sequence[ThemeMaterial], embed: Embed) -> Vectors:
    told = np.asarray(embed([_words(material) for material in materials]), np.float32)
    parts = [
        (WORDS, _unit(told)),
        (PRODUCT, _shares([material.products for material in materials])),
        (ASPECT, _shares([material.aspects for material in materials])),
        (MOTIVE, _shares([material.deep_categories for material in materials])),
    ]
    return _unit(np.hstack([np.sqrt(weight) * part for weight, part in parts if part.shape[1]]))


def _words(material: ThemeMaterial) -> str:
    theme = material.theme
    return "。".join(filter(None, (theme.title, theme.surface, theme.secondary, theme.deep))) or theme.id


def _shares(counts: Sequence[Counts]) -> Vectors:
    values = sorted({value for row in counts for value, _ in row})
    table = np.array([[dict(row).get(value, 0) for value in values] for row in counts], np.float32)
    return _unit(table.reshape(len(counts), len(values)))


def _unit(rows: NDArray[np.float32]) -> Vectors:
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(length > 0, length, 1), np.float32)


def _known_again(families: Sequence[frozenset[str]], previous: Mapping[str, frozenset[str]]) -> list[str]:
    """An id for each family: that of the parent with most themes in common, each given once, else a new one."""
    alike = [
        (len(family & known) / len(family | known), -at, parent_id)
        for at, family in enumerate(families)
        for parent_id, known in previous.items()
    ]
    ids: dict[int, str] = {}
    for share, at, parent_id in sorted(alike, reverse=True):
        if share >= KEPT and -at not in ids and parent_id not in ids.values():
            ids[-at] = parent_id
    return [ids.get(at) or _new_id(family) for at, family in enumerate(families)]


def _new_id(children: Iterable[str]) -> str:
    return "tp_" + hashlib.sha256("\0".join(sorted(children)).encode()).hexdigest()[:12]


def _titles(families: Sequence[Sequence[ThemeMaterial]]) -> list[str]:
    """Short titles out of what the themes share, each unlike the others."""
    titles: list[str] = []
    led_by = [_leading(family, _products) for family in families]
    common = {one for one, share in led_by if share >= SHARED and 2 * [p for p, _ in led_by].count(one) > len(families)}
    for family in families:
        product, aspect, motive = (_leading(family, field) for field in (_products, _aspects, _motives))
        whose = next((zh(name) for name in PARTNERS if _block(family[0])[0] == name), "")
        what = product[0] if product[1] >= SHARED and product[0] not in common else ""
        first, second = (zh(aspect[0]), zh(motive[0])) if aspect[1] >= motive[1] else (zh(motive[0]), zh(aspect[0]))
        praise = "称赞" if _block(family[0])[1] else ""
        base = "·".join(filter(None, (whose, what, praise, first)))
        wider = [base, f"{base}、{second}", *(f"{base}、{second} {n}" for n in range(2, len(families) + 2))]
        titles.append(next(title for title in wider if title not in titles))
    return titles


def _definition(family: Sequence[ThemeMaterial]) -> str:
    """What its themes share and how far; no word of a customer."""
    facts = [
        ("客群", _leading(family, lambda material: material.segments)),
        ("产品", _leading(family, _products)),
        ("方面", _leading(family, _aspects)),
        ("深层类别", _leading(family, _motives)),
    ]
    told = "；".join(f"{name}多为{zh(value)}（{share:.0%}）" for name, (value, share) in facts if value)
    return f"收录下列主题共有的需求：{told}。"


def _products(material: ThemeMaterial) -> Counts:
    return material.products


def _aspects(material: ThemeMaterial) -> Counts:
    return material.aspects


def _motives(material: ThemeMaterial) -> Counts:
    return material.deep_categories


def _leading(family: Sequence[ThemeMaterial], field: Callable[[ThemeMaterial], Counts]) -> tuple[str, float]:
    """The value with the greatest share on the average of the themes; ("", 0) where none has any."""
    shares: defaultdict[str, float] = defaultdict(float)
    for material in family:
        total = sum(n for _, n in field(material))
        for value, n in field(material):
            shares[value] += n / total / len(family)
    return max(shares.items(), key=lambda item: (item[1], item[0])) if shares else ("", 0.0)
