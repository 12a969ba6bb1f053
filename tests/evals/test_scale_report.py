"""What was measured of growth is told as it is: exponents, bounds, and a page that says what its figures say."""

import json
from pathlib import Path
from typing import Any

import pytest

from evals.benches.scale_report import bounds, growth, pictures, table, with_tables

DOCS = Path(__file__).parents[2] / "docs"


def step(size: int, seconds: float, megabytes: int = 100) -> dict[str, Any]:
    return {"records": size, "seconds": seconds, "processor": seconds, "megabytes": megabytes, "disk": size / 1000}


def sizes(**changed: Any) -> dict[str, Any]:
    """Two sizes at which everything grows in proportion."""
    return {
        str(n): {
            "ingest": step(n, n / 1000, changed.get("megabytes", 100)),
            "ten more": step(10, 1.0),
            "index": {**step(n, n / 500), "until_found": n / 1000},
            "search": {"milliseconds": {"no filter": [10.0, changed.get("p95", 20.0), 30.0]}, "megabytes": 400,
                       "recall": {"all": changed.get("recall", 1.0)}},
            "extraction": step(min(n, 5_000), 10.0),
            "themes": step(n, n / 100),
            "counting": {"--by theme": 1.0},
        }
        for n in (1_000, 10_000)
    }  # fmt: skip


def test_an_exponent_is_one_where_cost_grows_in_proportion() -> None:
    assert growth(3, 30, 10) == pytest.approx(1)
    assert growth(3, 3, 10) == pytest.approx(0)
    assert growth(1, 100, 10) == pytest.approx(2)


def test_what_is_read_in_part_is_reckoned_by_the_record() -> None:
    told = table(sizes())
    assert "| ingest: time | 1.0 s | 10.0 s | 1.00 |" in told
    assert "(of 5,000)" in told


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, []),
        ({"megabytes": 700}, ["700 MB"] * 2),
        ({"p95": 200.0}, ["200.0 ms"] * 2),
        ({"recall": 0.9}, ["0.9"] * 2),
    ],
)
def test_each_bound_that_is_not_kept_is_told(changed: dict[str, Any], said: list[str]) -> None:
    broken = bounds(sizes(**changed))
    assert len(broken) == len(said)
    assert all(words in one for words, one in zip(said, broken, strict=True))


def test_the_page_holds_the_figures_that_were_measured() -> None:
    found = json.loads((DOCS / "images" / "scale.json").read_text(encoding="utf-8"))
    page = (DOCS / "scaling.md").read_text(encoding="utf-8")
    assert with_tables(page, found) == page
    for name, drawn in pictures(found["sqlite"]).items():
        assert (DOCS / "images" / name).read_text(encoding="utf-8") == drawn
        assert f"images/{name}" in page
