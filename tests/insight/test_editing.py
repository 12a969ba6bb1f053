"""A person's words in a proposal are kept, checked like an engine's, and marked by what bears them."""

import pytest

from assistant.domain.proposals import Proposal, Statement
from assistant.errors import UsageError
from assistant.insight.editing import edited
from tests.insight.test_proposals import drafted, figure
from tests.insight.test_statements import sme


def at(proposal: Proposal, place: str) -> list[Statement]:
    return [statement for statement in proposal.statements if statement.place == place]


def test_a_text_written_back_unchanged_changes_nothing() -> None:
    proposal = drafted()
    for place, text in (("summary", proposal.summary), ("concept.what", proposal.concept["what"])):
        assert at(edited(proposal, place, str(text), "王工"), place) == at(proposal, place)


def test_sentences_keep_what_bears_them_beside_new_ones() -> None:
    proposal = drafted()
    before = at(proposal, "summary")
    changed = edited(proposal, "summary", proposal.summary + "\n先从门店开始试。", "王工")
    assert at(changed, "summary")[:-1] == before
    last = at(changed, "summary")[-1]
    assert (last.text, last.kind, last.by) == ("先从门店开始试。", "plan", "王工")
    assert changed.summary.endswith("先从门店开始试。")


@pytest.mark.parametrize(
    ("text", "kind", "reason"),
    [
        ("客户洗澡时水温忽冷忽热。[1]", "fact", None),
        ("客户洗澡时水温忽冷忽热[1]。", "fact", None),
        ("3 位客户为此来过不止一次。", "fact", None),
        ("8 位客户为此来过不止一次。", "assumption", "number_not_counted"),
        ("客户说“水太烫了受不了”。[1]", "assumption", "quote_not_verbatim"),
        ("经销商怕水温不稳。[1]", "assumption", "segment_unheard"),
        ("大多数客户都怕烫。", "assumption", "no_evidence"),
        ("有人会买（假设）。", "assumption", None),
        ("我们先做样件。", "plan", None),
    ],
)
def test_a_new_sentence_is_checked_and_never_removed(text: str, kind: str, reason: str | None) -> None:
    (statement,) = at(edited(drafted(), "concept.what", text, "王工"), "concept.what")
    assert (statement.kind, statement.reason, statement.by) == (kind, reason, "王工")


def test_marks_in_the_text_point_to_evidence_and_figures() -> None:
    key = figure("customers:sme")
    changed = edited(drafted(), "risks", f"小店的 1 位客户怕被烫红。[{sme()}][{key}]\n再看一家。", "王工")
    first, second = at(changed, "risks")
    assert (first.kind, first.evidence, first.figures) == ("fact", (sme(),), (key,))
    assert second.kind == "plan"
    assert changed.risks == (f"小店的 1 位客户怕被烫红。[{sme()}][{key}]", "再看一家。")


def test_titles_questions_and_metrics_are_written_as_they_are() -> None:
    proposal = drafted()
    assert edited(proposal, "title", "护童花洒", "王工").title == "护童花洒"
    assert edited(proposal, "disconfirming_question", "还要吗？", "王工").disconfirming_question == "还要吗？"
    assert edited(proposal, "metrics.2.target", "评审会定为一半", "王工").metrics[1]["target"] == "评审会定为一半"


@pytest.mark.parametrize(
    ("place", "text"),
    [("nowhere", "x"), ("metrics.9.target", "x"), ("metrics.1.baseline", "1"), ("title", " "), ("risks", "长" * 5000)],
)
def test_what_cannot_be_edited_is_refused(place: str, text: str) -> None:
    with pytest.raises(UsageError):
        edited(drafted(), place, text, "王工")
