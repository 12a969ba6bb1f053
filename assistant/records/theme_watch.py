"""What is counted of each theme for alerts: since when, how many lately and how grave, and what came after a fix."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, case, distinct, func, select

from assistant.domain.alerts import ThemeWatch
from assistant.records.database import Database
from assistant.records.tables import insights, records, themes


def watch_themes(database: Database, recent_days: int, grace_days: int, fixed: Mapping[str, str]) -> list[ThemeWatch]:
    """The active themes that nobody put away, by id.

    Args:
        recent_days: days up to the last there is data of that are called recent.
        grace_days: days after a fix in which complaints still come in and are no sign.
        fixed: theme id → since when it is said to be mended.
    """
    with database.reading() as connection:
        last: str | None = connection.scalar(select(func.max(records.c.day)))
        recent = _after(last, 1 - recent_days) if last else "9999-12-31"
        rows = connection.execute(_counted(recent)).mappings().all()
        watched = []
        for row in rows:
            fix = fixed.get(row["theme_id"])
            since = connection.execute(_since(row["theme_id"], _after(fix, grace_days))).one() if fix else (0, None)
            values = {**row, "weak": bool(row["weak"]), "recent_severity": float(row["recent_severity"] or 0)}
            watched.append(
                ThemeWatch(
                    **values, fixed=fix,
                    since_fix_customers=since[0], since_fix_day=since[1],
                )
            )  # fmt: skip
        return watched


def _counted(recent: str) -> Select[Any]:
    now = records.c.day >= recent
    columns = {
        "records": func.count(distinct(records.c.id)),
        "customers": func.count(distinct(records.c.person)),
        "first_day": func.min(records.c.day),
        "recent_records": func.count(distinct(case((now, records.c.id)))),
        "recent_customers": func.count(distinct(case((now, records.c.person)))),
        "recent_severity": func.avg(case((now, insights.c.severity))),
        "weak": func.max(case((themes.c.weak_signal, 1), else_=0)),
    }
    joined = insights.join(records, records.c.id == insights.c.record_id).join(
        themes, themes.c.id == insights.c.theme_id
    )
    query = select(themes.c.id.label("theme_id"), *[column.label(name) for name, column in columns.items()])
    shown = query.select_from(joined).where(themes.c.active, themes.c.archived.is_(False))
    return shown.group_by(themes.c.id).order_by(themes.c.id)


def _since(theme_id: str, day: str) -> Select[int, Any]:
    query = select(func.count(distinct(records.c.person)), func.min(records.c.day))
    joined = insights.join(records, records.c.id == insights.c.record_id)
    return query.select_from(joined).where(insights.c.theme_id == theme_id, records.c.day > day)


def _after(day: str, days: int) -> str:
    return (dt.date.fromisoformat(day) + dt.timedelta(days=days)).isoformat()
