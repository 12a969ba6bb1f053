"""The migrations lead to the tables, and `HEAD` is the newest of them."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import String, Text, inspect

import assistant.records
from assistant.domain.filters import Filters
from assistant.domain.records import Customer
from assistant.records.database import HEAD, Database
from assistant.records.dialects import ARRIVAL
from assistant.records.repository import Repository
from assistant.records.tables import metadata
from assistant.records.tables.sharing import sharing
from tests.records.builders import insight, reading, record
from vectorstore.tables import metadata as index_metadata


def test_head_is_the_newest_revision() -> None:
    assert ScriptDirectory.from_config(_steps()).get_current_head() == HEAD


def test_the_migrated_database_has_exactly_the_tables(store: Repository) -> None:
    with store.database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": _ours, "compare_type": _other_type})
        targets: Any = [metadata, index_metadata, *([sharing] if store.database.is_server else [])]
        assert compare_metadata(context, targets) == []
        assert any(name.startswith("passages_full_text") for name in inspect(connection).get_table_names())


def test_on_a_server_every_text_stands_in_the_order_of_its_bytes(postgres_url: str, tmp_path: Path) -> None:
    database = Database(postgres_url, tmp_path / "write.lock")
    with database.reading() as connection:
        seen = inspect(connection)
        for table in metadata.tables:
            kept: dict[str, Any] = {column["name"]: column["type"] for column in seen.get_columns(table)}
            texts = {column.name for column in metadata.tables[table].columns if isinstance(column.type, String)}
            assert {
                name for name in texts if not (isinstance(kept[name], Text) and kept[name].collation == "C")
            } == set()
    database.close()


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


def _other_type(_: object, __: object, found: object, kept: Any, meant: Any) -> bool | None:
    """A server keeps texts without a length, see `dialects`."""
    return False if isinstance(kept, String) and isinstance(meant, String) else None


def _ours(name: str | None, kind: str, _: object) -> bool:
    if name in (ARRIVAL, f"records_{ARRIVAL}_key"):
        return False
    return not (kind == "table" and (name or "").startswith(("passages_full_text", "alembic", "sqlite")))
