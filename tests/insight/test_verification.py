"""A quote stands letter for letter in one span of the customer's own words, or it is refused with a reason."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.domain.records import Record, customer_spans
from assistant.insight.verification import LONGEST, Quotable, fold
from tests.insight.samples import conversation, record

TICKET = "上个月装的X5，花了三千六。洗着洗着 突然叫起来!!水一下子冰的；电话⟦phone:7f3a9c⟧，退货！"
TALK = conversation(
    ("customer", "我喊了八遍人工，它给我放喜庆音乐"),
    ("agent", "非常抱歉给您带来不便，已经帮您记录"),
    ("customer", "太贵了。"),
    ("customer", "一万块的东西就这样？"),
)


def found(quote: str, where: Record) -> str | None:
    place = Quotable(where).find(quote)
    return None if isinstance(place, str) else where.text[place[0] : place[1]]


@pytest.mark.parametrize(
    ("quote", "kept"),
    [
        ("花了三千六", "花了三千六"),
        ("客户：花了三千六", "花了三千六"),
        ("洗着洗着突然叫起来", "洗着洗着 突然叫起来"),
        ("突然叫起来！水一下子冰的", "突然叫起来!!水一下子冰的"),
        ("装的Ｘ５,花了三千六", "装的X5，花了三千六"),
        ("「水一下子冰的」", "水一下子冰的"),
        ("花了三千六……水一下子冰的", "水一下子冰的"),
        ("电话⟦phone:7f3a9c⟧，退货", "电话⟦phone:7f3a9c⟧，退货"),
        ("退货", "退货"),
    ],
)
def test_a_quote_is_kept_as_the_record_has_it(quote: str, kept: str) -> None:
    assert found(quote, record(TICKET)) == kept


@pytest.mark.parametrize(
    ("quote", "where", "reason"),
    [
        ("", record(TICKET), "quote_empty"),
        ("  \n", record(TICKET), "quote_empty"),
        ("……！", record(TICKET), "quote_too_short"),
        ("三千", record(TICKET), "quote_too_short"),
        ("⟦phone:7f3a9c⟧", record(TICKET), "quote_too_short"),
        ("花了四千六", record(TICKET), "quote_not_found"),
        ("花了三千六……水一下子烫的", record(TICKET), "quote_not_found"),
        ("非常抱歉给您带来不便", TALK, "quote_of_agent"),
        ("太贵了。 客户: 一万块的东西", TALK, "quote_across_turns"),
    ],
)
def test_a_quote_is_refused_with_its_reason(quote: str, where: Record, reason: str) -> None:
    assert Quotable(where).find(quote) == reason


def test_a_short_quote_is_kept_where_it_is_a_whole_clause() -> None:
    assert found("太贵了", TALK) == "太贵了"


def test_a_neighbours_words_in_a_group_thread_are_not_the_customers() -> None:
    thread = conversation(
        ("customer", "[隔壁老王] 我家的锁也打不开了"), ("customer", "我家这把也是半夜打不开"), channel="group"
    )
    assert Quotable(thread).find("我家的锁也打不开了") == "quote_of_agent"
    assert found("我家这把也是半夜打不开", thread) == "我家这把也是半夜打不开"


def test_a_long_quote_is_cut_after_a_whole_clause() -> None:
    text = "打了电话没人接，" * 40
    kept = found(text, record(text))
    assert kept is not None
    assert len(kept) <= LONGEST
    assert kept.endswith("没人接")


def test_a_quote_never_cuts_a_masked_value() -> None:
    where = record("我的手机号码是⟦phone:7f3a9c⟧快回电话")
    assert found("手机号码是⟦phone:7f", where) == "手机号码是⟦phone:7f3a9c⟧"


LETTERS = st.text(alphabet="水温忽冷热。，！ ,.!X5x５Ａ①ﬁİ\n…「」", max_size=60)


@settings(deadline=None)
@given(LETTERS)
def test_folding_keeps_track_of_where_letters_came_from(text: str) -> None:
    folded = fold(text)
    assert len(folded.letters) == len(folded.offsets)
    assert list(folded.offsets) == sorted(folded.offsets)
    for letter, offset in zip(folded.letters, folded.offsets, strict=True):
        assert letter == "·" or letter in unicodedata.normalize("NFKC", text[offset]).casefold()


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["customer", "agent"]), LETTERS), max_size=5), LETTERS)
def test_whatever_is_found_is_inside_one_customer_span_and_reads_as_the_quote(
    turns: list[tuple[str, str]], quote: str
) -> None:
    where = conversation(*turns)  # type: ignore[arg-type]
    place = Quotable(where).find(quote)
    if isinstance(place, str):
        return
    start, end = place
    assert any(first <= start < end <= last for first, last in customer_spans(where))
    assert fold(where.text[start:end]).letters.strip("·") in fold(quote).letters


@settings(deadline=None)
@given(LETTERS, st.data())
def test_every_telling_piece_of_the_customers_words_is_found(text: str, data: st.DataObject) -> None:
    where = record(text)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    piece = text[start:end]
    if sum(letter.isalnum() for letter in piece) >= 4:
        assert not isinstance(Quotable(where).find(piece), str)
