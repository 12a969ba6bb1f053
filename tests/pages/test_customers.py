"""The page of leads and customers: a lead taken, handed on and won, who is invited and who is not, one customer whole."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from assistant.bootstrap import open_app
from assistant.intake.shapes import ReadOptions
from assistant.pipeline.access import Access, By
from assistant.settings import Settings
from tests.pages.conftest import Opened, served

PASSWORD = "四月的门锁没有电了真冷啊"
EVIL = "想再买两台<script>alert(1)</script>![图](http://evil.example/a.png)给分店用,有没有企业价?"
FIRM = {
    "id": "C-100",
    "segment": "enterprise",
    "region": "广东深圳",
    "since": "2024-05",
    "owned": ["P2", "N7"],
    "bought_service": True,
}
SHOP = {"id": "C-200", "segment": "sme", "region": "广东广州"}
HOME = {"id": "C-300", "segment": "consumer", "region": "上海", "owned": ["L3"]}
SAID: list[tuple[str, str, str, str, Mapping[str, object], str]] = [
    ("R-1", "ticket", "2026-06-03", "P2", FIRM, "打印机升级之后天天掉线,老板就在旁边看着,真丢人。能不能出个一直在线的套餐,我们愿意按月付费。"),
    ("R-2", "chat", "2026-07-14", "P2", FIRM, "墨粉盒太贵了,换兼容的机器又不认。要是能包年送墨粉,我们签三年都行。"),
    ("R-3", "call", "2026-09-02", "N7", FIRM, EVIL),
    ("R-4", "ticket", "2026-08-08", "P2", SHOP, "墨粉贵得离谱,有没有大容量的墨粉盒可以买?"),
    ("R-5", "chat", "2026-09-09", "P2", SHOP, "别再给我打电话推销了,我不想买任何东西,烦死了。"),
    ("R-6", "review", "2026-09-12", "L3", HOME, "门锁很好用,我已经推荐给邻居了,还想给父母家也装一把。"),
]  # fmt: skip


def _line(row: tuple[str, str, str, str, Mapping[str, object], str]) -> str:
    name, channel, day, product, customer, text = row
    at = f"{day}T09:00:00+08:00"
    return json.dumps({"id": name, "channel": channel, "created_at": at, "product": product, "customer": customer, "text": text},
                      ensure_ascii=False)  # fmt: skip


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory of three customers: a firm with wishes, a shop that wants no selling, and a happy home."""
    folder = tmp_path_factory.mktemp("customers")
    source = folder / "said.jsonl"
    source.write_text("\n".join(map(_line, SAID)), encoding="utf-8")
    app = open_app(Settings(engine="rules", data_dir=folder / "data"))
    dict(app.pipeline.run([source], ReadOptions()))
    app.close()
    return folder / "data"


@pytest.fixture(scope="module")
def at(shop: Path) -> Iterator[str]:
    """Where a service shows it."""
    with served(shop) as where:
        yield where


def _open_lead(page: Page, quote: str) -> None:
    page.get_by_role("button", name=f"打开线索:{quote}".replace(":", "：")).click()
    expect(page.locator(".lead-panel .lead-said")).to_contain_text(quote)


def test_a_lead_is_taken_handed_over_noted_and_won(visit: Callable[..., Opened], at: str) -> None:
    opened = visit("/customers", at=at)
    page = opened.page
    expect(page.locator(".lane-new .lane-count")).to_have_text("3")
    _open_lead(page, "我们愿意按月付费")
    panel = page.locator(".lead-panel")
    panel.get_by_role("button", name="登记到我名下").click()
    expect(panel.locator("p.lead-owner")).to_have_text("本机")
    panel.get_by_label("转给谁").fill("韩梅梅")
    panel.get_by_role("button", name="转交").click()
    expect(panel.locator("p.lead-owner")).to_have_text("韩梅梅")
    panel.get_by_label("写给同事的话").fill("客户电话 13812345678,周五回")
    panel.get_by_role("button", name="保存备注").click()
    expect(panel.locator(".facts", has_text="备注").last).to_contain_text("［手机号］")
    panel.get_by_role("button", name="成交").click()
    expect(panel.get_by_role("button", name="成交")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Escape")
    expect(page.locator(".lane-won .lead-owner")).to_have_text("韩梅梅")
    expect(page.locator(".stage-won .funnel-count")).to_have_text("1")
    assert "13812345678" not in page.content()
    assert opened.faults == []


def test_who_wants_no_selling_is_left_in_peace_unless_for_a_reason(visit: Callable[..., Opened], at: str) -> None:
    opened = visit("/customers", at=at)
    page = opened.page
    expect(page.locator(".held")).to_contain_text("另有 1 条暂缓")
    page.get_by_role("link", name="看看是哪些").click()
    page.wait_for_url("**status=hold*")
    _open_lead(page, "有没有大容量的墨粉盒可以买")
    panel = page.locator(".lead-panel")
    expect(panel.locator(".warning")).to_contain_text("R-5")
    panel.get_by_role("button", name="登记到我名下").click()
    expect(page.locator(".q-notification").last).to_contain_text("写明理由")
    panel.get_by_label("为什么仍要跟进").fill("客户自己来电要的")
    panel.get_by_role("button", name="登记到我名下").click()
    expect(panel.locator(".facts", has_text="仍要跟进的理由")).to_contain_text("客户自己来电要的")
    assert opened.faults == []


def test_filters_of_leads_live_in_the_address(visit: Callable[..., Opened], at: str) -> None:
    opened = visit("/customers?view=list", at=at)
    page = opened.page
    expect(page.locator(".wide-list tbody tr").first).to_be_visible()
    page.locator("label", has_text="类型").locator("select").first.select_option("repurchase")
    page.wait_for_url("**kind=repurchase*")
    expect(page.locator(".wide-list tbody tr")).to_have_count(1)
    page.get_by_label("地区").fill("上")
    page.get_by_label("地区").press("Tab")
    page.wait_for_url("**region=*")
    expect(page.locator(".wide-list tbody tr")).to_have_count(1)
    page.goto(f"{at}/customers?view=list&region=广东&kind=repurchase")
    expect(page.locator(".empty")).to_be_visible()
    assert opened.faults == []


def test_every_point_is_explained_and_those_left_out_are_counted(visit: Callable[..., Opened], at: str) -> None:
    opened = visit("/customers?show=value", at=at)
    page = opened.page
    expect(page.locator(".tile-averse dd").first).to_have_text("1")
    expect(page.locator(".screened-one .theme-title")).to_have_text(["C-100", "C-300"])
    first = page.locator(".screened-one").first
    points = [float(one) for one in first.locator(".points-item .number").all_inner_texts()]
    assert round(sum(points), 1) == float(first.locator(".score").inner_text())
    expect(first.locator(".points-list")).to_contain_text("提过 3 条建议")
    assert opened.faults == []


def test_one_customer_s_timeline_opens_records_and_shows_hostile_words_as_text(
    visit: Callable[..., Opened], at: str
) -> None:
    opened = visit("/customers?show=all", at=at)
    page = opened.page
    page.get_by_label("客户编号").fill("C-100")
    page.get_by_role("button", name="查找").click()
    page.wait_for_url("**customer=C-100*")
    expect(page.locator("h1")).to_have_text("C-100")
    expect(page.locator(".chart canvas").first).to_be_visible()
    expect(page.locator(".event time")).to_have_text(["2026-09-02", "2026-07-14", "2026-06-03"])
    page.get_by_role("button", name="打开记录: R-3").click()
    expect(page.locator(".record-text")).to_contain_text("<script>alert(1)</script>![图](http://evil.example/a.png)")
    page.keyboard.press("Escape")
    expect(page.locator(".life-side .line")).to_have_count(2)
    expect(page.get_by_role("link", name="要删除这位客户的全部资料")).to_have_attribute("href", "/admin?customer=C-100")
    assert page.locator("main img, main script").count() == 0
    assert opened.faults == []


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/customers?customer=nobody", "没有这位客户"),
        ("/customers?status=king", "status=king"),
        ("/customers?lead=ld_none", "没有这条线索"),
        ("/customers?show=value&region=火星", "这里没有可以邀请的客户"),
    ],
)
def test_what_is_not_there_is_told_in_words(visit: Callable[..., Opened], at: str, path: str, told: str) -> None:
    opened = visit(path, at=at)
    expect(opened.page.get_by_text(told).first).to_be_visible()
    assert opened.faults == []


@pytest.mark.parametrize(
    "path", ["/customers", "/customers?show=value", "/customers?show=all", "/customers?customer=C-100"]
)
def test_a_phone_shows_it_whole_in_english(visit: Callable[..., Opened], at: str, path: str) -> None:
    opened = visit(path, at=at, width=360, language="en")
    page = opened.page
    expect(page.locator(".lane, .screened-one, .people tbody tr, .event").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert opened.faults == []


def test_staff_follow_leads_and_erase_nobody(tmp_path: Path, visit: Callable[..., Opened]) -> None:
    source = tmp_path / "said.jsonl"
    source.write_text("\n".join(map(_line, SAID)), encoding="utf-8")
    app = open_app(Settings(engine="rules", data_dir=tmp_path / "data"))
    dict(app.pipeline.run([source], ReadOptions()))
    Access(app.store.access).add_user("小王", "staff", PASSWORD, By("test"))
    app.close()
    with served(tmp_path / "data") as where:
        page = visit("/customers?customer=C-300", at=where).page
        page.fill("#name", "小王")
        page.fill("#password", PASSWORD)
        page.click("#send")
        expect(page.locator(".event")).to_have_count(1)
        expect(page.locator(".erase")).to_have_count(0)
        page.locator(".life-side .lead-quote").first.click()
        page.locator(".lead-panel").get_by_role("button", name="登记到我名下").click()
        expect(page.locator(".lead-panel p.lead-owner")).to_have_text("小王")


def test_an_open_lead_has_an_address_and_a_note_is_shown_readably(visit: Callable[..., Opened], at: str) -> None:
    opened = visit("/customers?view=list", at=at)
    page = opened.page
    page.locator(".lead-quote").first.click()
    page.wait_for_url("**lead=ld_*")
    panel = page.locator(".lead-panel")
    panel.get_by_label("写给同事的话").fill("电话 13812345678,周五回")
    panel.get_by_role("button", name="保存备注").click()
    expect(panel.get_by_label("写给同事的话")).to_have_value("电话 ［手机号］,周五回")
    panel.get_by_label("写给同事的话").fill("电话 ［手机号］,周六回")
    panel.get_by_role("button", name="保存备注").click()
    expect(panel.locator(".facts", has_text="周六回").last).to_contain_text("［手机号］")
    address = page.url
    page.keyboard.press("Escape")
    page.wait_for_url(lambda where: "lead=" not in where)
    page.goto(address)
    expect(page.locator(".lead-panel").get_by_label("写给同事的话")).to_have_value("电话 ［手机号］,周六回")
    assert opened.faults == []
