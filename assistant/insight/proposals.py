"""From an idea to the NBN proposal: the engine words it section by section, code counts, checks and ties to evidence."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from assistant.domain.engine import Engine
from assistant.domain.proposal_drafts import MetricDraft
from assistant.domain.proposal_texts import worded
from assistant.domain.proposals import CountedFigure, Proposal
from assistant.insight.dossier import Dossier
from assistant.insight.drafting import Drafted, Told, draft_sections, quiet
from assistant.insight.figures import shown
from assistant.insight.wording import told
from assistant.insight.wordlist import Language, baselines, phrase

_TITLE, _TEXT, _MOST_LINES = 60, 600, 8


def draft(engine: Engine, dossier: Dossier, language: Language = "zh", told_of: Told = quiet) -> Proposal:
    """Draft a proposal: texts from the engine, everything counted from the dossier; `told_of` hears of each section.

    The summary begins with a sentence that code counted. Every sentence is a fact with evidence or a figure, a plan, or
    marked as an assumption; what claims a count nobody made or words nobody said is left out. `provenance` tells what
    became of the sentences of each section. The same idea, evidence, engine and language give the same id.

    Raises:
        ModelError: where the engine gave nothing usable for a section.
    """
    drafted = draft_sections(engine, dossier, language, told_of)
    idea, material, theme = dossier.material.idea, dossier.material, dossier.material.material.theme
    proposal = Proposal(
        id=proposal_id(dossier, engine, language),
        title=told(drafted.title, _TITLE) or idea.title or theme.title,
        nbn_type=idea.nbn_type if idea.concept and material.brief is None else drafted.nbn_type,
        status="draft",
        engine=engine.name,
        summary="",
        target=_target(dossier, language),
        need_ladder={
            "surface": theme.surface,
            "secondary": theme.secondary,
            "deep": theme.deep,
            "deep_category": theme.deep_category,
            "standing": asdict(theme.standing),
        },
        evidence=dossier.evidence,
        counter_evidence=material.counter_evidence,
        coverage=material.coverage,
        concept={},
        route={"kind": drafted.route},
        departments={},
        concerns_by_segment={},
        marketing_7p={},
        value={},
        friction_removed=asdict(dossier.friction),
        next_needs=(),
        risks=(),
        metrics=_metrics(drafted.metrics, material.figures, _praised(dossier), language),
        next_test="",
        provenance=_provenance(engine, dossier, drafted),
        statements=tuple(drafted.statements),
        figures=material.figures,
        months=tuple({"month": month, "records": n, "read": read} for month, n, read in dossier.months),
        disconfirming_question=told(drafted.question, _TEXT),
        language=language,
    )
    return worded(proposal)


def _praised(dossier: Dossier) -> bool:
    """Whether the theme is one of praise: it is not to shrink."""
    return dossier.material.material.sentiment == "positive"


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
        "seed_rule": phrase(language, "seed_rule"),
        "averse_left_out": dossier.averse_left_out,
    }


def _metrics(
    drafts: Sequence[MetricDraft], figures: Sequence[CountedFigure], praise: bool, language: Language
) -> tuple[dict[str, Any], ...]:
    """The counted share first, then the drafted ones with the counted figure that is their baseline, if there is."""
    by_key = {figure.key: figure for figure in figures}
    by_name = {figure.name: figure for figure in figures}
    share = by_name["share"]
    first: dict[str, Any] = {
        "name": phrase(language, "share_name"),
        "baseline": shown(share, language),
        "target": phrase(language, "share_target_praise" if praise else "share_target"),
        "measured_how": phrase(language, "share_how"),
        "figure": share.key,
    }
    metrics = [first]
    for metric in drafts[:_MOST_LINES]:
        if not metric.name.strip():
            continue
        figure = _baseline(metric, by_key, by_name)
        metrics.append(
            {
                "name": told(metric.name, _TITLE),
                "baseline": shown(figure, language) if figure else phrase(language, "no_baseline"),
                "target": told(metric.target, _TEXT),
                "measured_how": told(metric.measured_how, _TEXT),
                "figure": figure.key if figure else None,
            }
        )
    return tuple(metrics)


def _baseline(
    metric: MetricDraft, by_key: dict[str, CountedFigure], by_name: dict[str, CountedFigure]
) -> CountedFigure | None:
    """The counted figure a metric names, or the one its name asks for; None where nothing counted is its baseline."""
    asked = next((figure for figure, pattern in baselines() if pattern.search(metric.name)), None)
    if asked == "none":
        return None
    if metric.figure in by_key:
        return by_key[metric.figure]
    return by_name.get(asked or "") or by_name.get(f"signal:{asked}")


def _provenance(engine: Engine, dossier: Dossier, drafted: Drafted) -> dict[str, object]:
    idea, material = dossier.material.idea, dossier.material.material
    total = drafted.receipt()
    brief = {"brief": dict(dossier.brief)} if dossier.brief else {}
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
        "coverage_receipt": total,
        "removed": [asdict(complaint) for complaint in drafted.removed],
        "repaired": list(drafted.repaired),
        "unrepaired": list(drafted.unrepaired),
        **brief,
    }


def proposal_id(dossier: Dossier, engine: Engine, language: Language) -> str:
    """``pr_`` and 12 hex digits over everything the draft is shaped by."""
    counted = json.dumps(asdict(dossier), sort_keys=True, ensure_ascii=False, default=sorted)
    text = "\0".join([engine.identity("draft_proposal"), language, counted])
    return "pr_" + hashlib.sha256(text.encode()).hexdigest()[:12]
