"""From an idea to the NBN proposal: the engine words it, code counts, checks every sentence and ties it to evidence."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from assistant.domain.drafts import MetricDraft, ProposalDraft
from assistant.domain.engine import Engine
from assistant.domain.proposals import Coverage, Evidence, Proposal, Statement
from assistant.domain.vocabulary import SEGMENTS, zh
from assistant.insight.dossier import Dossier, evidence_of
from assistant.insight.statements import Checker, Figures
from assistant.insight.wording import tidy
from assistant.insight.wordlist import Language, baselines, phrase, section

_TITLE, _TEXT, _MOST_LINES = 60, 600, 8


def draft(engine: Engine, dossier: Dossier, language: Language = "zh") -> Proposal:
    """Draft a proposal: texts from the engine, everything counted from the dossier.

    The summary begins with a sentence that code counted. Every further sentence is a fact with evidence or marked
    as an assumption; sentences that claim a count nobody made are left out; `provenance.coverage_receipt` counts
    all three. The same idea, evidence, engine and language give the same id.

    Raises:
        ModelError: where the engine gave nothing usable.
    """
    written = engine.draft_proposal(dossier.material)
    evidence = tuple(evidence_of(voice) for voice in dossier.material.material.voices)
    counter = dossier.material.counter_evidence
    checker = Checker((*evidence, *counter), _figures(dossier), _names(dossier))
    statements = _summary(written, dossier, checker, language)
    concerns = _concerns(written, checker, (*evidence, *counter), language)
    plan = checker.plan
    fields = {name: plan(text) for name, text in _written(written).items()}
    idea, theme = dossier.material.idea, dossier.material.material.theme
    return Proposal(
        id=_proposal_id(dossier, engine, language),
        title=tidy(written.title, _TITLE) or idea.title,
        nbn_type=idea.nbn_type,
        status="draft",
        engine=engine.name,
        summary=_joined(statements, language),
        target=_target(dossier, language),
        need_ladder={
            "surface": theme.surface,
            "secondary": theme.secondary,
            "deep": theme.deep,
            "deep_category": theme.deep_category,
            "standing": asdict(theme.standing),
        },
        evidence=evidence,
        counter_evidence=counter,
        coverage=dossier.material.coverage,
        concept={
            "what": fields["concept_what"] or idea.concept,
            "features": list(_lines(written.concept_features) or idea.features),
            "how_it_differs": fields["how_it_differs"] or idea.how_it_differs,
        },
        route={"kind": written.route, "why": fields["route_why"] or idea.route_why},
        departments={name: fields[name] for name in ("service", "product", "marketing_sales", "after_sales")},
        concerns_by_segment=concerns,
        marketing_7p={name: plan(text) for name, text in written.marketing_7p.model_dump().items()},
        value={
            **{name: fields[name] for name in ("service_income", "service_marketing", "service_value")},
            "assumptions": list(dict.fromkeys((*_lines(written.value_assumptions), *idea.assumptions))),
        },
        friction_removed={"text": fields["friction_removed"], **asdict(dossier.friction)},
        next_needs=_lines([plan(text) for text in written.next_needs]),
        risks=_lines([plan(text) for text in written.risks]),
        metrics=_metrics(written.metrics, dossier, language),
        next_test=tidy(written.next_test, _TEXT),
        provenance=_provenance(engine, dossier, checker),
        statements=tuple(statements),
    )


def _summary(written: ProposalDraft, dossier: Dossier, checker: Checker, language: Language) -> list[Statement]:
    counted = checker.counted(
        phrase(language, "counted", **_coverage_values(dossier.material.coverage)),
        [voice.n for voice in dossier.material.material.voices[:3]],
    )
    checked = (checker.statement(sentence) for sentence in written.summary)
    return [counted, *(statement for statement in checked if statement is not None)]


def _joined(statements: Sequence[Statement], language: Language) -> str:
    return "\n".join(_with_marks(statement, language) for statement in statements)


def _with_marks(statement: Statement, language: Language) -> str:
    marks = "".join(f"[{n}]" for n in statement.evidence) or phrase(language, "assumption")
    return f"{statement.text}{marks}"


def _concerns(
    written: ProposalDraft, checker: Checker, evidence: Sequence[Evidence], language: Language
) -> dict[str, str]:
    """Segment → its concerns; a sentence belongs to the segment it names first, else to that of its evidence."""
    segment_of = {item.n: item.segment for item in evidence}
    concerns: dict[str, list[str]] = {}
    for sentence in written.concerns_by_segment:
        statement = checker.statement(sentence)
        if statement is None:
            continue
        cited = Counter(s for n in statement.evidence if (s := segment_of[n]))
        named = next((s for s in SEGMENTS if statement.text.startswith((s, zh(s)))), None)
        segment = named or (cited.most_common(1)[0][0] if cited else "all")
        concerns.setdefault(segment, []).append(_with_marks(statement, language))
    separator = section(language, "label")["semicolon"]
    return {segment: separator.join(sentences) for segment, sentences in concerns.items()}


def _written(written: ProposalDraft) -> dict[str, str]:
    names = (
        "concept_what", "how_it_differs", "route_why", "service", "product", "marketing_sales", "after_sales",
        "service_income", "service_marketing", "service_value", "friction_removed",
    )  # fmt: skip
    return {name: getattr(written, name) for name in names}


def _target(dossier: Dossier, language: Language) -> dict[str, object]:
    coverage = dossier.material.coverage
    return {
        "segments": [segment for segment, _ in dossier.segments],
        "size": {
            "records": coverage.records_supporting,
            "customers": coverage.customers_supporting,
            "customers_by_segment": dict(dossier.segments),
            "share": coverage.share,
            "interval": list(coverage.interval),
            "note": phrase(language, "size_note"),
        },
        "seed_customers": [dict(seed) for seed in dossier.seeds],
        "averse_left_out": dossier.averse_left_out,
    }


def _metrics(drafts: Sequence[MetricDraft], dossier: Dossier, language: Language) -> tuple[Mapping[str, object], ...]:
    """The counted share first, then the drafted ones with the counted figure that is their baseline, if there is."""
    values = _coverage_values(dossier.material.coverage)
    praise = dossier.material.material.sentiment == "positive"
    metrics: list[Mapping[str, object]] = [
        {
            "name": phrase(language, "share_name"),
            "baseline": phrase(language, "share_baseline", **values),
            "target": phrase(language, "share_target_praise" if praise else "share_target"),
            "measured_how": phrase(language, "share_how"),
        }
    ]
    metrics += [
        {
            "name": tidy(metric.name, _TITLE),
            "baseline": _baseline(metric, dossier, language),
            "target": tidy(metric.target, _TEXT),
            "measured_how": tidy(metric.measured_how, _TEXT),
        }
        for metric in drafts[:_MOST_LINES]
        if metric.name.strip()
    ]
    return tuple(metrics)


def _baseline(metric: MetricDraft, dossier: Dossier, language: Language) -> str:
    """The figure that a metric's name asks for, as it was counted; where none is, that it must be measured first."""
    values = _coverage_values(dossier.material.coverage)
    figure = next((figure for figure, pattern in baselines() if pattern.search(metric.name)), "none")
    if figure == "none":
        return phrase(language, "no_baseline")
    if figure in dossier.signals:
        return phrase(language, "signal_baseline", n=dossier.signals[figure], **values)
    return phrase(language, f"{figure}_baseline", **values)


def _coverage_values(coverage: Coverage) -> dict[str, object]:
    return {
        "records_read": coverage.records_read,
        "records_supporting": coverage.records_supporting,
        "customers_supporting": coverage.customers_supporting,
        "share": round(100 * coverage.share, 1),
        "low": round(100 * coverage.interval[0], 1),
        "high": round(100 * coverage.interval[1], 1),
    }


def _figures(dossier: Dossier) -> Figures:
    """Every value that code counted; shares in per cent, to one place and whole."""
    coverage, friction, material = dossier.material.coverage, dossier.friction, dossier.material.material
    tables = (dossier.segments, material.products, material.segments, material.aspects, material.opportunities)
    return Figures(
        counts=(
            coverage.records_read,
            coverage.records_supporting,
            coverage.customers_supporting,
            friction.records,
            friction.of_records,
            dossier.severity,
            *(n for table in tables for _, n in table),
            *dossier.signals.values(),
        ),
        percentages=tuple(
            round(100 * share, places)
            for share in (coverage.share, *coverage.interval, friction.share, *friction.interval)
            for places in (0, 1)
        ),
    )


def _names(dossier: Dossier) -> list[str]:
    material = dossier.material.material
    return [product for product, _ in material.products] + [dossier.material.idea.title, material.theme.title]


def _lines(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(line for text in texts if (line := tidy(text, _TEXT)))[:_MOST_LINES]


def _provenance(engine: Engine, dossier: Dossier, checker: Checker) -> dict[str, object]:
    idea, material = dossier.material.idea, dossier.material.material
    return {
        "engine": engine.name,
        "prompt": engine.identity("draft_proposal"),
        "idea_id": idea.id,
        "theme_ids": list(idea.theme_ids) or [material.theme.id],
        "idea_engine": idea.engine,
        "score": idea.score,
        "score_parts": dict(idea.score_parts),
        "marks": list(idea.marks),
        "insight_ids": [voice.insight_id for voice in material.voices if voice.insight_id],
        "coverage_receipt": checker.ledger.receipt(),
    }


def _proposal_id(dossier: Dossier, engine: Engine, language: Language) -> str:
    """``pr_`` and 12 hex digits over the idea, the evidence shown and what shaped the draft."""
    voices = [f"{v.record_id}:{v.start}-{v.end}" for v in dossier.material.material.voices]
    text = "\0".join([dossier.material.idea.id, engine.identity("draft_proposal"), language, *voices])
    return "pr_" + hashlib.sha256(text.encode()).hexdigest()[:12]
