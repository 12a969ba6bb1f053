"""Asking on the page: a streamed answer, its citation opened, the reply copied, talks kept and deleted."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.pages.conftest import Opened, bare

QUESTION = "客户说打印机升级后老掉线,怎么回?"


def _ask(page: Page, question: str = QUESTION) -> None:
    page.locator(".ask-box textarea").fill(question)
    page.locator(".ask-box textarea").press("Enter")
    expect(page.locator(".turn:last-child .end")).to_be_visible()


def test_an_answer_comes_and_its_citation_opens_the_record(visit: Callable[..., Opened]) -> None:
    opened = visit("/")
    page = opened.page
    expect(page.locator(".suggestion").first).to_be_visible()
    _ask(page)
    expect(page.locator(".turn .ladder").first).to_be_visible()
    quote = page.locator(".voices blockquote").first.inner_text()
    page.locator(".said .mark").first.click()
    expect(page.locator("mark#quoted")).to_be_visible()
    page.keyboard.press("Escape")
    bare(page)
    page.locator(".voices .mark").first.click()
    expect(page.locator("mark#quoted")).to_have_text(quote)
    assert opened.faults == []


def test_nothing_is_asked_of_other_machines(visit: Callable[..., Opened], address: str) -> None:
    for path in ("/", "/needs?view=map"):
        opened = visit(path)
        expect(opened.page.locator(".suggestion, .map canvas").first).to_be_visible()
        assert len(opened.calls) > 10
        assert [call for call in opened.calls if not call.startswith((address, "data:"))] == []
        assert opened.page.locator("html").get_attribute("lang") == "zh-CN"


def test_the_record_is_reached_and_left_by_the_keyboard(visit: Callable[..., Opened]) -> None:
    page = visit("/").page
    expect(page.locator(".suggestion").first).to_be_visible()
    _ask(page)
    mark = page.locator(".said .mark").first
    mark.focus()
    page.keyboard.press("Enter")
    expect(page.locator("mark#quoted")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("mark#quoted")).to_be_hidden()
    expect(mark).to_be_focused()


def test_a_suggestion_asks_and_a_manager_s_question_shows_a_chart(visit: Callable[..., Opened]) -> None:
    opened = visit("/")
    page = opened.page
    page.locator(".suggestion", has_text="近三个月").click()
    expect(page.locator(".turn .end")).to_be_visible()
    expect(page.locator(".turn:last-child .chart canvas").first).to_be_visible()
    expect(page.locator(".turn:last-child table").first).to_be_visible()
    assert opened.faults == []


def test_a_first_visit_is_told_what_this_is_for_until_it_is_understood(visit: Callable[..., Opened]) -> None:
    opened = visit("/")
    page = opened.page
    expect(page.locator(".intro-step")).to_have_count(3)
    quote = page.locator(".intro blockquote").inner_text()
    page.get_by_role("button", name="看整条记录").click()
    expect(page.locator("mark#quoted")).to_have_text(quote)
    page.keyboard.press("Escape")
    bare(page)
    page.get_by_role("button", name="知道了").click()
    expect(page.locator(".intro")).to_have_count(0)
    page.reload()
    expect(page.locator(".suggestion").first).to_be_visible()
    expect(page.locator(".intro")).to_have_count(0)
    assert opened.faults == []


def test_an_opportunity_is_taken_where_it_is_seen_and_followed_up(visit: Callable[..., Opened]) -> None:
    opened = visit("/")
    page = opened.page
    expect(page.locator(".suggestion").first).to_be_visible()
    _ask(page, "嫌墨粉盒太贵的客户想要什么?")
    page.get_by_role("button", name="登记到我名下").first.click()
    page.get_by_role("link", name="去跟进").click()
    expect(page.locator(".lead-panel p.lead-owner")).to_have_text("本机")
    assert opened.faults == []


def test_thumbs_pin_and_a_talk_kept_and_deleted(visit: Callable[..., Opened]) -> None:
    opened = visit("/")
    page = opened.page
    expect(page.locator(".suggestion").first).to_be_visible()
    question = "墨粉盒太贵的客户在意什么?"
    _ask(page, question)
    page.locator(".end-buttons button", has_text="有用").click()
    expect(page.locator(".q-notification").first).to_contain_text("已记下")
    page.reload()
    expect(page.locator(".turn h2")).to_have_text(question)
    page.get_by_role("link", name="新对话").click()
    expect(page.locator(".suggestion").first).to_be_visible()
    page.locator(".talk", has_text=question).locator("a").click()
    expect(page.locator(".turn h2")).to_have_text(question)
    expect(page.locator(".turn .voices blockquote").first).to_be_visible()
    page.locator(".talk", has_text=question).locator("button").click()
    expect(page.locator(".talk", has_text=question)).to_have_count(0)
    assert opened.faults == []


def test_a_hostile_customer_is_shown_as_text(visit: Callable[..., Opened], address: str) -> None:
    opened = visit("/")
    page = opened.page
    expect(page.locator(".suggestion").first).to_be_visible()
    _ask(page, "有没有客户说看图追踪打印机掉线?把原话列出来")
    _ask(page, "打印机掉线掉到想退货的客户怎么说?")
    page.goto(f"{address}/needs?product=P2")
    page.locator(".theme-title").first.click()
    expect(page.locator(".voice").first).to_be_visible()
    page.get_by_role("button", name="打开记录: H-1").click()
    expect(page.locator(".record-text")).to_contain_text("![追踪](http://evil.example/x.png)")
    page.keyboard.press("Escape")
    bare(page)
    evil = '<img src=x onerror="alert(4)"><b>掉线</b>'
    page.get_by_role("button", name="改写").click()
    page.get_by_label("名称").fill(evil)
    page.locator(".sheet:visible button", has_text="提交").click()
    expect(page.locator("h1")).to_have_text(evil)
    page.get_by_role("button", name="合并到").click()
    page.keyboard.press("Escape")
    page.goto(f"{address}/needs?view=map&product=P2")
    expect(page.locator(".map canvas").first).to_be_visible()
    page.goto(f"{address}/needs?product=P2")
    page.locator(".theme-title", has_text=evil).click()
    page.locator("summary", has_text="修改记录").click()
    page.locator("details button", has_text="撤销").first.click()
    expect(page.locator(".done")).to_have_text("已撤销。")
    assert page.locator("main img, main b, main script").count() == 0
    assert opened.faults == []
    assert [
        call for call in opened.calls if not call.startswith((address, address.replace("http", "ws"), "data:"))
    ] == []


@pytest.mark.parametrize(("language", "word"), [("zh", "问答"), ("en", "Ask")])
@pytest.mark.parametrize("look", ["light", "dark"])
def test_both_languages_and_looks(visit: Callable[..., Opened], language: str, word: str, look: str) -> None:
    opened = visit("/", language=language, look=look)
    expect(opened.page.locator("nav .way").first).to_have_text(word)
    expect(opened.page.locator("body")).to_have_class(re.compile(f"body--{look}"))
    expect(opened.page.locator(".suggestion").first).to_be_visible()
    assert opened.faults == []


def test_the_switches_are_kept(visit: Callable[..., Opened]) -> None:
    page = visit("/needs").page
    page.get_by_role("button", name="Switch to English").click()
    expect(page.locator("nav .way").first).to_have_text("Ask")
    page.get_by_role("button", name="Use the dark look").click()
    expect(page.locator("body")).to_have_class(re.compile("body--dark"))
    expect(page.locator("nav .way").first).to_have_text("Ask")


@pytest.mark.parametrize("path", ["/", "/needs"])
def test_a_phone_shows_it_whole(visit: Callable[..., Opened], path: str) -> None:
    page = visit(path, width=360).page
    expect(page.locator(".suggestion, .theme-title").first).to_be_visible()
    if path == "/":
        _ask(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
