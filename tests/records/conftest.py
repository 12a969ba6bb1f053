"""A real store in a temporary directory."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.records.database import Database
from assistant.records.repository import Repository


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty database to copy from."""
    path = tmp_path_factory.mktemp("database") / "empty.db"
    Database(f"sqlite:///{path}", path.with_suffix(".lock")).close()
    return path


@pytest.fixture
def store(tmp_path: Path, empty_database: Path) -> Iterator[Repository]:
    shutil.copy(empty_database, tmp_path / "voc.db")
    database = Database(f"sqlite:///{tmp_path / 'voc.db'}", tmp_path / "write.lock")
    yield Repository(database)
    database.close()
