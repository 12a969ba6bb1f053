"""Knows how to hear an answer while it is written: sentence by sentence, within the same budget and circuit as any call."""

from collections.abc import Callable, Iterator

from pydantic import ValidationError

from assistant.domain.drafts import AnswerDraft, SentenceDraft
from assistant.domain.engine import Usage
from assistant.errors import ModelAnswerError, ModelDownError, ModelError
from assistant.llm.budget import Spending, estimate_tokens
from assistant.llm.chat import Call, ChatEndpoint, opening
from assistant.llm.faults import CallFault, Reply
from assistant.llm.parsing import UnusableAnswer, completed, parse_answer
from assistant.llm.retry import QUICK_WAIT
from assistant.llm.unfolding import Unfolding
from prompts import RenderedPrompt

_TRIES = 2
"""Requests for one answer, where the endpoint fails at once and may not a moment later."""


class Unheard(Exception):  # noqa: N818  (a step of the policy)
    """Nothing was heard, and the question may be put in the ordinary way."""


def heard(
    endpoint: ChatEndpoint, prompt: RenderedPrompt, spending: Spending, expected: int, sending: Callable[[], None]
) -> Iterator[SentenceDraft | tuple[AnswerDraft, Usage]]:
    """An answer's sentences as they are finished, at last the whole draft and what it cost.

    Somebody is waiting: one short retry, and only while nothing was told. An answer that begins with a refusal tells no sentence.

    Raises:
        Unheard: nothing was told, and asking in the ordinary way may help.
        ModelError: as `ChatEndpoint.complete` raises it; or the answer broke off after something was told.
    """
    endpoint.look_at(prompt)
    endpoint.breaker.check()
    call = Call(prompt, AnswerDraft, spending, expected, True, sending)
    sentences, told = Unfolding("sentences"), 0
    text: list[str] = []
    try:
        for piece in _tried(endpoint, call):
            text.append(piece)
            for value in sentences.feed(piece):
                if '"refused":true' not in "".join(sentences.head.split()) and (said := _sentence(value)):
                    told += 1
                    yield said
        draft = parse_answer("".join(text), AnswerDraft)
    except CallFault as fault:
        if not told and (fault.refused or fault.cause == "strange"):
            # Where the way of asking has proved itself, it is the streaming that was refused: not tried again.
            endpoint.streams = not (fault.refused and endpoint.knowledge.rung is not None)
            raise Unheard from None
        endpoint.breaker.note(fault.error)
        raise _broken_off(fault.error) if told else fault.error from None
    except UnusableAnswer as reason:
        if not told:
            raise Unheard from None
        error = ModelAnswerError(f"{endpoint.model} broke off in the middle of an answer: {reason}")
        endpoint.breaker.note(error)
        raise error from None
    endpoint.breaker.note(None)
    if endpoint.knowledge.rung is None:
        endpoint.knowledge.learn(rung=endpoint.knowledge.ladder[0])
    yield draft, call.cost


def _tried(endpoint: ChatEndpoint, call: "Call[AnswerDraft]") -> Iterator[str]:
    """The text as it comes; asked for once more where not a piece of it came."""
    for attempt in range(1, _TRIES + 1):
        came = False
        try:
            for piece in _pieces(endpoint, call):
                came = True
                yield piece
        except CallFault as fault:
            impatient = fault.cause not in {"busy", "failing"} or (fault.retry_after or 0.0) > QUICK_WAIT
            if came or impatient or attempt == _TRIES:
                raise
            endpoint.retry.sleep(QUICK_WAIT)
        else:
            return


def _pieces(endpoint: ChatEndpoint, call: "Call[AnswerDraft]") -> Iterator[str]:
    """The text of one request as it comes, reserved before and booked after, whatever comes of it."""
    rung = endpoint.knowledge.rung or endpoint.knowledge.ladder[0]
    messages = opening(rung, call.prompt, call.schema)
    most, limit = endpoint.most(rung, messages, call)
    tokens = estimate_tokens("".join(text for _, text in messages)) + call.expected
    reserved = call.spending.reserve(most, quick=True)
    reply, text, unsure = None, "", False
    try:
        endpoint.vendor.ready(True)
        turn = endpoint.pace.turn(tokens, quick=True)
        call.announce()
        question = endpoint.question(rung, messages, call.schema, limit=limit, quick=True)
        for piece in endpoint.vendor.stream(question, usage=endpoint.knowledge.seen.stream_usage is not False):
            if isinstance(piece, Reply):
                reply = piece
            else:
                text += piece
                yield piece
        endpoint.pace.took(turn, _tokens(endpoint.cost_of(reply or Reply(text), messages)))
    except CallFault as fault:
        reply, unsure = fault.reply, fault.cause == "silent"
        if fault.retry_after:
            endpoint.pace.hold(fault.retry_after)
        raise
    finally:
        reply = reply or (Reply(text) if text else None)
        cost = endpoint.cost_of(reply, messages) if reply is not None else Usage()
        call.cost += cost
        call.spending.settle(reserved, cost, unsure=unsure)


def _tokens(cost: Usage) -> int:
    return cost.prompt_tokens + cost.completion_tokens


def _sentence(value: dict[str, object]) -> SentenceDraft | None:
    try:
        return SentenceDraft.model_validate(completed(value, SentenceDraft))
    except ValidationError:
        return None


def _broken_off(error: ModelError) -> ModelError:
    return ModelDownError(f"the answer broke off: {error}") if isinstance(error, ModelDownError) else error
