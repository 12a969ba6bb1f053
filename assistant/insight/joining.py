"""Which groups are the same situation told twice: same name, same product, and nothing that tells them apart."""

from collections import Counter
from collections.abc import Sequence

from assistant.insight.members import Member
from assistant.insight.wording import letter_pairs

NAMED = 0.5
"""Share of a group that must bear one name, or one product, for the group to be known by it."""
_OWN, _ELSEWHERE = 0.6, 0.2
"""A pair of letters in so many of one group's quotes and in so few of the other's makes them two things."""
_SHADE = 20
"""A group so many times smaller than one of its name is a shade of it, whatever words its few voices share."""
_HEAD_MOST = 20
_COLON = "："


def head_of(surface: str) -> str:
    """The name of the situation that a surface begins with (``name：clause``); blank where it names none."""
    head, colon, _ = surface.partition(_COLON)
    return head if colon and len(head) <= _HEAD_MOST else ""


def leading_head(members: Sequence[Member]) -> str:
    """The situation that most members name, blank where no name is borne by half of them."""
    return _leading([head_of(member.insight.surface) for member in members])


def joined(groups: Sequence[list[Member]]) -> list[list[Member]]:
    """Groups of one block with those joined that share situation and product, unless a word tells them apart.

    What words tell is believed of groups of like size; a twentieth of another is part of it. The order of the groups is
    kept, a joined one standing where its largest part stood. Groups without a common name stay as they are.
    """
    kept: list[list[Member]] = []
    place: dict[tuple[str, str], list[int]] = {}
    for group in sorted(groups, key=len, reverse=True):
        name = leading_head(group)
        key = (name, _leading([member.product or "" for member in group]))
        same = next((at for at in place.get(key, []) if name and not _two_things(kept[at], group)), None)
        if same is None:
            place.setdefault(key, []).append(len(kept))
            kept.append(list(group))
        else:
            kept[same] += group
    return [sorted(group, key=lambda member: member.insight.id) for group in kept]


def _leading(values: Sequence[str]) -> str:
    value, count = Counter(values).most_common(1)[0] if values else ("", 0)
    return value if count >= NAMED * len(values) else ""


def _two_things(large: Sequence[Member], small: Sequence[Member]) -> bool:
    return len(large) < _SHADE * len(small) and _told_apart(large, small)


def _told_apart(one: Sequence[Member], other: Sequence[Member]) -> bool:
    first, second = _shares(one), _shares(other)
    return _has_own(first, second) and _has_own(second, first)


def _has_own(mine: dict[str, float], others: dict[str, float]) -> bool:
    return any(share >= _OWN and others.get(pair, 0.0) <= _ELSEWHERE for pair, share in mine.items())


def _shares(members: Sequence[Member]) -> dict[str, float]:
    counts = Counter(pair for member in members for pair in letter_pairs(member.insight.quote))
    return {pair: count / len(members) for pair, count in counts.items()}
