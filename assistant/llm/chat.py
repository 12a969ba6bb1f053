"""Knows how to get one checked draft out of a chat endpoint: the ladder, the repair try, turns, budget, what it cost."""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from pydantic import BaseModel

from assistant.domain.engine import Usage
from assistant.errors import ModelAnswerError, ModelError
from assistant.llm.budget import MESSAGE_TOKENS, BudgetExceeded, Most, Spending, estimate_tokens, most_tokens
from assistant.llm.capabilities import CapabilityStore, Rung
from assistant.llm.faults import CallFault, Reply
from assistant.llm.forecasting import answer_limit
from assistant.llm.knowledge import Knowledge
from assistant.llm.pace import Pace, pace_of
from assistant.llm.parsing import UnusableAnswer, parse_answer
from assistant.llm.pricing import PRICES_FILE, Price, find_price
from assistant.llm.retry import CircuitBreaker, RetryPolicy, Stopped
from assistant.llm.shapes import schema_text, shape_of
from assistant.llm.vendor import Message, Question, VendorChat
from assistant.settings import Settings
from prompts import RenderedPrompt

T = TypeVar("T", bound=BaseModel)

ECHO_CHARS = 6000
"""How much of an unusable answer is shown to the model again in the repair try."""
HELPLESS = 2
"""So many prompts for which no way of asking worked show that the model can't do it at all."""
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
        pace: Pace | None = None,
    ) -> None:
        """`guard` looks at every prompt's user text before it is sent, and raises `EgressError` where it must not be."""
        self.vendor = VendorChat(settings)
        self.knowledge = Knowledge(self.vendor.endpoint, self.vendor.model, capabilities)
        self.price: Price | None = find_price(settings.chat_model, settings.data_dir / PRICES_FILE)
        self.pace = pace or pace_of(settings)
        self._guard = guard
        self.retry = retry or RetryPolicy()
        self.breaker = breaker or CircuitBreaker()
        self._discovery = threading.Lock()
        self._helpless = 0
        self.streams = True
        self._answered = False

    @property
    def model(self) -> str:
        """Name of the model at the endpoint."""
        return self.vendor.model

    @property
    def shaping(self) -> dict[str, str]:
        """What of the endpoint shapes an answer, for keys: address, model, temperature, the provider's own fields."""
        known = {"endpoint": self.vendor.endpoint.rstrip("/"), "model": self.model, "temperature": "0"}
        return known | self.knowledge.shaping

    def complete(
        self,
        prompt: RenderedPrompt,
        schema: type[T],
        *,
        spending: Spending | None = None,
        expected: int = 800,
        quick: bool = False,
        sending: Callable[[], None] | None = None,
    ) -> tuple[T, Usage]:
        """The model's answer to the prompt as a valid `schema`, and what all the calls for it cost.

        Args:
            spending: where calls are reserved and booked, failed ones too.
            expected: tokens the answer will take, about, for the reservation.
            quick: somebody is waiting: an endpoint that is down is given up within two seconds.
            sending: called before the first request goes out, where one does.

        Raises:
            ModelAccessError, ModelDownError: the endpoint refuses or fails (after all retries).
            Stopped: it has failed so often in the same way that it is not asked.
            ModelAnswerError: no valid answer, even after one repair try.
            BudgetExceeded: the next call does not fit the budget; it was not made.
            EgressError: the guard refuses the prompt; it was not sent.
        """
        self.look_at(prompt)
        self.breaker.check()
        call = Call(prompt, schema, spending or Spending(), expected, quick, sending)
        return self._answer(call), call.cost

    def look_at(self, prompt: RenderedPrompt) -> None:
        """Have the guard look at a prompt.

        Raises:
            EgressError: it must not be sent.
        """
        if self._guard is not None:
            self._guard(prompt.user)

    def _answer(self, call: "Call[T]") -> T:
        """By the way that is known to work; while none is, one call finds it and the others wait for what it finds."""
        if self.knowledge.rung is None:
            with self._discovery:
                self.breaker.check()
                if self.knowledge.rung is None:
                    return self._watched(call)
        return self._watched(call)

    def _watched(self, call: "Call[T]") -> T:
        """The answer, and how it ended told to the circuit breaker."""
        try:
            answer = self._descend(call)
        except (BudgetExceeded, Stopped):
            raise
        except ModelError as error:
            self.breaker.note(error)
            self._helpless += call.helpless
            if call.helpless and self._helpless >= HELPLESS:
                self.breaker.give_up(error)
            raise
        self.breaker.note(None)
        return answer

    def _descend(self, call: "Call[T]") -> T:
        """Down the ladder from the rung that is known to work: a rung that has proved itself is not doubted."""
        known, ladder = self.knowledge.rung, self.knowledge.ladder
        error: ModelError = ModelAnswerError("no way of asking for JSON worked")
        for rung in ladder[ladder.index(known) :] if known in ladder else ladder:
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
                self.knowledge.learn(rung=rung)
                return answer
        call.helpless = known is None and isinstance(error, ModelAnswerError)
        raise error

    def _ask(self, rung: Rung, call: "Call[T]") -> T:
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

    def _paid(self, rung: Rung, messages: Sequence[Message], call: "Call[T]") -> Reply:
        """One request with its retries, each of them reserved before and booked after, whatever comes of it."""
        most, limit = self.most(rung, messages, call)
        expected = estimate_tokens("".join(text for _, text in messages)) + call.expected

        def once() -> Reply:
            reserved = call.spending.reserve(most, quick=call.quick)
            cost, unsure = Usage(), False
            try:
                self.vendor.ready(call.quick)
                turn = self.pace.turn(expected, quick=call.quick)
                call.announce()
                reply = self.once(rung, messages, call.schema, limit=limit, quick=call.quick)
                cost = self.cost_of(reply, messages)
                self.pace.took(turn, cost.prompt_tokens + cost.completion_tokens)
            except CallFault as fault:
                cost, unsure = self.cost_of(fault.reply, messages) if fault.reply else cost, fault.cause == "silent"
                raise
            finally:
                call.spending.settle(reserved, cost, unsure=unsure)
                call.cost += cost
            return reply

        return self.retry.run(once, quick=call.quick, cold=not self._answered)

    def most(self, rung: Rung, messages: Sequence[Message], call: "Call[T]") -> tuple[Most, int | None]:
        """What to set aside for one request, and the limit on its answer that makes this the most it can cost."""
        text = "".join(text for _, text in messages)
        if not call.spending.limited:
            return Most(estimate_tokens(text), call.expected), None
        schema = schema_text(call.schema) if rung in ("json_schema", "function_calling") else ""
        limit = answer_limit(call.expected)
        prompt = most_tokens(text) + most_tokens(schema) + MESSAGE_TOKENS * len(messages)
        return Most(prompt, limit, self.price), limit

    def send(self, rung: Rung, messages: Sequence[Message], schema: type[BaseModel]) -> Reply:
        """One request in one way, with retries, unread, on no budget.

        Raises:
            CallFault: the endpoint did not answer.
        """
        return self.retry.run(lambda: self.once(rung, messages, schema), cold=not self._answered)

    def once(
        self,
        rung: Rung,
        messages: Sequence[Message],
        schema: type[BaseModel],
        *,
        limit: int | None = None,
        quick: bool = False,
    ) -> Reply:
        """One request without retries, but for parameters that the endpoint is found not to take.

        Raises:
            CallFault: the endpoint did not answer; where it asked for time, everybody gives it.
        """
        while True:
            question = self.question(rung, messages, schema, limit=limit, quick=quick)
            try:
                reply = self.vendor.send(question)
            except CallFault as fault:
                if fault.refused and self.knowledge.unlearn(fault.names, question):
                    continue
                if fault.retry_after:
                    self.pace.hold(fault.retry_after)
                raise
            self._answered = True
            return reply

    def question(
        self,
        rung: Rung,
        messages: Sequence[Message],
        schema: type[BaseModel],
        *,
        limit: int | None = None,
        quick: bool = False,
    ) -> Question:
        """A request as this endpoint is known to take it."""
        extra = self.knowledge.added(limit)
        return Question(rung, messages, schema.__name__, shape_of(schema), not self.knowledge.temperature, extra, quick)

    def cost_of(self, reply: Reply, messages: Sequence[Message]) -> Usage:
        """What a reply cost; its tokens are estimated where the endpoint does not tell."""
        asked, said = reply.prompt_tokens, reply.completion_tokens
        prompt = asked if asked is not None else estimate_tokens("".join(text for _, text in messages))
        completion = said if said is not None else estimate_tokens(reply.text)
        return usage_of(prompt, completion, self.price)


@dataclass(slots=True)
class Call(Generic[T]):
    """One prompt on its way to an answer, and what it has cost so far."""

    prompt: RenderedPrompt
    schema: type[T]
    spending: Spending
    expected: int
    quick: bool = False
    sending: Callable[[], None] | None = None
    cost: Usage = field(default_factory=Usage)
    helpless: bool = False
    """Every way of asking was tried and none gave a usable answer."""

    def announce(self) -> None:
        """Say, once, that something is about to be sent."""
        if self.sending is not None:
            self.sending()
            self.sending = None


def usage_of(prompt_tokens: int, completion_tokens: int, price: Price | None, calls: int = 1) -> Usage:
    """Tokens and what they cost; None where there is no price."""
    cost = price.cost(prompt_tokens, completion_tokens) if price else None
    return Usage(calls, prompt_tokens, completion_tokens, cost, price.currency if price else None)


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
