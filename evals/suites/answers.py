"""Answers: are questions understood, counts exact, citations to the point, claims borne, and the unanswerable refused?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from assistant.answering.compose import AnswerService
from assistant.domain.answers import Answer
from assistant.domain.engine import Engine, Planning
from evals.answer_cases import HALVES, TODAY, Case, balanced, read_cases
from evals.answer_judging import judge_figures
from evals.answers_by_model import ASKED, asker, told
from evals.floors import floors_of
from evals.metrics.answers import cited_needs, counted_right, plan_faults, unsupported, wrong_figures
from evals.metrics.measured import Measured, share
from evals.oracle import Oracle
from evals.report import Report
from evals.workbench import CASES, Workbench, read_lines

_PATIENCE = 3600.0
"""Seconds a model may take here: what it says is measured, not how fast."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A question, its answer, and what is wrong with it."""

    case: Case
    answer: Answer
    plan: Sequence[str] = ()
    figures: Sequence[str] = ()
    borne: Sequence[str] = ()
    """Sentences that nothing bears."""
    counted: bool | None = None
    cited: Sequence[bool] = field(default=())

    @property
    def faults(self) -> list[str]:
        """What is wrong, in words, the gravest first."""
        found = []
        if self.case.kind == "unanswerable" and not self.answer.refused:
            found.append(f"not refused ({self.case.why})")
        if self.case.answerable and self.answer.refused:
            found.append(f"refused: {self.answer.refusal_reason}")
        if self.case.kind == "clarify" and not self.answer.clarify:
            found.append(f"not asked back ({self.case.why})")
        if self.counted is False:
            found.append("not the number asked for")
        found += [f"figure {one}" for one in self.figures]
        found += [f"not borne: {one}" for one in self.borne]
        if self.cited and not all(self.cited):
            found.append(f"{self.cited.count(False)} of {len(self.cited)} citations beside the question")
        return [*found, *(f"plan: {one}" for one in self.plan)]


def run(bench: Workbench, cases: Sequence[Case] = ()) -> Report:
    """By rules always, on both halves of the questions (or on some `cases`), over whatever needs the workbench's reader read;
    what is true comes from an oracle that shares no code. ``llm/…``: worded by a model, where its drafts are kept."""
    assert bench.receipts
    cases = cases or read_cases()
    judged, figures = _by_rules(bench, cases)
    of_model, told_of_it = _by_model(bench, balanced(cases, bench.asked or ASKED), _oracle_of(bench))
    figures |= of_model
    floors = floors_of("answers", bench.app.engine.name, figures)
    notes = (f"needs read by {bench.reader}", *told_of_it)
    return Report("answers", len(judged), figures, floors, worst(judged), notes=notes)


def _by_rules(bench: Workbench, cases: Sequence[Case]) -> tuple[list[Judged], dict[str, float]]:
    oracle = _oracle_of(bench)
    judged = [judge(case, answered(bench, bench.app.rules, case), oracle) for case in cases]
    told = {half: _figures_of(one for one in judged if one.case.half == half) for half in HALVES}
    return judged, {f"{half}/{name}": value for half, of in told.items() for name, value in of.items()}


def _by_model(bench: Workbench, cases: Sequence[Case], oracle: Oracle) -> tuple[dict[str, float], list[str]]:
    """The same figures of a model's answers, and how they fare beside a plain chain's; nothing where none are kept."""
    with asker(bench) as asked:
        if asked is None:
            return {}, []
        pairs = told(asked, cases, lambda case: answered(bench, asked.engine, case), bench, oracle)
        judged = [judge(pair.case, pair.ours, oracle) for pair in pairs]
        figures = {f"llm/{name}": value for name, value in _figures_of(judged).items()}
        figures["llm/asked"] = float(len(pairs))
        figures["llm/worded_by_model"] = _share([pair.ours.engine == "llm" for pair in pairs])
        figures["llm/planned_by_model"] = _share([bool(p.ours.plan and p.ours.plan.made_by == "llm") for p in pairs])
        better = [(pair.case, pair.better) for pair in pairs if pair.better is not None]
        figures |= {f"llm/{name}": value for name, value in judge_figures(better).items()}
        return figures, [f"answered and judged by {asked.kept.model}", *asked.failed]


def _oracle_of(bench: Workbench) -> Oracle:
    """What is true of the workbench's corpus."""
    raw, truth = read_lines(CASES / "records.jsonl"), read_lines(CASES / "truth.jsonl")
    return Oracle(raw, truth, bench.app.settings.data_dir / "voc.db")


def answered(bench: Workbench, engine: Engine, case: Case) -> Answer:
    """The answer of an engine, with the rules to fall back on, on the day of the questions."""
    app = bench.app
    service = AnswerService(
        store=app.store, counting=app.counting, finder=app.finder, engine=engine, fallback=app.rules,
        masker=app.masker, today=lambda: TODAY, documents=app.store.documents.all,
        planning=engine if isinstance(engine, Planning) else None, patience=_PATIENCE,
    )  # fmt: skip
    return service.ask(case.question, history=case.history)


def judge(case: Case, answer: Answer, oracle: Oracle) -> Judged:
    """What is wrong with an answer, if anything."""
    if answer.refused or not case.answerable:
        return Judged(case, answer, plan_faults(case, answer.plan, oracle) if case.answerable else ())
    return Judged(
        case,
        answer,
        plan_faults(case, answer.plan, oracle),
        wrong_figures(answer, oracle),
        unsupported(answer, oracle),
        counted_right(case, answer, oracle) if case.sql else None,
        cited_needs(case, answer, oracle) if case.needs else (),
    )


def _figures_of(judged: Iterable[Judged]) -> dict[str, float]:
    """Shares over some questions.

    ``number_asked_for``: of the questions whose number is known, those answered with it; ``counting_exact``: of the
    answers with counts, those in which every single one is what plain SQL comes to; ``answers_borne``: of the answers, those without a sentence that nothing bears; ``citation_precision``:
    of all citations.
    """
    every = list(judged)
    answerable = [one for one in every if one.case.answerable]
    told = [one for one in answerable if not one.answer.refused]
    counted = [one for one in told if any(figure.unit != "%" for figure in one.answer.figures)]
    return {
        "plan_right": _share([not one.plan for one in answerable]),
        "number_asked_for": _share([one.counted is True for one in answerable if one.case.sql]),
        "counting_exact": _share([not one.figures for one in counted]),
        "citation_precision": _share([right for one in told for right in one.cited]),
        "answers_borne": _share([not one.borne for one in told]),
        "unanswerable_refused": _share([one.answer.refused for one in every if one.case.kind == "unanswerable"]),
        "answerable_kept": _share([not one.answer.refused for one in answerable]),
        "asked_back": _share([bool(one.answer.clarify) for one in every if one.case.kind == "clarify"]),
        "not_asked_back": _share([not one.answer.clarify for one in answerable]),
    }


def worst(judged: Sequence[Judged]) -> tuple[str, ...]:
    """Questions with something wrong, of those tuned on: nobody is to look at the others."""
    tuned = [one for one in judged if one.case.half == "tuned" and one.faults]
    return tuple(f"{one.case.id} {one.case.question}: {'; '.join(one.faults)}" for one in tuned)


def _share(answers: Iterable[bool]) -> Measured:
    return share(answers, nothing=1.0)
