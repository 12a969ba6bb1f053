"""What each key and user used of the model: day by day as a chart, and beside the daily limits."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nicegui import ui

from api.pages.admin.forms import heading
from api.pages.charts import stacked
from api.pages.parts import box, emptiness, table, tag
from api.pages.visitor import Visit
from assistant.records.access_store import Spending
from assistant.records.database import now

DAYS = 30
_NAMED = 6
"""Keys and users with a colour of their own; the others are one."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What was used on each of the last days, by whom, and what each may use a day."""

    days: Sequence[str]
    rows: Sequence[Spending]
    names: Mapping[str, str]
    limits: Mapping[str, int | None]


def spent_of(visit: Visit) -> Spent:
    """What the part shows."""
    store, today = visit.app.store.access, dt.date.fromisoformat(now()[:10])
    days = [(today - dt.timedelta(days=n)).isoformat() for n in reversed(range(DAYS))]
    keys, users = store.all_keys(), store.all_users()
    names = {
        "machine": visit.words("ad_machine"),
        **{one.id: one.name for one in keys},
        **{one.id: one.name for one in users},
    }
    return Spent(days, store.spendings(days[0]), names, {key.id: key.tokens_per_day for key in keys})


def spending_part(visit: Visit, found: Spent) -> None:
    """Show it."""
    words = visit.words
    heading(visit, "ad_spending", "ad_spending_told")
    if not found.rows:
        emptiness(words("ad_spending_none"), words("ad_spending_none_told"))
        return
    with box("sheet-flat"):
        spending_chart(visit, found, 280)
    _table(visit, found)


def spending_chart(visit: Visit, found: Spent, height: int) -> None:
    """Tokens a day, stacked by who used them."""
    words = visit.words
    used: dict[str, int] = defaultdict(int)
    for row in found.rows:
        used[row.who] += row.tokens
    named = sorted(used, key=lambda who: -used[who])[:_NAMED]
    series: dict[str, list[int]] = {who: [0] * len(found.days) for who in named}
    for row in found.rows:
        mine = series.setdefault(row.who if row.who in named else "", [0] * len(found.days))
        mine[found.days.index(row.day)] += row.tokens
    shown = [(found.names.get(who, who) if who else words("ad_others"), values) for who, values in series.items()]
    label = words("ad_chart_spending")
    with box("ad-chart", role="img", aria_label=label):
        tag("p", label, "facts")
        ui.echart(stacked([day[5:] for day in found.days], shown, words("ad_tokens"))).classes("chart").style(
            f"height: {height}px"
        )


def _table(visit: Visit, found: Spent) -> None:
    words, today = visit.words, found.days[-1]
    tokens: dict[str, int] = defaultdict(int)
    costs: dict[str, float] = defaultdict(float)
    for row in found.rows:
        tokens[row.who] += row.tokens
        costs[row.who] += row.cost
    used_today = {row.who: row.tokens for row in found.rows if row.day == today}
    rows = []
    for who in sorted(tokens, key=lambda one: -tokens[one]):
        most, used = found.limits.get(who), used_today.get(who, 0)
        told = f"{most:,} · {words('ad_used_up', share=words.percent(min(1.0, used / most)))}" if most else "—"
        rows.append((found.names.get(who, who), f"{used:,}", f"{tokens[who]:,}", f"{costs[who]:,.4f}", told))
    columns = ("ad_who", "ad_today", "ad_month", "ad_cost", "ad_limit_day")
    table([words(column) for column in columns], rows)
