"""How people's decisions about membership stand above what clustering finds."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.insight.grouping import enough
from assistant.insight.members import KnownTheme, Member

FOLLOW = 0.5
"""Part of a found group that people put into themes by hand from which its other members follow them there."""


@dataclass(frozen=True, slots=True)
class Honoured:
    """What is left to clustering, and what goes where people want it."""

    free: list[list[Member]]
    """Groups without anybody who has a place by decision."""
    placed: Mapping[str, list[Member]]
    """Theme id → members that are there by decision or follow those who are."""


def honoured(groups: Sequence[Sequence[Member]], members: Sequence[Member], previous: Sequence[KnownTheme]) -> Honoured:
    """Take out of found groups whom people have placed, and let who is mostly among them follow.

    A follower goes to the theme whose placed members of the same group are most like it in aspect, deep category,
    product and segment. A locked theme has its members and nobody follows. What little then is left of a group goes back
    to the theme it was in, where people have had a hand in that, and else nowhere.
    """
    open_homes = {insight: known.theme.id for known in previous if not known.locked for insight in known.held}
    locked = {insight: known.theme.id for known in previous if known.locked for insight in known.insights | known.held}
    home = open_homes | locked
    if not home:
        return Honoured([list(found) for found in groups], {})
    before = {insight: k.theme.id for k in previous if k.held and not k.locked for insight in k.insights}
    placed: dict[str, list[Member]] = defaultdict(list)
    for member in sorted(members, key=lambda m: m.insight.id):
        if member.insight.id in home:
            placed[home[member.insight.id]].append(member)
    free: list[list[Member]] = []
    for found in groups:
        rest = [m for m in found if m.insight.id not in home]
        leaders = [m for m in found if m.insight.id in open_homes]
        if leaders and len(leaders) >= FOLLOW * len(found):
            for member in rest:
                placed[_nearest(member, leaders, open_homes)].append(member)
        elif len(rest) == len(found) or enough(rest, len(members)):
            free.append(rest)
        else:
            for member in rest:
                if member.insight.id in before:
                    placed[before[member.insight.id]].append(member)
    return Honoured(free, placed)


def _nearest(member: Member, leaders: Sequence[Member], home: Mapping[str, str]) -> str:
    likeness: dict[str, list[int]] = defaultdict(list)
    for leader in leaders:
        likeness[home[leader.insight.id]].append(
            sum(a == b for a, b in zip(_traits(member), _traits(leader), strict=True))
        )
    sizes = Counter(home[leader.insight.id] for leader in leaders)
    return max(likeness, key=lambda theme: (sum(likeness[theme]) / len(likeness[theme]), sizes[theme], theme))


def _traits(member: Member) -> tuple[str | None, ...]:
    return member.insight.aspect, member.insight.deep_category, member.product, member.segment
