"""A real PostgreSQL for tests: started once a session, with a migrated template that empty databases are copied from."""

from collections.abc import Callable, Iterator
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
    made: list[str] = []

    def create() -> str:
        made.append(f"voc_{next(_numbers)}")
        return postgres.create(made[-1], TEMPLATE)

    yield create
    for name in made:
        postgres.drop(name)


@pytest.fixture
def postgres_url(new_postgres: Callable[[], str]) -> str:
    """The address of one empty database with the newest schema."""
    return new_postgres()


@pytest.fixture(scope="module")
def module_postgres_url(postgres: Cluster) -> Iterator[str]:
    """As `postgres_url`, one for the whole module."""
    name = f"voc_{next(_numbers)}"
    yield postgres.create(name, TEMPLATE)
    postgres.drop(name)
