"""Weak signals: few voices that carry weight by their number, their gravity, or because nobody spoke of it before."""

import pytest

from assistant.insight.weak import is_weak_signal
from tests.insight.samples import member

LAST = "2026-10-31"


@pytest.mark.parametrize(
    ("customers", "severity", "day", "read", "weak"),
    [
        (3, 2, "2026-01-05", 400, True),
        (2, 2, "2026-01-05", 400, False),
        (2, 5, "2026-01-05", 400, True),
        (2, 2, "2026-10-05", 400, True),
        (5, 5, "2026-10-05", 400, False),
        (8, 2, "2026-01-05", 8000, False),
        (8, 4, "2026-01-05", 8000, True),
        (8, 2, "2026-10-05", 8000, True),
        (20, 5, "2026-10-05", 8000, False),
    ],
    ids=["several", "too few", "grave", "new", "not few", "of few thousands eight are no signal by number", "but grave",
         "or new", "not few there"],
)  # fmt: skip
def test_what_few_say_is_a_signal_where_it_has_weight(
    customers: int, severity: int, day: str, read: int, weak: bool
) -> None:
    voices = [member(n, severity=severity, created_at=f"{day}T10:00:00+08:00") for n in range(customers)]
    assert is_weak_signal(voices, read, LAST) is weak
