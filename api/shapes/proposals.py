"""Proposals, their history and what became of them, as they are answered."""

from typing import Any, Literal

from api.shapes.base import Shape
from api.wire import EngineSaid
from assistant.domain.outcomes import Afterwards, Launch, Moved, NextNeed, Ratio, Verdict, Window
from assistant.domain.proposals import CountedFigure, Coverage, Evidence, Statement
from assistant.domain.vocabulary import NbnType, ProposalStatus


class ProposalOut(Shape):
    """An NBN proposal; every statement of fact points to evidence or figures, or is an assumption."""

    id: str
    title: str
    nbn_type: NbnType
    status: ProposalStatus
    engine: EngineSaid
    summary: str
    target: dict[str, Any]
    need_ladder: dict[str, Any]
    evidence: list[Evidence]
    counter_evidence: list[Evidence]
    coverage: Coverage
    concept: dict[str, Any]
    route: dict[str, str]
    departments: dict[str, str]
    concerns_by_segment: dict[str, str]
    marketing_7p: dict[str, str]
    value: dict[str, Any]
    friction_removed: dict[str, Any]
    next_needs: list[str]
    risks: list[str]
    metrics: list[dict[str, Any]]
    next_test: str
    provenance: dict[str, Any]
    statements: list[Statement]
    figures: list[CountedFigure]
    months: list[dict[str, Any]]
    disconfirming_question: str
    owner: str | None
    language: Literal["zh", "en"]


class ProposalEventOut(Shape):
    """One line of a proposal's history."""

    id: int
    at: str
    who: str
    kind: Literal["drafted", "moved", "commented", "owned", "edited"]
    detail: dict[str, Any]


class ProposalWhole(ProposalOut):
    """A proposal with its history."""

    history: list[ProposalEventOut]


class OutcomeOut(Shape):
    """What may be said of a launch by what is known today."""

    subject: str
    theme_ids: list[str]
    launch: Launch
    aim: Literal["fewer", "more"]
    counted_until: str
    elapsed: float
    before: Window
    after: Window
    earlier: Window | None
    verdict: Verdict
    measured: bool
    """The whole window has passed: a result and no interim look."""
    by_customers: Ratio | None
    by_records: Ratio | None
    by_owners: Ratio | None
    against_others: Ratio | None
    others: list[Moved]
    judgeable_from: str | None
    window_needed: int | None
    next_needs: list[NextNeed]
    afterwards: Afterwards
    notes: list[str]
    effective: bool
    failing: bool
    told: list[str]
    """The same in sentences."""


class OutcomeRead(OutcomeOut):
    """The same; where asked for, with earlier looks, the latest first."""

    history: list[dict[str, Any]] | None = None
