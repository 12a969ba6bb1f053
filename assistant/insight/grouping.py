"""Which insights stand together: what may never mix, and how few voices are enough for a theme."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np

from assistant.insight.borderline import grouped, standing
from assistant.insight.features import SERVICE_ASPECTS, Embed, Vectors, spaces
from assistant.insight.joining import joined
from assistant.insight.members import PARTNERS, Member, count_customers, count_voices, tally

ENOUGH, ENOUGH_PER = 3, 1500
"""Independent customers, or records, that make a theme: three, and one for each so many insights where there are
more; in ten thousand reviews three like sentences are chance."""
WEAK_SIGNAL, SEVERE, WEAK_PER = 2, 4.0, 3000
"""… or so few customers (one more in a large corpus) where it costs them money, face or safety (mean severity)."""

PRODUCT_LED = 0.8
"""So many of a group's records must be of one product for the group to be about it."""

Block = tuple[str, bool]


def block_of(member: Member) -> Block:
    """What is never mixed: dealers, service providers and users; praise and everything else."""
    party = str(member.segment) if member.segment in PARTNERS else "user"
    return party, member.insight.sentiment == "positive"


@dataclass(frozen=True, slots=True)
class Grouping:
    """Groups worth a theme, in a fixed order, and how surely each of their members stands where it stands."""

    groups: list[list[Member]]
    margins: Mapping[str, float]
    """Insight id → how much more like its own group than the next one it is, in cosines; small is doubtful."""
    doors: Mapping[str, str]
    """Insight in no group → an insight of the group it is most like; who is like none has none."""
    joint: Vectors
    """Every member as `Spaces.joint` sees it …"""
    rows: Mapping[str, int]
    """… and insight id → its row there."""


def group(members: Sequence[Member], embed: Embed) -> list[list[Member]]:
    """The groups of `grouping`."""
    return grouping(members, embed).groups


def grouping(members: Sequence[Member], embed: Embed) -> Grouping:
    """Groups worth a theme; members in none of them fit nowhere or are too few.

    Takes members in any order with the same result.
    """
    ordered = sorted(members, key=lambda member: member.insight.id)
    if not ordered:
        return Grouping([], {}, {}, np.zeros((0, 0), np.float32), {})
    seen = spaces(ordered, embed)
    blocks: dict[Block, list[int]] = {}
    for index, member in enumerate(ordered):
        blocks.setdefault(block_of(member), []).append(index)
    groups: list[list[Member]] = []
    margins: dict[str, float] = {}
    doors: dict[str, str] = {}
    for _, indices in sorted(blocks.items()):
        own = seen.of(np.array(indices))
        labels = grouped(own)
        where = standing(own.joint, labels)
        sure = where.margin + standing(own.told, labels).margin
        first = {int(label): indices[row] for row, label in reversed(list(enumerate(labels))) if label >= 0}
        doors |= {
            ordered[i].insight.id: ordered[first[int(near)]].insight.id
            for i, label, near, alike in zip(indices, labels, where.nearest, where.other, strict=True)
            if label < 0 and alike > 0
        }
        margins |= {ordered[i].insight.id: float(value) for i, value in zip(indices, sure, strict=True)}
        drawn = [
            [ordered[i] for i, own_label in zip(indices, labels, strict=True) if own_label == label]
            for label in range(int(labels.max(initial=-1)) + 1)
        ]
        fitting = [_of_its_product(part) for part in joined([part for part in drawn if part])]
        groups += [found for found in fitting if enough(found, len(ordered))]
    return Grouping(groups, margins, doors, seen.joint, {m.insight.id: row for row, m in enumerate(ordered)})


def _of_its_product(found: list[Member]) -> list[Member]:
    """The group without insights of the rules that are about a thing, and about another one than nearly all of it.

    The rules know a need by words; where those speak of a lock and the record of a printer, it was the word that matched.
    Needs of service are the same whatever the product.
    """
    counts = tally(found, lambda member: member.product)
    if not counts or counts[0][1] < PRODUCT_LED * sum(count for _, count in counts):
        return found
    return [
        m
        for m in found
        if m.product in (None, counts[0][0]) or m.insight.engine != "rules" or m.insight.aspect in SERVICE_ASPECTS
    ]


def fewest(read: int) -> int:
    """Independent customers that make a theme by their number alone, where so many insights were read."""
    return max(ENOUGH, -(-read // ENOUGH_PER))


def enough(members: Sequence[Member], read: int) -> bool:
    """Whether so few voices are worth a theme, where so many insights were read."""
    customers = count_customers(members)
    least = fewest(read)
    if customers >= least or count_voices(members) >= least:
        return True
    few = WEAK_SIGNAL + (read > WEAK_PER)
    return customers >= few and fmean(member.insight.severity for member in members) >= SEVERE
