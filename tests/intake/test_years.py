"""A day without a year is of the year that fits the rows around it."""

from datetime import date
from pathlib import Path

import pytest

from assistant.intake.years import Years
from tests.intake.reading_help import read_text


@pytest.mark.parametrize(
    ("times", "as_of", "expected"),
    [
        (["2025-11-03", "11月6日", "2025-11-20"], date(2026, 11, 22), "2025-11-06"),
        (["11月6日", "2025-11-20"], date(2026, 11, 22), "2025-11-06"),
        (["2025-12-30", "1月2日", "2026-01-05"], date(2026, 11, 22), "2026-01-02"),
        (["2025-11-03", "11月30日", "2025-11-20"], date(2026, 11, 22), "2024-11-30"),
        (["2025-11-20", "12月25日"], date(2026, 4, 1), "2025-12-25"),
        (["2025-11-20", "3月25日"], date(2026, 4, 1), "2026-03-25"),
        (["11月6日"], date(2026, 11, 22), "2026-11-06"),
        (["2025-11-03", "昨天 15:05"], date(2026, 11, 22), "2026-11-21 15:05"),
    ],
)
def test_the_year_fits(times: list[str], as_of: date, expected: str) -> None:
    years = Years(as_of, times)
    found = ""
    for line, at in enumerate(times, 2):
        if at.startswith("20"):
            years.seen(at)
        else:
            found = years.given(at, line)
    assert found == expected


def test_a_table_that_goes_on_may_be_later_than_its_sample() -> None:
    years = Years(date(2026, 11, 22), ["2025-01-01"], whole=False)
    years.seen("2025-11-05")
    assert years.given("11月6日", None) == "2025-11-06"


def test_the_note_names_the_row(tmp_path: Path) -> None:
    read = read_text(tmp_path, "问题描述,日期\n打不着火要修三回,2025-11-03\n灯不亮要修三回,11月6日\n")
    assert read.records[1].created_at == "2025-11-06T00:00:00+08:00"
    assert any(note.endswith(": row 3") for note in read.receipt.notes)
