"""Finding is tested on SQLite, and on a real PostgreSQL where there is one."""

from collections.abc import Iterator

import pytest

from tests.vectorstore import building


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def either_database(request: pytest.FixtureRequest) -> Iterator[str]:
    """The kind of database that `building.new_engine` makes meanwhile."""
    if request.param == "sqlite":
        yield "sqlite"
        return
    with building.on(request.getfixturevalue("postgres")):
        yield "postgresql"
