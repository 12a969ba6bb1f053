"""A small OpenAI-compatible server for tests: the real wire format on a loopback port, scriptable, with faults."""

from tests.stub_model.server import StubModel
from tests.stub_model.wire import StubRequest

__all__ = ["StubModel", "StubRequest"]
