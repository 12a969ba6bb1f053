"""An answer as server-sent events: plan, figure, citation, token, done, or error; nobody listening ends the work."""

from asyncio import Future, ensure_future, wait
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import aclosing, closing
from threading import Event
from time import monotonic

from anyio import CancelScope, CapacityLimiter
from anyio.to_thread import run_sync
from fastapi.responses import StreamingResponse
from fastapi.sse import format_sse_event
from pydantic import BaseModel
from starlette.types import Receive, Scope, Send

from api.answer_wire import CitationOut, FigureOut, plan_of, wire_of
from api.problems import problem, problem_of
from api.wire import ProblemOut
from assistant.answering.events import Event as Step
from assistant.domain.answers import Answer, Citation, Figure, Plan

BEAT = b": waiting\n\n"
"""A comment: a sign of life for proxies and clients, which none of them shows."""
STREAMED = {
    "text/event-stream": {
        "schema": {"type": ["string", "object"], "description": "server-sent events, each `event` with its `data`"}
    }
}
"""What an answer that streams is in the service's document."""
PATIENCE = 7.0
"""Seconds that the next step of an answer may take when the service is being stopped: the server itself gives ten."""
STOPPED = "the service is being stopped: ask again in a moment"
_LOOK = 0.5
HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}


class EventStream(StreamingResponse):
    """Server-sent events drawn from a generator in threads of their own; it is closed as soon as nobody listens.

    When the service is being stopped it is given `patience` seconds more, then its last event says so.
    """

    def __init__(
        self, steps: Generator[bytes], seats: CapacityLimiter, stopped: Callable[[], bytes] | None = None,
        patience: float = PATIENCE,
    ) -> None:  # fmt: skip
        """`stopped` gives that event, for readers who know problem documents by another form."""
        self._steps, self._seats, self._stopped, self._patience = steps, seats, stopped or _stopped, patience
        self._ending = Event()
        self._until: float | None = None
        self._drawn = self._draw()
        super().__init__(self._drawn, media_type="text/event-stream", headers=HEADERS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; see `StreamingResponse`."""
        self._ending = getattr(scope["app"].state, "ending", self._ending)
        await super().__call__(scope, receive, send)

    async def stream_response(self, send: Send) -> None:
        """Send all there is; see the class."""
        async with aclosing(self._drawn):
            await super().stream_response(send)

    async def _draw(self) -> AsyncGenerator[bytes]:
        drawing: Future[bytes | None] | None = None
        try:
            while True:
                drawing = ensure_future(run_sync(next, self._steps, None, limiter=self._seats))
                if not await self._in_time(drawing):
                    yield self._stopped()
                    drawing.add_done_callback(_let_go)
                    drawing = None
                    return
                if (step := drawing.result()) is None:
                    return
                yield step
        finally:
            with CancelScope(shield=True):
                if drawing is not None:
                    await wait({drawing})
                    await run_sync(self._steps.close)

    async def _in_time(self, drawing: "Future[bytes | None]") -> bool:
        """Wait for a step; False where the service is being stopped and there is no time left for one."""
        while True:
            if self._ending.is_set():
                self._until = self._until or monotonic() + self._patience
                if monotonic() >= self._until:
                    return False
            if (await wait({drawing}, timeout=min(_LOOK, self._patience)))[0]:
                return True


def _let_go(drawing: "Future[bytes | None]") -> None:
    """What comes too late goes nowhere, not even as an error that nobody asked for."""
    if not drawing.cancelled():
        drawing.exception()


def events(steps: Generator[Step], mask: Callable[[str], str]) -> Generator[bytes]:
    """The steps of an answer as events on the wire; an error becomes the last event, a problem document."""
    with closing(steps):
        try:
            yield from map(_event, steps)
        except Exception as error:  # noqa: BLE001 - the answer has begun: the error must travel inside the stream
            content = problem_of(error)
            yield _sent("error", ProblemOut.model_validate({**content, "detail": mask(str(content["detail"]))}))


def _stopped() -> bytes:
    return _sent("error", ProblemOut.model_validate(problem(503, STOPPED)))


class _Token(BaseModel):
    text: str


def _event(step: Step) -> bytes:
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
