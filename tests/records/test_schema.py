"""The migrations lead to the tables, and `HEAD` is the newest of them."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

import assistant.records
from assistant.domain.filters import Filters
from assistant.domain.records import Customer
from assistant.records.database import HEAD
from assistant.records.repository import Repository
from assistant.records.tables import metadata
from tests.records.builders import insight, reading, record
from vectorstore.tables import metadata as index_metadata


def test_head_is_the_newest_revision() -> None:
    assert ScriptDirectory.from_config(_steps()).get_current_head() == HEAD


def test_the_migrated_database_has_exactly_the_tables(store: Repository) -> None:
    with store.database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": _ours})
        targets: Any = [metadata, index_metadata]
        assert compare_metadata(context, targets) == []
        assert any(name.startswith("passages_full_text") for name in inspect(connection).get_table_names())


def test_needs_learn_their_region_on_the_way_up_and_nothing_is_lost_on_the_way_down(store: Repository) -> None:
    one = replace(record("A-1"), customer=Customer("C1", "consumer", region="云南"))
    store.save_records([(one, None), (record("A-2", customer="C2"), None)])
    store.save_readings([reading(one, insight(one, aspect="price"))], "rules-1", "rules")
    before = store.counting.totals(Filters())
    steps = _steps()
    steps.attributes["engine"] = store.database.engine
    command.downgrade(steps, "0014")
    command.upgrade(steps, HEAD)
    assert store.counting.totals(Filters()) == before
    there = store.counting.totals(Filters(region=("云南",), aspect=("price",)))
    assert (there.records, there.insights) == (1, 1)


def _steps() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(assistant.records.__file__).parent / "migrations"))
    return config


def _ours(name: str | None, kind: str, _: object) -> bool:
    return not (kind == "table" and (name or "").startswith(("passages_full_text", "alembic", "sqlite")))
