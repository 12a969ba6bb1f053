"""What all tests may ask for: a real PostgreSQL, where there is one; and what holds for all of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from assistant.bootstrap import open_app
from assistant.intake.shapes import ReadOptions
from assistant.settings import Settings
from tests.new_databases import copied
from tests.postgres import module_postgres, module_postgres_url, new_postgres, postgres, postgres_url

__all__ = ["module_postgres", "module_postgres_url", "new_postgres", "postgres", "postgres_url"]

settings.register_profile("steady", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")
"""The same examples each time, however busy the machine is; `--hypothesis-profile=default` looks for others."""


@pytest.fixture(scope="session", autouse=True)
def new_databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Databases are made by copying; how they are made step by step has tests of its own."""
    with copied(tmp_path_factory.mktemp("new")):
        yield


SAMPLE = Path(__file__).parents[1] / "assistant" / "sample" / "xinglan" / "source"


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory in which the sample corpus went the whole way by the rules, for tests to copy."""
    place = tmp_path_factory.mktemp("sample") / "data"
    app = open_app(Settings(engine="rules", data_dir=place, language="zh"))
    dict(app.pipeline.run([SAMPLE], ReadOptions()))
    app.close()
    return place


_LONGEST = ("pages", "cli", "vectorstore", "contracts", "evals", "injection", "llm", "api", "records")
"""Folders whose files take long, the longest first."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what takes long at the beginning: else at the end all processors wait for the one with the last long file."""
    order = {name: place for place, name in enumerate(_LONGEST)}
    items.sort(key=lambda item: order.get(item.path.parent.name, len(order)))
