"""The page of ideas and proposals: board, idea, vote, draft, reading, deciding, editing, launch, and who may not."""

import io
import re
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import docx
import pytest
from anyio import CapacityLimiter
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Page, expect
from starlette.datastructures import QueryParams

from api.pages.nbn.past import changes
from api.pages.nbn.shelf import COLUMNS
from api.pages.nbn.spot import SORTS, STAGES, Spot, spot_of
from api.pages.visitor import Visit
from assistant.bootstrap import open_app
from assistant.domain.access import MACHINE
from assistant.domain.vocabulary import NBN_TYPES
from assistant.errors import UsageError
from assistant.pipeline.access import Access, By
from assistant.settings import Settings
from tests.pages.accessible import serious
from tests.pages.conftest import Opened, bare, served
from tests.stub_model import StubModel

PASSWORD = "四月的门锁没有电了真冷啊"
_WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"]), max_size=12)


def _query(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def _open_idea(page: Page, at: int = 0) -> str:
    expect(page.locator(".card-title").first).to_be_visible()
    title = page.locator(".card-title").nth(at).inner_text()
    page.locator(".card-title").nth(at).click()
    expect(page.locator("h1")).to_have_text(title)
    return title


@given(st.builds(Spot, type=st.sampled_from(("", *NBN_TYPES)), theme=_WORDS, product=_WORDS, q=_WORDS, idea=_WORDS))
def test_an_address_is_read_as_it_was_written(spot: Spot) -> None:
    assert spot_of(QueryParams(spot.to().partition("?")[2])) == spot


@pytest.mark.parametrize("spot", [Spot(type="gadget"), Spot(status="sold"), Spot(sort="luck"), Spot(segment="king")])
def test_an_address_without_sense_is_refused(spot: Spot) -> None:
    with pytest.raises(UsageError):
        spot.filters  # noqa: B018 - reading it is what is refused


def test_every_stage_stands_in_one_column() -> None:
    held = [stage for stages in COLUMNS.values() for stage in stages]
    assert sorted(held) == sorted(STAGES)
    assert SORTS[0] == "rank"


@given(_WORDS, _WORDS)
def test_a_difference_holds_both_texts(before: str, after: str) -> None:
    pieces = changes(before, after)
    assert "".join(text for kind, text in pieces if kind != "in") == before
    assert "".join(text for kind, text in pieces if kind != "out") == after


def test_what_was_blanked_out_is_never_cut_in_two() -> None:
    pieces = changes("电话⟦phone:7f3a9c⟧打不通", "电话⟦phone:7f3a9d⟧打不通")
    assert ("out", "⟦phone:7f3a9c⟧") in pieces


def test_the_board_is_narrowed_by_its_address(visit: Callable[..., Opened]) -> None:
    opened = visit("/ideas")
    page = opened.page
    expect(page.locator(".card").first).to_be_visible()
    counts = [int(text) for text in page.locator(".kind-count").all_inner_texts()]
    assert counts[0] == sum(counts[1:]) > 0
    page.locator(".kind.better_product").click()
    page.wait_for_url("**type=better_product*")
    expect(page.locator(".lane .chip.nbn").first).to_have_text("更好的产品")
    assert set(page.locator(".lane .chip.nbn").all_inner_texts()) == {"更好的产品"}
    page.locator(".choice", has=page.get_by_text("产品", exact=True)).locator("select").select_option("L3")
    page.wait_for_url("**product=L3*")
    assert _query(page)["type"] == ["better_product"]
    title = page.locator(".card-title").first.inner_text()
    page.get_by_label("找点子").fill(title[:4])
    page.get_by_label("找点子").press("Enter")
    page.wait_for_url("**&q=*")
    expect(page.locator(".card-title", has_text=title).first).to_be_visible()
    page.get_by_label("找点子").fill("没有这样的词")
    page.get_by_label("找点子").press("Enter")
    expect(page.locator(".empty")).to_contain_text("这些条件下没有点子")
    page.get_by_text("清除筛选").click()
    expect(page.locator(".card").first).to_be_visible()
    assert opened.faults == []


def test_an_idea_tells_why_it_ranks_there_and_takes_a_vote(visit: Callable[..., Opened]) -> None:
    opened = visit("/ideas", language="en")
    page = opened.page
    _open_idea(page)
    expect(page.locator(".score-row")).to_have_count(6)
    expect(page.locator(".rung")).not_to_have_count(0)
    quote = page.locator(".voice blockquote").first.inner_text()
    page.get_by_role("button", name="Open record").first.click()
    expect(page.locator("mark#quoted")).to_have_text(quote)
    page.keyboard.press("Escape")
    bare(page)
    page.get_by_label("Why, in a sentence").fill("打电话给 13812345678 的人也要")
    page.get_by_role("button", name="▲ For 0").click()
    expect(page.locator(".done")).to_be_visible()
    expect(page.get_by_role("button", name="▲ For 1")).to_have_attribute("aria-pressed", "true")
    assert "13812345678" not in page.content()
    page.locator(".done button").click()
    expect(page.get_by_role("button", name="▲ For 0")).to_be_visible()
    assert opened.faults == []


def test_an_idea_is_reworded_put_away_and_brought_back(visit: Callable[..., Opened]) -> None:
    opened = visit("/ideas")
    page = opened.page
    title = _open_idea(page, 1)
    page.get_by_role("button", name="改写").click()
    page.get_by_label("名称").fill("另一个名字")
    page.locator(".sheet:visible button", has_text="保存").click()
    expect(page.locator("h1")).to_have_text("另一个名字")
    page.locator(".done button").click()
    expect(page.locator("h1")).to_have_text(title)
    page.get_by_role("button", name="放下").click()
    page.locator(".sheet:visible button", has_text="提交").click()
    expect(page.locator(".q-notification").last).to_contain_text("请先写明理由")
    page.get_by_label("理由", exact=True).fill("已经有人在做")
    page.locator(".sheet:visible button", has_text="提交").click()
    expect(page.locator(".chip.stage-rejected")).to_be_visible()
    expect(page.get_by_role("button", name="起草提案")).to_have_count(0)
    page.locator(".done button").click()
    expect(page.locator(".done")).to_have_text("已撤销。")
    expect(page.locator(".chip.stage-rejected")).to_have_count(0)
    assert opened.faults == []


def _draft(page: Page, at: int) -> str:
    title = _open_idea(page, at)
    page.get_by_role("button", name="起草提案").click()
    expect(page.locator(".costs")).to_contain_text("不花钱")
    page.locator(".sheet:visible button", has_text="开始起草").click()
    page.wait_for_url("**proposal=pr_*")
    expect(page.locator(".doc-part").first).to_be_visible()
    return title


def test_a_proposal_is_drafted_read_moved_and_taken_out(visit: Callable[..., Opened]) -> None:
    opened = visit("/ideas")
    page = opened.page
    title = _draft(page, 2)
    expect(page.locator("h1")).to_contain_text(title[:4])
    expect(page.locator(".way-step.here")).to_have_text("草稿")
    mark = page.locator("#summary .mark:not(.quiet)").first
    quote = mark.get_attribute("title")
    mark.click()
    expect(page.locator("mark#quoted")).to_have_text(quote or "")
    page.keyboard.press("Escape")
    bare(page)
    page.locator("#summary .mark.quiet").first.click()
    expect(page.locator(".sheet:visible .figure-value")).to_be_visible()
    page.locator(".sheet:visible button", has_text="关闭").click()
    bare(page)
    page.get_by_role("button", name="送交评审").click()
    page.locator(".sheet:visible button", has_text="送交评审").click()
    expect(page.locator(".way-step.here")).to_have_text("评审中")
    page.get_by_role("button", name="批准").click()
    page.locator(".sheet:visible button", has_text="批准").click()
    expect(page.locator(".q-notification").last).to_contain_text("谁批准")
    page.get_by_label("谁批准").fill("李经理")
    page.locator(".sheet:visible button", has_text="批准").click()
    expect(page.locator(".way-step.here")).to_have_text("已批准")
    expect(page.locator("#history .event", has_text="李经理")).to_be_visible()
    with page.expect_download() as coming:
        page.get_by_text("下载 Word").click()
    words = docx.Document(io.BytesIO(Path(coming.value.path()).read_bytes()))
    named = page.locator("h1").inner_text()
    assert named in "\n".join(paragraph.text for paragraph in words.paragraphs)
    page.goto(urlsplit(page.url)._replace(query="").geturl())
    expect(page.locator(".card .chip.stage-approved")).to_be_visible()
    assert opened.faults == []


def test_a_text_is_checked_kept_compared_and_put_back(visit: Callable[..., Opened]) -> None:
    opened = visit("/ideas")
    page = opened.page
    _draft(page, 3)
    stood = page.locator("#next_test .claims").inner_text()
    page.get_by_role("button", name="改写：下一步验证").click()
    box = page.locator(".sheet:visible textarea").first
    box.fill(box.input_value() + "有 9999 位客户在等它。")
    page.locator(".sheet:visible button", has_text="先核对").click()
    expect(page.locator(".verdict .verdict-line.assumption", has_text="9999")).to_be_visible()
    page.locator(".sheet:visible button", has_text="保存").click()
    expect(page.locator(".done.checked .why-marked", has_text="数字没有出处")).to_be_visible()
    expect(page.locator("#next_test .claim.assumption", has_text="9999")).to_be_visible()
    expect(page.locator("#history ins", has_text="9999")).to_be_visible()
    page.locator("#history button", has_text="换回").first.click()
    expect(page.locator("#next_test .claims")).to_have_text(re.compile(re.escape(stood[:12])))
    expect(page.locator("#next_test .claim", has_text="9999")).to_have_count(0)
    page.get_by_role("button", name="改写：下一步验证").click()
    box.fill("两个人同时改。")
    other = visit(urlsplit(page.url)._replace(scheme="", netloc="").geturl()).page
    other.get_by_role("button", name="改写：下一步验证").click()
    other.locator(".sheet:visible textarea").first.fill("另一个人先改了。")
    other.locator(".sheet:visible button", has_text="保存").click()
    expect(other.locator("#next_test .claims")).to_contain_text("另一个人先改了")
    page.locator(".sheet:visible button", has_text="保存").click()
    expect(page.locator(".q-notification").last).to_contain_text("刚被别人改过")
    page.locator(".sheet:visible button", has_text="取消").click()
    bare(page)
    page.get_by_label("说一句意见").fill("先问三家门店")
    page.locator("#history button", has_text="提交").click()
    expect(page.locator("#history .event.commented")).to_contain_text("先问三家门店")
    assert opened.faults == []


def test_a_launch_is_told_and_its_outcome_drawn(visit: Callable[..., Opened]) -> None:
    opened = visit("/ideas")
    page = opened.page
    _draft(page, 4)
    for name in ("送交评审", "批准", "开始开发"):
        page.get_by_role("button", name=name).click()
        if name == "批准":
            page.get_by_label("谁批准").fill("李经理")
        page.locator(".sheet:visible button", has_text=name).click()
        expect(page.locator(".done")).to_be_visible()
        expect(page.get_by_role("button", name=name)).to_have_count(0)
    page.get_by_role("button", name="上市").click()
    page.get_by_label("上市日期").fill("2026-09-01")
    page.get_by_label("前后各看多少天").fill("3")
    page.locator(".sheet:visible button", has_text="上市并开始计数").click()
    expect(page.locator(".q-notification").last).to_contain_text("天数在 7 到 730 之间")
    page.get_by_label("前后各看多少天").fill("30")
    page.locator(".sheet:visible button", has_text="上市并开始计数").click()
    expect(page.locator("#outcome")).to_contain_text("2026-09-01 上线后的结果")
    expect(page.locator("#outcome canvas")).to_be_visible()
    expect(page.locator(".way-step.here")).to_have_text("已上市")
    assert opened.faults == []


def test_a_sentence_of_ones_own_is_drafted_or_refused(visit: Callable[..., Opened]) -> None:
    opened = visit("/ideas?view=proposals")
    page = opened.page
    page.get_by_role("button", name="从一句话起草提案").click()
    page.locator(".sheet:visible button", has_text="开始起草").click()
    expect(page.locator(".q-notification").last).to_contain_text("先写一句话")
    page.get_by_label("一句话", exact=True).fill("给宇航员做一台咖啡机")
    page.locator(".sheet:visible button", has_text="开始起草").click()
    expect(page.locator(".q-notification.bg-negative").last).to_be_visible()
    expect(page.locator(".sheet:visible button", has_text="开始起草")).to_be_visible()
    assert opened.faults == []


def test_what_a_model_will_take_is_said_before_it_is_asked(place: Path, visit: Callable[..., Opened]) -> None:
    with (
        StubModel() as stub,
        served(place, VOC_ENGINE="llm", OPENAI_BASE_URL=stub.base_url, OPENAI_API_KEY="sk") as where,
    ):
        page = visit("/ideas", at=where).page
        _open_idea(page, 6)
        page.get_by_role("button", name="起草提案").click()
        expect(page.locator(".costs")).to_contain_text("约 5 次调用")
        assert stub.chats == []
        page.locator(".sheet:visible button", has_text="开始起草").click()
        page.wait_for_url("**proposal=pr_*")
        expect(page.locator(".chip.quiet-chip")).to_have_text("大模型")
        assert len(stub.chats) >= 5


@pytest.mark.parametrize("path", ["/ideas", "/ideas?view=proposals"])
@pytest.mark.parametrize("look", ["light", "dark"])
def test_the_page_fits_a_phone_and_can_be_read_by_everybody(visit: Callable[..., Opened], path: str, look: str) -> None:
    page = visit(path, width=360, look=look).page
    expect(page.locator(".nbn h1")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert serious(page) == []


def test_an_idea_and_its_proposal_fit_a_phone(visit: Callable[..., Opened]) -> None:
    opened = visit("/ideas", width=360)
    page = opened.page
    _open_idea(page, 5)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert serious(page) == []
    page.get_by_role("button", name="起草提案").click()
    page.locator(".sheet:visible button", has_text="开始起草").click()
    page.wait_for_url("**proposal=pr_*")
    expect(page.locator(".doc-part").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert serious(page) == []
    assert opened.faults == []


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/ideas?idea=id_none", "没有这个点子"),
        ("/ideas?proposal=pr_none", "这份提案打不开"),
        ("/ideas?type=gadget", "网址里的筛选不对"),
    ],
)
def test_what_is_not_there_is_told_in_words(visit: Callable[..., Opened], path: str, told: str) -> None:
    opened = visit(path)
    expect(opened.page.get_by_text(told).first).to_be_visible()
    assert opened.faults == []


@pytest.mark.parametrize(
    ("call", "may"),
    [
        ("POST /v1/ideas/{idea_id}/votes", True), ("PATCH /v1/ideas/{idea_id}", False), ("POST /v1/ideas/merge", False),
        ("POST /v1/proposals", False), ("GET /v1/proposals/{proposal_id}", False),
        ("PATCH /v1/proposals/{proposal_id}", False), ("POST /v1/proposals/{proposal_id}/outcome", False),
    ],
)  # fmt: skip
def test_the_staff_vote_and_decide_nothing(place: Path, call: str, may: bool) -> None:
    app = open_app(Settings(engine="rules", data_dir=place))
    visitor = Visit(app, CapacityLimiter(1), replace(MACHINE, role="staff"), "zh", "auto")
    with nullcontext() if may else pytest.raises(UsageError, match="管理者"):
        visitor.check(call)
    app.close()


@pytest.fixture
def door(tmp_path: Path) -> Iterator[str]:
    """A service with one member of the staff and no data."""
    app = open_app(Settings(engine="rules", data_dir=tmp_path / "data"))
    Access(app.store.access).add_user("小王", "staff", PASSWORD, By("test"))
    app.close()
    with served(tmp_path / "data") as where:
        yield where


def test_staff_see_ideas_and_are_told_who_reads_proposals(door: str, visit: Callable[..., Opened]) -> None:
    page = visit("/ideas", at=door).page
    page.fill("#name", "小王")
    page.fill("#password", PASSWORD)
    page.click("#send")
    page.wait_for_url("**/ideas")
    expect(page.locator(".empty")).to_contain_text("还没有点子")
    expect(page.get_by_role("button", name="从一句话起草提案")).to_have_count(0)
    for path in ("/ideas?view=proposals", "/ideas?proposal=pr_000000000000"):
        page.goto(door + path)
        expect(page.locator(".locked-out")).to_contain_text("提案由管理者阅读和决定")
        assert serious(page) == []
    page.goto(door + "/v1/proposals/pr_000000000000?format=docx")
    expect(page.locator("body")).to_contain_text("manager")
