"""Parents of themes in the store: counted as unions, and a theme that is no more is followed to where it went."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from assistant.domain.filters import Filters
from assistant.domain.insights import LadderStanding
from assistant.domain.themes import Theme, ThemeParent
from assistant.errors import NotFoundError
from assistant.records.repository import Repository
from tests.records.builders import insight, reading, record

STANDING = LadderStanding("stated", "implied", "hypothesis")
THEMES = [
    Theme(f"th_{name}", name, "", "", "", "", STANDING, "trust", "rules", weak_signal=name == "c") for name in "abc"
]
PARENT = ThemeParent("tp_1", "P2·软件", "收录两个主题", "rules", ("th_a", "th_b"))


@pytest.fixture
def filled(store: Repository) -> Repository:
    """Six records of three customers; two of them tell two needs, one of each theme."""
    made = [record(f"R-{n}", customer=f"C{n % 3}", product="X5" if n < 4 else "P2") for n in range(6)]
    store.save_records([(one, None) for one in made])
    told = [(insight(one), insight(one, aspect="price")) for one in made]
    store.save_readings([reading(one, *own) for one, own in zip(made, told, strict=True)], "rules-1", "rules")
    homes = {f"in_R-{n}_performance": "th_a" for n in range(4)} | {f"in_R-{n}_price": "th_b" for n in range(2, 6)}
    store.save_themes(THEMES, {**homes, "in_R-0_price": "th_c"}, {}, [])
    store.save_parents([PARENT])
    return store


def oracle(store: Repository, where: str = "true") -> tuple[int, int]:
    """Records and customers of the parent's themes by reading every raw row."""
    query = text(
        "SELECT r.id, r.person FROM insights i, records r, themes t WHERE i.record_id = r.id AND t.id = i.theme_id "
        f"AND t.parent_id = 'tp_1' AND {where}"
    )
    with store.database.reading() as connection:
        rows = connection.execute(query).all()
    return len({row[0] for row in rows}), len({row[1] for row in rows})


def test_a_parent_counts_each_record_and_customer_of_its_themes_once(filled: Repository) -> None:
    (parent,) = filled.theme_parents()
    assert (parent.records, parent.customers) == oracle(filled) == (6, 3)
    assert parent.children == ("th_a", "th_b")
    assert parent == filled.theme_parent("tp_1")
    (narrow,) = filled.theme_parents(Filters(product=("P2",)))
    assert (narrow.records, narrow.customers) == oracle(filled, "r.product = 'P2'") == (2, 2)
    assert {theme.id: theme.parent_id for theme in filled.themes()} == {"th_a": "tp_1", "th_b": "tp_1", "th_c": None}


def test_a_parent_narrows_as_its_themes_do(filled: Repository) -> None:
    by_parent, by_themes = Filters(theme=("tp_1",)), Filters(theme=("th_a", "th_b"))
    assert filled.counting.totals(by_parent) == filled.counting.totals(by_themes)
    assert filled.list_insights(by_parent, None) == filled.list_insights(by_themes, None)


def test_the_next_run_replaces_the_parents(filled: Repository) -> None:
    filled.save_parents([replace(PARENT, id="tp_2", children=("th_b", "th_c"))])
    assert [parent.id for parent in filled.theme_parents()] == ["tp_2"]
    assert filled.parent_children() == {"tp_2": frozenset({"th_b", "th_c"})}
    assert filled.theme_parent("tp_1").children == ()
    with pytest.raises(NotFoundError, match="voc list themes"):
        filled.theme_parent("tp_9")


def test_weak_signals_are_kept(filled: Repository) -> None:
    assert [theme.id for theme in filled.themes() if theme.weak_signal] == ["th_c"]


def test_a_theme_that_is_no_more_is_followed_through_every_merge(filled: Repository) -> None:
    events = [("th_a", "merged", {"into": "th_b"}), ("th_b", "merged", {"into": "th_c"})]
    assert filled.theme_successor("th_a") is None
    filled.save_themes(THEMES[2:], {"in_R-0_price": "th_c"}, {}, events)
    assert [filled.theme_successor(theme.id) for theme in THEMES] == ["th_c", "th_c", None]
    filled.save_themes([], {}, {}, [("th_c", "gone", {})])
    assert filled.theme_successor("th_a") is None


def test_needs_are_counted_the_same_way_from_the_indexes_as_row_by_row(filled: Repository) -> None:
    everything = filled.counting.rows("theme", Filters())
    row_by_row = filled.counting.rows("theme", Filters(since="2000-01-01"))
    told = [(row.key, row.records, row.customers, row.share) for row in everything]
    assert told == [(row.key, row.records, row.customers, row.share) for row in row_by_row]
    assert {row.key: row.records for row in everything} == {"th_a": 4, "th_b": 4, "th_c": 1}
