from datetime import date

import pytest

from assistant.answering.lexicon import load_names
from assistant.answering.plan import Catalogue, plan
from assistant.answering.understanding import understand
from assistant.answering.values import products_of, with_kind_of
from assistant.domain.filters import Filters

HELD = Catalogue(("X5", "P2", "L3"), (), "2026-01-01", "2026-10-31")
TODAY = date(2026, 11, 5)


@pytest.mark.parametrize(
    ("query", "filters"),
    [
        ("上个月打印机掉线", Filters(product=("P2",), since="2026-10-01", until="2026-10-31")),
        ("今年夏天热水器忽冷忽热", Filters(product=("X5",), since="2026-06-01", until="2026-08-31")),
        ("8月升级之后打印机掉线", Filters(product=("P2",), since="2026-08-01")),
        ("政府客户担心打印机里的数据", Filters(product=("P2",), segment=("government",))),
        ("上個月企業客戶的印表機掉線", Filters(product=("P2",), segment=("sme", "enterprise"), since="2026-10-01", until="2026-10-31")),
        ("門鎖沒電", Filters(product=("L3",))),
        ("用了以后觉得省心的好评", Filters()),
        ("刹车太软", Filters()),
    ],
)  # fmt: skip
def test_what_a_query_names_narrows_the_search(query: str, filters: Filters) -> None:
    assert understand(query, Filters(), HELD, TODAY).filters == filters


def test_what_is_named_is_told_and_the_rest_is_looked_for() -> None:
    read = understand("上个月打印机掉线", Filters(), HELD, TODAY)
    assert read.query == "打印机掉线"
    assert read.named == ("product", "since", "until")
    assert "2026-10-01" in read.notes[0]


def test_a_customers_own_dates_stay_words() -> None:
    read = understand("我上个月买的打印机老掉线", Filters(), HELD, TODAY)
    assert read.filters == Filters(product=("P2",))
    assert "上个月" in read.query


def test_what_is_given_wins() -> None:
    read = understand("上个月打印机掉线", Filters(product=("X5",), since="2026-01-01"), HELD, TODAY)
    assert read.filters == Filters(product=("X5",), since="2026-01-01")
    assert read.named == ()


def test_a_query_of_filters_alone_is_looked_for_as_it_is() -> None:
    assert understand("上个月", Filters(), HELD, TODAY).query == "上个月"


@pytest.mark.parametrize(
    ("origins", "of_it", "query"),
    [
        (["净水器工单"], ("JS600", "RO20"), "漏水"),
        (["工单"], (), "净水器漏水"),
        (["净水器工单", "门锁工单"], (), "净水器漏水"),
    ],
)
def test_bare_codes_are_of_the_kind_that_the_data_sets_are_called_by(
    origins: list[str], of_it: tuple[str, ...], query: str
) -> None:
    names = with_kind_of(origins, ("JS600", "RO20"), (), load_names())
    assert products_of("purifier", ("JS600", "RO20"), (), names) == of_it
    made = plan("净水器漏水有多少条", (), Catalogue(("JS600", "RO20"), names=names), TODAY)
    assert (made.filters.product, made.query) == ((), query)
    assert any("所有产品的统称" in note for note in made.notes) == bool(of_it)
