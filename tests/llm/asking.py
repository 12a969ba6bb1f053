"""A prompt, a draft that answers it, and how it was asked for."""

from prompts import RenderedPrompt
from tests.stub_model import StubModel

PROMPT = RenderedPrompt("system text", "user text", "d", "test.v1")
THEME = dict.fromkeys(("title", "definition", "surface", "secondary", "deep"), "x") | {
    "deep_category": "trust",
    "misfits": [],
}


def rungs(stub: StubModel) -> list[str]:
    return [request.rung for request in stub.chats]
