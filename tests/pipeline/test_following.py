"""Who may change a lead, to whom it is handed, and that it is won by somebody who was asked."""

from pathlib import Path

import pytest

from api.roles import RULES
from assistant.bootstrap import App, open_app
from assistant.domain.access import Principal, Role, User
from assistant.domain.filters import Filters
from assistant.errors import NotTheirsError, UsageError
from assistant.intake.shapes import ReadOptions
from assistant.pipeline.access import Access, By
from assistant.pipeline.following import colleagues, follow, may_follow
from assistant.records.lead_store import LeadChange
from assistant.settings import Settings

_LINE = '{"id": "T-1", "channel": "ticket", "customer": {"id": "C-1"}, "text": "有没有外接的应急电源卖，想买一个给门锁备着"}'


@pytest.fixture
def app(tmp_path: Path) -> App:
    source = tmp_path / "said.jsonl"
    source.write_text(_LINE, encoding="utf-8")
    made = open_app(Settings(engine="rules", data_dir=tmp_path / "data"))
    dict(made.pipeline.run([source], ReadOptions()))
    return made


def _somebody(name: str, role: Role = "staff") -> Principal:
    return Principal(f"us_{name}", name, role, "user")


def _change(app: App, change: LeadChange, by: Principal) -> dict[str, object]:
    lead_id = app.store.list_leads(Filters(), 1)[0][0]["id"]
    return follow(app.store, app.store.access, lead_id, change, by)


def test_the_staff_change_their_own_and_nobodys(app: App) -> None:
    assert _change(app, LeadChange(owner="wang"), _somebody("wang"))["owner"] == "wang"
    with pytest.raises(NotTheirsError):
        _change(app, LeadChange("contacted"), _somebody("li"))
    assert _change(app, LeadChange("contacted"), _somebody("zhou", "manager"))["status"] == "contacted"
    assert [may_follow(_somebody("li"), owner) for owner in (None, "li", "wang")] == [True, True, False]


def test_a_lead_is_handed_to_who_is_there(app: App) -> None:
    assert _change(app, LeadChange(owner="somebody"), _somebody("zhou", "manager"))["owner"] == "somebody"
    access = Access(app.store.access)
    for name in ("wang", "gone"):
        access.add_user(name, "staff", "correct horse battery", By("test"))
    access.disable_user("gone", By("test"))
    assert colleagues(app.store.access) == ["wang"]
    for name in ("gone", "nobody"):
        with pytest.raises(UsageError, match="no active user"):
            _change(app, LeadChange(owner=name), _somebody("zhou", "manager"))
    assert _change(app, LeadChange(owner="wang"), _somebody("zhou", "manager"))["owner"] == "wang"


def test_it_is_won_by_who_was_contacted_or_with_a_note(app: App) -> None:
    with pytest.raises(UsageError, match="note"):
        _change(app, LeadChange("won"), _somebody("wang"))
    assert _change(app, LeadChange("won", owner="wang", note="门店当场买的"), _somebody("wang"))["status"] == "won"


@pytest.mark.parametrize(("role", "sees"), [("staff", False), ("manager", False), ("admin", True)])
def test_what_the_model_cost_is_for_administrators(role: Role, sees: bool) -> None:
    somebody = User("us_1", "wang", role, "2026-01-01T00:00:00+00:00", "test", None).principal()
    assert somebody.may(RULES["GET /metrics"].role or "staff", RULES["GET /metrics"].scope) is sees
