"""The ways in which the stub can fail, by name."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from tests.stub_model.wire import StubRequest

ECHO = "你的请求里有:客户的原话 ⟦phone:7f3a9c⟧"
"""What some servers do: hand the prompt back in an error's text."""

STATUS_FAULTS: dict[str, tuple[int, str, str | None]] = {
    "400": (400, ECHO, None),
    "401": (401, f"Incorrect API key provided. {ECHO}", "invalid_api_key"),
    "402": (402, "Insufficient Balance", None),
    "403": (403, "Country, region, or territory not supported", "unsupported_country_region_territory"),
    "404": (404, f"The model does not exist. {ECHO}", "model_not_found"),
    "429": (429, f"Rate limit reached. {ECHO}", "rate_limit_exceeded"),
    "500": (500, f"The server had an error. {ECHO}", "server_error"),
    "503": (503, "Overloaded", None),
    "no_credit": (429, "You exceeded your current quota", "insufficient_quota"),
    "too_long": (400, "This model's maximum context length is 4096 tokens", "context_length_exceeded"),
    "filtered": (400, f"Input data may contain inappropriate content. {ECHO}", "data_inspection_failed"),
}
"""Mode → HTTP status, message, code."""


def _replace_quotes(text: str) -> str:
    answer = json.loads(text)
    for reading in answer.get("readings", ()):
        for insight in reading["insights"]:
            insight["quote"] = "这句话从来没有哪个客户说过"
    return json.dumps(answer, ensure_ascii=False)


def _without_first(text: str) -> str:
    answer = json.loads(text)
    if "readings" in answer:
        answer["readings"] = answer["readings"][1:]
    return json.dumps(answer, ensure_ascii=False)


ANSWER_FAULTS: dict[str, Callable[[str], tuple[str, str]]] = {
    "blank": lambda _: ("", "stop"),
    "truncated": lambda text: (text[: len(text) // 2], "stop"),
    "length": lambda text: (text[: len(text) // 2], "length"),
    "other_json": lambda _: ('{"answer": "很好", "confidence": 0.9}', "stop"),
    "prose": lambda _: ("对不起,我帮不了这个忙。", "stop"),
    "fenced": lambda text: (f"好的,结果如下:\n```json\n{text}\n```\n希望有用。", "stop"),
    "thinking": lambda text: (f'<think>先想 {{"readings": 0}} 一想</think>\n{text}', "stop"),
    "foreign_quote": lambda text: (_replace_quotes(text), "stop"),
    "missing_record": lambda text: (_without_first(text), "stop"),
}
"""Mode → (good answer → bad answer and its finish reason)."""


STREAMING = frozenset({"cut", "drip", "unstreamed"})
"""Of streamed answers: the stream ends two thirds on; a wait after every piece; the answer comes in one piece."""


@dataclass(frozen=True)
class Unsupported:
    """A parameter that the endpoint refuses with HTTP 400."""

    concerns: Callable[[StubRequest], bool]
    message: str


UNSUPPORTED: dict[str, Unsupported] = {
    "no_json_schema": Unsupported(lambda r: r.rung == "json_schema", "This response_format type is unavailable now"),
    "no_tools": Unsupported(lambda r: "tools" in r.body, "tool_choice is not supported by this model"),
    "no_json_object": Unsupported(lambda r: r.rung == "json_object", "response_format is not supported"),
    "no_max_tokens": Unsupported(
        lambda r: "max_tokens" in r.body,
        "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.",
    ),
    "no_extras": Unsupported(
        lambda r: bool({"enable_thinking", "thinking", "reasoning_effort", "chat_template_kwargs"} & set(r.body)),
        "Unrecognized request argument supplied: reasoning_effort",
    ),
    "no_stream": Unsupported(lambda r: bool(r.body.get("stream")), "streaming is not supported"),
    "no_temperature": Unsupported(
        lambda r: "temperature" in r.body, "invalid temperature: only 1 is allowed for this model"
    ),
}
