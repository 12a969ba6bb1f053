"""A real PostgreSQL for tests: started once a session, with a migrated template that empty databases are copied from."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

import pytest

from assistant.records.database import Database
from evals.postgres import TEMPLATE, Cluster, MissingError

_numbers = count(1)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A running cluster whose database `TEMPLATE` has the newest schema; skips, saying so, where there is none."""
    try:
        cluster = Cluster()
    except MissingError as missing:
        pytest.skip(f"no PostgreSQL to test with: {missing}")
    try:
        cluster.start()
        lock = tmp_path_factory.mktemp("postgres") / "write.lock"
        Database(cluster.create(TEMPLATE), lock).close()
        yield cluster
    finally:
        cluster.close()


@pytest.fixture
def new_postgres(postgres: Cluster) -> Iterator[Callable[[], str]]:
    """Gives the address of an empty database with the newest schema, a new one each time."""
    with _databases(postgres) as create:
        yield create


@pytest.fixture(scope="module")
def module_postgres(postgres: Cluster) -> Iterator[Callable[[], str]]:
    """As `new_postgres`; they stay for the whole module."""
    with _databases(postgres) as create:
        yield create


@pytest.fixture
def postgres_url(new_postgres: Callable[[], str]) -> str:
    """The address of one empty database with the newest schema."""
    return new_postgres()


@pytest.fixture(scope="module")
def module_postgres_url(module_postgres: Callable[[], str]) -> str:
    """As `postgres_url`, one for the whole module."""
    return module_postgres()


@contextmanager
def _databases(cluster: Cluster) -> Iterator[Callable[[], str]]:
    made: list[str] = []

    def create() -> str:
        made.append(f"voc_{next(_numbers)}")
        return cluster.create(made[-1], TEMPLATE)

    try:
        yield create
    finally:
        for name in made:
            cluster.drop(name)
