"""One stub server for the session, as new for every test; an endpoint that waits for nothing."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assistant.domain.pacing import Rate
from assistant.llm.capabilities import CapabilityStore
from assistant.llm.chat import ChatEndpoint
from assistant.llm.pace import Pace
from assistant.llm.retry import CircuitBreaker, RetryPolicy
from assistant.settings import Settings, load_settings
from tests.stub_model import StubModel

MakeEndpoint = Callable[..., ChatEndpoint]


class Unhurried(Pace):
    """Waits for nothing, even where the endpoint asks for it."""

    def hold(self, seconds: float) -> None:
        """See `Pace.hold`."""


@pytest.fixture(scope="session")
def server() -> Iterator[StubModel]:
    with StubModel() as stub:
        yield stub


@pytest.fixture
def stub(server: StubModel) -> StubModel:
    server.reset()
    return server


@pytest.fixture
def settings(stub: StubModel, tmp_path: Path) -> Settings:
    return load_settings(
        openai_base_url=stub.base_url, openai_api_key="k", chat_model="gpt-4.1-mini", data_dir=tmp_path, llm_timeout=5
    )


@pytest.fixture
def waits() -> list[float]:
    """The seconds that retries would have waited."""
    return []


@pytest.fixture
def make_endpoint(settings: Settings, waits: list[float]) -> MakeEndpoint:
    def make(
        capabilities: CapabilityStore | None = None,
        breaker: CircuitBreaker | None = None,
        pace: Pace | None = None,
        **changes: object,
    ) -> ChatEndpoint:
        own = settings.model_copy(update=changes)
        return ChatEndpoint(own, capabilities, RetryPolicy(sleep=waits.append), breaker, pace=pace or Unhurried(Rate()))

    return make
