"""How the texts of a proposal are made of its statements: each sentence in its place, with what bears it behind it."""

from collections.abc import Sequence
from dataclasses import replace

from assistant.domain.proposals import Proposal, Statement
from assistant.domain.vocabulary import SEGMENTS

DEPARTMENTS = ("service", "product", "marketing_sales", "after_sales")
SEVEN_P = ("product", "price", "place", "promotion", "people", "process", "physical_evidence")
VALUES = ("service_income", "service_marketing", "service_value")
PLACES: tuple[str, ...] = (
    "summary", "concept.what", "concept.features", "concept.how_it_differs", "route.why",
    *(f"departments.{name}" for name in DEPARTMENTS),
    *(f"concerns_by_segment.{name}" for name in SEGMENTS),
    *(f"marketing_7p.{name}" for name in SEVEN_P),
    *(f"value.{name}" for name in VALUES),
    "value.assumptions", "friction_removed.text", "next_needs", "risks", "next_test",
)  # fmt: skip
"""Every place that sentences stand in."""
LINES = ("summary", "concept.features", "value.assumptions", "next_needs", "risks")
"""Places whose sentences stand on lines of their own."""
ASSUMPTION = {"zh": "（假设）", "en": " (assumption)"}


def marks_of(statement: Statement, language: str = "zh") -> str:
    """What stands behind a sentence: ``[3][F2]``, or the word for an assumption."""
    if statement.kind == "fact":
        return "".join(f"[{mark}]" for mark in (*statement.evidence, *statement.figures))
    if statement.kind == "plan" or statement.place == "value.assumptions":
        return ""
    return ASSUMPTION[language]


def text_at(statements: Sequence[Statement], place: str, language: str = "zh") -> str:
    """The text of a place, made of its sentences, each with its marks."""
    separator = "\n" if place in LINES else "" if language == "zh" else " "
    return separator.join(f"{s.text}{marks_of(s, language)}" for s in statements if s.place == place)


def worded(proposal: Proposal) -> Proposal:
    """The proposal with its texts made anew out of its statements: after a draft, an edit, an erasing."""

    def text(place: str) -> str:
        return text_at(proposal.statements, place, proposal.language)

    def lines(place: str) -> tuple[str, ...]:
        return tuple(line for line in text(place).split("\n") if line)

    concerns = {name: text(f"concerns_by_segment.{name}") for name in SEGMENTS}
    return replace(
        proposal,
        summary=text("summary"),
        concept={
            "what": text("concept.what"),
            "features": list(lines("concept.features")),
            "how_it_differs": text("concept.how_it_differs"),
        },
        route={**proposal.route, "why": text("route.why")},
        departments={name: text(f"departments.{name}") for name in DEPARTMENTS},
        concerns_by_segment={name: said for name, said in concerns.items() if said},
        marketing_7p={name: text(f"marketing_7p.{name}") for name in SEVEN_P},
        value={**{name: text(f"value.{name}") for name in VALUES}, "assumptions": list(lines("value.assumptions"))},
        friction_removed={**proposal.friction_removed, "text": text("friction_removed.text")},
        next_needs=lines("next_needs"),
        risks=lines("risks"),
        next_test=text("next_test"),
    )
