"""How proposals are measured: what stands as a fact is looked up again, without the code that drafted or checked it."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from assistant.domain.proposals import Proposal
from assistant.insight.dossier import Dossier
from assistant.insight.numbers import numbers_in, without_dates
from assistant.insight.wordings import quotations, unit_of, unquoted
from evals.metrics.measured import Measured, part, share
from evals.workbench import Workbench

_MUST = (
    "title", "summary", "evidence", "concept.what", "concept.features", "concept.how_it_differs", "route.why",
    "departments.service", "departments.product", "departments.marketing_sales", "departments.after_sales",
    "marketing_7p.product", "marketing_7p.price", "marketing_7p.place", "marketing_7p.promotion",
    "marketing_7p.people", "marketing_7p.process", "marketing_7p.physical_evidence", "value.service_income",
    "value.service_marketing", "value.service_value", "value.assumptions", "friction_removed.text", "next_needs",
    "risks", "metrics", "next_test", "disconfirming_question", "concerns_by_segment", "coverage", "target",
)  # fmt: skip


def measured(name: str, proposals: Sequence[Proposal], bench: Workbench) -> dict[str, float]:
    """The receipts summed up, and what is checked anew without the drafting code: quotes, evidence, numbers, fields."""
    receipts = [cast("Mapping[str, int]", p.provenance["coverage_receipt"]) for p in proposals]
    total = {key: sum(one[key] for one in receipts) for key in ("statements", "facts", "verified", "marked", "removed")}
    quotes, evidence, numbers = zip(*(_anew(p, bench) for p in proposals), strict=True) if proposals else ((), (), ())
    return {
        f"{name}_proposals": float(len(proposals)),
        f"{name}_statements": float(total["statements"]),
        f"{name}_facts": float(total["facts"]),
        f"{name}_verified": part(total["verified"], total["facts"]),
        f"{name}_marked": float(total["marked"]),
        f"{name}_removed": float(total["removed"]),
        f"{name}_quotes_verbatim": _share(quotes),
        f"{name}_evidence_verbatim": _share(evidence),
        f"{name}_numbers_counted": _share(numbers),
        f"{name}_complete": _share([[_holds(p, place) for place in _MUST] for p in proposals]),
    }


def _anew(proposal: Proposal, bench: Workbench) -> tuple[list[bool], list[bool], list[bool]]:
    """Of each quotation, each evidence and each count in a fact: whether it stands, looked up in the store again."""
    cited = (*proposal.evidence, *proposal.counter_evidence)
    records = bench.app.store.records_by_id([e.record_id for e in cited])
    texts = {e.n: str(records[e.record_id].text) if e.record_id in records else "" for e in cited}
    values = {f.key: (f.unit, {f.value, *(f.interval or ())}) for f in proposal.figures}
    facts = [statement for statement in proposal.statements if statement.kind == "fact"]
    names = [proposal.title, *(str(t) for t in cast("Sequence[str]", proposal.provenance["theme_ids"]))]
    quotes = [
        any(quote in texts[n] for n in statement.evidence)
        for statement in facts
        for quote in quotations(statement.text)
        if "「" not in statement.text and not any(quote in name for name in names)
    ]
    numbers = [
        any(
            unit == unit_of(number) and any(number.value in (v, round(v)) for v in of)
            for unit, of in (values[key] for key in statement.figures)
        )
        or any(number.text in texts[n] for n in statement.evidence)
        for statement in facts
        for number in numbers_in(without_dates(unquoted(statement.text)))
        if unit_of(number) is not None
    ]
    return quotes, [texts[e.n][e.start : e.end] == e.quote for e in cited], numbers


def measured_plain(texts: Sequence[str | None], dossiers: Sequence[Dossier]) -> dict[str, float]:
    """Of the plain drafts: quotations that stand in what was shown, and counts that anybody counted; {} without one."""
    if not any(texts):
        return {}
    quotes, numbers = [], []
    for text, dossier in zip(texts, dossiers, strict=True):
        shown = "\n".join(voice.quote for voice in dossier.material.material.voices)
        values = {v for f in dossier.material.figures for v in (f.value, *(f.interval or ()))}
        quotes.append([quote in shown for quote in quotations(text or "")])
        counted = [n for n in numbers_in(without_dates(unquoted(text or ""))) if unit_of(n) is not None]
        numbers.append([n.value in values or n.text in shown for n in counted])
    return {
        "naive_quotes_verbatim": _share(quotes),
        "naive_numbers_counted": _share(numbers),
        "naive_numbers": float(sum(map(len, numbers))),
    }


def _holds(proposal: Proposal, place: str) -> bool:
    found: Any = proposal
    for name in place.split("."):
        found = found.get(name) if isinstance(found, Mapping) else getattr(found, name)
    return bool(found)


def _share(groups: Sequence[Sequence[bool]]) -> Measured:
    return share((one for group in groups for one in group), nothing=1.0)
