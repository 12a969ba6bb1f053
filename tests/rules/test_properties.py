"""Whatever stands in a record, the rules read it without failing and quote it verbatim."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.domain.drafts import ReadingDraft
from assistant.domain.records import Record, customer_spans
from assistant.domain.vocabulary import Speaker
from assistant.rules.engine import RulesEngine
from assistant.rules.lexicon import normalise
from tests.rules.builders import record

_PIECES = [
    "修了三次", "还是坏", "不错", "但是", "太贵", "⟦phone:7f3a9c⟧", "师傅", "没来", "，", "。", "？", "!", " ", "\n", "\r\n", "“", "”",
    "希望出个", "app", "WiFi", "冒烟", "👍", "壞了", "ＡＢＣ", "3,600", "…", "⟦", "⟧", "\ue000", "İ", "ß", "\u0130",
    "呵呵", "退货", "按次付费", "以前", "现在", "非常", "以旧换新", "多少钱", "转人工",
]  # fmt: skip
TEXTS = st.one_of(st.lists(st.sampled_from(_PIECES), max_size=40).map("".join), st.text(max_size=120))
SPEAKERS: st.SearchStrategy[Speaker] = st.sampled_from(["customer", "agent", "system"])


def quotes(draft: ReadingDraft) -> list[str]:
    """Everything in a draft that claims to be verbatim."""
    found = [insight.quote for insight in draft.insights]
    found += [insight.suggestion for insight in draft.insights if insight.suggestion]
    return found + [chance.quote for insight in draft.insights for chance in insight.opportunities]


def check(made: Record) -> None:
    """One draft per record, valid, with every quote inside one customer span."""
    outcome = RulesEngine().read([made])
    assert not outcome.failed
    draft = outcome.drafts[0]
    assert draft == ReadingDraft.model_validate(draft.model_dump())
    assert draft.noise is (not draft.insights)
    assert len(draft.insights) <= 3
    spans = [made.text[start:end] for start, end in customer_spans(made)]
    for quote in quotes(draft):
        assert quote.strip()
        assert any(quote in span for span in spans)
    for insight in draft.insights:
        assert len(insight.quote) <= 80
        assert insight.surface.strip()
        assert insight.secondary.strip()
        assert insight.deep.strip()


@settings(max_examples=150, deadline=None)
@given(TEXTS, st.sampled_from([None, 1, 3, 5, 9]))
def test_any_text(text: str, rating: float | None) -> None:
    check(record(text, rating=rating, channel="review", title=text[:20]))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(SPEAKERS, TEXTS), min_size=1, max_size=6))
def test_any_conversation(turns: list[tuple[Speaker, str]]) -> None:
    check(record(turns=turns, channel="group"))


@pytest.mark.parametrize(
    "text", ["", "\n\n", "🙂" * 500, "修了三次还是坏," * 2500, "啊" * 20_000, "⟦" * 300, "a" * 20_000]
)
def test_odd_and_long_texts(text: str) -> None:
    check(record(text))


@given(st.text(max_size=200))
def test_normalising_keeps_every_place(text: str) -> None:
    assert len(normalise(text)) == len(text)


def test_a_masked_value_is_never_cut() -> None:
    made = record("电机坏了没人管" + "啊" * 60 + "⟦phone:7f3a9c⟧" + "坏" * 30)
    for quote in quotes(RulesEngine().read([made]).drafts[0]):
        assert quote.count("⟦") == quote.count("⟧")
