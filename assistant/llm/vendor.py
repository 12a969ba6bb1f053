"""Knows langchain and openai: sends one chat request in one of the ladder's ways.

Only this module and `assistant.llm.batch_files` send anything; `assistant.llm.faults` translates what goes wrong.
"""

import json
import threading
import weakref
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from assistant.errors import ModelAnswerError
from assistant.llm.capabilities import Rung
from assistant.llm.faults import CallFault, Reply, away, fault_of, strange
from assistant.settings import Settings
from vectorstore.knocking import QUICK_CONNECT_SECONDS, takes_connections

if TYPE_CHECKING:
    from langchain_openai import ChatOpenAI
    from openai import OpenAI, Timeout

CONNECT_SECONDS = 10.0
OPENAI_URL = "https://api.openai.com/v1"

Message = tuple[str, str]
"""Role (``system``, ``user``, ``assistant``) and text."""


@dataclass(frozen=True, slots=True)
class Question:
    """One chat request, whole but for the model's name."""

    rung: Rung
    messages: Sequence[Message]
    name: str
    """Of the JSON schema."""
    shape: Mapping[str, Any]
    warm: bool = False
    """The temperature is left unset, else it is 0."""
    extra: Mapping[str, Any] | None = None
    """Further fields of the request: the provider's own, the limit on the answer's length."""
    quick: bool = False
    """Somebody is waiting: an endpoint that does not take the connection is given up soon."""

    @property
    def added(self) -> dict[str, Any]:
        """The fields beside model, messages and temperature."""
        return {**(self.extra or {}), **form(self.rung, self.name, self.shape)}

    def body(self, model: str) -> dict[str, Any]:
        """The request as one JSON value, as a batch file holds it."""
        messages = [{"role": role, "content": text} for role, text in self.messages]
        temperature = {} if self.warm else {"temperature": 0.0}
        return {"model": model, "messages": messages, **temperature, **self.added}


class VendorChat:
    """One model at one endpoint, by way of `ChatOpenAI`. Built without a request; safe to use from several threads."""

    def __init__(self, settings: Settings) -> None:
        self.model = settings.chat_model
        self.endpoint = settings.openai_base_url or OPENAI_URL
        self._settings = settings
        self._client: OpenAI | None = None
        self._lock = threading.Lock()

    def ready(self, quick: bool) -> None:
        """Have what sending takes: its libraries take a second to load, and a turn is not to grow old meanwhile.

        Raises:
            CallFault: with `quick`, nobody listens at the endpoint.
        """
        if self._client is None:
            if quick and not takes_connections(self.endpoint):
                raise away(self.endpoint)
            self._made()

    def send(self, question: Question) -> Reply:
        """One request, no retry.

        Raises:
            CallFault: anything but an answer.
        """
        self.ready(question.quick)
        import openai  # slow vendor: late

        # LangChain builds the client; its message layer is gone round: it would cost three times the processor time of
        # the call itself, and a tracing key in the environment would carry tickets away.
        timeout = self._timeout(question.quick)
        try:
            found = self.client.post(
                "/chat/completions", cast_to=object, body=question.body(self.model), options={"timeout": timeout}
            )
        except openai.OpenAIError as error:
            raise self.fault(error) from None
        except ValueError:  # a body that is no JSON
            raise strange(self.endpoint) from None
        return reply_of(found, self.endpoint)

    def stream(self, question: Question, *, usage: bool = True) -> Iterator[str | Reply]:
        """The same request, heard while it is answered: pieces of the text as they come, at last the whole reply.

        An endpoint that does not stream answers in one piece; with `usage` it is asked to tell the tokens.

        Raises:
            CallFault: anything but an answer; what came until then was told.
        """
        self.ready(question.quick)
        import openai  # slow vendor: late

        told_tokens = {"stream_options": {"include_usage": True}} if usage else {}
        body = {**question.body(self.model), "stream": True, **told_tokens}
        try:
            with self.client.post(
                "/chat/completions",
                cast_to=object,
                body=body,
                options={"timeout": self._timeout(question.quick)},
                stream=True,
                stream_cls=openai.Stream[object],
            ) as stream:
                if "event-stream" not in stream.response.headers.get("content-type", ""):
                    reply = reply_of(json.loads(stream.response.read()), self.endpoint)
                    yield from (reply.text, reply)
                    return
                told = Overheard(self.endpoint)
                for chunk in stream:
                    if piece := told.piece(chunk):
                        yield piece
                yield told.reply()
        except openai.OpenAIError as error:
            raise self.fault(error) from None
        except ValueError:  # a body, or a chunk of one, that is no JSON
            raise strange(self.endpoint) from None

    def fault(self, error: Exception) -> CallFault:
        """What a foreign error means (`assistant.llm.faults`)."""
        return fault_of(error, self.endpoint, self.model, self._settings.llm_timeout)

    @property
    def client(self) -> "OpenAI":
        """The plain client beneath `ChatOpenAI`, with its connections; built at first use."""
        return self._made()

    def _made(self) -> "OpenAI":
        with self._lock:
            if self._client is None:
                self._client = self._build().root_client
            return self._client

    def close(self) -> None:
        """Give back the connections; the next request opens new ones."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def _timeout(self, quick: bool) -> "Timeout":
        from openai import Timeout  # slow vendor: late

        seconds = self._settings.llm_timeout
        return Timeout(seconds, connect=min(seconds, QUICK_CONNECT_SECONDS if quick else CONNECT_SECONDS))

    def _build(self) -> "ChatOpenAI":
        from langchain_openai import ChatOpenAI  # slow vendors: late
        from openai import DefaultHttpxClient

        timeout = self._timeout(False)
        connections = DefaultHttpxClient(timeout=timeout)
        weakref.finalize(self, connections.close)
        return ChatOpenAI(
            http_client=connections,
            model=self.model,
            api_key=self._settings.openai_api_key or SecretStr("none"),
            base_url=self.endpoint,
            timeout=timeout,
            max_retries=0,
            use_responses_api=False,
        )


def form(rung: Rung, name: str, shape: Mapping[str, Any]) -> dict[str, Any]:
    """The request's fields that ask for JSON in this way."""
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


def reply_of(found: Any, endpoint: str) -> Reply:
    """What a completion, as JSON, says.

    Raises:
        CallFault: it is none, or the model declined, or a filter stopped it.
    """
    try:
        choice = found["choices"][0]
        message, finish = choice["message"], choice.get("finish_reason")
        text, usage = _text(message), found.get("usage") or {}
        details = usage.get("completion_tokens_details") or {}
        hidden = details.get("reasoning_tokens") or message.get("reasoning_content") or message.get("reasoning")
    except (TypeError, LookupError, AttributeError):
        raise strange(endpoint) from None
    thought = bool(hidden) or "<think" in text[:200].lower()
    reply = Reply(text, _count(usage, "prompt_tokens"), _count(usage, "completion_tokens"), finish == "length", thought)
    if message.get("refusal"):
        raise CallFault(ModelAnswerError("the model declined to answer"), reply=reply)
    if finish == "content_filter":
        raise CallFault(ModelAnswerError("the provider's content filter stopped the answer"), reply=reply)
    return reply


class Overheard:
    """A completion put together from its chunks."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint
        self._text: list[str] = []
        self._finish: str | None = None
        self._usage: Any = None
        self._thought = self._refused = False

    def piece(self, chunk: Any) -> str:
        """The text that a chunk adds.

        Raises:
            CallFault: it is no chunk of a completion.
        """
        try:
            self._usage = chunk.get("usage") or self._usage
            if not (choices := chunk.get("choices")):
                return ""
            delta = choices[0].get("delta") or {}
            self._finish = choices[0].get("finish_reason") or self._finish
            self._thought |= bool(delta.get("reasoning_content") or delta.get("reasoning"))
            self._refused |= bool(delta.get("refusal"))
            text = _text(delta)
        except (TypeError, LookupError, AttributeError):
            raise strange(self._endpoint) from None
        self._text.append(text)
        return text

    def reply(self) -> Reply:
        """The whole, once the stream has ended.

        Raises:
            CallFault: the model declined, a filter stopped it, or it broke off.
        """
        usage = self._usage if isinstance(self._usage, Mapping) else {}
        text = "".join(self._text)
        asked, said = _count(usage, "prompt_tokens"), _count(usage, "completion_tokens")
        reply = Reply(text, asked, said, self._finish == "length", self._thought or "<think" in text[:200].lower())
        if self._refused:
            raise CallFault(ModelAnswerError("the model declined to answer"), reply=reply)
        if self._finish == "content_filter":
            raise CallFault(ModelAnswerError("the provider's content filter stopped the answer"), reply=reply)
        return reply


def _text(message: Mapping[str, Any]) -> str:
    """The arguments of the first tool call, else the content, which some servers send in parts."""
    if calls := message.get("tool_calls"):
        arguments = (calls[0].get("function") or {}).get("arguments") or ""
        return arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
    content = message.get("content") or ""
    if isinstance(content, list):
        content = "".join(str(part.get("text") or "") for part in content)
    return str(content)


def _count(usage: Mapping[str, Any], name: str) -> int | None:
    value = usage.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
