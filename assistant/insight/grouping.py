"""Which insights stand together: what may never mix, and how few voices are enough for a theme."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np

from assistant.insight.borderline import grouped, standing
from assistant.insight.features import Embed, spaces
from assistant.insight.joining import joined
from assistant.insight.members import PARTNERS, Member, count_customers, count_voices

ENOUGH, ENOUGH_PER = 3, 1500
"""Independent customers, or records, that make a theme: three, and one for each so many insights where there are
more; in ten thousand reviews three like sentences are chance."""
WEAK_SIGNAL, SEVERE, WEAK_PER = 2, 4.0, 3000
"""… or so few customers (one more in a large corpus) where it costs them money, face or safety (mean severity)."""

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


def group(members: Sequence[Member], embed: Embed) -> list[list[Member]]:
    """The groups of `grouping`."""
    return grouping(members, embed).groups


def grouping(members: Sequence[Member], embed: Embed) -> Grouping:
    """Groups worth a theme; members in none of them fit nowhere or are too few.

    Takes members in any order with the same result.
    """
    ordered = sorted(members, key=lambda member: member.insight.id)
    if not ordered:
        return Grouping([], {})
    seen = spaces(ordered, embed)
    blocks: dict[Block, list[int]] = {}
    for index, member in enumerate(ordered):
        blocks.setdefault(block_of(member), []).append(index)
    groups: list[list[Member]] = []
    margins: dict[str, float] = {}
    for _, indices in sorted(blocks.items()):
        own = seen.of(np.array(indices))
        labels = grouped(own)
        sure = standing(own.joint, labels).margin + standing(own.told, labels).margin
        margins |= {ordered[i].insight.id: float(value) for i, value in zip(indices, sure, strict=True)}
        drawn = [
            [ordered[i] for i, own_label in zip(indices, labels, strict=True) if own_label == label]
            for label in range(int(labels.max(initial=-1)) + 1)
        ]
        groups += [found for found in joined([part for part in drawn if part]) if enough(found, len(ordered))]
    return Grouping(groups, margins)


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
