"""The server: answers chat, embedding and model requests on a loopback port, as scripted, and keeps what it was asked.

with StubModel() as stub:
    settings = Settings(OPENAI_BASE_URL=stub.base_url, OPENAI_API_KEY="k")
    stub.mode("429", times=2, retry_after=0.01)   # the next two requests; later ones are answered
"""

import asyncio
import json
import math
import socket
import threading
import time
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from types import TracebackType
from typing import Any, Self

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.stub_model import wire
from tests.stub_model.batches import StubBatches
from tests.stub_model.faults import ANSWER_FAULTS, STATUS_FAULTS, STREAMING, UNSUPPORTED
from tests.stub_model.filler import fill, read_prompt
from tests.stub_model.wire import StubRequest

Handler = Callable[[StubRequest], object]
"""Given a request, the answer: a dict or list (sent as JSON), a string (sent as it is), or None for the default."""


@dataclass
class _Mode:
    name: str
    left: int | None
    retry_after: float | None
    seconds: float


class StubModel:
    """The stub as a context manager. Modes: see `tests.stub_model.faults`, and ``slow`` and ``html``."""

    def __init__(self, handler: Handler | None = None, *, key: str | None = None, size: int = 64) -> None:
        self.handler = handler
        self.key = key
        self.size = size
        self.embedding_limit: int | None = None
        """Texts that one embedding request may hold."""
        self.requests: list[StubRequest] = []
        self.batches = StubBatches(self._reply_to)
        """Files and batches, with faults of their own."""
        self._modes: list[_Mode] = []
        self._lock = threading.Lock()

    def mode(
        self, *names: str, times: int | None = None, retry_after: float | None = None, seconds: float = 5.0
    ) -> None:
        """Fail in these ways for the next `times` requests each (for ever where None); no name: no faults any more."""
        known = {*STATUS_FAULTS, *ANSWER_FAULTS, *UNSUPPORTED, *STREAMING, "slow", "html", "no_usage"}
        assert known.issuperset(names), f"unknown modes {set(names) - known}; there are {sorted(known)}"
        with self._lock:
            self._modes = [_Mode(name, times, retry_after, seconds) for name in names]

    def reset(self) -> None:
        """As new: no requests, no faults, no handler; so that one server can serve a whole module of tests."""
        self.handler, self.key, self.embedding_limit = None, None, None
        self.mode()
        self.requests.clear()
        self.batches.reset()

    @property
    def chats(self) -> list[StubRequest]:
        """The chat requests so far."""
        return [request for request in self.requests if request.path == "/v1/chat/completions"]

    def __enter__(self) -> Self:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._socket.bind(("127.0.0.1", 0))
        self.base_url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/v1"
        routes = [
            Route("/v1/chat/completions", self._chat, methods=["POST"]),
            Route("/v1/embeddings", self._embed, methods=["POST"]),
            Route("/v1/models", self._models),
            *self.batches.routes(),
            Route("/{path:path}", self._unknown, methods=["GET", "POST", "PATCH", "PUT", "DELETE"]),
        ]
        config = uvicorn.Config(
            Starlette(routes=routes), lifespan="off", ws="none", log_config=None, timeout_graceful_shutdown=1
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), daemon=True)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.005)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.should_exit = True
        self._thread.join(5)
        self._socket.close()

    async def _chat(self, incoming: Request) -> Response:
        request = await self._noted(incoming)
        modes = {mode.name: mode for mode in self._take()}
        if refusal := self._refusal(request, modes):
            return refusal
        if slow := modes.get("slow"):
            await asyncio.sleep(slow.seconds)
        if "html" in modes:
            return HTMLResponse("<html><body>Welcome</body></html>")
        text, finish = await run_in_threadpool(self._answer, request), "stop"
        for name in modes:
            if name in ANSWER_FAULTS:
                text, finish = ANSWER_FAULTS[name](text)
        if "cut" in modes:
            text = text[: len(text) * 2 // 3]
        if request.limit is not None and len(text) > request.limit:
            text, finish = text[: request.limit], "length"
        if request.body.get("stream") and "unstreamed" not in modes:
            pieces = wire.chunks(request, text, whole="cut" not in modes)
            told = _dripping(pieces, modes["drip"].seconds) if "drip" in modes else pieces
            return StreamingResponse(told, media_type="text/event-stream")
        return JSONResponse(wire.completion(request, text, finish=finish, usage="no_usage" not in modes))

    async def _embed(self, incoming: Request) -> Response:
        request = await self._noted(incoming)
        modes = {mode.name: mode for mode in self._take()}
        if refusal := self._refusal(request, modes):
            return refusal
        texts = request.body["input"]
        texts = [texts] if isinstance(texts, str) else texts
        if self.embedding_limit and len(texts) > self.embedding_limit:
            return _error(400, f"batch size is invalid, it should not be larger than {self.embedding_limit}", None)
        if not all(isinstance(text, str) and text for text in texts):
            return _error(400, "input must be non-empty strings", None)
        encoding = str(request.body.get("encoding_format", "float"))
        data = [wire.embedding(_hashed(text, self.size), n, encoding) for n, text in enumerate(texts)]
        tokens = sum(map(len, texts))
        usage = {"prompt_tokens": tokens, "total_tokens": tokens}
        return JSONResponse({"object": "list", "data": data, "model": request.body["model"], "usage": usage})

    async def _models(self, incoming: Request) -> Response:
        await self._noted(incoming)
        model = {"id": wire.MODEL, "object": "model", "created": 1, "owned_by": "tests"}
        return JSONResponse({"object": "list", "data": [model]})

    async def _unknown(self, incoming: Request) -> Response:
        with self._lock:
            self.requests.append(StubRequest(incoming.url.path, {}, dict(incoming.headers)))
        return _error(404, "no such route", None)

    async def _noted(self, incoming: Request) -> StubRequest:
        body = await incoming.body()
        request = StubRequest(incoming.url.path, json.loads(body) if body else {}, dict(incoming.headers))
        with self._lock:
            self.requests.append(request)
        return request

    def _take(self) -> list[_Mode]:
        """The modes that hold for this request; those with a count lose one."""
        with self._lock:
            current = [mode for mode in self._modes if mode.left is None or mode.left > 0]
            for mode in current:
                if mode.left is not None:
                    mode.left -= 1
            return current

    def _refusal(self, request: StubRequest, modes: dict[str, _Mode]) -> Response | None:
        if self.key is not None and request.headers.get("authorization") != f"Bearer {self.key}":
            return _error(401, "Incorrect API key provided", "invalid_api_key")
        for name, mode in modes.items():
            if name in STATUS_FAULTS:
                status, message, code = STATUS_FAULTS[name]
                headers = {"retry-after": str(mode.retry_after)} if mode.retry_after is not None else {}
                return _error(status, message, code, headers)
            if name in UNSUPPORTED and UNSUPPORTED[name].concerns(request):
                return _error(400, UNSUPPORTED[name].message, None)
        return None

    def _reply_to(self, body: dict[str, Any], fault: str | None) -> dict[str, Any]:
        """The completion for a line of a batch file."""
        request = StubRequest("/v1/chat/completions", body, {})
        text, finish = self._answer(request), "stop"
        if fault is not None:
            text, finish = ANSWER_FAULTS[fault](text)
        return wire.completion(request, text, finish=finish)

    def _answer(self, request: StubRequest) -> str:
        answer = self.handler(request) if self.handler else None
        if answer is None:
            schema = request.schema
            answer = fill(schema, read_prompt(request.user)) if schema else "好的。"
        return answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False)


async def _dripping(pieces: Iterator[str], seconds: float) -> AsyncIterator[str]:
    for piece in pieces:
        yield piece
        await asyncio.sleep(seconds)


def _error(status: int, message: str, code: str | None, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse(wire.error(message, code), status, headers)


def _hashed(text: str, size: int) -> list[float]:
    """A vector of hashed characters and pairs, of length one: like texts get like vectors, on every machine."""
    vector: list[Any] = [0.0] * size
    for gram in (*text, *map("".join, pairwise(text))):
        vector[zlib.crc32(gram.encode()) % size] += 1.0
    length = math.sqrt(sum(part * part for part in vector)) or 1.0
    return [part / length for part in vector]
