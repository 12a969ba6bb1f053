"""Feedback counted by province: cities added up, customers once, and rows that come to the whole."""

from dataclasses import replace

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


def test_cities_are_told_where_no_province_is_asked() -> None:
    assert "广东深圳" in {row.name for row in _counted("按城市各有多少投诉").rows}
