"""Knows how to get one checked draft out of a chat endpoint: the ladder, the repair try, retries, what it cost."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from pydantic import BaseModel

from assistant.domain.engine import Usage
from assistant.errors import ModelAnswerError, ModelError
from assistant.llm.budget import BudgetExceeded, Spending, estimate_tokens
from assistant.llm.capabilities import LADDER, CapabilityStore, Rung
from assistant.llm.parsing import UnusableAnswer, parse_answer
from assistant.llm.pricing import Price, find_price
from assistant.llm.retry import CircuitBreaker, RetryPolicy
from assistant.llm.shapes import schema_text, shape_of
from assistant.llm.vendor import CallFault, Message, Reply, VendorChat
from assistant.settings import Settings
from prompts import RenderedPrompt

T = TypeVar("T", bound=BaseModel)

ECHO_CHARS = 6000
"""How much of an unusable answer is shown to the model again in the repair try."""
PRICES_FILE = "prices.toml"
_LOG = logging.getLogger(__name__)


class ChatEndpoint:
    """A chat model that answers prompts with drafts. Safe to use from several threads; built without a request."""

    def __init__(
        self,
        settings: Settings,
        capabilities: CapabilityStore | None = None,
        retry: RetryPolicy | None = None,
        breaker: CircuitBreaker | None = None,
        guard: Callable[[str], None] | None = None,
    ) -> None:
        """`guard` looks at every prompt's user text before it is sent, and raises `EgressError` where it must not be."""
        self._guard = guard
        self._vendor = VendorChat(settings)
        self._capabilities = capabilities if capabilities is not None else CapabilityStore()
        self._retry = retry or RetryPolicy()
        self._breaker = breaker or CircuitBreaker()
        self._price: Price = find_price(settings.chat_model, settings.data_dir / PRICES_FILE)

    @property
    def model(self) -> str:
        """Name of the model at the endpoint."""
        return self._vendor.model

    @property
    def shaping(self) -> dict[str, str]:
        """What of the endpoint shapes an answer, for keys: address, model, temperature."""
        return {"endpoint": self._vendor.endpoint.rstrip("/"), "model": self.model, "temperature": "0"}

    def complete(
        self, prompt: RenderedPrompt, schema: type[T], *, spending: Spending | None = None, expected: int = 800
    ) -> tuple[T, Usage]:
        """The model's answer to the prompt as a valid `schema`, and what all the calls for it cost.

        Args:
            spending: where calls are reserved and booked, failed ones too.
            expected: tokens the answer will take, about, for the reservation.

        Raises:
            ModelAccessError, ModelDownError: the endpoint refuses or fails (after all retries).
            ModelAnswerError: no valid answer, even after one repair try.
            BudgetExceeded: the next call does not fit the budget; it was not made.
            EgressError: the guard refuses the prompt; it was not sent.
        """
        if self._guard is not None:
            self._guard(prompt.user)
        self._breaker.check()
        call = _Call(prompt, schema, spending or Spending(), expected)
        try:
            answer = self._descend(call)
        except BudgetExceeded:
            raise
        except ModelError as error:
            self._breaker.note(error)
            raise
        self._breaker.note(None)
        return answer, call.cost

    def _descend(self, call: "_Call[T]") -> T:
        """Down the ladder from the rung that is known to work: a rung that has proved itself is not doubted."""
        known = self.known_rung()
        error: ModelError = ModelAnswerError("no way of asking for JSON worked")
        for rung in LADDER[LADDER.index(known) :] if known else LADDER:
            try:
                answer = self._ask(rung, call)
            except CallFault as fault:
                error = fault.error
                if not fault.refused:
                    raise error from None
            except UnusableAnswer as reason:
                error = ModelAnswerError(f"{self.model} gave no usable answer, asked twice: {reason}")
                if rung == known:
                    raise error from None
            else:
                self.learn(rung)
                return answer
        raise error

    def _ask(self, rung: Rung, call: "_Call[T]") -> T:
        """One question, and one more that shows the model what was wrong with its answer."""
        messages = opening(rung, call.prompt, call.schema)
        reply = self._paid(rung, messages, call)
        try:
            return parse_answer(reply.text, call.schema)
        except UnusableAnswer as reason:
            if reply.cut_off:
                raise CallFault(ModelAnswerError("the answer was cut off at the model's length limit")) from None
            _LOG.info("%s: asking %s once more, %s", call.prompt.name, self.model, reason)
            messages = [*messages, *repair(reply.text, reason)]
        return parse_answer(self._paid(rung, messages, call).text, call.schema)

    def _paid(self, rung: Rung, messages: Sequence[Message], call: "_Call[T]") -> Reply:
        """One request, reserved before and booked after, whatever comes of it."""
        reserved = estimate_tokens("".join(text for _, text in messages)) + call.expected
        call.spending.reserve(reserved)
        cost = Usage()
        try:
            reply = self.send(rung, messages, call.schema)
            cost = self._cost(reply, messages)
        except CallFault as fault:
            if fault.reply:
                cost = self._cost(fault.reply, messages)
            raise
        finally:
            call.spending.settle(reserved, cost)
            call.cost += cost
        return reply

    def send(self, rung: Rung, messages: Sequence[Message], schema: type[BaseModel]) -> Reply:
        """One request in one way, with retries, unread.

        Raises:
            CallFault: the endpoint did not answer.
        """
        shape = shape_of(schema)
        return self._retry.run(lambda: self._send_once(rung, messages, schema.__name__, shape))

    def _send_once(self, rung: Rung, messages: Sequence[Message], name: str, shape: Mapping[str, object]) -> Reply:
        known = self._capabilities.get(self._vendor.endpoint, self.model)
        try:
            return self._vendor.send(rung, messages, name, shape, warm=not known.temperature)
        except CallFault as fault:
            if not (fault.refused and known.temperature and "temperature" in fault.names):
                raise
        self._capabilities.learn(self._vendor.endpoint, self.model, temperature=False)
        return self._vendor.send(rung, messages, name, shape, warm=True)

    def known_rung(self) -> Rung | None:
        """The way of asking for JSON that has worked at this endpoint, if any has yet."""
        return self._capabilities.get(self._vendor.endpoint, self.model).rung

    def learn(self, rung: Rung) -> None:
        """Remember that this way works."""
        self._capabilities.learn(self._vendor.endpoint, self.model, rung=rung)

    def forget(self) -> None:
        """Forget what was learnt of this endpoint and model, as before a probe."""
        self._capabilities.forget(self._vendor.endpoint, self.model)

    def _cost(self, reply: Reply, messages: Sequence[Message]) -> Usage:
        """What a reply cost; its tokens are estimated where the endpoint does not tell."""
        asked, said = reply.prompt_tokens, reply.completion_tokens
        prompt = asked if asked is not None else estimate_tokens("".join(text for _, text in messages))
        completion = said if said is not None else estimate_tokens(reply.text)
        return Usage(1, prompt, completion, self._price.cost(prompt, completion))


@dataclass(slots=True)
class _Call(Generic[T]):
    """One prompt on its way to an answer, and what it has cost so far."""

    prompt: RenderedPrompt
    schema: type[T]
    spending: Spending
    expected: int
    cost: Usage = field(default_factory=Usage)


def opening(rung: Rung, prompt: RenderedPrompt, schema: type[BaseModel]) -> list[Message]:
    """The first messages of a call: where the request itself can't carry the schema, the system text does."""
    system = prompt.system
    if rung in ("json_object", "plain"):
        system = f"{system}\n\n# JSON Schema\n{schema_text(schema)}"
    return [("system", system), ("user", prompt.user)]


def repair(answer: str, reason: UnusableAnswer) -> list[Message]:
    """The messages that show a model its own answer and what is wrong with it."""
    shown: list[Message] = [("assistant", answer[:ECHO_CHARS])] if answer.strip() else []
    wish = f"上一次的输出不能用:{reason.detail}。请重新完整输出,只输出一个符合要求的 JSON 对象。"
    return [*shown, ("user", wish)]
