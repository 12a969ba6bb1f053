"""Knows how to draft a proposal as an honest skeleton: facts carry voices, everything else says it is assumed."""

import re
from collections.abc import Callable, Sequence

from assistant.domain.proposal_drafts import (
    ClaimDraft,
    ClaimKind,
    ConceptDraft,
    ConcernDraft,
    DepartmentsDraft,
    ExecutionDraft,
    Marketing7PDraft,
    MetricDraft,
    NeedDraft,
    ProofDraft,
    SectionDraft,
    SectionName,
    ValueDraft,
)
from assistant.domain.proposals import Asked, CountedFigure, Evidence, ProposalMaterial
from assistant.domain.themes import ThemeMaterial, Voice
from assistant.domain.vocabulary import SEGMENTS, zh
from assistant.rules.gist import aspect_of
from assistant.rules.ideas import Slots, praised
from assistant.rules.lexicon import table, words
from assistant.rules.telling import telling, wishes
from assistant.rules.wording import said, short

_NUMBER = re.compile(r"\d|[二三四五六七八九十百千万两]")
"""A wish with a number in it would have to be proved; it stands among the features instead."""
_MOST_WISHES = 4
_RISKS = ("sample", "cause", "promise")
_ENDS = "。！？!?"
Say = Callable[[str, str], str]


def draft_section(asked: Asked) -> SectionDraft:
    """One section of a proposal; counts, coverage and baselines are left to code."""
    writer = _Writer(asked.material)
    sections: dict[SectionName, Callable[[], SectionDraft]] = {
        "need": writer.need,
        "concept": writer.concept,
        "execution": writer.execution,
        "value": writer.value,
        "proof": writer.proof,
    }
    return sections[asked.section]()


class _Writer:
    def __init__(self, proposal: ProposalMaterial) -> None:
        self._proposal, self._idea, self._material = proposal, proposal.idea, proposal.material
        self._slots = Slots.of(proposal.material)
        self._glad = praised(proposal.material)
        self._figures = {figure.name: figure for figure in proposal.figures}

    def need(self) -> NeedDraft:
        ranked = telling(self._material)
        shown = ranked[:2]
        heard = self._say("standing", "surface") + "，原话如" + "".join(said(v, 40) for v in shown)
        situation = [_fact(heard, [v.n for v in shown]), *self._counts()]
        wish = next((v for v in wishes(ranked) if not _NUMBER.search(v.suggestion or "")), None)
        if wish is not None:
            situation.append(_fact(f"客户自己提出过办法：“{(wish.suggestion or '').strip()}”", [wish.n]))
        return NeedDraft(
            situation=situation,
            wants=_higher_rungs(self._material, ranked),
            otherwise=self._otherwise(),
            concerns=_concerns(self._material),
        )

    def concept(self) -> ConceptDraft:
        idea = self._idea
        pitch = [
            _plan(f"我们提议「{idea.title}」"),
            _supposed(f"假设它能让客户的{zh(self._material.theme.deep_category)}需要得到回应，待试点核实"),
        ]
        return ConceptDraft(
            title=idea.title,
            nbn_type=idea.nbn_type,
            pitch=pitch,
            what=_plans(idea.concept),
            features=[_plan(feature) for feature in idea.features] or self._wished(),
            how_it_differs=_plans(idea.how_it_differs or self._say(idea.nbn_type, "differs")),
            route=idea.route,
            route_why=_plans(idea.route_why or words("documents", "route", idea.route)),
        )

    def _wished(self) -> list[ClaimDraft]:
        """What customers themselves asked for, where nobody has thought of features yet."""
        found = [v for v in wishes(telling(self._material)) if not _NUMBER.search(v.suggestion or "")]
        return [_fact(f"客户提过：“{(voice.suggestion or '').strip()}”", [voice.n]) for voice in found[:_MOST_WISHES]]

    def execution(self) -> ExecutionDraft:
        departments = {part: _plans(self._say("departments", part)) for part in DepartmentsDraft.model_fields}
        seven = {part: _plans(self._say("marketing_7p", part)) for part in Marketing7PDraft.model_fields}
        return ExecutionDraft(departments=DepartmentsDraft(**departments), marketing_7p=Marketing7PDraft(**seven))

    def value(self) -> ValueDraft:
        glad = self._glad
        income = self._say("praise" if glad else self._idea.nbn_type, "service_income")
        keys = ("assumption_income", "assumption_marketing", "assumption_value")
        coming = [words("documents", "next_needs", aspect_of(self._material)), words("documents", "next_needs", "loop")]
        friction = self._say("praise", "friction") if glad else self._say("friction", "text")
        return ValueDraft(
            service_income=[_supposed(income)],
            service_marketing=[_supposed(self._say("value", "service_marketing"))],
            service_value=[_supposed(self._say("value", "service_value"))],
            value_assumptions=[_supposed(self._say("value", key)) for key in keys],
            friction_removed=[*self._friction(), _supposed(friction)],
            next_needs=[_supposed(text) for text in (*self._idea.next_needs, *coming)],
        )

    def proof(self) -> ProofDraft:
        test = self._say("praise", "next_test") if self._glad else self._say("next_test", "text")
        question = self._say("praise" if self._glad else "next_test", "question")
        return ProofDraft(
            risks=self._risks(),
            metrics=self._metrics(),
            next_test=_plans(test),
            disconfirming_question=question,
        )

    def _say(self, section: str, key: str) -> str:
        return self._slots.fill(words("documents", section, key)).replace("{title}", self._idea.title)

    def _counts(self) -> list[ClaimDraft]:
        """What was counted and is worth a sentence: who comes again, what is heard of late, who of the heard said it."""
        found = []
        for name, key in (
            ("signal:repeat_contact", "repeat"),
            ("signal:churn_risk", "churn"),
            ("voiced_share", "voiced"),
        ):
            figure = self._figures.get(name)
            if figure is not None and figure.value:
                found.append(_counted(words("documents", "counts", key), figure))
        now, before = self._figures.get("recent"), self._figures.get("before")
        if now is not None and before is not None:
            text = words("documents", "counts", "recent").replace("{before}", f"{before.value:g}")
            found.append(_counted(text, now, before))
        return found

    def _friction(self) -> list[ClaimDraft]:
        share, records = self._figures.get("friction_share"), self._figures.get("friction")
        if share is None or records is None or not records.value or self._glad:
            return []
        return [
            _counted(words("documents", "counts", "friction").replace("{share}", f"{share.value:g}"), records, share)
        ]

    def _otherwise(self) -> list[ClaimDraft]:
        found = []
        for stance, key in (("otherwise", "otherwise"), ("indifferent", "indifferent")):
            voices = [e for e in self._proposal.counter_evidence if e.stance == stance]
            if voices:
                text = words("documents", "counts", key).replace("{quote}", _quoted(voices[0]))
                found.append(_fact(text, [voices[0].n]))
        silent = self._figures.get("silent")
        if silent is not None and silent.value:
            found.append(_counted(words("documents", "counts", "silent"), silent))
        return found

    def _risks(self) -> list[ClaimDraft]:
        partner = ["partner"] if self._idea.route == "partner" else []
        risks = [_supposed(self._say("risks", key)) for key in (*_RISKS, *partner, "selling")]
        if self._proposal.counter_evidence:
            risks.insert(0, _supposed(self._say("risks", "counter")))
        return risks

    def _metrics(self) -> list[MetricDraft]:
        left_out = {"repeat"} if self._glad else set()
        rows = [str(row) for key, row in table("documents")["metrics"].items() if key not in left_out]
        found = []
        for row in rows:
            name, figure, target, how = self._slots.fill(row).split("|")
            known = self._figures.get(figure)
            found.append(MetricDraft(name=name, figure=known.key if known else None, target=target, measured_how=how))
        return found


def _higher_rungs(material: ThemeMaterial, ranked: Sequence[Voice]) -> list[ClaimDraft]:
    theme = material.theme
    bearing = [v.n for v in ranked if v.secondary == theme.secondary][:3] or [v.n for v in ranked[:3]]
    secondary = words("documents", "standing", "secondary").replace("{secondary}", theme.secondary)
    deep = words("documents", "standing", "deep").replace("{deep}", theme.deep)
    proved = words("documents", "standing", "deep_proved").replace("{deep}", theme.deep)
    sure = theme.standing.deep != "hypothesis"
    return [
        _fact(secondary, bearing) if theme.standing.secondary != "hypothesis" else _supposed(secondary),
        _fact(proved, [v.n for v in ranked[:3]]) if sure else _supposed(deep),
    ]


def _concerns(material: ThemeMaterial) -> list[ConcernDraft]:
    present = [segment for segment in SEGMENTS if segment in dict(material.segments)] or ["consumer"]
    ranked = telling(material)
    found = []
    for segment in sorted(present, key=lambda s: -dict(material.segments).get(s, 0)):
        voice = next((v for v in ranked if v.segment == segment), None)
        heard = [_fact(f"{zh(segment)}的原话：{said(voice, 50)}", [voice.n])] if voice is not None else []
        general = f"{zh(segment)}一向的关心（待核实）：{words('documents', 'concerns', segment)}"
        found.append(ConcernDraft(segment=segment, claims=[*heard, _supposed(general)]))
    return found


def _quoted(item: Evidence) -> str:
    quote = short(item.quote, 40) or item.quote
    return f"「{quote}」" if "“" in quote or "”" in quote else f"“{quote}”"


def _counted(text: str, *figures: CountedFigure) -> ClaimDraft:
    filled = text.replace("{value}", f"{figures[0].value:g}")
    return _claim(filled, "fact", (), [figure.key for figure in figures])


def _fact(text: str, evidence: Sequence[int]) -> ClaimDraft:
    return _claim(text, "fact", evidence)


def _plan(text: str) -> ClaimDraft:
    return _claim(text, "plan")


def _supposed(text: str) -> ClaimDraft:
    return _claim(text, "assumption")


def _plans(text: str) -> list[ClaimDraft]:
    return [_plan(text)] if text else []


def _claim(text: str, kind: ClaimKind, evidence: Sequence[int] = (), figures: Sequence[str] = ()) -> ClaimDraft:
    ended = text if text.endswith((*_ENDS, *(f"{end}”" for end in _ENDS))) else f"{text.rstrip('，；。')}。"
    return ClaimDraft(text=ended, kind=kind, evidence=list(evidence), figures=list(figures))
