"""Figures over time, of the few, and of what must not mix: by hand on small cases; other ways to group, on clear ones."""

from typing import Any

import numpy as np
import pytest

from evals.metrics.extraction import Row
from evals.metrics.themes import few_and_mixed, growing_by_chance, homes, over_time, rising_alone
from evals.theme_peers import agglomerative, bertopic_like, kmeans
from tests.evals.test_extraction_metrics import insight, need, planted
from vectorstore.embedders.hashing import HashingEmbedder

TRUTH = {
    "p1": planted(need("N04", "打印机升级后一直掉线")),
    "p2": planted(need("N04", "前台打印机每天断开十次")),
    "p3": planted(need("N26", "包装泡沫没人回收")),
    "p4": planted(need("N05", "粉盒一支四百八还锁机")),
}
QUOTES = {record: row["needs"][0]["quote"] for record, row in TRUTH.items()}  # type: ignore[index]


def told(**themes: str | None) -> list[Row]:
    return [insight(record, need("", QUOTES[record]), theme_id=theme) for record, theme in themes.items()]


def test_a_need_is_at_home_where_most_of_it_is() -> None:
    found = homes(told(p1="a", p2="a", p3="a", p4=None), TRUTH)
    assert found.theme == {"N04": "a", "N26": "a"}
    assert found.recall == {"N04": 1.0, "N26": 1.0}
    assert found.precision == pytest.approx({"N04": 2 / 3, "N26": 1 / 3})


@pytest.mark.parametrize(
    ("wave", "figures"),
    [
        ({"theme_id": "a", "since": "2026-08-10", "until": "2026-09-06", "over": True}, (1, 1)),
        ({"theme_id": "a", "since": "2026-07-27", "until": "2026-09-06", "over": False}, (1, 0)),
        ({"theme_id": "b", "since": "2026-08-10", "until": "2026-09-06", "over": True}, (0, 0)),
        ({"theme_id": "a", "since": "2026-05-04", "until": "2026-05-31", "over": True}, (0, 0)),
    ],
)
def test_the_spike_counts_in_its_own_weeks_and_theme(wave: dict[str, Any], figures: tuple[int, int]) -> None:
    found = homes(told(p1="a", p2="a", p3="b", p4="c"), TRUTH)
    trends = {"a": "steady", "c": "growing"}
    seen = over_time(found, trends, [wave])
    assert [seen["spike"], seen["spike_over"]] == list(figures)
    assert seen["growing"] == pytest.approx(1 / 7)
    assert seen["growing_false"] == 0
    assert over_time(found, {"a": "new", "b": "growing", "x": "growing"}, [])["growing_false"] == 2


def test_a_need_is_not_found_where_only_a_smaller_part_of_it_is() -> None:
    truth = {f"p{n}": planted(need("N05", f"第{n}支粉盒一支四百八还锁机")) for n in range(5)}
    rows = [insight(record, row["needs"][0], theme_id=f"t{n}") for n, (record, row) in enumerate(truth.items())]  # type: ignore[index]
    together = [{**row, "theme_id": "t0"} for row in rows]
    assert not homes(rows, truth).rises("N05", {f"t{n}": "growing" for n in range(5)})
    assert homes(together, truth).rises("N05", {"t0": "growing"})
    assert not homes(together, truth).rises("N07", {"t0": "growing"})


def test_what_would_be_told_were_theme_and_need_one() -> None:
    truth = {f"p{n}": planted(need("N05", f"第{n}支粉盒一支四百八还锁机")) for n in range(12)}
    days = {record: "2026-06-01" if n else "2026-01-01" for n, record in enumerate(truth)}
    read = {f"2026-{month:02}": 30 for month in range(1, 7)}
    rows = [insight(record, row["needs"][0]) for record, row in truth.items()]  # type: ignore[index]
    one, none = frozenset({"N05"}), frozenset[str]()
    assert rising_alone(rows, truth, days, read) == (one, one)
    assert rising_alone(rows[:3], truth, days, read) == (none, one)
    assert rising_alone([], {}, {}, {}) == (none, none)


def test_of_dealt_out_dates_few_make_growth() -> None:
    assert 0 < growing_by_chance([16, 30], [30] * 10) < 0.06
    assert growing_by_chance([2], [30] * 10) == growing_by_chance([], []) == 0


def test_a_weak_signal_counts_only_in_a_theme_that_is_its_own_and_called_weak() -> None:
    alone = told(p1="a", p2="a", p3="b", p4="c")
    segments = {"p1": "dealer", "p2": "consumer", "p3": "sme", "p4": "sme"}
    seen = few_and_mixed(homes(alone, TRUTH), {"b"}, alone, segments)
    assert (seen["weak_signals"], seen["mixed_parties"]) == (0.5, 1)
    assert few_and_mixed(homes(alone, TRUTH), set(), alone, {})["weak_signals"] == 0
    crowded = told(p1="a", p2="a", p3="a", p4="c")
    assert few_and_mixed(homes(crowded, TRUTH), {"a"}, crowded, {})["weak_signals"] == 0


def test_other_ways_find_two_clear_groups() -> None:
    texts = {f"a{n}": f"热水器忽冷忽热{n}" for n in range(12)} | {f"b{n}": f"打印机粉盒太贵{n}" for n in range(12)}
    embedder = HashingEmbedder()
    for clusters in (kmeans(texts, embedder, 2), agglomerative(texts, embedder, 2), bertopic_like(texts, embedder)):
        names = np.array([clusters.get(record, record) for record in texts])
        assert not set(names[:12]) & set(names[12:])
        assert len(set(names)) <= 6
