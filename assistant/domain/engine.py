"""The one seam between what the product does and who does the thinking: a model, or the rules."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, runtime_checkable

from assistant.domain.answers import AnswerMaterial
from assistant.domain.drafts import (
    AnswerDraft,
    IdeasDraft,
    PlanDraft,
    ReadingDraft,
    SentenceDraft,
    ThemeDraft,
    VerdictsDraft,
)
from assistant.domain.ideas import Brief
from assistant.domain.planning import PlanMaterial
from assistant.domain.proposal_drafts import SectionDraft
from assistant.domain.proposals import Asked
from assistant.domain.records import Record
from assistant.domain.themes import ThemeMaterial
from assistant.domain.vocabulary import EngineName


@dataclass(frozen=True, slots=True)
class Usage:
    """What calls have cost so far: tokens, and money in the currency of the price list."""

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float | None = 0.0
    """None: the price of a model that was asked is not known."""
    currency: str | None = None

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.calls + other.calls,
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            None if self.cost is None or other.cost is None else self.cost + other.cost,
            self.currency or other.currency,
        )

    def __sub__(self, other: "Usage") -> "Usage":
        """What was spent since `other`; of no call the cost is known: nothing."""
        calls = self.calls - other.calls
        unknown = self.cost is None or other.cost is None
        return Usage(
            calls,
            self.prompt_tokens - other.prompt_tokens,
            self.completion_tokens - other.completion_tokens,
            (None if calls else 0.0) if unknown else (self.cost or 0.0) - (other.cost or 0.0),
            self.currency,
        )


@dataclass(frozen=True, slots=True)
class Forecast:
    """What work would take, told before a call is made: tokens about, and the most they can come to."""

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float | None = 0.0
    """About; None: the price of the model is not known."""
    most_cost: float | None = 0.0
    currency: str | None = None
    price_note: str | None = None
    """Which price list it is by, and from when."""


@dataclass(frozen=True, slots=True)
class Misquote:
    """A quote of a draft that does not stand in the customer's own words."""

    insight: int
    """Place of the insight among the draft's insights."""
    field: Literal["quote", "opportunity", "suggestion"]
    place: int
    """Place of the opportunity among the insight's; else 0."""
    surface: str
    """What the insight says, to know it by."""
    quote: str
    reason: str


@dataclass(frozen=True, slots=True)
class PackOutcome:
    """What came of one pack: a draft per record that got one, a reason per record that did not."""

    drafts: tuple[ReadingDraft, ...] = ()
    failed: dict[str, str] = field(default_factory=dict)
    """record id → short reason; with `drafts` it names every record of the pack exactly once."""
    problem: str | None = None
    """One sentence on what stood in the way, for a person; no customer text."""
    requoted: int = 0
    """Quotes that did not stand and were asked for once more …"""
    mended: int = 0
    """… and of these the ones for which words that stand were found."""
    strays: dict[str, int] = field(default_factory=dict)
    """Reason → readings in the answer that belong to no record asked for: ``unknown_record``, ``answered_twice``."""
    engines: dict[str, EngineName] = field(default_factory=dict)
    """record id → who read it, where that was not the engine asked."""


class Engine(Protocol):
    """Every engine drafts; nothing it says is kept before code has verified it.

    Methods raise `ModelError` where nothing usable came back (``read`` reports it per record instead). All are
    safe to call from several threads.
    """

    @property
    def name(self) -> EngineName:
        """``llm`` or ``rules``: what everything made with this engine says of itself."""
        ...

    @property
    def concurrency(self) -> int:
        """How many calls may run at once."""
        ...

    def identity(self, task: str) -> str:
        """Digest of all that shapes the results of a task (prompt, schema, model, settings) but the input.

        Tasks: ``extract``, ``name_theme``, ``check_members`` (only of `Checking` engines), ``suggest_ideas``,
        ``draft_proposal``, ``answer``.
        """
        ...

    def packs(self, records: Iterator[Record]) -> Iterator[Sequence[Record]]:
        """Group records into what is read in one call; every record in exactly one pack."""
        ...

    def read(self, pack: Sequence[Record]) -> PackOutcome:
        """Read the needs out of a pack of records; the outcome names each of them once."""
        ...

    def name_theme(self, material: ThemeMaterial) -> ThemeDraft:
        """Name and define a group of insights."""
        ...

    def suggest_ideas(self, material: ThemeMaterial, brief: Brief = Brief()) -> IdeasDraft:  # noqa: B008  (frozen)
        """NBN ideas for one theme, or for several whose material is one; an idea for each lens of the brief."""
        ...

    def draft_section(self, asked: Asked) -> SectionDraft:
        """One section of a proposal, of the type that `proposal_drafts.DRAFT_OF` names for it."""
        ...

    def answer(self, material: AnswerMaterial) -> AnswerDraft:
        """Word an answer from voices and figures, or refuse."""
        ...

    def usage(self) -> Usage:
        """What this engine has cost since it was made."""
        ...


@runtime_checkable
class Foreseeing(Protocol):
    """An engine that costs money and can tell beforehand how much."""

    def forecast(self, packs: Iterable[Sequence[Record]]) -> Forecast:
        """What reading these packs would take; what is in the cache already takes nothing."""
        ...


@runtime_checkable
class ForeseeingDrafts(Protocol):
    """An engine that costs money and can tell beforehand how much a proposal takes."""

    def forecast_sections(self, asked: Iterable[Asked]) -> Forecast:
        """What drafting these sections would take, each once; what is in the cache already takes nothing."""
        ...


@runtime_checkable
class Checking(Protocol):
    """An engine that can judge single members by a theme's definition; the rules know no meaning beyond likeness."""

    def check_members(self, material: ThemeMaterial) -> VerdictsDraft:
        """Whether each voice of `material.edge` belongs to the theme as it is defined.

        Raises:
            ModelError: nothing usable came back.
        """
        ...


@runtime_checkable
class Planning(Protocol):
    """An engine that can tell what a question asks for; what the rules read is given to it, to be corrected."""

    def plan(self, material: PlanMaterial) -> PlanDraft:
        """The question as calls of the product's own tools.

        Raises:
            ModelError: nothing usable came back.
        """
        ...


@runtime_checkable
class Recalling(Protocol):
    """An engine that plays back what a model said once and can't be asked anything else."""

    def recalls(self, material: AnswerMaterial) -> bool:
        """Whether it has an answer to this."""
        ...


@runtime_checkable
class Speaking(Protocol):
    """An engine whose answers can be heard while they are worded; that of the rules is there at once."""

    def answering(self, material: AnswerMaterial) -> Iterator[SentenceDraft | AnswerDraft]:
        """Sentences as they are finished, at the end the whole draft, which repeats them.

        Raises:
            ModelError: nothing usable came, or no more of it.
        """
        ...
