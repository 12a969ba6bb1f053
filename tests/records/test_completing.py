"""What a database of a version between two releases lacks is made up for when it is opened, and nothing in it is lost."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from assistant.domain.filters import Filters
from assistant.domain.records import Customer
from assistant.errors import StoreError
from assistant.records.completing import lacking
from assistant.records.database import Database
from assistant.records.repository import Repository
from tests.records.builders import insight, reading, record


def test_what_is_lacking_comes_back_with_what_follows_from_the_rest(store: Repository, tmp_path: Path) -> None:
    one = replace(record("A-1"), customer=Customer("C1", "consumer", region="云南"))
    store.save_records([(one, None)])
    store.save_readings([reading(one, insight(one))], "rules-1", "rules")
    of_region = store.counting.totals(Filters(region=("云南",)))
    assert of_region.insights == 1
    _do(
        store.database,
        "DROP TABLE idea_votes",
        "DROP INDEX ix_ideas_scope",
        "ALTER TABLE ideas DROP COLUMN scope",
        *_dropping(store.database, "insights", "region"),
    )
    gone = {f"{column.table.name}.{column.name}" for column in lacking(store.database.engine)}
    assert gone >= {"ideas.scope", "insights.region", "idea_votes.value"}
    again = Database(store.database.engine.url.render_as_string(hide_password=False), tmp_path / "again.lock")
    try:
        assert lacking(again.engine) == []
        assert "ix_ideas_scope" in {index["name"] for index in inspect(again.engine).get_indexes("ideas")}
        assert Repository(again).counting.totals(Filters(region=("云南",))) == of_region
    finally:
        again.close()


def test_rows_without_a_value_stop_it_at_the_door(store: Repository, tmp_path: Path) -> None:
    store.save_records([(record("A-1"), None)])
    _do(store.database, *_dropping(store.database, "records", "channel"))
    with pytest.raises(StoreError, match=r"lacks records\.channel: it was made by another version"):
        Database(store.database.engine.url.render_as_string(hide_password=False), tmp_path / "again.lock")


def _dropping(database: Database, table: str, column: str) -> list[str]:
    """What takes a column away, with the indexes that hang on it."""
    indexes = inspect(database.engine).get_indexes(table)
    hanging = [f"DROP INDEX {index['name']}" for index in indexes if column in index["column_names"]]
    return [*hanging, f"ALTER TABLE {table} DROP COLUMN {column}"]


def _do(database: Database, *statements: str) -> None:
    with database.engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
