"""The page of administration in a real browser: keys, users, the book, erasing with its proof, retention, and who is refused."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from api.entry import COOKIE, CSRF_COOKIE
from assistant.bootstrap import App, open_app
from assistant.intake.shapes import ReadOptions
from assistant.pipeline.access import Access, By, csrf_token
from assistant.settings import Settings
from tests.api.conftest import PHONE, TICKETS, _wire
from tests.pages.conftest import Opened, bare, served

PASSWORD = "四月的门锁没有电了真冷啊"
BY = By("test")
KEY = re.compile(r"voc_[a-z0-9]{8}_[\w-]{43}")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with customers and one user of each role."""
    folder = tmp_path_factory.mktemp("admin")
    source = folder / "tickets.jsonl"
    source.write_text("\n".join(map(_wire, TICKETS)), encoding="utf-8")
    app = open_app(Settings(engine="rules", data_dir=folder / "data"))
    dict(app.pipeline.run([source], ReadOptions()))
    access = Access(app.store.access)
    for name, role in (("王琳", "admin"), ("李雷", "manager"), ("小周", "staff")):
        access.add_user(name, role, PASSWORD, BY)  # type: ignore[arg-type]
    app.close()
    return folder / "data"


@pytest.fixture(scope="module")
def where(house: Path) -> Iterator[str]:
    with served(house) as address:
        yield address


@pytest.fixture
def store(house: Path) -> Iterator[App]:
    """The same data, looked at from outside."""
    app = open_app(Settings(engine="rules", data_dir=house))
    yield app
    app.close()


@pytest.fixture
def enter(visit: Callable[..., Opened], where: str, store: App) -> Callable[..., Opened]:
    """Opens a page in a session that has begun."""

    def entered(path: str, who: str = "王琳", **more: object) -> Opened:
        begun = Access(store.store.access).log_in(who, PASSWORD)
        assert begun is not None
        opened = visit("/login", at=where, **more)
        cookies = {COOKIE: begun.cookie, CSRF_COOKIE: csrf_token(begun.cookie)}
        opened.page.context.add_cookies(
            [{"name": name, "value": value, "url": where} for name, value in cookies.items()]
        )
        opened.page.goto(where + path)
        return opened

    return entered


def log_in(page: Page, who: str) -> None:
    page.fill("#name", who)
    page.fill("#password", PASSWORD)
    page.click("#send")


def _me(where: str, key: str) -> int:
    return httpx.get(f"{where}/v1/me", headers={"authorization": f"Bearer {key}"}, timeout=60).status_code


def test_a_key_is_shown_once_works_at_once_and_not_after(enter: Callable[..., Opened], where: str, store: App) -> None:
    opened = enter("/admin?part=keys")
    page = opened.page
    page.get_by_role("button", name="新建密钥").first.click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_label("名字").fill("工单系统")
    sheet.get_by_role("radio", name="管理者").check()
    sheet.get_by_label("每分钟请求").fill("许多")
    sheet.get_by_role("button", name="新建密钥").click()
    expect(page.locator(".q-notification", has_text="整数")).to_be_visible()
    sheet.get_by_label("每分钟请求").fill("120")
    sheet.get_by_label("管理", exact=True).uncheck()
    sheet.get_by_role("button", name="新建密钥").click()
    expect(page.locator("#secret")).to_be_visible()
    key = page.locator("#secret").inner_text()
    assert KEY.fullmatch(key)
    assert _me(where, key) == 200
    made = store.store.access.all_keys()[0]
    assert (made.name, made.role, made.per_minute, "admin" in made.scopes) == ("工单系统", "manager", 120, False)
    page.get_by_role("button", name="我已保存").click()
    expect(page.locator(".ad-row")).to_contain_text("工单系统")
    assert key not in page.content()
    page.get_by_role("button", name="吊销密钥「工单系统」？").click()
    page.get_by_role("dialog").get_by_role("button", name="吊销", exact=True).click()
    expect(page.locator(".empty")).to_be_visible()
    assert _me(where, key) == 401
    assert [(line["actor"], line["via"], line["action"]) for line in store.store.noted(2)] == [
        ("王琳", "page", "keys.revoke"),
        ("王琳", "page", "keys.create"),
    ]
    assert opened.faults == []
    assert all(call.startswith((where, "ws://127.0.0.1", "data:")) for call in opened.calls)


def test_the_book_is_narrowed_by_its_address(enter: Callable[..., Opened], where: str) -> None:
    page = enter("/admin?part=audit").page
    page.locator(".ad-filters select").nth(1).select_option("users")
    page.wait_for_url("**action=users*")
    expect(page.locator(".ad-lines tbody tr")).to_have_count(3)
    page.locator(".ad-filters input").first.fill("2999-01-01")
    page.wait_for_url("**since=2999-01-01*")
    expect(page.locator(".empty")).to_be_visible()
    page.goto(f"{where}/admin?part=audit&offset=99999999999999&via=%27%3B--")
    expect(page.locator(".empty")).to_be_visible()


def test_users_are_added_given_roles_and_shut_out(
    enter: Callable[..., Opened], visit: Callable[..., Opened], where: str, store: App
) -> None:
    page = enter("/admin?part=users", language="en").page
    page.get_by_role("button", name="Add a user").first.click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_label("Name").fill("韩梅梅")
    sheet.get_by_label("Password").fill("short")
    sheet.get_by_role("button", name="Add a user").click()
    expect(page.locator(".q-notification", has_text="12 to 200")).to_be_visible()
    sheet.get_by_role("button", name="Make one up").click()
    expect(sheet.get_by_label("Password")).to_have_value(re.compile("-.*-"))
    password = sheet.get_by_label("Password").input_value()
    sheet.get_by_role("button", name="Add a user").click()
    row = page.locator(".ad-row", has_text="韩梅梅")
    expect(row).to_be_visible()
    assert password not in page.content()
    hers = visit("/needs", at=where).page
    hers.fill("#name", "韩梅梅")
    hers.fill("#password", password)
    hers.click("#send")
    hers.wait_for_url("**/needs")
    row.get_by_role("combobox").select_option("manager")
    expect(page.locator(".q-notification", has_text="role is changed")).to_be_visible()
    assert store.store.access.user("韩梅梅").role == "manager"
    hers.evaluate("vocStillIn()")
    expect(hers.get_by_role("dialog")).to_contain_text("登录已过期")
    hers.get_by_role("dialog").get_by_role("link").click()
    expect(hers.locator(".door-notice")).to_contain_text("登录已过期")
    row.get_by_role("button", name="Shut 韩梅梅 out?").click()
    page.get_by_role("dialog").get_by_role("button", name="Shut out").click()
    expect(page.locator(".ad-row.over")).to_contain_text("韩梅梅")
    mine = page.locator(".ad-row", has_text="王琳")
    expect(mine.get_by_role("combobox")).to_have_count(0)
    expect(mine.get_by_role("button", name=re.compile("Shut"))).to_have_count(0)


def test_a_customer_is_erased_with_proof_and_the_book_shows_it(enter: Callable[..., Opened], store: App) -> None:
    opened = enter("/admin?part=erase")
    page = opened.page
    page.get_by_label("客户编号、手机号或邮箱").fill("nobody-9")
    page.get_by_role("button", name="看看是谁").click()
    expect(page.locator(".fault")).to_contain_text("不能抹除")
    page.get_by_label("客户编号、手机号或邮箱").fill(PHONE)
    page.get_by_role("button", name="看看是谁").click()
    expect(page.locator(".ad-meant")).to_have_count(len(TICKETS))
    assert PHONE not in page.url
    page.get_by_label("客户编号、手机号或邮箱").fill("C-T-6")
    page.get_by_role("button", name="看看是谁").click()
    expect(page.locator(".ad-meant")).to_have_count(1)
    expect(page.locator(".ad-meant")).to_contain_text("1 条反馈")
    page.get_by_role("button", name="抹除这位").click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_role("button", name="永久抹除").click()
    expect(page.locator(".q-notification", has_text="理由")).to_be_visible()
    sheet.get_by_label("理由").fill(f"本人来电要求，{PHONE}")
    sheet.get_by_role("button", name="永久抹除").click()
    expect(page.locator(".q-notification", has_text="确认词")).to_be_visible()
    word = sheet.get_by_label("来确认").evaluate("(one) => one.closest('label').innerText").split()[1]
    sheet.get_by_label("来确认").fill(word)
    sheet.get_by_role("button", name="永久抹除").click()
    expect(page.locator(".ad-good")).to_contain_text("没有残留")
    expect(page.locator("#receipt")).to_contain_text("反馈记录")
    line = store.store.noted(1)[0]
    assert (line["actor"], line["via"], line["action"], line["found"]) == ("王琳", "page", "erase", 1)
    assert PHONE not in line["reason"]
    page.get_by_label("客户编号、手机号或邮箱").fill("C-T-6")
    page.get_by_role("button", name="看看是谁").click()
    expect(page.locator(".fault")).to_contain_text("没有这样东西")
    page.goto(page.url.replace("part=erase", "part=audit"))
    expect(page.locator(".ad-lines")).to_contain_text("抹除")
    page.get_by_role("button", name="核对整本").click()
    expect(page.locator(".ad-good")).to_contain_text("全部对得上")
    with page.expect_download() as taken:
        page.get_by_role("link", name="下载 CSV").click()
    text = Path(taken.value.path()).read_text(encoding="utf-8-sig")
    assert "erase" in text
    assert PHONE not in text
    assert opened.faults == []


def test_a_rule_of_retention_shows_what_is_due_and_erases_it(enter: Callable[..., Opened], store: App) -> None:
    page = enter("/admin?part=retention").page
    before = sum(store.store.sources().values())
    page.locator(".ad-row").get_by_role("combobox").select_option("30")
    button = page.get_by_role("button", name=re.compile("抹除到期的"))
    expect(button).to_be_visible()
    button.click()
    page.get_by_role("button", name="取消").click()
    bare(page)
    assert sum(store.store.sources().values()) == before
    page.locator(".ad-row").get_by_role("combobox").select_option("")
    expect(button).to_have_count(0)
    assert [line["action"] for line in store.store.noted(2)] == ["retain", "retain"]


@pytest.mark.parametrize("part", ["overview", "spending", "alerts"])
@pytest.mark.parametrize(("language", "look", "width"), [("zh", "dark", 1280), ("en", "light", 360)])
def test_every_part_stands_on_any_screen(
    enter: Callable[..., Opened], part: str, language: str, look: str, width: int
) -> None:
    opened = enter(f"/admin?part={part}", language=language, look=look, width=width)
    expect(opened.page.locator(".ad-inside h1")).to_be_visible()
    assert opened.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert opened.faults == []


def test_a_manager_is_refused_in_their_own_words(enter: Callable[..., Opened], where: str) -> None:
    for language, said, way in (("zh", "这一页需要管理员权限", "问答"), ("en", "for the role admin", "Ask")):
        page = enter("/needs", "李雷", language=language).page
        expect(page.get_by_role("link", name="管理" if language == "zh" else "Admin", exact=True)).to_have_count(0)
        answer = page.goto(f"{where}/admin")
        assert answer is not None
        assert answer.status == 403
        expect(page.locator("h1")).to_contain_text(said)
        expect(page.get_by_role("main")).to_contain_text("李雷")
        expect(page.get_by_role("main").get_by_role("link", name=way, exact=True)).to_be_visible()
        missing = page.goto(f"{where}/no/such/page")
        assert missing is not None
        assert missing.status == 404
        page.get_by_role("link", name="切换为中文" if language == "en" else "Switch to English").click()
        expect(page.locator("h1")).to_have_text("没有这一页" if language == "en" else "There is no such page")


def test_logging_in_and_out_in_both_languages(visit: Callable[..., Opened], where: str) -> None:
    for language, wrong, out in (("zh", "名字或密码不对", "已退出"), ("en", "Name or password is wrong", "logged out")):
        page = visit("/needs?product=P2", at=where, language=language).page
        page.fill("#name", "小周")
        page.fill("#password", "x" * 12)
        page.click("#send")
        expect(page.get_by_role("alert")).to_contain_text(wrong)
        log_in(page, "小周")
        page.wait_for_url("**/needs?product=P2")
        page.get_by_role("button", name="退出" if language == "zh" else "Log out").click()
        expect(page.locator(".door-notice")).to_contain_text(out)
        page.goto(f"{where}/needs")
        expect(page.locator("#password")).to_be_visible()


def test_the_first_administrator_closes_the_door(visit: Callable[..., Opened], tmp_path: Path) -> None:
    with served(tmp_path / "data") as fresh:
        page = visit("/admin", at=fresh).page
        other = visit("/admin?part=keys", at=fresh).page
        expect(other.locator(".warning")).to_contain_text("管理员")
        page.get_by_role("link", name="添加用户").click()
        page.get_by_role("button", name="添加用户").first.click()
        sheet = page.get_by_role("dialog")
        expect(sheet.get_by_role("radio", name="客服人员")).to_be_disabled()
        sheet.get_by_label("名字").fill("王琳")
        sheet.get_by_label("密码").fill(PASSWORD)
        sheet.get_by_role("button", name="添加用户").click()
        page.wait_for_url("**/login**")
        other.get_by_role("button", name="新建密钥").first.click()
        other.get_by_role("dialog").get_by_label("名字").fill("后门")
        other.get_by_role("dialog").get_by_role("button", name="新建密钥").click()
        expect(other.locator("#logged-out")).to_be_visible()
        log_in(page, "王琳")
        expect(page.locator(".ad-nav")).to_be_visible()
