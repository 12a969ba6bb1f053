"""The NBN proposal: the document drafted from an idea, every statement tied to evidence."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from assistant.domain.ideas import Idea
from assistant.domain.themes import ThemeMaterial
from assistant.domain.vocabulary import EngineName, NbnType, ProposalStatus


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


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence: evidence numbers make it a fact, none make it an assumption."""

    text: str
    evidence: tuple[int, ...] = ()

    @property
    def assumption(self) -> bool:
        """True where no evidence bears it."""
        return not self.evidence


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
    """What an engine sees when it drafts: the idea, its theme, and counted figures as plain sentences."""

    idea: Idea
    material: ThemeMaterial
    coverage: Coverage
    counter_evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """Field for field the Proposal of the public contract (`GET /v1/proposals/{id}`)."""

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
    """The summary sentence by sentence, each with its evidence."""
