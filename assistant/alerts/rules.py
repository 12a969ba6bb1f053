"""Which facts are worth an alert; pure: the same facts give the same alerts, whose ids keep them from being told twice."""

import datetime as dt
from collections.abc import Iterable, Mapping

from assistant.alerts.config import Thresholds
from assistant.domain.alerts import Alert, ThemeWatch

SAME_SPIKE = 28
"""Days between the first weeks of two spikes of a theme within which they are one and the same."""


def find_alerts(
    themes: Iterable[ThemeWatch],
    first_day: str,
    last_day: str,
    thresholds: Thresholds,
    told_spikes: Mapping[str, Iterable[str]],
) -> list[Alert]:
    """The alerts that the themes give rise to, in a fixed order.

    - ``new_theme``: first heard of within the last `recent_days`, by `new_customers` or more, where there are records
      of as many days again before that would have shown it.
    - ``spike``: a run of unusual weeks (see `spikes.find_waves`) that reaches into the last two weeks.
    - ``weak_signal``: marked as one when the themes were formed, and of late heard from `weak_customers` or more, of
      `weak_severity` on average.
    - ``back_after_fix``: said to be mended, and `back_customers` or more speak of it after the days of grace.

    Args:
        first_day, last_day: of the records there are.
        told_spikes: theme id → first weeks of spikes told before, so that a wave that grows is not told again.
    """
    found: list[Alert] = []
    recent = _before(last_day, thresholds.recent_days - 1)
    known = first_day <= _before(recent, thresholds.recent_days)
    for theme in sorted(themes, key=lambda one: one.theme_id):
        counts = {"customers": theme.customers, "records": theme.records}
        is_new = known and theme.first_day is not None and theme.first_day >= recent
        if is_new and theme.customers >= thresholds.new_customers:
            found.append(Alert("new_theme", theme.theme_id, theme.theme_id, {**counts, "first_day": theme.first_day}))
        elif _is_weak(theme, thresholds):
            facts = {
                "customers": theme.recent_customers, "records": theme.recent_records,
                "severity": round(theme.recent_severity, 1), "days": thresholds.recent_days,
            }  # fmt: skip
            found.append(Alert("weak_signal", theme.theme_id, theme.theme_id, facts))
        found += _spikes(theme, last_day, told_spikes.get(theme.theme_id, ()))
        if theme.fixed and theme.since_fix_customers >= thresholds.back_customers:
            back = {"fixed": theme.fixed, "customers": theme.since_fix_customers, "first_day": theme.since_fix_day}
            found.append(Alert("back_after_fix", f"{theme.theme_id} {theme.fixed}", theme.theme_id, back))
    return found


def _is_weak(theme: ThemeWatch, thresholds: Thresholds) -> bool:
    return (
        theme.weak
        and theme.recent_customers >= thresholds.weak_customers
        and theme.recent_severity >= thresholds.weak_severity
    )


def _spikes(theme: ThemeWatch, last_day: str, told: Iterable[str]) -> list[Alert]:
    told, edge = tuple(told), _before(last_day, 13)
    found = []
    for spike in theme.spikes:
        if spike.over or _before(spike.last, -6) < edge:
            continue
        if any(abs(_days(spike.first, first)) <= SAME_SPIKE for first in told):
            continue
        facts = {
            "first_week": spike.first, "last_week": spike.last, "observed": spike.observed,
            "expected": round(spike.expected, 1), "p": spike.p,
        }  # fmt: skip
        found.append(Alert("spike", f"{theme.theme_id} {spike.first}", theme.theme_id, facts))
    return found


def _before(day: str, days: int) -> str:
    return (dt.date.fromisoformat(day) - dt.timedelta(days=days)).isoformat()


def _days(one: str, other: str) -> int:
    return (dt.date.fromisoformat(one) - dt.date.fromisoformat(other)).days
