"""What stands on the board: ideas and proposals by how far they are, counted by kind, found by words."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from api.pages.nbn.spot import STAGES, Spot
from assistant.domain.filters import Filters
from assistant.domain.ideas import IdeaHead
from assistant.domain.proposals import ProposalHead
from assistant.domain.themes import Theme
from assistant.domain.vocabulary import NbnType
from assistant.records.repository import Repository

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "ideas": ("proposed",),
    "writing": ("draft", "in_review"),
    "making": ("approved", "in_development"),
    "out": ("launched", "measured"),
    "away": ("rejected", "merged"),
}
"""The board's columns, and how far what stands in them is."""


@dataclass(frozen=True, slots=True)
class Card:
    """An idea with the proposal that is farthest, or a proposal that came of no idea."""

    stage: str
    title: str
    nbn_type: NbnType
    customers: int
    idea: IdeaHead | None = None
    head: ProposalHead | None = None
    theme: Theme | None = None

    @property
    def text(self) -> str:
        """What is searched for words."""
        parts = [self.title, self.theme.title if self.theme else ""]
        if self.idea is not None:
            parts += [self.idea.concept, self.idea.id]
        return "\n".join(parts).casefold()


@dataclass(frozen=True, slots=True)
class Board:
    """Cards by how far they are, how many of each type before a type is chosen, and how many there are at all."""

    cards: Mapping[str, Sequence[Card]]
    by_type: Mapping[str, int]
    every: int

    def column(self, stages: Iterable[str]) -> list[Card]:
        """The cards of some stages, the farthest first."""
        return [card for stage in reversed(list(stages)) for card in self.cards.get(stage, ())]


def board_of(store: Repository, spot: Spot, filters: Filters, *, loose: bool) -> Board:
    """The board that an address asks for; with `loose`, proposals that came of no idea stand on it too."""
    themes = {theme.id: theme for theme in store.every_theme()}
    heads: dict[str, list[ProposalHead]] = {}
    for head in store.proposal_heads():
        heads.setdefault(head.idea_id or "", []).append(head)
    cards = [_of_idea(idea, heads.get(idea.id, ()), themes) for idea in store.idea_heads(filters)]
    if loose:
        cards += [_of_proposal(head, themes) for head in heads.get("", ()) if _fits(head, filters)]
    every = len(cards)
    wanted = spot.q.casefold().split()
    found = [card for card in cards if all(word in card.text for word in wanted)]
    if spot.status:
        found = [card for card in found if card.stage == spot.status]
    by_type = Counter[str](card.nbn_type for card in found if card.stage not in COLUMNS["away"] or spot.status)
    found = [card for card in found if spot.type in ("", card.nbn_type)]
    found.sort(key=lambda card: _order(card, spot.sort))
    return Board({stage: [card for card in found if card.stage == stage] for stage in STAGES}, by_type, every)


def proposals_of(store: Repository, spot: Spot) -> list[ProposalHead]:
    """The proposals that an address asks for, the one changed last first."""
    wanted = spot.q.casefold().split()
    return [
        head
        for head in store.proposal_heads()
        if spot.status in ("", head.status)
        and spot.type in ("", head.nbn_type)
        and all(word in f"{head.title}\n{head.id}\n{head.owner or ''}".casefold() for word in wanted)
    ]


def _of_idea(idea: IdeaHead, heads: Iterable[ProposalHead], themes: Mapping[str, Theme]) -> Card:
    own = list(heads)
    head = farthest(own) if own else None
    stage = idea.status if idea.status != "proposed" or head is None else head.status
    theme = next((themes[one] for one in idea.theme_ids if one in themes), None)
    return Card(stage, idea.title, idea.nbn_type, idea.customers, idea, head, theme)


def _of_proposal(head: ProposalHead, themes: Mapping[str, Theme]) -> Card:
    return Card(head.status, head.title, head.nbn_type, head.customers, None, head, themes.get(head.theme_id or ""))


def farthest(heads: Sequence[ProposalHead]) -> ProposalHead:
    """Of some proposals the one that is farthest on its way; of several the one changed last."""
    return max(heads, key=lambda one: (_far(one), one.updated_at))


def _far(head: ProposalHead) -> int:
    return -1 if head.status == "rejected" else STAGES.index(head.status)


def _fits(head: ProposalHead, filters: Filters) -> bool:
    """Whether a proposal of no idea is among what filters leave: its theme is all that is known of it here."""
    return filters.empty or (filters == Filters(theme=filters.theme) and head.theme_id in filters.theme)


def _order(card: Card, sort: str) -> tuple[float, float]:
    rank = card.idea.rank if card.idea else 0.0
    if sort == "customers":
        return -card.customers, -rank
    if sort == "votes":
        up, down = card.idea.votes if card.idea else (0, 0)
        return -(up - down), -rank
    return -rank, -card.customers
