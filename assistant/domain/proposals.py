"""The NBN proposal: the document drafted from an idea, every statement tied to evidence or to a counted figure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from assistant.domain.ideas import Idea
from assistant.domain.proposal_drafts import ClaimKind, SectionDraft, SectionName
from assistant.domain.themes import ThemeMaterial
from assistant.domain.vocabulary import EngineName, NbnType, ProposalStatus

Stance = Literal["for", "otherwise", "indifferent"]
"""What a voice says of the need: has it, says the opposite, or is hardly touched by it."""
FigureUnit = Literal["records", "customers", "percent", "points"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A verbatim quote that bears a statement; numbered as the statements point to it."""

    n: int
    record_id: str
    quote: str
    start: int
    end: int
    channel: str
    product: str | None
    segment: str | None
    created_at: str | None
    stance: Stance = "for"


@dataclass(frozen=True, slots=True)
class CountedFigure:
    """A number that code counted for a proposal, with how it was counted; statements point to it by its key."""

    key: str
    """``F1``, ``F2`` … in the order they are shown."""
    name: str
    """What it is to code, such as ``customers:consumer``."""
    label: str
    value: float
    unit: FigureUnit
    interval: tuple[float, float] | None = None
    """95 % interval, in the unit of the value."""
    query: str = ""
    """How it was counted, in words."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of a proposal, in its place: a fact with what bears it, a plan, or an assumption."""

    text: str
    evidence: tuple[int, ...] = ()
    figures: tuple[str, ...] = ()
    kind: ClaimKind = "assumption"
    section: SectionName = "need"
    place: str = "summary"
    """The field of the proposal it stands in, such as ``concept.what``."""
    reason: str | None = None
    """Why a sentence that was drafted as something else is only an assumption."""
    by: str | None = None
    """Who wrote it, where a person did."""

    @property
    def assumption(self) -> bool:
        """True where nothing bears it."""
        return self.kind == "assumption"


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of what was read supports the need; share of records with its 95 % Wilson interval."""

    records_read: int
    records_supporting: int
    customers_supporting: int
    share: float
    interval: tuple[float, float]


@dataclass(frozen=True, slots=True)
class ProposalMaterial:
    """What an engine sees when it drafts: the idea, its theme, who says otherwise, and every counted figure."""

    idea: Idea
    material: ThemeMaterial
    coverage: Coverage
    counter_evidence: tuple[Evidence, ...] = ()
    figures: tuple[CountedFigure, ...] = ()
    brief: str | None = None
    """A product manager's own sentence that the proposal answers, masked."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What stands of the sections drafted before, for the next one to agree with."""

    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Complaint:
    """A sentence of a draft that can't stand as it is, and why."""

    text: str
    reason: str
    words: tuple[str, ...] = ()
    """The words of it that are the reason, where it is about some."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One section to be drafted; with `complaints` it is the one repair try of `draft`."""

    section: SectionName
    material: ProposalMaterial
    settled: tuple[Settled, ...] = ()
    complaints: tuple[Complaint, ...] = ()
    language: Literal["zh", "en"] = "zh"
    draft: SectionDraft | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """Field for field the Proposal of the public contract (`GET /v1/proposals/{id}`), and what it is checked by."""

    id: str
    title: str
    nbn_type: NbnType
    status: ProposalStatus
    engine: EngineName
    summary: str
    target: Mapping[str, object]
    need_ladder: Mapping[str, object]
    evidence: tuple[Evidence, ...]
    counter_evidence: tuple[Evidence, ...]
    coverage: Coverage
    concept: Mapping[str, object]
    route: Mapping[str, str]
    departments: Mapping[str, str]
    concerns_by_segment: Mapping[str, str]
    marketing_7p: Mapping[str, str]
    value: Mapping[str, object]
    friction_removed: Mapping[str, object]
    next_needs: tuple[str, ...]
    risks: tuple[str, ...]
    metrics: tuple[Mapping[str, object], ...]
    next_test: str
    provenance: Mapping[str, object] = field(default_factory=dict)
    statements: tuple[Statement, ...] = ()
    """Every sentence of the texts above, in order; the texts are made of them."""
    figures: tuple[CountedFigure, ...] = ()
    months: tuple[Mapping[str, object], ...] = ()
    """``{month, records, read}``: the theme over the months, every month in order."""
    disconfirming_question: str = ""
    """What the next test asks that could prove the proposal wrong."""
    owner: str | None = None
    language: Literal["zh", "en"] = "zh"


@dataclass(frozen=True, slots=True)
class ProposalEvent:
    """One line of a proposal's history."""

    id: int
    at: str
    who: str
    kind: Literal["drafted", "moved", "commented", "owned", "edited"]
    detail: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ProposalHead:
    """What a list of proposals shows of one of them."""

    id: str
    idea_id: str | None
    theme_id: str | None
    title: str
    status: ProposalStatus
    engine: EngineName
    nbn_type: NbnType
    language: str
    owner: str | None
    customers: int
    created_at: str
    updated_at: str


MOVES: Mapping[ProposalStatus, tuple[ProposalStatus, ...]] = {
    "draft": ("in_review", "rejected"),
    "in_review": ("approved", "draft", "rejected"),
    "approved": ("in_development", "rejected"),
    "in_development": ("launched", "rejected"),
    "launched": ("measured",),
    "measured": (),
    "rejected": ("draft",),
}
"""From where to where a proposal may go; sent back from review, and taken up again after it was rejected."""
