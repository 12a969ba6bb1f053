"""Which facts give an alert, and that the same is told once."""

from dataclasses import replace

import pytest

from assistant.alerts.config import Thresholds
from assistant.alerts.rules import find_alerts
from assistant.domain.alerts import Alert, Spike, ThemeWatch

LAST = "2026-09-30"
OLD = ThemeWatch("th_1", 20, 15, "2026-01-05", 4, 4, 3.0)
NEW = ThemeWatch("th_1", 4, 3, "2026-09-10", 4, 3, 3.0, weak=True)
FAINT = ThemeWatch("th_1", 3, 3, "2026-03-01", 2, 2, 4.5, weak=True)
WAVE = Spike("2026-09-14", "2026-09-21", 12, 2.0, 1e-6, over=False)


def found(*themes: ThemeWatch, first: str = "2026-01-01", told: dict[str, list[str]] | None = None) -> list[Alert]:
    return find_alerts(themes, first, LAST, Thresholds(), told or {})


@pytest.mark.parametrize(
    ("theme", "rules"),
    [
        (OLD, []),
        (NEW, ["new_theme"]),
        (replace(NEW, customers=2, recent_customers=2), []),
        (replace(NEW, customers=2, recent_customers=2, recent_severity=4.0), ["weak_signal"]),
        (replace(NEW, first_day="2026-09-02"), []),
        (replace(NEW, first_day="2026-09-03"), ["new_theme"]),
        (replace(NEW, first_day=None), []),
        (FAINT, ["weak_signal"]),
        (replace(FAINT, recent_severity=3.9), []),
        (replace(FAINT, recent_customers=1), []),
        (replace(FAINT, weak=False), []),
        (replace(OLD, spikes=(WAVE,)), ["spike"]),
        (replace(OLD, spikes=(replace(WAVE, over=True),)), []),
        (replace(OLD, spikes=(replace(WAVE, last="2026-09-07"),)), []),
        (replace(OLD, fixed="2026-08-01", since_fix_customers=2, since_fix_day="2026-08-20"), ["back_after_fix"]),
        (replace(OLD, fixed="2026-08-01", since_fix_customers=1), []),
        (replace(OLD, since_fix_customers=9), []),
    ],
)
def test_what_is_worth_telling(theme: ThemeWatch, rules: list[str]) -> None:
    assert [alert.rule for alert in found(theme)] == rules


def test_where_everything_is_new_nothing_is() -> None:
    assert found(NEW, first="2026-08-20") == []


def test_a_wave_that_grows_or_shifts_is_the_same_one() -> None:
    loud = replace(OLD, spikes=(WAVE,))
    assert found(loud, told={"th_1": ["2026-09-07"]}) == []
    assert found(loud, told={"th_1": ["2026-05-04"], "th_2": ["2026-09-14"]}) != []


def test_ids_tell_what_is_the_same() -> None:
    same = replace(NEW, customers=9, records=12)
    assert [alert.id for alert in found(NEW)] == [alert.id for alert in found(same)]
    assert found(NEW)[0].id != found(replace(NEW, theme_id="th_2"))[0].id
    mended = replace(OLD, fixed="2026-08-01", since_fix_customers=2)
    assert found(mended)[0].id != found(replace(mended, fixed="2026-09-01"))[0].id
    assert len({alert.id for alert in found(replace(NEW, spikes=(WAVE,)))}) == 2
