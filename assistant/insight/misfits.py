"""Which members leave a theme again, because the engine that named it heard that they are about something else."""

from collections.abc import Collection, Sequence

from assistant.domain.themes import ThemeMaterial
from assistant.insight.grouping import enough
from assistant.insight.members import Member

AT_MOST = 3
"""One of so many voices shown may leave: who doubts more of them has not understood the theme, or named another."""


def misplaced(material: ThemeMaterial, numbers: Collection[int]) -> frozenset[str]:
    """Insights of the voices with these numbers; none where more than one of `AT_MOST` telling voices would go.

    Of those at the edge any number may go: they are shown because they are doubtful.
    """
    called = frozenset(voice.insight_id for voice in material.voices if voice.n in numbers)
    edge = frozenset(voice.insight_id for voice in material.edge if voice.n in numbers)
    return called | edge if AT_MOST * len(called) <= len(material.voices) else frozenset()


def remaining(members: Sequence[Member], out: Collection[str], held: Collection[str], read: int) -> tuple[Member, ...]:
    """The members without the insights in `out` and without near-duplicates of their records, in order.

    Held ones stay; all stay where too few would be left for a theme among `read` insights.
    """
    leaving = [m for m in members if m.insight.id in out]
    records, voices = {m.insight.record_id for m in leaving}, {m.voice_key for m in leaving}
    rest = tuple(
        m
        for m in members
        if m.insight.id in held
        or (m.insight.id not in out and (m.voice_key not in voices or m.insight.record_id in records))
    )
    return rest if enough(rest, read) else tuple(members)
