"""The migrations lead to the tables, and `HEAD` is the newest of them."""

from pathlib import Path
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

import assistant.records
from assistant.records.database import HEAD
from assistant.records.repository import Repository
from assistant.records.tables import metadata
from vectorstore.tables import metadata as index_metadata


def test_head_is_the_newest_revision() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(assistant.records.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


def test_the_migrated_database_has_exactly_the_tables(store: Repository) -> None:
    with store.database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": _ours})
        targets: Any = [metadata, index_metadata]
        assert compare_metadata(context, targets) == []
        assert any(name.startswith("passages_full_text") for name in inspect(connection).get_table_names())


def _ours(name: str | None, kind: str, _: object) -> bool:
    return not (kind == "table" and (name or "").startswith(("passages_full_text", "alembic", "sqlite")))
