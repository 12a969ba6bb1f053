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
from assistant.domain.themes import Voice
from assistant.domain.vocabulary import SEGMENTS
from assistant.rules.gist import aspect_of
from assistant.rules.ideas import praised
from assistant.rules.telling import telling, wishes
from assistant.rules.tongue import Tongue
from assistant.rules.wording import said, short

_NUMBER = re.compile(r"\d|[二三四五六七八九十百千万两]")
"""A wish with a number in it would have to be proved; it stands among the features instead."""
_MOST_WISHES = 4
_RISKS = ("sample", "cause", "promise")
_SLOT = re.compile(r"\{(\w+)\}")
Say = Callable[[str, str], str]


def draft_section(asked: Asked) -> SectionDraft:
    """One section of a proposal; counts, coverage and baselines are left to code."""
    writer = _Writer(asked.material, Tongue(asked.language))
    sections: dict[SectionName, Callable[[], SectionDraft]] = {
        "need": writer.need,
        "concept": writer.concept,
        "execution": writer.execution,
        "value": writer.value,
        "proof": writer.proof,
    }
    return sections[asked.section]()


class _Writer:
    def __init__(self, proposal: ProposalMaterial, tongue: Tongue) -> None:
        self._proposal, self._idea, self._material = proposal, proposal.idea, proposal.material
        self._tongue, self._slots = tongue, tongue.slots(proposal.material)
        self._glad = praised(proposal.material)
        own = bool(self._idea.title) and tongue.own(self._idea.title + self._idea.concept)
        self._own_idea = own
        self._title = self._idea.title if own else self._titled()
        self._figures = {figure.name: figure for figure in proposal.figures}

    def need(self) -> NeedDraft:
        ranked = telling(self._material)
        shown = ranked[:2]
        heard = self._say("standing", "surface") + self._write("heard", quotes=self._tongue.quoted(shown, 40))
        situation = [self._fact(heard, [v.n for v in shown]), *self._counts()]
        wish = next((v for v in wishes(ranked) if not _NUMBER.search(v.suggestion or "")), None)
        if wish is not None:
            situation.append(self._fact(self._write("wish", quote=_wished(wish)), [wish.n]))
        return NeedDraft(
            situation=situation,
            wants=self._higher_rungs(ranked),
            otherwise=self._otherwise(),
            concerns=self._concerns(ranked),
        )

    def concept(self) -> ConceptDraft:
        idea, own = self._idea, self._own_idea
        motive = self._tongue.motive(self._material.theme.deep_category)
        features = [self._plan(feature) for feature in idea.features] if own else self._features()
        return ConceptDraft(
            title=self._title,
            nbn_type=idea.nbn_type,
            pitch=[self._plan(self._write("pitch")), self._supposed(self._write("answers", motive=motive))],
            what=self._plans(idea.concept if own else self._say("what", aspect_of(self._material))) + self._worded(),
            features=features or self._asked_for(),
            how_it_differs=self._plans((idea.how_it_differs if own else "") or self._say(self._kind, "differs")),
            route=idea.route,
            route_why=self._plans((idea.route_why if own else "") or self._say("route", idea.route)),
        )

    @property
    def _kind(self) -> str:
        return "praise" if self._glad and self._tongue.language == "en" else self._idea.nbn_type

    def _titled(self) -> str:
        """A name in this document's language for an idea that was worded in another."""
        return self._slots.fill(self._tongue.say(self._kind, "title")) or self._idea.title

    def _worded(self) -> list[ClaimDraft]:
        """Where the idea's own words are, if the document can't hold them."""
        told = not self._own_idea and self._idea.title
        return [self._plan(self._write("worded", idea=self._idea.title))] if told else []

    def _features(self) -> list[ClaimDraft]:
        told = self._say("feature_of", self._idea.nbn_type) if self._idea.title else ""
        return [self._plan(feature) for feature in told.split("|") if feature] + self._asked_for()

    def _asked_for(self) -> list[ClaimDraft]:
        """What customers themselves asked for, where nobody has thought of features yet."""
        found = [v for v in wishes(telling(self._material)) if not _NUMBER.search(v.suggestion or "")]
        return [self._fact(self._write("asked", quote=_wished(v)), [v.n]) for v in found[:_MOST_WISHES]]

    def execution(self) -> ExecutionDraft:
        departments = {part: self._plans(self._say("departments", part)) for part in DepartmentsDraft.model_fields}
        seven = {part: self._plans(self._say("marketing_7p", part)) for part in Marketing7PDraft.model_fields}
        return ExecutionDraft(departments=DepartmentsDraft(**departments), marketing_7p=Marketing7PDraft(**seven))

    def value(self) -> ValueDraft:
        glad = self._glad
        income = self._say("praise" if glad else self._idea.nbn_type, "service_income")
        keys = ("assumption_income", "assumption_marketing", "assumption_value")
        own = self._idea.next_needs if self._own_idea else ()
        coming = [self._write("coming", text=self._say("next_needs", aspect_of(self._material)))]
        coming.append(self._say("next_needs", "loop"))
        friction = self._say("praise", "friction") if glad else self._say("friction", "text")
        return ValueDraft(
            service_income=[self._supposed(self._write("income", text=income))],
            service_marketing=[self._supposed(self._write("income", text=self._say("value", "service_marketing")))],
            service_value=[self._supposed(self._write("income", text=self._say("value", "service_value")))],
            value_assumptions=[self._supposed(self._say("value", key)) for key in keys],
            friction_removed=[*self._friction(), self._supposed(friction)],
            next_needs=[self._supposed(text) for text in (*own, *coming)],
        )

    def proof(self) -> ProofDraft:
        test = self._say("praise", "next_test") if self._glad else self._say("next_test", "text")
        question = self._say("praise" if self._glad else "next_test", "question")
        return ProofDraft(
            risks=self._risks(),
            metrics=self._metrics(),
            next_test=self._plans(test),
            disconfirming_question=question,
        )

    def _say(self, section: str, key: str) -> str:
        return self._slots.fill(self._tongue.say(section, key)).replace("{title}", self._title)

    def _write(self, key: str, **values: str) -> str:
        """A sentence of the writer's own with values put in, which are not read as templates."""
        text = self._tongue.say("writer", key).replace("{title}", self._title)
        return _SLOT.sub(lambda slot: values.get(slot[1], slot[0]), text)

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
                found.append(self._counted(self._tongue.say("counts", key), figure))
        now, before = self._figures.get("recent"), self._figures.get("before")
        if now is not None and before is not None:
            text = self._tongue.say("counts", "recent").replace("{before}", f"{before.value:g}")
            found.append(self._counted(text, now, before))
        return found

    def _friction(self) -> list[ClaimDraft]:
        share, records = self._figures.get("friction_share"), self._figures.get("friction")
        if share is None or records is None or not records.value or self._glad:
            return []
        text = self._tongue.say("counts", "friction").replace("{share}", f"{share.value:g}")
        return [self._counted(text, records, share)]

    def _otherwise(self) -> list[ClaimDraft]:
        found = []
        for stance, key in (("otherwise", "otherwise"), ("indifferent", "indifferent")):
            voices = [e for e in self._proposal.counter_evidence if e.stance == stance]
            if voices:
                text = self._tongue.say("counts", key).replace("{quote}", _quoted(voices[0]))
                found.append(self._fact(text, [voices[0].n]))
        silent = self._figures.get("silent")
        if silent is not None and silent.value:
            found.append(self._counted(self._tongue.say("counts", "silent"), silent))
        return found

    def _risks(self) -> list[ClaimDraft]:
        partner = ["partner"] if self._idea.route == "partner" else []
        risks = [self._supposed(self._say("risks", key)) for key in (*_RISKS, *partner, "selling")]
        if self._proposal.counter_evidence:
            risks.insert(0, self._supposed(self._say("risks", "counter")))
        return risks

    def _metrics(self) -> list[MetricDraft]:
        left_out = {"repeat"} if self._glad else set()
        rows = [row for key, row in self._tongue.rows("metrics").items() if key not in left_out]
        found = []
        for row in rows:
            name, figure, target, how = self._slots.fill(row).split("|")
            known = self._figures.get(figure)
            found.append(MetricDraft(name=name, figure=known.key if known else None, target=target, measured_how=how))
        return found

    def _higher_rungs(self, ranked: Sequence[Voice]) -> list[ClaimDraft]:
        theme = self._material.theme
        bearing = [v.n for v in ranked if v.secondary == theme.secondary][:3] or [v.n for v in ranked[:3]]
        secondary = self._tongue.say("standing", "secondary").replace("{secondary}", theme.secondary)
        sure = theme.standing.deep != "hypothesis"
        deep = self._tongue.say("standing", "deep_proved" if sure else "deep").replace("{deep}", theme.deep)
        return [
            self._fact(secondary, bearing) if theme.standing.secondary != "hypothesis" else self._supposed(secondary),
            self._fact(deep, [v.n for v in ranked[:3]]) if sure else self._supposed(deep),
        ]

    def _concerns(self, ranked: Sequence[Voice]) -> list[ConcernDraft]:
        counts = dict(self._material.segments)
        present = [segment for segment in SEGMENTS if segment in counts] or ["consumer"]
        found = []
        for segment in sorted(present, key=lambda s: -counts.get(s, 0)):
            told = self._tongue.segment(segment)
            voice = next((v for v in ranked if v.segment == segment), None)
            quote = self._write("voice_of", segment=told, quote=said(voice, 50)) if voice is not None else ""
            heard = [self._fact(quote, [voice.n])] if voice is not None else []
            general = self._write("general", segment=told, concern=self._tongue.say("concerns", segment))
            found.append(ConcernDraft(segment=segment, claims=[*heard, self._supposed(general)]))
        return found

    def _counted(self, text: str, *figures: CountedFigure) -> ClaimDraft:
        filled = text.replace("{value}", f"{figures[0].value:g}")
        return self._claim(filled, "fact", (), [figure.key for figure in figures])

    def _fact(self, text: str, evidence: Sequence[int]) -> ClaimDraft:
        return self._claim(text, "fact", evidence)

    def _plan(self, text: str) -> ClaimDraft:
        return self._claim(text, "plan")

    def _supposed(self, text: str) -> ClaimDraft:
        return self._claim(text, "assumption")

    def _plans(self, text: str) -> list[ClaimDraft]:
        return [self._plan(text)] if text else []

    def _claim(
        self, text: str, kind: ClaimKind, evidence: Sequence[int] = (), figures: Sequence[str] = ()
    ) -> ClaimDraft:
        return ClaimDraft(text=self._tongue.ended(text), kind=kind, evidence=list(evidence), figures=list(figures))


def _wished(voice: Voice) -> str:
    return f"“{(voice.suggestion or '').strip()}”"


def _quoted(item: Evidence) -> str:
    quote = short(item.quote, 40) or item.quote
    return f"「{quote}」" if "“" in quote or "”" in quote else f"“{quote}”"
