"""Answers are measured by rules against an oracle; a model's are kept with a plain chain's and a judge's, and replayed."""

from collections import Counter
from pathlib import Path

import pytest

from assistant.errors import UsageError
from assistant.settings import load_settings
from evals.answer_cases import HALVES, balanced, read_cases
from evals.suites.answers import run
from evals.workbench import Way, workbench
from tests.stub_model import StubModel

READINGS = Path(__file__).parents[2] / "evals" / "recordings" / "xinglan.jsonl.gz"


def test_the_questions_are_enough_of_every_kind_and_half_is_held_out() -> None:
    cases = read_cases()
    assert len({case.id for case in cases}) == len({(case.question, case.history) for case in cases}) == len(cases)
    kinds = Counter(case.kind for case in cases)
    assert kinds["counting"] >= 40
    assert kinds["finding"] >= 35
    assert kinds["mixed"] >= 12
    assert kinds["unanswerable"] >= 15
    halves = Counter(case.half for case in cases)
    assert min(halves.values()) >= 60
    for case in cases:
        assert bool(case.sql) >= (case.kind == "counting"), case.id
        assert bool(case.needs) >= (case.kind == "finding"), case.id
        assert bool(case.why) == (not case.answerable), case.id
    some = balanced(cases, 44)
    assert len(some) == 44
    assert {case.half for case in some} == set(HALVES)
    assert balanced(cases, 10) == some[:10]


FEW = balanced(read_cases(), 8)


def test_a_models_answers_are_kept_and_replayed_without_it(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl.gz"
    with StubModel() as stub:
        settings = load_settings(openai_base_url=stub.base_url, openai_api_key="k", engine="llm", llm_concurrency=4)
        with workbench(settings, Way(recorded=READINGS, drafts=path, asked=8)) as bench:
            first = run(bench, FEW)
    assert first.figures["llm/asked"] == 8
    assert first.figures["llm/judged"] == 8
    with workbench(load_settings(engine="rules"), Way(recorded=READINGS, drafts=path)) as bench:
        again = run(bench, FEW)
    told = {name for name in first.figures if name.startswith("llm/")}
    assert {name: again.figures[name] for name in told} == {name: first.figures[name] for name in told}


def test_without_a_model_there_must_be_something_to_replay(tmp_path: Path) -> None:
    way = Way(drafts=tmp_path / "none.jsonl.gz")
    with workbench(load_settings(engine="rules"), way) as bench, pytest.raises(UsageError, match="OPENAI_BASE_URL"):
        run(bench, FEW)
