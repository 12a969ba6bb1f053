"""Feedback counted by province: cities added up, customers once, and rows that come to the whole."""

from dataclasses import replace

import pytest

from assistant.answering.count import count
from assistant.answering.counted import Counted
from assistant.domain.answers import Plan
from assistant.domain.filters import Filters
from assistant.domain.records import Customer
from tests.answering.fakes import MemoryCounting, MemoryStore, ticket

_PLACES = ("广东深圳", "广东广州", "广东深圳", "四川成都", "内蒙古呼和浩特", "昆山", None)


def _counted(question: str) -> Counted:
    records = [
        replace(ticket(n, "漏水了"), customer=Customer(f"cu_{n}", "consumer", place)) for n, place in enumerate(_PLACES)
    ]
    plan = Plan(question, ("count",), Filters(), by="region")
    return count(plan, MemoryCounting(MemoryStore(records, [], [])), ())


def test_provinces_add_their_cities_up() -> None:
    counted = _counted("按省份各有多少投诉")
    table = {row.name: row.figures[0].value for row in counted.rows}
    assert table["广东"] == 3
    assert {"四川", "内蒙古", "昆山"} <= set(table)
    assert sum(table.values()) == len(_PLACES)


@pytest.mark.parametrize("question", ["哪个省的投诉最多", "各省份投诉分布", "投诉最多的省是哪个"])
def test_provinces_are_asked_for_in_many_words(question: str) -> None:
    assert "广东" in {row.name for row in _counted(question).rows}


@pytest.mark.parametrize(
    "question",
    ["按城市各有多少投诉", "广东省各城市分别有多少反馈", "广东省哪个市反馈最多", "各地区有多少人说节省成本"],
)
def test_cities_are_told_where_no_province_is_asked(question: str) -> None:
    assert "广东深圳" in {row.name for row in _counted(question).rows}
