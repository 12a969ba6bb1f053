"""Marked cases are read as they are marked, and the shipped ones are sound."""

from pathlib import Path

import pytest

from evals.metrics.marked_texts import parse, read_marked_texts

CASES = Path(__file__).parents[2] / "evals" / "cases" / "privacy"


def test_spans_lie_in_the_text_without_its_marks() -> None:
    case = parse("c1", "mixed", "我叫{name|王建国}，{-price|3元}，姓{~|王}")
    assert case.text == "我叫王建国，3元，姓王"
    assert [(s.type, case.text[s.start : s.end]) for s in (*case.planted, *case.kept, *case.either)] == [
        ("name", "王建国"),
        ("-price", "3元"),
        ("~", "王"),
    ]


def test_an_unknown_type_is_refused() -> None:
    with pytest.raises(ValueError, match="'fone' is no type"):
        parse("c1", "mixed", "{fone|1}")


def test_the_cases_are_many_and_hold_at_least_as_many_hard_negatives() -> None:
    cases = list(read_marked_texts(CASES / "services.tsv"))
    planted, kept = sum(len(c.planted) for c in cases), sum(len(c.kept) for c in cases)
    assert len(cases) >= 300
    assert 400 <= planted <= kept
    assert len({c.id for c in cases}) == len(cases)
