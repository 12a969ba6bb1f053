"""How administration stands at a glance: who may come in, what it costs, what waits for somebody, what happened last."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from api.pages.admin.book import lines_table, names_of
from api.pages.admin.keys import ending_soon
from api.pages.admin.spending import Spent, spending_chart, spent_of
from api.pages.parts import box, link, tag
from api.pages.visitor import Visit
from api.routes.retaining import today
from assistant.domain.access import Key, User
from assistant.pipeline.journal import unfinished
from assistant.records.database import now

_LATEST = 8


@dataclass(frozen=True, slots=True)
class Glance:
    """What the overview shows."""

    open: bool
    keys: list[Key]
    users: list[User]
    lines: int
    latest: list[dict[str, Any]]
    names: dict[str, str]
    spent: Spent
    due: int
    unfinished: int


def glance_of(visit: Visit) -> Glance:
    """Look at everything once."""
    store = visit.app.store
    return Glance(
        store.access.open, store.access.all_keys(), store.access.all_users(), store.count_noted(), store.noted(_LATEST), names_of(visit),
        spent_of(visit), sum(one["records"] for one in store.overdue(today())),
        unfinished(visit.app.pipeline.context.data_dir),
    )  # fmt: skip


def overview_part(visit: Visit, found: Glance) -> None:
    """Show it."""
    words = visit.words
    tag("h1", words("ad_title"))
    if found.open:
        with box("warning ad-first", role="note"):
            tag("p", words("ad_open_told"))
            link(words("ad_user_new"), "/admin?part=users", "button")
    if found.unfinished:
        tag("p", words("ad_unfinished", n=found.unfinished), "fault", role="alert")
    _tiles(visit, found)
    if found.spent.rows:
        with box("sheet-flat ad-part"):
            spending_chart(visit, found.spent, 200)
    if found.latest:
        with box("heading ad-part"):
            tag("h2", words("ad_latest"))
            link(words("ad_whole_book"), "/admin?part=audit", "more")
        lines_table(visit, found.latest, found.names)


def _tiles(visit: Visit, found: Glance) -> None:
    words, moment = visit.words, now()
    may = [user for user in found.users if user.disabled_at is None]
    soon, host = ending_soon(found.keys, moment), urlsplit(visit.app.settings.oidc_issuer or "").netloc
    tokens, cost = sum(row.tokens for row in found.spent.rows), sum(row.cost for row in found.spent.rows)
    shown = [
        ("ad_access", words("ad_open") if found.open else words("ad_closed"), words("ad_sso", host=host) if host else words("ad_no_sso"), "users", True),
        ("ad_users_in", f"{len(may):,}", words("ad_admins", n=sum(user.role == "admin" for user in may)), "users", False),
        ("ad_keys_hold", f"{sum(key.holds(moment) for key in found.keys):,}", words("ad_keys_ending", n=soon) if soon else "", "keys", False),
        ("ad_tokens_month", f"{tokens:,}", words("ad_cost_told", cost=f"{cost:,.2f}"), "spending", False),
        ("ad_due", f"{found.due:,}", words("ad_due_told"), "retention", False),
        ("ad_lines", f"{found.lines:,}", "", "audit", False),
    ]  # fmt: skip
    with tag("dl", "", "tiles"):
        for name, value, told, part, small in shown:
            with box("tile"):
                tag("dt", words(name))
                with tag("dd", "", "ad-small" if small else ""):
                    link(value, f"/admin?part={part}", "ad-tile")
                if told:
                    tag("dd", told, "facts")
