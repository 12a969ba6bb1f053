"""Knows how to draft a proposal as an honest skeleton: facts carry voices, everything else says it is assumed."""

import re

from assistant.domain.drafts import Marketing7PDraft, MetricDraft, ProposalDraft, StatementDraft
from assistant.domain.proposals import ProposalMaterial
from assistant.domain.themes import ThemeMaterial, Voice
from assistant.domain.vocabulary import SEGMENTS, zh
from assistant.rules.gist import aspect_of
from assistant.rules.ideas import Slots, praised
from assistant.rules.lexicon import table, words
from assistant.rules.telling import telling, wishes
from assistant.rules.wording import said

_NUMBER = re.compile(r"\d|[二三四五六七八九十百千万两]")
"""A wish with a number in it would have to be proved; it stands among the features instead."""
_RISKS = ("sample", "cause", "promise")


def draft_proposal(proposal: ProposalMaterial) -> ProposalDraft:
    """The written parts of a proposal for an idea; counts, coverage and baselines are left to code."""
    idea, material = proposal.idea, proposal.material
    slots = Slots.of(material)

    glad = praised(material)

    def say(section: str, key: str) -> str:
        return slots.fill(words("documents", section, key)).replace("{title}", idea.title)

    return ProposalDraft(
        title=idea.title,
        summary=_summary(proposal, slots),
        concept_what=idea.concept,
        concept_features=list(idea.features),
        how_it_differs=idea.how_it_differs or say(idea.nbn_type, "differs"),
        route=idea.route,
        route_why=idea.route_why,
        service=say("departments", "service"),
        product=say("departments", "product"),
        marketing_sales=say("departments", "marketing_sales"),
        after_sales=say("departments", "after_sales"),
        concerns_by_segment=_concerns(material),
        marketing_7p=Marketing7PDraft(**{part: say("marketing_7p", part) for part in Marketing7PDraft.model_fields}),
        service_income=say("praise" if glad else idea.nbn_type, "service_income"),
        service_marketing=say("value", "service_marketing"),
        service_value=say("value", "service_value"),
        value_assumptions=[
            say("value", key) for key in ("assumption_income", "assumption_marketing", "assumption_value")
        ],
        friction_removed=say("praise", "friction") if glad else say("friction", "text"),
        next_needs=[words("documents", "next_needs", aspect_of(material)), words("documents", "next_needs", "loop")],
        risks=_risks(proposal, slots),
        metrics=_metrics(slots, glad),
        next_test=say("praise", "next_test") if glad else say("next_test", "text"),
    )


def _summary(proposal: ProposalMaterial, slots: Slots) -> list[StatementDraft]:
    material, theme = proposal.material, proposal.material.theme
    ranked = telling(material)
    first = StatementDraft(
        text=slots.fill(words("documents", "standing", "surface"))
        + "，原话如"
        + "".join(said(v, 40) for v in ranked[:2]),
        evidence=[voice.n for voice in ranked[:2]],
    )
    sentences = [first, *_higher_rungs(material, ranked)]
    wish = next((v for v in wishes(ranked) if not _NUMBER.search(v.suggestion or "")), None)
    if wish is not None:
        sentences.append(StatementDraft(text=f"客户自己提出过办法：“{wish.suggestion}”", evidence=[wish.n]))
    sentences.append(
        StatementDraft(
            text=f"我们提议「{proposal.idea.title}」，假设它能让客户的{zh(theme.deep_category)}需要得到回应",
            evidence=[],
        )
    )
    if proposal.counter_evidence:
        sentences.append(
            StatementDraft(
                text=words("documents", "standing", "counter"), evidence=[e.n for e in proposal.counter_evidence[:3]]
            )
        )
    return [*sentences, StatementDraft(text=words("documents", "standing", "scope"), evidence=[])]


def _higher_rungs(material: ThemeMaterial, ranked: list[Voice]) -> list[StatementDraft]:
    theme = material.theme
    bearing = [v.n for v in ranked if v.secondary == theme.secondary][:3] or [v.n for v in ranked[:3]]
    secondary = words("documents", "standing", "secondary").replace("{secondary}", theme.secondary)
    deep = words("documents", "standing", "deep").replace("{deep}", theme.deep)
    proved = theme.standing.deep != "hypothesis"
    return [
        StatementDraft(text=secondary, evidence=bearing if theme.standing.secondary != "hypothesis" else []),
        StatementDraft(
            text=deep.replace("目前只是假设", "由多位客户的原话可推") if proved else deep,
            evidence=[v.n for v in ranked[:3]] if proved else [],
        ),
    ]


def _concerns(material: ThemeMaterial) -> list[StatementDraft]:
    present = [segment for segment, _ in material.segments if segment in SEGMENTS] or ["consumer"]
    ranked = telling(material)
    sentences = []
    for segment in present:
        voice = next((v for v in ranked if v.segment == segment), None)
        if voice is not None:
            sentences.append(StatementDraft(text=f"{zh(segment)}的原话：{said(voice, 50)}", evidence=[voice.n]))
        general = words("documents", "concerns", segment)
        sentences.append(StatementDraft(text=f"{zh(segment)}一向的关心（待核实）：{general}", evidence=[]))
    return sentences


def _risks(proposal: ProposalMaterial, slots: Slots) -> list[str]:
    keys = [*_RISKS, *(["partner"] if proposal.idea.route == "partner" else []), "selling"]
    risks = [slots.fill(words("documents", "risks", key)) for key in keys]
    if proposal.counter_evidence:
        risks.insert(0, "反证里的客户并不觉得这是问题，方案可能只适合一部分人：先弄清两边的处境差在哪里")
    return risks


def _metrics(slots: Slots, glad: bool) -> list[MetricDraft]:
    templates = table("documents")["metrics"]
    left_out = {"repeat"} if glad else set()
    rows = [slots.fill(str(row)).split("|") for key, row in templates.items() if key not in left_out]
    return [MetricDraft(name=name, target=target, measured_how=how) for name, target, how in rows]
