"""A judge is shown ladders in an order that tells nothing, and is itself judged by those whose truth is known."""

from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from pydantic import BaseModel

from assistant.domain.engine import Usage
from assistant.domain.records import MaskedText, Record
from assistant.errors import ModelDownError
from assistant.llm.budget import Spending
from assistant.llm.cache import MemoryCache
from assistant.llm.fence import Fence
from evals.judging import Case, cases, judge_figures, judge_prompt, judged
from evals.metrics.extraction import Pair
from prompts import RenderedPrompt

T = TypeVar("T", bound=BaseModel)
FENCE = Fence(b"s" * 32)


def row(n: int, who: str) -> dict[str, Any]:
    return {
        "need": f"N{n}",
        "surface": f"{who}表象{n}",
        "secondary": f"{who}处境{n}",
        "deep": f"{who}动机{n}",
        "deep_category": "trust",
    }


PAIRS = [Pair(row(n, "我们的"), row(n, "预埋的"), f"r{n}") for n in range(6)]
RECORDS = {f"r{n}": Record(f"r{n}", f"r{n}", "t", "ticket", MaskedText(f"正文{n}")) for n in range(6)}


class Judge:
    """A judge that believes what a function believes."""

    model = "judge"
    shaping: dict[str, str] = {"model": "judge"}  # noqa: RUF012  (a constant of a fake)

    def __init__(self, believes: Callable[[str, str], bool]) -> None:
        self.believes, self.calls = believes, 0

    def complete(
        self,
        prompt: RenderedPrompt,
        schema: type[T],
        *,
        spending: Spending | None = None,
        expected: int = 800,
        quick: bool = False,
        sending: Callable[[], None] | None = None,
    ) -> tuple[T, Usage]:
        self.calls += 1
        number = prompt.user.partition("正文:\n正文")[2][:1]
        blocks = prompt.user.partition("<<<三层需求 开始")[2].split("\nL")[1:]
        found = []
        for block in blocks:
            verdict = "good" if self.believes(number, block) else "unfounded"
            found.append(
                {
                    "id": f"L{block[0]}", "secondary_reason": "因为", "secondary": verdict, "deep_reason": "因为",
                    "deep": verdict, "category_reason": "因为", "category": "fits",
                }
            )  # fmt: skip
        return schema.model_validate({"judgements": found}), Usage(1)


def test_every_case_has_ours_the_planted_and_a_foreign_ladder() -> None:
    found = list(cases(PAIRS, RECORDS, 4))
    assert len(found) == 4
    assert found == list(cases(PAIRS, RECORDS, 4))
    for case in found:
        by_origin = {origin: str(ladder["surface"]) for origin, ladder in case.ladders}
        assert set(by_origin) == {"ours", "planted", "foreign"}
        assert by_origin["planted"][-1] == case.record.id[-1] != by_origin["foreign"][-1]
    assert len({tuple(origin for origin, _ in case.ladders) for case in found}) > 1


def test_what_the_judge_is_shown_does_not_tell_who_wrote_it() -> None:
    prompt = judge_prompt(next(cases(PAIRS, RECORDS, 1)), FENCE)
    assert "理由写完再下判断" in prompt.system
    assert "planted" not in prompt.user
    assert prompt.user.count("次深层: ") == 3


@pytest.mark.parametrize(
    ("believes", "agreement", "kappa"),
    [
        (lambda number, block: f"动机{number}" in block, 1.0, 1.0),
        (lambda number, block: True, 0.5, 0.0),  # noqa: ARG005
        (lambda number, block: f"动机{number}" not in block, 0.0, -1.0),
    ],
)
def test_a_judge_is_believed_as_far_as_it_knows_the_truth(
    believes: Callable[[str, str], bool], agreement: float, kappa: float
) -> None:
    calls, judge = MemoryCache(), Judge(believes)
    for _ in range(2):
        figures = judge_figures(list(judged(list(cases(PAIRS, RECORDS, 5)), judge, calls, FENCE)))
    assert judge.calls == 5
    assert figures["judged"] == 5
    assert figures["judge_agreement"] == agreement
    assert figures["judge_kappa"] == pytest.approx(kappa)
    assert figures["judge_failed"] == 0


def test_a_judge_that_does_not_answer_is_counted() -> None:
    class Down(Judge):
        def complete(self, *_: Any, **__: Any) -> Any:
            raise ModelDownError("down")

    results = list(judged([Case(RECORDS["r0"], (("ours", row(0, "")),))], Down(lambda *_: True), MemoryCache(), FENCE))
    assert results == ["model_down"]
    assert judge_figures(results)["judge_failed"] == 1
