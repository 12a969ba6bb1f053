"""Figures for plans, checked against counts made by hand."""

from dataclasses import replace
from datetime import date

import pytest

from assistant.answering.count import count
from assistant.answering.plan import Catalogue, plan
from assistant.domain.answers import Figure
from assistant.domain.counts import CountRow
from assistant.domain.filters import Filters
from assistant.domain.statistics import wilson
from assistant.domain.vocabulary import Dimension
from tests.answering.fakes import MemoryCounting, MemoryStore, need, theme, ticket

TODAY = date(2026, 11, 21)
LINES = theme("th_line", "打印机掉线")
PRICE = theme("th_price", "耗材太贵")


def _store() -> MemoryStore:
    records = [
        *(
            ticket(n, "打印机又掉线了", day="2026-08-12", segment="enterprise" if n < 4 else "consumer")
            for n in range(9)
        ),
        *(ticket(n, "墨粉太贵用不起", day="2026-09-03", segment="enterprise") for n in range(9, 15)),
        *(ticket(n, "门锁没电进不去", day="2026-09-05", product="L3") for n in range(15, 17)),
        ticket(17, "又掉线", day="2026-08-20", customer="cu_0"),
    ]
    insights = [
        *(need(r, "掉线", "th_line") for r in records if "掉线" in r.text),
        *(need(r, "太贵", "th_price", aspect="price") for r in records if "太贵" in r.text),
        *(need(r, "没电", None) for r in records if "没电" in r.text),
    ]
    return MemoryStore(records, insights, [LINES, PRICE])


STORE = _store()
CATALOGUE = Catalogue(tuple(STORE.products()), (), *STORE.span())


class ModelCounting(MemoryCounting):
    """Two models, whatever is asked."""

    def rows(self, by: Dimension, filters: Filters, *, limit: int | None = None) -> list[CountRow]:
        return [CountRow(name, name, 9, 9, 0.5, (0.3, 0.7)) for name in ("A1", "B2")]


def _figures(question: str, *meant: object) -> tuple[dict[str, Figure], list[str]]:
    counted = count(
        plan(question, (), CATALOGUE, TODAY),
        MemoryCounting(STORE),
        STORE.themes(),
        [t for t in STORE.themes() if t in meant],
    )
    assert len({f.label for f in counted.figures}) == len(counted.figures)
    return {f.label: f for f in counted.figures}, counted.warnings


def test_totals_count_records_and_customers() -> None:
    figures, _ = _figures("8月打印机有多少条反馈")
    assert figures["2026-08 P2 反馈"].value == 10
    assert figures["2026-08 P2 客户"].value == 9
    assert (
        figures["2026-08 P2 反馈"].query == "count records where product=P2 and since=2026-08-01 and until=2026-08-31"
    )


def test_words_are_counted_letter_for_letter_where_no_theme_is_meant() -> None:
    figures, _ = _figures("8月打印机掉线有多少条")
    assert figures["2026-08 P2 原文提到“掉线”的 反馈"].value == 10


def test_words_are_counted_as_the_theme_they_mean() -> None:
    figures, warnings = _figures("打印机掉线有多少条", LINES)
    assert figures["P2 「打印机掉线」 反馈"].value == 10
    assert figures["P2 原文提到“掉线”的反馈"].value == 10
    assert any("「打印机掉线」" in warning for warning in warnings)


def test_words_that_nobody_wrote_are_told_only_where_letters_are_asked_for() -> None:
    figures, _ = _figures("打印机断开连接有多少条", LINES)
    assert figures["P2 「打印机掉线」 反馈"].value == 10
    assert not any("原文提到" in label for label in figures)
    figures, _ = _figures("原文提到打印机断开连接的有多少条", LINES)
    assert {f.value for label, f in figures.items() if "原文提到" in label} == {0}
    assert not any("打印机掉线" in label for label in figures)


def test_words_said_often_are_not_counted_as_a_theme_that_is_wider() -> None:
    figures, warnings = _figures("打印机掉线有多少条", PRICE)
    assert figures["P2 原文提到“掉线”的 反馈"].value == 10
    assert not any("按需求主题" in warning for warning in warnings)


def test_a_table_gives_shares_with_wilson_intervals() -> None:
    figures, _ = _figures("打印机用户最在意什么")
    share = figures["P2 「打印机掉线」占比"]
    low, high = wilson(10, 16)
    assert (share.value, share.unit) == (62.5, "%")
    assert share.interval == (round(100 * low, 1), round(100 * high, 1))


def test_the_rows_of_a_table_are_counted_within_the_words() -> None:
    made = plan("哪类客户掉线最多", (), CATALOGUE, TODAY)
    counted = count(made, MemoryCounting(STORE), STORE.themes())
    assert counted.table is not None
    assert counted.table.title == "全部 原文提到“掉线”的"
    *rows, total = [row[:4] for row in counted.table.rows]
    assert rows == [("消费者", 6.0, 6.0, 60.0), ("大企业", 4.0, 4.0, 40.0)]
    assert total == ("合计", 10.0, 9.0, None)
    assert not any("不只是" in warning for warning in counted.warnings)


def test_rows_that_no_filter_narrows_to_are_said_to_be_of_all() -> None:
    made = replace(plan("掉线有多少条", (), CATALOGUE, TODAY), by="model")
    counted = count(made, ModelCounting(STORE), STORE.themes())
    assert counted.table is not None
    assert counted.table.title == "全部 所有反馈"
    assert any("不只是提到“掉线”的" in warning for warning in counted.warnings)


def test_groups_are_compared_by_the_share_of_their_own() -> None:
    figures, warnings = _figures("企业客户和消费者比哪个更在意价格")
    assert figures["大企业 价格方面 占大企业反馈"].value == 60.0
    assert figures["消费者 价格方面 占消费者反馈"].value == 0.0
    assert any("样本太少" in warning for warning in warnings)


def test_overlapping_intervals_are_said_to_decide_nothing() -> None:
    _, warnings = _figures("企业客户和消费者比哪个更不满")
    assert any("区间有重叠" in warning for warning in warnings)


def test_periods_are_compared_side_by_side() -> None:
    figures, _ = _figures("8月和9月打印机反馈对比")
    assert (figures["2026-08 P2 反馈"].value, figures["2026-09 P2 反馈"].value) == (10, 6)


def test_a_trend_has_every_month_and_the_last_change() -> None:
    figures, _ = _figures("打印机反馈的趋势")
    assert figures["2026-08 P2 反馈"].value == 10
    assert figures["2026-09 较 2026-08 P2 变化"].value == -40.0


def test_a_trend_of_words_counts_the_words() -> None:
    figures, warnings = _figures("掉线的反馈趋势")
    assert figures["2026-09 全部 原文提到“掉线”的 反馈"].value == 0
    assert any("不能算环比" in warning for warning in warnings)


@pytest.mark.parametrize("question", ["门锁有多少条反馈", "门锁用户最在意什么", "门锁反馈的趋势"])
def test_too_few_are_said_to_be_too_few(question: str) -> None:
    assert any("太少" in w or "不到" in w for w in _figures(question)[1])


def _of_many(n: int) -> MemoryStore:
    """So many products, the first with most records."""
    made = [(place, k) for place in range(n) for k in range(n - place)]
    return MemoryStore(
        [ticket(at, "又掉线", day=f"2026-0{1 + k % 3}-02", product=f"M{place}") for at, (place, k) in enumerate(made)],
        [], [],
    )  # fmt: skip


@pytest.mark.parametrize(("products", "rows", "rest"), [(7, 7, None), (20, 20, None), (23, 20, ("其余 3 个", 6.0))])
def test_a_table_of_products_adds_up_to_the_total(products: int, rows: int, rest: tuple[str, float] | None) -> None:
    store = _of_many(products)
    made = plan("各产品的反馈有多少条", (), Catalogue(tuple(store.products()), (), *store.span()), TODAY)
    table = count(made, MemoryCounting(store), []).table
    assert table is not None
    *told, total = table.rows
    assert total[:2] == ("合计", sum(range(1, products + 1)))
    assert sum(float(row[1] or 0) for row in told) == total[1]
    assert len(told) == rows + (rest is not None)
    assert rest is None or told[-1][:2] == rest


def test_a_trend_of_each_product_is_a_line_for_each_that_adds_up() -> None:
    store = _of_many(8)
    made = plan("各产品的反馈按月趋势", (), Catalogue(tuple(store.products()), (), *store.span()), TODAY)
    counted = count(made, MemoryCounting(store), [])
    chart, table = counted.chart, counted.table
    assert chart is not None
    assert table is not None
    assert [line.name for line in chart.lines] == [*(f"M{n}" for n in range(6)), "其余 2 个"]
    for place, point in enumerate(chart.points):
        assert sum(line.values[place] for line in chart.lines) == point.value
    assert table.columns[-1] == "合计"
    assert all(sum(float(cell or 0) for cell in row[1:-1]) == row[-1] for row in table.rows)
    known = {figure.value for figure in counted.figures}
    assert all(cell in known for row in table.rows for cell in row[1:])
