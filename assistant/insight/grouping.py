"""Which insights stand together: what may never mix, and how few voices are enough for a theme."""

from collections.abc import Sequence
from statistics import fmean

import numpy as np

from assistant.insight.clustering import cluster
from assistant.insight.features import Embed, joint_vectors
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


def group(members: Sequence[Member], embed: Embed) -> list[list[Member]]:
    """Groups worth a theme, in a fixed order; members in none of them fit nowhere or are too few.

    Takes members in any order with the same result.
    """
    ordered = sorted(members, key=lambda member: member.insight.id)
    if not ordered:
        return []
    vectors = joint_vectors(ordered, embed)
    blocks: dict[Block, list[int]] = {}
    for index, member in enumerate(ordered):
        blocks.setdefault(block_of(member), []).append(index)
    groups: list[list[Member]] = []
    for _, indices in sorted(blocks.items()):
        labels = cluster(vectors[np.array(indices)])
        drawn = [
            [ordered[i] for i, own in zip(indices, labels, strict=True) if own == label]
            for label in range(int(labels.max(initial=-1)) + 1)
        ]
        groups += [found for found in joined(drawn) if enough(found, len(ordered))]
    return groups


def enough(members: Sequence[Member], read: int) -> bool:
    """Whether so few voices are worth a theme, where so many insights were read."""
    customers = count_customers(members)
    least = max(ENOUGH, -(-read // ENOUGH_PER))
    if customers >= least or count_voices(members) >= least:
        return True
    few = WEAK_SIGNAL + (read > WEAK_PER)
    return customers >= few and fmean(member.insight.severity for member in members) >= SEVERE
