"""Which of all that was found the demo shows: the best idea of each kind, a proposal for each kind of customer."""

from collections.abc import Iterable, Sequence

from assistant.domain.ideas import Idea
from assistant.domain.themes import Theme
from assistant.domain.vocabulary import NBN_TYPES, Segment

AUDIENCES: dict[str, Segment | None] = {
    "consumers": "consumer",
    "enterprises": "enterprise",
    "government": "government",
    "dealers": "dealer",
    "service_providers": "service_provider",
    "weak_signal": None,
}
"""For whom the demo drafts a proposal; None: not for somebody, but from what very few say yet."""


def one_of_each(ranked: Iterable[Idea]) -> list[Idea]:
    """The best idea of each NBN type, from different themes where that can be."""
    chosen: list[Idea] = []
    met: set[str] = set()
    ideas = list(ranked)
    for kind in (one for one in NBN_TYPES if any(idea.nbn_type == one for idea in ideas)):
        of_kind = [idea for idea in ideas if idea.nbn_type == kind]
        idea = next((i for i in of_kind if not met & set(i.theme_ids)), of_kind[0])
        chosen.append(idea)
        met |= set(idea.theme_ids)
    return chosen


def one_for_each(ideas: Iterable[Idea], themes: Iterable[Theme]) -> dict[str, Idea]:
    """Audience → the best idea from a theme of which they are at least half; of weak signals that which most tell of."""
    weak = {theme.id for theme in themes if theme.weak_signal}
    single = [idea for idea in ideas if len(idea.theme_ids) == 1]
    chosen = {}
    for audience, segment in AUDIENCES.items():
        if segment is None:
            fitting = [idea for idea in single if idea.theme_ids[0] in weak]
            fitting.sort(key=lambda idea: (-idea.customers, -idea.rank, idea.id))
        else:
            fitting = [idea for idea in single if 2 * dict(idea.segments).get(segment, 0) >= max(1, idea.customers)]
            fitting.sort(key=lambda idea: (-idea.rank, idea.id))
        if fitting:
            chosen[audience] = fitting[0]
    return chosen


def weak_signals(themes: Sequence[Theme], most: int) -> list[Theme]:
    """What very few say, but gravely or alike: those with most customers first."""
    found = [theme for theme in themes if theme.weak_signal]
    return sorted(found, key=lambda theme: (-theme.customers, -theme.records, theme.id))[:most]
