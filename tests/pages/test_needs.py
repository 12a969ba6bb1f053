"""The page of needs: filters in the address, themes as list and map, one theme whole, edits and the way back."""

import datetime as dt
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Page, expect

from api.pages.address import widened
from api.pages.needs.comparing import Span, halves, pairs_of
from assistant.domain.filters import Filters
from tests.pages.conftest import Opened


def _query(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def test_a_filter_lives_in_the_address(visit: Callable[..., Opened]) -> None:
    opened = visit("/needs")
    page = opened.page
    expect(page.locator(".theme-title").first).to_be_visible()
    every = page.locator(".theme-title").count()
    page.locator("label", has_text="产品").locator("select").select_option("L3")
    page.wait_for_url("**product=L3*")
    expect(page.locator(".theme-title").first).to_be_visible()
    expect(page.locator(".theme-title")).not_to_have_count(every)
    assert 0 < page.locator(".theme-title").count() < every
    expect(page.locator("label", has_text="产品").locator("select")).to_have_value("L3")
    page.go_back()
    expect(page.locator(".theme-title")).to_have_count(every)
    assert opened.faults == []


def test_the_overview_tells_how_much_there_is(visit: Callable[..., Opened]) -> None:
    opened = visit("/needs?one=2026-09&other=2026-08")
    page = opened.page
    expect(page.locator(".tile").first).to_contain_text("17")
    expect(page.locator(".bars li").first).to_be_visible()
    expect(page.locator("table.heat .cell").first).to_be_visible()
    expect(page.locator("#compare .chart canvas").first).to_be_visible()
    page.locator("#compare summary", has_text="看数字").click()
    expect(page.locator("caption", has_text="两段时间对比")).to_be_visible()
    assert opened.faults == []


def test_two_periods_are_chosen_in_one_press_or_by_a_day(visit: Callable[..., Opened]) -> None:
    opened = visit("/needs?product=P2")
    page = opened.page
    page.get_by_role("link", name="近三个月对之前三个月").click()
    expect(page.locator("#compare .compared")).to_have_text("2026-07..2026-09 对 2026-04..2026-06")
    assert _query(page)["product"] == ["P2"]
    page.get_by_label("某一天之后对之前").fill("2026-08-15")
    page.get_by_label("某一天之后对之前").press("Tab")
    expect(page.locator("#compare .compared")).to_contain_text("2026-08-15..")
    expect(page.get_by_label("某一天之后对之前")).to_have_value("2026-08-15")
    assert opened.faults == []


@pytest.mark.parametrize(
    ("span", "found"),
    [
        (("2025-06-03", "2026-01-20"), [("months", "2026-01", "2025-12"), ("quarters", "2025-11..2026-01", "2025-08..2025-10")]),
        (("2024-01-31", "2026-01-01"), [("months", "2026-01", "2025-12"), ("quarters", "2025-11..2026-01", "2025-08..2025-10"),
                                        ("years", "2026-01", "2025-01")]),
        (("2026-01-02", "2026-01-20"), []),
        ((None, None), []),
    ],
)  # fmt: skip
def test_pairs_of_months_reach_no_further_than_the_data(span: Span, found: list[tuple[str, str, str]]) -> None:
    assert pairs_of(span) == found


@given(st.dates(), st.dates(), st.dates())
def test_a_day_parts_what_there_is_into_two_halves_that_meet(first: dt.date, last: dt.date, day: dt.date) -> None:
    found = halves((first.isoformat(), last.isoformat()), day.isoformat())
    if not first < day <= last:
        assert found is None
        return
    assert found is not None
    after, before = (tuple(map(dt.date.fromisoformat, one.split(".."))) for one in found)
    assert (before[0], after[1]) == (first, last)
    assert (after[0] - before[1]).days == 1


def test_a_region_is_found_by_its_beginning() -> None:
    known = ["广东深圳", "广东广州", "上海"]
    assert widened(Filters(region=("广东",)), known).region == ("广东深圳", "广东广州")
    assert widened(Filters(region=("火星",)), known).region == ("火星",)
    assert widened(Filters(), known) == Filters()


def test_the_map_is_drawn(visit: Callable[..., Opened]) -> None:
    opened = visit("/needs?view=map")
    expect(opened.page.locator(".map canvas").first).to_be_visible()
    assert opened.faults == []


def test_a_merge_and_its_undo(visit: Callable[..., Opened]) -> None:
    opened = visit("/needs?product=P2")
    page = opened.page
    expect(page.locator(".theme-title").first).to_be_visible()
    titles = page.locator(".theme-title").all_inner_texts()
    page.locator(".theme-title").first.click()
    expect(page.locator("h1")).to_have_text(titles[0])
    page.get_by_role("button", name="合并到").click()
    page.get_by_role("combobox", name="找主题").fill(titles[1][:4])
    page.get_by_role("option", name=titles[1]).click()
    page.locator(".sheet button", has_text="提交").click()
    expect(page.locator(".done button")).to_be_focused()
    expect(page.locator("h1")).to_have_text(titles[1])
    assert _query(page)["product"] == ["P2"]
    page.go_back()
    expect(page.locator(".warning", has_text="已经并入")).to_be_visible()
    page.locator(".warning a").click()
    expect(page.locator("h1")).to_have_text(titles[1])
    page.locator("summary", has_text="修改记录").click()
    page.locator("details button", has_text="撤销").first.click()
    expect(page.locator(".done")).to_have_text("已撤销。")
    page.get_by_text("← 所有主题").click()
    expect(page.locator(".theme-title").first).to_be_visible()
    assert sorted(page.locator(".theme-title").all_inner_texts()) == sorted(titles)
    assert opened.faults == []


def test_rewording_locking_and_splitting(visit: Callable[..., Opened]) -> None:
    opened = visit("/needs?product=P2")
    page = opened.page
    page.locator(".theme-title").first.click()
    page.wait_for_url("**theme=th_*")
    title = page.locator("h1").inner_text()
    page.get_by_role("button", name="改写").click()
    page.get_by_label("名称").fill("升级以后不稳")
    page.locator(".sheet:visible button", has_text="提交").click()
    expect(page.locator("h1")).to_have_text("升级以后不稳")
    page.locator(".done button").click()
    expect(page.locator("h1")).to_have_text(title)
    page.get_by_role("button", name="拆出选中的").click()
    expect(page.locator(".q-notification").last).to_contain_text("先在原话里选中")
    page.locator(".voice input[type=checkbox]").first.check()
    expect(page.locator("p[role=status]", has_text="选中 1 条")).to_be_visible()
    page.get_by_role("button", name="拆出选中的").click()
    page.get_by_label("名称").last.fill("拆出来的一条")
    page.locator(".sheet:visible button", has_text="提交").click()
    expect(page.locator(".done")).to_be_visible()
    page.locator(".done button").click()
    expect(page.locator(".done")).to_have_text("已撤销。")
    page.get_by_role("button", name="锁定").click()
    expect(page.locator(".chip", has_text="已锁定")).to_be_visible()
    page.locator(".done button").click()
    expect(page.locator(".chip", has_text="已锁定")).to_have_count(0)
    assert opened.faults == []


def test_a_voice_opens_its_record(visit: Callable[..., Opened]) -> None:
    opened = visit("/needs", language="en")
    page = opened.page
    page.locator(".theme-title").first.click()
    quote = page.locator(".voice blockquote").first.inner_text()
    expect(page.locator(".voice-source").first).to_contain_text("2026-0")
    expect(page.locator(".voice-source").first).to_contain_text("ticket")
    page.get_by_role("button", name="Open record").first.click()
    expect(page.locator("mark#quoted")).to_have_text(quote)
    assert opened.faults == []


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/needs?theme=th_none", "没有这个主题"),
        ("/needs?segment=king", "网址里的筛选不对"),
        ("/needs?product=nothing", "这些筛选下没有主题"),
        ("/?talk=none", "客户说了什么"),
    ],
)
def test_what_is_not_there_is_told_in_words(visit: Callable[..., Opened], path: str, told: str) -> None:
    opened = visit(path)
    expect(opened.page.get_by_text(told).first).to_be_visible()
    assert opened.faults == []


def test_a_theme_under_a_filter_says_which_part_is_of_what(visit: Callable[..., Opened]) -> None:
    page = visit("/needs?product=P2").page
    page.locator(".theme-title").first.click()
    expect(page.locator(".scope")).to_contain_text("筛选内")
    expect(page.get_by_text("整个主题，不受筛选影响")).to_be_visible()
    page.get_by_text("看整个主题", exact=True).click()
    expect(page.locator(".voice").first).to_be_visible()
    expect(page.locator(".scope")).to_have_count(0)


def test_the_keyboard_stays_on_the_filter_that_was_changed(visit: Callable[..., Opened]) -> None:
    page = visit("/needs").page
    field = page.locator("label.choice", has_text="客群").locator("select")
    field.focus()
    field.select_option("sme")
    page.wait_for_url("**segment=sme**")
    expect(field).to_be_focused()


def test_splitting_by_meaning_shows_the_parts_first(visit: Callable[..., Opened]) -> None:
    opened = visit("/needs?product=P2")
    page = opened.page
    page.locator(".theme-title").first.click()
    page.wait_for_url("**theme=th_*")
    title = page.locator("h1").inner_text()
    page.get_by_role("button", name="按意思拆分").click()
    told = page.locator(".parts-sheet, .q-notification")
    expect(told.first).to_be_visible()
    if page.locator(".parts-sheet").count():
        page.locator(".parts-sheet").get_by_role("button", name="取消").click()
    else:
        expect(told.first).to_contain_text("同一件事")
    expect(page.locator("h1")).to_have_text(title)
    expect(page.locator(".done")).to_have_count(0)
    assert opened.faults == []
