"""One section of a proposal after the other: drafted, checked, repaired once, settled for those that follow."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from assistant.domain.engine import Engine
from assistant.domain.proposal_drafts import (
    ClaimDraft,
    ConceptDraft,
    ExecutionDraft,
    MetricDraft,
    NeedDraft,
    ProofDraft,
    SectionDraft,
    SectionName,
    ValueDraft,
)
from assistant.domain.proposals import Asked, Complaint, Settled, Statement
from assistant.domain.vocabulary import NbnType, RouteKind, by_model
from assistant.errors import ModelAnswerError
from assistant.insight.dossier import Dossier
from assistant.insight.figures import percent
from assistant.insight.statements import Checked, Checker, Spoken
from assistant.insight.wordlist import Language, phrase

_TOGETHER: tuple[SectionName, ...] = ("execution", "value", "proof")
_MOST_CITED = 3
Told = Callable[[str], None]
"""Hears the name of each section that is drafted and checked."""


@dataclass(slots=True)
class Drafted:
    """All that came of the sections."""

    title: str = ""
    nbn_type: NbnType = "better_product"
    route: RouteKind = "own_rnd"
    metrics: Sequence[MetricDraft] = ()
    question: str = ""
    statements: list[Statement] = field(default_factory=list)
    checked: dict[SectionName, Checked] = field(default_factory=dict)
    repaired: list[SectionName] = field(default_factory=list)
    unrepaired: list[SectionName] = field(default_factory=list)
    """Sections whose redraft could not be used: their first draft stands, as the check left it."""

    @property
    def removed(self) -> list[Complaint]:
        """Sentences that were left out, and why."""
        return [complaint for checked in self.checked.values() for complaint in checked.removed]

    def receipt(self) -> dict[str, object]:
        """What became of all sentences, and of those of each section."""
        sections = {name: checked.ledger.receipt() for name, checked in self.checked.items()}
        total: Counter[str] = Counter()
        for counts in sections.values():
            total.update(counts)
        reasons = Counter(c.reason for checked in self.checked.values() for c in checked.complaints)
        return {**total, "sections": sections, "reasons": dict(reasons)}


def quiet(section: str) -> None:
    """Drafting that nobody watches."""


def draft_sections(engine: Engine, dossier: Dossier, language: Language, told: Told = quiet) -> Drafted:
    """Draft all sections; those that need each other one after the other, the rest side by side.

    `told` hears of each section that stands, from whatever thread drafted it.

    Raises:
        ModelError: a section got nothing usable. What was paid for before is kept by the engine's cache.
    """
    checker = Checker(spoken_of(dossier))
    drafted = Drafted()
    asking = _Asking(engine, dossier, checker, language, told)
    need = asking.section("need", (), drafted)
    assert isinstance(need, NeedDraft)
    settled: tuple[Settled, ...] = (_settled("need", drafted.checked["need"]),)
    concept = asking.section("concept", settled, drafted)
    assert isinstance(concept, ConceptDraft)
    drafted.title, drafted.nbn_type, drafted.route = concept.title, concept.nbn_type, concept.route
    settled = (*settled, _settled("concept", drafted.checked["concept"], concept.title))
    for part in asking.together(settled, drafted):
        if isinstance(part, ProofDraft):
            drafted.metrics, drafted.question = part.metrics, part.disconfirming_question
    drafted.statements = _in_order(drafted)
    return drafted


def spoken_of(dossier: Dossier) -> Spoken:
    """What the sentences of a proposal may point to."""
    material, theme = dossier.material.material, dossier.material.material.theme
    idea = dossier.material.idea
    products = [product for product, _ in material.products]
    return Spoken(
        (*dossier.evidence, *dossier.material.counter_evidence),
        dossier.material.figures,
        material.voices,
        [*products, idea.title, theme.title, *dossier.theme_titles],
    )


class _Asking:
    """Asks for sections and checks what comes."""

    def __init__(self, engine: Engine, dossier: Dossier, checker: Checker, language: Language, told: Told) -> None:
        self._engine, self._dossier, self._checker, self._language = engine, dossier, checker, language
        self._told = told

    def section(self, name: SectionName, settled: Sequence[Settled], drafted: Drafted) -> SectionDraft:
        """One section, with one repair try where a sentence of it could not stand as it was."""
        asked = Asked(name, self._dossier.material, tuple(settled), (), self._language)
        draft = self._engine.draft_section(asked)
        checked = self._check(name, draft)
        if checked.complaints and by_model(self._engine.name):
            draft, checked = self._repaired(
                replace(asked, complaints=tuple(checked.complaints)), draft, checked, drafted
            )
        drafted.checked[name] = checked
        self._told(name)
        return draft

    def _repaired(
        self, asked: Asked, draft: SectionDraft, checked: Checked, drafted: Drafted
    ) -> tuple[SectionDraft, Checked]:
        """The better of a draft and its redraft; an answer to the repair that can't be used leaves the draft as it is."""
        try:
            again = self._engine.draft_section(replace(asked, draft=draft))
        except ModelAnswerError:
            drafted.unrepaired.append(asked.section)
            return draft, checked
        second = self._check(asked.section, again)
        drafted.repaired.append(asked.section)
        better = _failed(second) <= _failed(checked) and second.ledger.verified >= checked.ledger.verified // 2
        return (again, second) if better else (draft, checked)

    def together(self, settled: Sequence[Settled], drafted: Drafted) -> list[SectionDraft]:
        """The sections that need the need and the concept alone, in their order."""
        workers = max(1, min(len(_TOGETHER), self._engine.concurrency))
        with ThreadPoolExecutor(workers) as pool:
            found = list(pool.map(lambda name: self.section(name, settled, drafted), _TOGETHER))
        drafted.checked = {name: drafted.checked[name] for name in ("need", "concept", *_TOGETHER)}
        for names in (drafted.repaired, drafted.unrepaired):
            names.sort(key=list(drafted.checked).index)
        return found

    def _check(self, name: SectionName, draft: SectionDraft) -> Checked:
        checked = Checked()
        if isinstance(draft, NeedDraft):
            self._counted(checked)
            self._check_need(checked, draft)
        elif isinstance(draft, ConceptDraft):
            for place, claims in _places_of_concept(draft).items():
                self._checker.put(checked, name, place, claims)
        elif isinstance(draft, ExecutionDraft):
            for group, parts in (("departments", draft.departments), ("marketing_7p", draft.marketing_7p)):
                for part in type(parts).model_fields:
                    self._checker.put(checked, name, f"{group}.{part}", getattr(parts, part))
        elif isinstance(draft, ValueDraft):
            self._check_value(checked, draft)
        else:
            self._checker.put(checked, name, "risks", draft.risks)
            self._checker.put(checked, name, "next_test", draft.next_test)
        return checked

    def _counted(self, checked: Checked) -> None:
        coverage = self._dossier.material.coverage
        low, high = (percent(bound) for bound in coverage.interval)
        text = phrase(
            self._language,
            "counted",
            records_read=coverage.records_read,
            records_supporting=coverage.records_supporting,
            customers_supporting=coverage.customers_supporting,
            share=percent(coverage.share),
            low=low,
            high=high,
        )
        cited = [voice.n for voice in self._dossier.material.material.voices[:_MOST_CITED]]
        names = ("records_read", "records", "customers", "share")
        keys = [figure.key for figure in self._dossier.material.figures if figure.name in names]
        self._checker.counted(checked, text, keys, cited, "summary")

    def _check_need(self, checked: Checked, draft: NeedDraft) -> None:
        for claims in (draft.situation, draft.wants):
            self._checker.put(checked, "need", "summary", claims)
        self._checker.put(checked, "need", "otherwise", draft.otherwise)
        for concern in draft.concerns:
            place = f"concerns_by_segment.{concern.segment}"
            self._checker.put(checked, "need", place, concern.claims, of=concern.segment)

    def _check_value(self, checked: Checked, draft: ValueDraft) -> None:
        for place in ("service_income", "service_marketing", "service_value"):
            self._checker.put(checked, "value", f"value.{place}", getattr(draft, place))
        known = [
            ClaimDraft(text=text, kind="assumption", evidence=[], figures=[])
            for text in self._dossier.material.idea.assumptions
            if by_model(self._engine.name) or self._language == "zh" or text.isascii()
        ]
        said = {claim.text for claim in draft.value_assumptions}
        claims = [*draft.value_assumptions, *(claim for claim in known if claim.text not in said)]
        self._checker.put(checked, "value", "value.assumptions", claims, kind="assumption")
        self._checker.put(checked, "value", "friction_removed.text", draft.friction_removed)
        self._checker.put(checked, "value", "next_needs", draft.next_needs)


def _failed(checked: Checked) -> int:
    return checked.ledger.removed + checked.ledger.marked


def _places_of_concept(draft: ConceptDraft) -> dict[str, list[ClaimDraft]]:
    return {
        "pitch": draft.pitch,
        "concept.what": draft.what,
        "concept.features": draft.features,
        "concept.how_it_differs": draft.how_it_differs,
        "route.why": draft.route_why,
    }


def _settled(name: SectionName, checked: Checked, title: str = "") -> Settled:
    """What stands of a section, one line a sentence, with its marks."""
    lines = [f"名称：{title}"] if title else []
    for statement in checked.statements:
        marks = "".join(f"[{mark}]" for mark in (*statement.evidence, *statement.figures))
        lines.append(f"- {statement.text}{marks or ('' if statement.kind == 'plan' else '（假设）')}")
    return Settled(name, "\n".join(lines))


def _in_order(drafted: Drafted) -> list[Statement]:
    """All statements; the summary's first: what was counted, the need, what is proposed, who says otherwise."""
    every = [statement for checked in drafted.checked.values() for statement in checked.statements]
    summary = [statement for statement in every if statement.place == "summary"]
    for place in ("pitch", "otherwise"):
        summary += [replace(statement, place="summary") for statement in every if statement.place == place]
    return [*summary, *(s for s in every if s.place not in ("summary", "pitch", "otherwise"))]
