"""What an engine may say of a proposal, section by section: claims of a known kind, before code has checked a word."""

from typing import Literal, get_args

from assistant.domain.drafts import Draft
from assistant.domain.vocabulary import NbnType, RouteKind, Segment

ClaimKind = Literal["fact", "plan", "assumption"]
"""What a sentence is: of what is (with evidence or a counted figure), of what we would do, or of what we only suppose."""
SectionName = Literal["need", "concept", "execution", "value", "proof"]
SECTIONS: tuple[SectionName, ...] = get_args(SectionName)


class ClaimDraft(Draft):
    """One sentence; `evidence` are numbers of voices, `figures` keys of counted figures (``F3``)."""

    text: str
    kind: ClaimKind
    evidence: list[int]
    figures: list[str]


class ConcernDraft(Draft):
    """What one segment cares about."""

    segment: Segment
    claims: list[ClaimDraft]


class NeedDraft(Draft):
    """Who hurts how, what they really want, who says otherwise, and what each segment cares about."""

    situation: list[ClaimDraft]
    wants: list[ClaimDraft]
    otherwise: list[ClaimDraft]
    concerns: list[ConcernDraft]


class ConceptDraft(Draft):
    """What is proposed, and which way it goes."""

    title: str
    nbn_type: NbnType
    pitch: list[ClaimDraft]
    what: list[ClaimDraft]
    features: list[ClaimDraft]
    how_it_differs: list[ClaimDraft]
    route: RouteKind
    route_why: list[ClaimDraft]


class DepartmentsDraft(Draft):
    service: list[ClaimDraft]
    product: list[ClaimDraft]
    marketing_sales: list[ClaimDraft]
    after_sales: list[ClaimDraft]


class Marketing7PDraft(Draft):
    product: list[ClaimDraft]
    price: list[ClaimDraft]
    place: list[ClaimDraft]
    promotion: list[ClaimDraft]
    people: list[ClaimDraft]
    process: list[ClaimDraft]
    physical_evidence: list[ClaimDraft]


class ExecutionDraft(Draft):
    """Who does what."""

    departments: DepartmentsDraft
    marketing_7p: Marketing7PDraft


class ValueDraft(Draft):
    """What it brings, to whom, and what comes after it."""

    service_income: list[ClaimDraft]
    service_marketing: list[ClaimDraft]
    service_value: list[ClaimDraft]
    value_assumptions: list[ClaimDraft]
    friction_removed: list[ClaimDraft]
    next_needs: list[ClaimDraft]


class MetricDraft(Draft):
    name: str
    figure: str | None
    """Key of the counted figure that is its baseline; None: nobody has counted it yet."""
    target: str
    measured_how: str


class ProofDraft(Draft):
    """What can go wrong, how success is measured, and the cheapest next test."""

    risks: list[ClaimDraft]
    metrics: list[MetricDraft]
    next_test: list[ClaimDraft]
    disconfirming_question: str


SectionDraft = NeedDraft | ConceptDraft | ExecutionDraft | ValueDraft | ProofDraft

DRAFT_OF: dict[SectionName, type[SectionDraft]] = {
    "need": NeedDraft,
    "concept": ConceptDraft,
    "execution": ExecutionDraft,
    "value": ValueDraft,
    "proof": ProofDraft,
}
"""Section → what an engine answers when it is asked for it."""
