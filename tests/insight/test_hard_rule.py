"""An idea that merely cuts cost, sells parts or warranties, or charges for failures is marked; one that only speaks of them is not."""

from dataclasses import replace
from pathlib import Path

import pytest

from assistant.domain.ideas import IdeaWeights
from assistant.insight.hard_rule import MARKS, marks_in, marks_of
from assistant.insight.scoring import ranked
from tests.insight.samples import idea_draft
from tests.insight.test_proposals import IDEA

CASES = [
    tuple(line.split("\t"))
    for line in Path(__file__).with_name("hard_rule.tsv").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


def test_there_are_enough_cases_of_both_kinds() -> None:
    assert len(CASES) >= 40
    assert sum(mark == "-" for mark, _ in CASES) >= 20


@pytest.mark.parametrize(("mark", "text"), CASES)
def test_a_concept_is_marked_by_what_it_does(mark: str, text: str) -> None:
    assert ",".join(marks_of(idea_draft(concept=text))) == mark.replace("-", "")


@pytest.mark.parametrize("mark", MARKS)
def test_an_idea_that_bears_a_mark_is_ranked_down(mark: str) -> None:
    weights = IdeaWeights()
    assert ranked(replace(IDEA, marks=(mark,)), weights) == pytest.approx(weights.mark * IDEA.score)
    assert ranked(replace(IDEA, marks=()), weights) == IDEA.score


@pytest.mark.parametrize("field", ["title", "job_to_be_done", "concept", "how_it_differs"])
def test_every_part_that_tells_what_it_is_counts(field: str) -> None:
    assert marks_of(idea_draft(**{field: "降低客服人工成本"})) == ("cost_cutting",)


@pytest.mark.parametrize(
    ("features", "marks"),
    [
        (["锁温", "缓冲", "带动配件销售"], ()),
        (["主推原厂滤网", "带动配件销售"], ("parts_selling",)),
        (["按客户原话的愿望去做：“别强制使用原装”"], ()),
    ],
)
def test_a_side_remark_among_the_features_is_none(features: list[str], marks: tuple[str, ...]) -> None:
    assert marks_in(["一个点子"], features) == marks
