"""The setting VOC_LANGUAGE chooses the prompt that is sent, and answers in one language are never taken for another's."""

from collections.abc import Callable

import pytest

from assistant.llm.engine import ModelEngine
from assistant.settings import Settings
from tests.llm.conftest import MakeEndpoint
from tests.llm.material import ANSWER_MATERIAL, RECORDS, THEME_MATERIAL
from tests.stub_model import StubModel

TASKS: dict[str, tuple[str, Callable[[ModelEngine], object]]] = {
    "extract": ("You are a needs analyst", lambda engine: engine.read(RECORDS)),
    "name_theme": ("You are a needs analyst", lambda engine: engine.name_theme(THEME_MATERIAL)),
    "answer": ("In the chat window of a service centre", lambda engine: engine.answer(ANSWER_MATERIAL)),
}


@pytest.mark.parametrize("task", TASKS)
def test_the_prompt_is_in_the_language_of_the_settings(
    stub: StubModel, settings: Settings, make_endpoint: MakeEndpoint, task: str
) -> None:
    opening, ask = TASKS[task]
    engines = [
        ModelEngine(settings.model_copy(update={"language": language}), make_endpoint(), b"s" * 32)
        for language in ("zh", "en")
    ]
    for engine in engines:
        ask(engine)
    told = [chat.body["messages"][0]["content"] for chat in stub.chats]
    assert [text.startswith(opening) for text in told] == [False, True]
    user = stub.chats[-1].body["messages"][1]["content"]
    assert user.startswith("Boundary token of this call: ")
    assert engines[0].identity(task) != engines[1].identity(task)
