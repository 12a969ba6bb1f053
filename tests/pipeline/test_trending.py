"""A theme's course over the months: a wave of another theme comes on top, and nobody talks less of anything because of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert

from assistant.domain.insights import LadderStanding
from assistant.domain.themes import Theme
from assistant.pipeline.trending import courses, lately_founded, spikes_by_theme, sure_changes, trends_now
from assistant.records.database import Database
from assistant.records.repository import Repository
from assistant.records.tables import theme_events
from tests.records.builders import insight, reading, record
from tests.records.conftest import database_url, empty_database

__all__ = ["database_url", "empty_database"]


@pytest.fixture
def store(database_url: str, tmp_path: Path) -> Iterator[Repository]:
    """Every week from March to August one record of th_a and three of neither; in July ninety of th_b come on top."""
    database = Database(database_url, tmp_path / "write.lock")
    filled = Repository(database)
    days = [(month, day) for month in range(3, 9) for day in (2, 9, 16, 23)]
    told: list[tuple[str, int, int, str | None]] = [(f"a{m}{d}", m, d, "th_a") for m, d in days]
    told += [(f"n{m}{d}{k}", m, d, None) for m, d in days for k in range(3)]
    told += [(f"b{d}{k}", 7, d, "th_b") for d in (9, 16, 23) for k in range(30)]
    made = [record(name, customer=name, created_at=f"2026-{m:02d}-{d:02d}T10:00:00+08:00") for name, m, d, _ in told]
    filled.save_records([(one, None) for one in made])
    filled.save_readings([reading(one, insight(one)) for one in made], "rules-1", "rules")
    themes = [Theme(n, n, "", "", "", "", LadderStanding(), "trust", "rules") for n in ("th_a", "th_b")]
    home = {f"in_{name}_performance": theme for name, _, _, theme in told if theme}
    filled.save_themes(themes, home, {}, [])
    yield filled
    database.close()


def test_a_wave_of_another_theme_does_not_make_a_theme_fade(store: Repository) -> None:
    spikes = spikes_by_theme(store)
    assert set(spikes) == {"th_b"}
    found = courses(store)
    assert found["th_a"].mentions == (4,) * 6
    assert found["th_a"].read == pytest.approx([16] * 6, abs=2), "the little that is usual of th_b stays"
    assert found["th_b"].read == (16, 16, 16, 16, 16 + 90, 16)
    assert trends_now(store) == {"th_a": "steady", "th_b": "new"}
    assert sure_changes(found, ["th_a", "th_b"]) == {"th_b"}


def test_no_count_exceeds_what_is_read_where_a_record_tells_of_both(store: Repository) -> None:
    both = record("both", customer="both", created_at="2026-07-16T10:00:00+08:00")
    store.save_records([(both, None)])
    one, other = insight(both), insight(both, aspect="price")
    store.save_readings([reading(both, one, other)], "rules-1", "rules")
    store.join_themes({one.id: "th_a", other.id: "th_b"})
    found = courses(store)
    assert all(k <= n for course in found.values() for k, n in zip(course.mentions, course.read, strict=True))
    assert found["th_a"].mentions[4] == 5
    assert found["th_a"].read[4] == pytest.approx(17, abs=2)


def test_what_a_theme_is_counted_among_does_not_hang_on_how_another_is_divided(store: Repository) -> None:
    before = courses(store)["th_a"]
    parts = [[f"in_b{day}{k}_performance" for day in (9, 16, 23) for k in own] for own in (range(10), range(10, 20))]
    edit = store.part_theme("th_b", [(own, {"title": f"部分{n}"}) for n, own in enumerate(parts)], "wang")
    after = courses(store)
    assert after["th_a"] == before
    for part in edit.themes:
        assert after[part].read[4] == 16 + 90, "a part is counted among all that the theme was"
    store.undo_edit(edit.id, "wang")
    assert courses(store)["th_a"] == before


def test_themes_that_a_later_import_brought_are_told_from_the_first(store: Repository) -> None:
    assert lately_founded(store, "") == frozenset()
    at = "2026-11-{:02d}T08:00:00+00:00".format
    with store.database.writing() as connection:
        connection.execute(
            insert(theme_events),
            [
                {"theme_id": one, "kind": "founded", "detail": {"title": one}, "at": at(day)}
                for one, day in (("th_a", 1), ("th_b", 9))
            ],
        )
    assert lately_founded(store, at(5)) == {"th_b"}
    assert lately_founded(store, at(10)) == frozenset()
    assert lately_founded(store, "") == {"th_b"}, "the first ones are no news"
