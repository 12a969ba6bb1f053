"""Answers are remembered until somebody has written, whoever that was; where the database can't tell, never."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, delete, insert, text

from assistant.records.database import Database
from assistant.records.freshness import LATELY, Lately, Unchanged
from assistant.records.tables import customers, schedules


class Asked:
    """Counts how often it was asked."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> int:
        """How often, this time included."""
        self.times += 1
        return self.times


@pytest.fixture
def unchanged(database_url: str) -> Iterator[Unchanged]:
    """Over a database with one table more than usual."""
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE t (n INTEGER)"))
    made = Unchanged(engine)
    yield made
    made.close()
    engine.dispose()


def test_it_asks_once_until_another_connection_writes(unchanged: Unchanged, database_url: str) -> None:
    asked = Asked()
    assert [unchanged.get("a", asked), unchanged.get("a", asked)] == [1, 1]
    assert unchanged.get("b", asked) == 2
    other = create_engine(database_url)
    with other.begin() as connection:
        connection.execute(text("INSERT INTO t VALUES (1)"))
    other.dispose()
    assert [unchanged.get("a", asked), unchanged.get("b", asked), unchanged.get("a", asked)] == [3, 4, 3]


def test_it_asks_again_after_it_was_closed(unchanged: Unchanged) -> None:
    asked = Asked()
    unchanged.get("a", asked)
    unchanged.close()
    assert unchanged.get("a", asked) == 2


def test_where_nothing_tells_of_writes_nothing_is_remembered() -> None:
    engine = create_engine("sqlite://")
    asked, made = Asked(), Unchanged(engine)
    assert [made.get("a", asked), made.get("a", asked)] == [1, 2]
    made.close()
    engine.dispose()


def test_of_big_answers_the_last_few_are_held() -> None:
    asked, lately = Asked(), Lately[int, int]()
    assert [lately.get(key, asked) for key in (0, 1, 0, 1)] == [1, 2, 1, 2]
    for key in range(2, 2 + LATELY):
        lately.get(key, asked)
    assert lately.get(1 + LATELY, asked) == 2 + LATELY
    assert lately.get(0, asked) == 3 + LATELY


def test_what_is_settled_outlives_questions_and_ends_with_the_feedback(database_url: str, tmp_path: Path) -> None:
    database = Database(database_url, tmp_path / "write.lock")
    told = Asked()
    assert [database.settled.get("sum", 1, told) for _ in range(3)] == [1, 1, 1]
    with database.writing() as connection:
        connection.execute(insert(schedules).values(name="x", last_due="", seen_at=""))
    assert database.settled.get("sum", 1, told) == 1
    assert database.settled.get("sum", 2, told) == 2
    with database.writing() as connection:
        connection.execute(insert(customers).values(id="c", owned=[]))
    assert database.settled.get("sum", 1, told) == 3
    other = Database(database_url, tmp_path / "write.lock")
    with other.writing() as connection:
        connection.execute(delete(customers))
    other.close()
    assert database.settled.get("sum", 1, told) == 4
    database.close()


def test_a_change_that_was_taken_back_settles_nothing(database_url: str, tmp_path: Path) -> None:
    database = Database(database_url, tmp_path / "write.lock")
    assert database.settled.get("sum", None, lambda: 1) == 1
    with pytest.raises(ZeroDivisionError):
        _write_and_fail(database)
    assert database.settled.get("sum", None, lambda: 2) == 1
    database.close()


def _write_and_fail(database: Database) -> None:
    with database.writing() as connection:
        connection.execute(insert(customers).values(id="c", owned=[]))
        raise ZeroDivisionError
