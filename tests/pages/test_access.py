"""Who may do what on the pages: the same rules as on the service's own addresses, and the same lines in the book."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from anyio import CapacityLimiter
from playwright.sync_api import expect

from api.limits import Buckets, seconds_to_wait
from api.pages.visitor import Visit
from assistant.bootstrap import App, open_app
from assistant.domain.access import MACHINE, Limits, Principal, Role
from assistant.errors import UsageError
from assistant.pipeline.access import Access, By
from assistant.settings import Settings
from tests.pages.conftest import Opened, served

NO_LIMITS = Limits()
PASSWORD = "四月的门锁没有电了真冷啊"


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    built = open_app(Settings(engine="rules", data_dir=tmp_path / "data"))
    yield built
    built.close()


def _visit(app: App, principal: Principal, session: str = "") -> Visit:
    return Visit(app, CapacityLimiter(1), principal, "zh", "auto", session)


def _key(app: App, role: Role, limits: Limits = NO_LIMITS) -> tuple[str, Principal]:
    """A key that opens the door: its id, and who comes with it."""
    made = Access(app.store.access).create_key("柜台", role, By("test"), limits=limits)
    principal = Access(app.store.access).key_holder(made.secret)
    assert principal is not None
    return made.key.id, principal


@pytest.mark.parametrize(
    ("role", "call", "may"),
    [
        ("staff", "POST /v1/ask", True),
        ("staff", "POST /v1/feedback", True),
        ("staff", "POST /v1/themes/merge", False),
        ("staff", "PATCH /v1/themes/{theme_id}", False),
        ("manager", "POST /v1/themes/merge", True),
        ("manager", "POST /v1/themes/edits/{edit_id}/undo", True),
        ("admin", "PATCH /v1/themes/{theme_id}", True),
    ],
)
def test_an_action_asks_for_what_the_same_call_asks_for(app: App, role: Role, call: str, may: bool) -> None:
    visit = _visit(app, _key(app, role)[1])
    if may:
        assert visit.check(call).role is not None
        return
    with pytest.raises(UsageError, match="权限"):
        visit.check(call)


def test_a_session_that_has_ended_does_nothing_more(app: App) -> None:
    access = Access(app.store.access)
    access.add_user("李雷", "manager", PASSWORD, By("test"))
    begun = access.log_in("李雷", PASSWORD)
    assert begun is not None
    principal = access.session_holder(begun.cookie)
    assert principal is not None
    visit = _visit(app, principal, begun.cookie)
    visit.check("POST /v1/themes/merge")
    access.log_out(begun.cookie)
    with pytest.raises(UsageError, match="重新登录"):
        visit.check("POST /v1/themes/merge")


def test_a_page_opened_by_a_key_does_nothing_more_when_that_is_revoked(app: App) -> None:
    key_id, principal = _key(app, "manager")
    visit = _visit(app, principal)
    visit.check("POST /v1/ask")
    app.store.access.revoke_key(key_id, "test", "cli")
    with pytest.raises(UsageError, match="重新登录"):
        visit.check("POST /v1/ask")


def test_questions_over_the_socket_count_like_requests(app: App) -> None:
    _, principal = _key(app, "staff", Limits(per_minute=3))
    buckets = Buckets()
    visit = Visit(app, CapacityLimiter(1), principal, "zh", "auto", "", buckets)
    for _ in range(2):
        visit.check("POST /v1/ask")
    assert seconds_to_wait(buckets, principal) == 0
    with pytest.raises(UsageError, match="一分钟最多做 3 次"):
        visit.check("POST /v1/ask")
    machine = Visit(app, CapacityLimiter(1), MACHINE, "zh", "auto", "", buckets)
    with pytest.raises(UsageError, match="重新登录"):
        machine.check("POST /v1/ask")


def test_what_is_done_stands_in_the_book(app: App) -> None:
    visit = _visit(app, MACHINE)
    visit.note(visit.check("POST /v1/themes/merge"), "th_1")
    assert app.store.noted()[0]["action"] == "themes.merge"


def test_staff_look_and_ask_but_put_nothing_right(tmp_path: Path, visit: Callable[..., Opened]) -> None:
    app = open_app(Settings(engine="rules", data_dir=tmp_path / "data"))
    Access(app.store.access).add_user("小王", "staff", PASSWORD, By("test"))
    app.close()
    with served(tmp_path / "data") as where:
        page = visit("/needs", at=where).page
        page.fill("#name", "小王")
        page.fill("#password", PASSWORD)
        page.click("#send")
        page.wait_for_url("**/needs")
        expect(page.locator(".empty")).to_contain_text("这些筛选下没有主题")
        page.goto(where + "/")
        expect(page.locator(".empty")).to_contain_text("还没有客户反馈")
        page.locator(".ask-box textarea").fill("客户在意什么?")
        page.locator(".ask-box textarea").press("Enter")
        expect(page.locator(".turn .end")).to_be_visible()
        page.get_by_role("button", name="退出").click()
        expect(page.locator("#password")).to_be_visible()
        page.goto(where + "/needs")
        expect(page.locator("#password")).to_be_visible()
