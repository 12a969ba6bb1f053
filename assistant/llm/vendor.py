"""Knows langchain and openai: sends one chat request in one of the ladder's ways, and translates what goes wrong.

The only module that imports them for chat; every foreign error becomes a `CallFault` by the one table below.
"""

import json
import re
import threading
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from assistant.errors import ModelAccessError, ModelAnswerError, ModelDownError, ModelError
from assistant.llm.capabilities import Rung
from assistant.settings import Settings

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage
    from langchain_openai import ChatOpenAI

CONNECT_SECONDS = 10.0
OPENAI_URL = "https://api.openai.com/v1"

Message = tuple[str, str]
"""Role (``system``, ``user``, ``assistant``) and text."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back, unread: the text (or the arguments of the tool call) and its tokens, None where not told."""

    text: str
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cut_off: bool = False


class CallFault(Exception):  # noqa: N818  (a step of the policy; callers see `error`)
    """One request that failed: what the caller shall see, and what may still be tried."""

    def __init__(
        self,
        error: ModelError,
        *,
        again: bool = False,
        tries: int | None = None,
        refused: bool = False,
        retry_after: float | None = None,
        names: frozenset[str] = frozenset(),
        reply: Reply | None = None,
    ) -> None:
        super().__init__(str(error))
        self.error = error
        self.again = again
        """The same request may succeed later."""
        self.tries = tries
        """How many tries in all this fault is worth, where fewer than the policy's: a time-out has cost its wait."""
        self.refused = refused
        """The request's form was refused: another rung may succeed."""
        self.retry_after = retry_after
        self.names = names
        """Which of our own parameters the server's complaint names (its text itself may echo customer text)."""
        self.reply = reply
        """What was paid for nevertheless."""


class VendorChat:
    """One model at one endpoint, by way of `ChatOpenAI`. Built without a request; safe to use from several threads."""

    def __init__(self, settings: Settings) -> None:
        self.model = settings.chat_model
        self.endpoint = settings.openai_base_url or OPENAI_URL
        self._settings = settings
        self._clients: dict[bool, ChatOpenAI] = {}
        self._lock = threading.Lock()

    def send(self, rung: Rung, messages: Sequence[Message], name: str, shape: Mapping[str, Any], warm: bool) -> Reply:
        """One request, no retry. `shape` is the JSON schema called `name`; `warm` leaves the temperature unset.

        Raises:
            CallFault: anything but an answer.
        """
        import openai  # slow vendors: late
        from langsmith import tracing_context

        client = self._client(warm).bind(**_form(rung, name, shape))
        try:
            with tracing_context(enabled=False):  # a tracing key in the environment must not carry tickets away
                message = client.invoke([(role, text) for role, text in messages])
        except openai.OpenAIError as error:
            raise self._fault(error) from None
        except (TypeError, ValueError, LookupError, AttributeError):  # langchain on a body that is no completion
            strange = f"{self.endpoint} answers, but not as a chat endpoint does: check OPENAI_BASE_URL (often …/v1)"
            raise CallFault(ModelAccessError(strange), again=True) from None
        reply = _reply(message)
        if message.additional_kwargs.get("refusal"):
            raise CallFault(ModelAnswerError("the model declined to answer"), reply=reply)
        return reply

    def _client(self, warm: bool) -> "ChatOpenAI":
        with self._lock:
            if warm not in self._clients:
                self._clients[warm] = self._build(None if warm else 0.0)
            return self._clients[warm]

    def _build(self, temperature: float | None) -> "ChatOpenAI":
        import warnings

        from langchain_openai import ChatOpenAI  # slow vendors: late
        from openai import DefaultHttpxClient, Timeout

        warnings.filterwarnings(
            "ignore", message="(This model does not support|Invalid schema for) OpenAI's structured"
        )
        seconds = self._settings.llm_timeout
        timeout = Timeout(seconds, connect=min(seconds, CONNECT_SECONDS))
        connections = DefaultHttpxClient(timeout=timeout)
        weakref.finalize(self, connections.close)
        return ChatOpenAI(
            http_client=connections,
            model=self.model,
            api_key=self._settings.openai_api_key or SecretStr("none"),
            base_url=self.endpoint,
            temperature=temperature,
            timeout=timeout,
            max_retries=0,
            stream_usage=True,
            use_responses_api=False,
        )

    def _fault(self, error: Exception) -> CallFault:
        """The table: a foreign error into ours. Texts of the server are never shown, they may echo the prompt."""
        import openai

        if isinstance(error, openai.LengthFinishReasonError):
            return CallFault(
                ModelAnswerError("the answer was cut off at the model's length limit"),
                reply=_reply_of_completion(error.completion),
            )
        if isinstance(error, openai.ContentFilterFinishReasonError):
            return CallFault(ModelAnswerError("the provider's content filter stopped the answer"))
        if isinstance(error, openai.APITimeoutError):
            seconds = self._settings.llm_timeout
            return CallFault(
                ModelDownError(
                    f"the model endpoint {self.endpoint} gave no answer within {seconds:g} seconds; "
                    "see whether it is overloaded, or raise VOC_LLM_TIMEOUT"
                ),
                again=True,
                tries=2,
            )
        if isinstance(error, openai.APIStatusError):
            return self._status_fault(error)
        return CallFault(
            ModelDownError(
                f"the model endpoint {self.endpoint} is down or can't be reached; start it, or correct OPENAI_BASE_URL"
            ),
            again=True,
        )

    def _status_fault(self, error: Any) -> CallFault:
        status, code = int(error.status_code), _code(error)
        where = f"the model endpoint {self.endpoint}"
        said = f"HTTP {status}{f' {code}' if code else ''}"
        if status == 413 or (status == 400 and _complains_of_length(error)):
            return CallFault(ModelAnswerError(f"the prompt is longer than {self.model} can read ({said})"))
        if code in _FILTERED:
            return CallFault(ModelAnswerError(f"the provider's content filter refused the prompt ({said})"))
        if status == 402 or code in _NO_MONEY:
            return CallFault(ModelAccessError(f"{where} says that the account is out of credit ({said}); top it up"))
        if status in _ADVICE:
            advice = _ADVICE[status].format(model=self.model)
            return CallFault(ModelAccessError(f"{where} refused access ({said}): {advice}"))
        if status in _PASSING or status >= 500:
            what = "is limiting our rate; lower VOC_LLM_CONCURRENCY" if status == 429 else "is failing; try again later"
            return CallFault(
                ModelDownError(f"{where} {what} ({said})"), again=True, retry_after=_retry_after(error.response.headers)
            )
        refusal = ModelAccessError(
            f"{where} refuses our requests to {self.model} ({said}); `voc probe` shows what works"
        )
        return CallFault(refusal, refused=True, names=_named_parameters(error))


_ADVICE: dict[int, str] = {
    401: "the key is missing or wrong: set OPENAI_API_KEY",
    403: "this key may not use {model}: check the key's rights, the region, and VOC_CHAT_MODEL",
    404: "no model {model} there: check VOC_CHAT_MODEL, and whether OPENAI_BASE_URL ends with /v1",
    405: "this address takes no chat requests: check OPENAI_BASE_URL",
}
_PASSING = frozenset({408, 409, 425, 429})
_TOO_LONG = ("context_length", "context length", "context window", "too long", "string_above_max_length")
_FILTERED = frozenset({"content_filter", "data_inspection_failed", "content_policy_violation"})
_NO_MONEY = frozenset({"insufficient_quota", "billing_hard_limit_reached", "insufficient_balance", "arrearage"})
_PARAMETERS = ("temperature", "response_format", "tool_choice", "tools")
_SAFE_CODE = re.compile(r"[a-z0-9_.-]{1,48}")


def _form(rung: Rung, name: str, shape: Mapping[str, Any]) -> dict[str, Any]:
    """The request's parameters that ask for JSON in this way."""
    if rung == "json_schema":
        schema = {"name": name, "strict": True, "schema": shape}
        return {"response_format": {"type": "json_schema", "json_schema": schema}}
    if rung == "function_calling":
        function = {"name": name, "description": "Hand in the result.", "parameters": shape}
        return {
            "tools": [{"type": "function", "function": function}],
            "tool_choice": {"type": "function", "function": {"name": name}},
        }
    return {"response_format": {"type": "json_object"}} if rung == "json_object" else {}


def _reply(message: "AIMessage") -> Reply:
    if message.tool_calls:
        text = json.dumps(message.tool_calls[0]["args"], ensure_ascii=False)
    elif message.invalid_tool_calls:
        text = message.invalid_tool_calls[0]["args"] or ""
    else:
        text = message.text
    usage = message.usage_metadata
    return Reply(
        text,
        usage["input_tokens"] if usage else None,
        usage["output_tokens"] if usage else None,
        message.response_metadata.get("finish_reason") == "length",
    )


def _reply_of_completion(completion: Any) -> Reply:
    usage = completion.usage
    return Reply("", usage.prompt_tokens, usage.completion_tokens, True) if usage else Reply("", cut_off=True)


def _code(error: Any) -> str:
    """The server's short error code where it has one that is plainly a code."""
    for candidate in (error.code, error.type):
        if isinstance(candidate, str) and _SAFE_CODE.fullmatch(candidate.lower()):
            return candidate.lower()
    return ""


def _complains_of_length(error: Any) -> bool:
    complaint = f"{error.code or ''} {error.message[:200]}".lower()
    return any(words in complaint for words in _TOO_LONG)


def _named_parameters(error: Any) -> frozenset[str]:
    complaint = str(error.param or error.message[:200]).lower()  # what follows may be our own prompt, echoed
    return frozenset(name for name in _PARAMETERS if name in complaint)


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the server asks us to wait (``retry-after-ms``, or ``retry-after`` as a number)."""
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            return max(0.0, float(headers[name]) * unit)
        except (KeyError, ValueError):
            continue
    return None
