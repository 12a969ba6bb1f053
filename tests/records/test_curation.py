"""What people decide about themes: kept, logged, taken back, and never half done."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from assistant.domain.filters import Filters
from assistant.domain.insights import LadderStanding
from assistant.domain.themes import Theme
from assistant.errors import NotFoundError, UsageError
from assistant.records.curation import Edit
from assistant.records.repository import Repository
from tests.records.builders import insight, reading, record

STANDING = LadderStanding("stated", "implied", "hypothesis")


def theme(theme_id: str, title: str) -> Theme:
    return Theme(theme_id, title, "说明", "表象", "处境", "动机", STANDING, "trust", "rules")


@pytest.fixture
def filled(store: Repository) -> Repository:
    """Themes th_a (insights 0-3), th_b (4-6), th_c (7-8); insight 9 is in none."""
    made = [record(f"R-{n}", customer=f"C{n}") for n in range(10)]
    store.save_records([(one, None) for one in made])
    store.save_readings([reading(one, insight(one)) for one in made], "rules-1", "rules")
    homes = ["th_a"] * 4 + ["th_b"] * 3 + ["th_c"] * 2
    assignment = {f"in_R-{n}_performance": home for n, home in enumerate(homes)}
    store.save_themes([theme("th_a", "甲"), theme("th_b", "乙"), theme("th_c", "丙")], assignment, {}, [])
    return store


def ids(*numbers: int) -> list[str]:
    return [f"in_R-{n}_performance" for n in numbers]


def homes(store: Repository) -> dict[str, list[int]]:
    """Theme id → numbers of its insights, of the active themes."""
    return {
        known.id: sorted(int(one.split("-")[1].split("_")[0]) for one in members)
        for known, members, _ in store.theme_members()
    }


def test_words_by_hand_are_kept_and_taken_back(filled: Repository) -> None:
    edit = filled.reword_theme("th_a", {"title": " 水温  不稳 ", "definition": "洗到一半变凉"}, "wang")
    known = filled.theme("th_a")
    assert (known.title, known.definition, known.edited) == ("水温 不稳", "洗到一半变凉", True)
    assert filled.theme_decisions()["th_a"].edited
    filled.undo_edit(edit.id, "li")
    known = filled.theme("th_a")
    assert (known.title, known.definition, known.edited) == ("甲", "说明", False)
    (undone, done), total = filled.theme_edits()
    assert (total, undone["actor"], done["actor"], done["undone_at"] is not None) == (2, "li", "wang", True)


def test_merging_moves_members_for_good_and_can_be_taken_back(filled: Repository) -> None:
    edit = filled.merge_themes(["th_b", "th_c"], "th_a", "wang")
    assert homes(filled) == {"th_a": [0, 1, 2, 3, 4, 5, 6, 7, 8]}
    assert filled.theme_decisions()["th_a"].held == set(ids(*range(9)))
    assert [event["kind"] for event in filled.theme_history("th_b")] == ["merged"]
    filled.undo_edit(edit.id, "wang")
    assert homes(filled) == {"th_a": [0, 1, 2, 3], "th_b": [4, 5, 6], "th_c": [7, 8]}
    assert filled.theme_decisions() == {}


def test_splitting_holds_both_sides(filled: Repository) -> None:
    edit = filled.split_theme("th_a", ids(2, 3), "只有夜里", "wang")
    new = edit.themes[-1]
    assert homes(filled) == {"th_a": [0, 1], new: [2, 3], "th_b": [4, 5, 6], "th_c": [7, 8]}
    decided = filled.theme_decisions()
    assert sorted(decided["th_a"].held) == ids(0, 1)
    assert sorted(decided[new].held) == ids(2, 3)
    assert (filled.theme(new).title, filled.theme(new).edited) == ("只有夜里", True)
    filled.undo_edit(edit.id, "wang")
    assert homes(filled) == {"th_a": [0, 1, 2, 3], "th_b": [4, 5, 6], "th_c": [7, 8]}


def test_moving_takes_insights_from_anywhere(filled: Repository) -> None:
    edit = filled.move_insights(ids(0, 9, 4), "th_b", "wang")
    assert homes(filled) == {"th_a": [1, 2, 3], "th_b": [0, 4, 5, 6, 9], "th_c": [7, 8]}
    assert filled.theme_decisions()["th_b"].held == set(ids(0, 9))
    filled.undo_edit(edit.id, "wang")
    assert homes(filled) == {"th_a": [0, 1, 2, 3], "th_b": [4, 5, 6], "th_c": [7, 8]}


def test_an_archived_theme_keeps_its_members_and_is_not_listed(filled: Repository) -> None:
    edit = filled.flag_theme("th_c", "archived", True, "wang")
    assert [known.id for known in filled.themes()] == ["th_a", "th_b"]
    assert homes(filled)["th_c"] == [7, 8]
    assert filled.theme("th_c").archived
    filled.undo_edit(edit.id, "wang")
    assert len(filled.themes()) == 3


@pytest.mark.parametrize(
    "act",
    [
        lambda s: s.merge_themes(["th_a"], "th_b", "x"),
        lambda s: s.merge_themes(["th_b"], "th_a", "x"),
        lambda s: s.split_theme("th_a", ids(0), "新", "x"),
        lambda s: s.move_insights(ids(0), "th_b", "x"),
        lambda s: s.move_insights(ids(4), "th_a", "x"),
    ],
)
def test_a_locked_theme_neither_gives_nor_takes(filled: Repository, act: Callable[[Repository], Edit]) -> None:
    filled.flag_theme("th_a", "locked", True, "wang")
    with pytest.raises(UsageError, match="unlock it first"):
        act(filled)
    assert homes(filled) == {"th_a": [0, 1, 2, 3], "th_b": [4, 5, 6], "th_c": [7, 8]}


@pytest.mark.parametrize(
    ("act", "sentence"),
    [
        (lambda s: s.reword_theme("th_a", {"title": "乙"}, "x"), "called '乙' already"),
        (lambda s: s.reword_theme("th_a", {"title": "  "}, "x"), "blank"),
        (lambda s: s.reword_theme("th_a", {"title": "长" * 61}, "x"), "longer than 60"),
        (lambda s: s.reword_theme("th_a", {"deep_category": "joy"}, "x"), "none of trust"),
        (lambda s: s.reword_theme("th_a", {"records": "9"}, "x"), "can't be written"),
        (lambda s: s.reword_theme("th_a", {}, "x"), "nothing to write"),
        (lambda s: s.reword_theme("th_a", {"title": "甲"}, "x"), "already"),
        (lambda s: s.merge_themes(["th_a"], "th_a", "x"), "at least one theme besides"),
        (lambda s: s.split_theme("th_a", ids(0, 1, 2, 3), "新", "x"), "leave something"),
        (lambda s: s.split_theme("th_a", ids(5), "新", "x"), "is not in theme th_a"),
        (lambda s: s.split_theme("th_a", [], "新", "x"), "at least one insight"),
        (lambda s: s.move_insights(ids(0), "th_a", "x"), "in theme th_a already"),
        (lambda s: s.flag_theme("th_a", "locked", False, "x"), "not locked already"),
    ],
)
def test_wishes_that_make_no_sense_are_told_so(
    filled: Repository, act: Callable[[Repository], Edit], sentence: str
) -> None:
    with pytest.raises(UsageError, match=sentence):
        act(filled)
    assert filled.theme_edits() == ([], 0)


@pytest.mark.parametrize(
    "act",
    [
        lambda s: s.reword_theme("th_x", {"title": "新"}, "x"),
        lambda s: s.merge_themes(["th_b", "th_x"], "th_a", "x"),
        lambda s: s.move_insights(["in_none"], "th_a", "x"),
        lambda s: s.undo_edit("ed_none", "x"),
    ],
)
def test_what_is_not_there_leaves_everything_as_it_was(filled: Repository, act: Callable[[Repository], Edit]) -> None:
    with pytest.raises(NotFoundError):
        act(filled)
    assert homes(filled) == {"th_a": [0, 1, 2, 3], "th_b": [4, 5, 6], "th_c": [7, 8]}


def test_the_later_decision_is_taken_back_first(filled: Repository) -> None:
    first = filled.move_insights(ids(0), "th_b", "x")
    second = filled.merge_themes(["th_b"], "th_c", "x")
    with pytest.raises(UsageError, match=second.id):
        filled.undo_edit(first.id, "x")
    filled.undo_edit(second.id, "x")
    filled.undo_edit(first.id, "x")
    assert homes(filled) == {"th_a": [0, 1, 2, 3], "th_b": [4, 5, 6], "th_c": [7, 8]}
    with pytest.raises(UsageError, match="undone already"):
        filled.undo_edit(first.id, "x")


def test_a_place_by_hand_outlives_a_new_reading(filled: Repository) -> None:
    filled.move_insights(ids(9, 8), "th_a", "x")
    again = record("R-9", customer="C9")
    filled.save_readings([reading(again, replace(insight(again), id="in_new"))], "llm-1", "llm")
    assert filled.theme_decisions()["th_a"].held == {"in_new", *ids(8)}


def test_a_later_move_out_of_a_touched_theme_is_taken_back_first(filled: Repository) -> None:
    first = filled.move_insights(ids(0), "th_b", "x")
    filled.move_insights(ids(0), "th_c", "x")
    with pytest.raises(UsageError, match="came later"):
        filled.undo_edit(first.id, "x")
    divided = filled.split_theme("th_a", ids(3), "新的", "x")
    filled.move_insights(ids(1), "th_c", "x")
    with pytest.raises(UsageError, match="came later"):
        filled.undo_edit(divided.id, "x")
    assert set(ids(0, 1)) <= filled.theme_decisions()["th_c"].held


def test_insights_go_back_to_a_theme_that_stands_again(filled: Repository) -> None:
    edit = filled.move_insights(ids(7, 8), "th_b", "x")
    kept = [known for known, _, _ in filled.theme_members() if known.id != "th_c"]
    homes_now = {one: known.id for known, members, _ in filled.theme_members() for one in members}
    filled.save_themes(kept, homes_now, {}, [("th_c", "gone", {})])
    assert "th_c" not in homes(filled)
    filled.undo_edit(edit.id, "x")
    assert homes(filled)["th_c"] == [7, 8]


def test_an_archived_theme_is_in_no_counted_table(filled: Repository) -> None:
    filled.flag_theme("th_c", "archived", True, "x")
    assert {row.key for row in filled.counting.rows("theme", Filters())} == {"th_a", "th_b"}
