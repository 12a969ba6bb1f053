"""A real store in a temporary directory, and the same on a real PostgreSQL."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assistant.records.database import Database
from assistant.records.repository import Repository

KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty database to copy from."""
    path = tmp_path_factory.mktemp("database") / "empty.db"
    Database(f"sqlite:///{path}", path.with_suffix(".lock")).close()
    return path


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database with the newest schema, of either kind."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres_url"))
    shutil.copy(request.getfixturevalue("empty_database"), tmp_path / "voc.db")
    return f"sqlite:///{tmp_path / 'voc.db'}"


@pytest.fixture
def store(database_url: str, tmp_path: Path) -> Iterator[Repository]:
    database = Database(database_url, tmp_path / "write.lock")
    yield Repository(database)
    database.close()


@pytest.fixture(scope="module", params=KINDS)
def new_store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[], Repository]]:
    """Makes stores of either kind that stay for a whole module: for tests that read and change nothing."""
    made: list[Database] = []

    def make() -> Repository:
        folder = tmp_path_factory.mktemp("store")
        if request.param == "postgresql":
            url = request.getfixturevalue("module_postgres")()
        else:
            url = f"sqlite:///{shutil.copy(request.getfixturevalue('empty_database'), folder / 'voc.db')}"
        made.append(Database(url, folder / "write.lock"))
        return Repository(made[-1])

    yield make
    for database in made:
        database.close()
