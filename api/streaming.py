"""An answer as server-sent events: plan, figure, citation, token, done, or error; nobody listening ends the work."""

from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import aclosing, closing

from anyio import CancelScope, CapacityLimiter
from anyio.to_thread import run_sync
from fastapi.responses import StreamingResponse
from fastapi.sse import format_sse_event
from pydantic import BaseModel
from starlette.types import Send

from api.answer_wire import CitationOut, FigureOut, plan_of, wire_of
from api.problems import problem_of
from api.wire import ProblemOut
from assistant.answering.events import Event
from assistant.domain.answers import Answer, Citation, Figure, Plan

BEAT = b": waiting\n\n"
"""A comment: a sign of life for proxies and clients, which none of them shows."""
STREAMED = {
    "text/event-stream": {
        "schema": {"type": ["string", "object"], "description": "server-sent events, each `event` with its `data`"}
    }
}
"""What an answer that streams is in the service's document."""
HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}


class EventStream(StreamingResponse):
    """Server-sent events drawn from a generator in threads of their own; it is closed as soon as nobody listens."""

    def __init__(self, steps: Generator[bytes], seats: CapacityLimiter) -> None:
        self._drawn = _drawn(steps, seats)
        super().__init__(self._drawn, media_type="text/event-stream", headers=HEADERS)

    async def stream_response(self, send: Send) -> None:
        """Send all there is; see the class."""
        async with aclosing(self._drawn):
            await super().stream_response(send)


async def _drawn(steps: Generator[bytes], seats: CapacityLimiter) -> AsyncGenerator[bytes]:
    try:
        while (step := await run_sync(next, steps, None, limiter=seats)) is not None:
            yield step
    finally:
        with CancelScope(shield=True):
            await run_sync(steps.close)


def events(steps: Generator[Event], mask: Callable[[str], str]) -> Generator[bytes]:
    """The steps of an answer as events on the wire; an error becomes the last event, a problem document."""
    with closing(steps):
        try:
            yield from map(_event, steps)
        except Exception as error:  # noqa: BLE001 - the answer has begun: the error must travel inside the stream
            content = problem_of(error)
            yield _sent("error", ProblemOut.model_validate({**content, "detail": mask(str(content["detail"]))}))


class _Token(BaseModel):
    text: str


def _event(step: Event) -> bytes:
    match step.kind, step.data:
        case "plan", Plan() as plan:
            return _sent("plan", plan_of(plan))
        case "figure", Figure() as figure:
            return _sent("figure", FigureOut.model_validate(figure))
        case "citation", Citation() as citation:
            return _sent("citation", CitationOut.model_validate(citation))
        case "token", str() as text:
            return _sent("token", _Token(text=text))
        case "done", Answer() as answer:
            return _sent("done", wire_of(answer))
    return BEAT


def _sent(name: str, data: BaseModel) -> bytes:
    return format_sse_event(event=name, data_str=data.model_dump_json())
