"""Streams: many at once, ended when nobody listens, and errors that say nothing of anybody."""

import asyncio
import json
import logging
from collections.abc import Callable, Generator
from threading import Event as Signal

import httpx
import pytest
from anyio import CapacityLimiter
from fastapi import FastAPI

from api.chat_streaming import Window
from api.chat_wire import ChatIn
from api.problems import UNEXPECTED
from api.streaming import BEAT, STOPPED, EventStream, events
from assistant.answering.events import Event
from assistant.bootstrap import App
from assistant.errors import StoreError
from tests.api.conftest import PHONE
from tests.api.serving import running, serving
from tests.api.sse import parse

MANY = 50
QUESTIONS = (
    "8月打印机掉线有多少条",
    "门锁没电怎么回",
    "各产品有多少条反馈",
    "今天天气怎么样",
    "打印机掉线客户在意什么",
)
SECRET = "客户的原话"


def test_fifty_streams_at_once_all_end_well(app: App) -> None:
    async def ask(client: httpx.AsyncClient, n: int) -> str:
        question = QUESTIONS[n % len(QUESTIONS)]
        if n % 2:
            body = {"model": "voc", "stream": True, "messages": [{"role": "user", "content": question}]}
            return (await client.post("/v1/chat/completions", json=body)).text
        body = {"question": question, "conversation_id": f"at-once-{n % 6}"}
        return (await client.post("/v1/ask", json=body, headers={"accept": "text/event-stream"})).text

    async def run(url: str) -> list[str]:
        limits = httpx.Limits(max_connections=MANY)
        async with httpx.AsyncClient(base_url=url, timeout=120, limits=limits) as client:
            return await asyncio.gather(*(ask(client, n) for n in range(MANY)))

    with serving(app) as url:
        told = asyncio.run(run(url))
    assert all(text.endswith("data: [DONE]\n\n") for text in told[1::2])
    for text in told[::2]:
        names = [name for name, _ in parse(text)]
        assert names[-1] == "done"
        assert "error" not in names
    assert sum(len(app.talks.answers(f"at-once-{n}")) for n in (0, 2, 4)) == MANY // 2


def test_who_goes_away_ends_the_work_and_frees_the_seat() -> None:
    service, seats, ended = FastAPI(), CapacityLimiter(1), Signal()

    def endless() -> Generator[bytes]:
        try:
            while True:
                yield BEAT
        finally:
            ended.set()

    @service.get("/endless")
    async def work() -> EventStream:
        return EventStream(endless(), seats)

    with running(service) as url:
        with httpx.stream("GET", f"{url}/endless", timeout=60) as response:
            assert next(response.iter_raw()).startswith(BEAT)
            assert not ended.is_set()
        assert ended.wait(60)
    assert seats.borrowed_tokens == 0


@pytest.mark.parametrize("stopped", [None, Window.stopped])
def test_an_answer_that_does_not_come_ends_with_a_word_when_the_service_is_stopped(
    stopped: Callable[[], bytes] | None,
) -> None:
    service, seats, never = FastAPI(), CapacityLimiter(1), Signal()
    service.state.ending = Signal()

    def slow() -> Generator[bytes]:
        yield BEAT
        never.wait(60)
        raise StoreError(SECRET)

    @service.get("/slow")
    async def work() -> EventStream:
        return EventStream(slow(), seats, stopped, patience=0.1)

    with running(service) as url, httpx.stream("GET", f"{url}/slow", timeout=60) as response:
        read = response.iter_raw()
        assert next(read).startswith(BEAT)
        service.state.ending.set()
        last = json.loads(b"".join(read).decode().rstrip().rpartition("data: ")[2])
        never.set()
    assert STOPPED in (last.get("detail"), last.get("error", {}).get("message"))


def failing(error: Exception) -> Generator[Event]:
    yield Event("token", "打印机掉线。")
    raise error


def hide(text: str) -> str:
    return text.replace(PHONE, "⟦phone:1⟧")


def as_chat(steps: Generator[Event], mask: Callable[[str], str]) -> Generator[bytes]:
    asked = ChatIn.model_validate({"model": "voc", "messages": [{"role": "user", "content": "?"}]})
    return Window(asked, "zh", counted=False).chunks(steps, mask)


@pytest.mark.parametrize("door", [events, as_chat])
@pytest.mark.parametrize(
    ("error", "told"), [(StoreError(f"not with {PHONE}"), "not with ⟦phone:1⟧"), (RuntimeError(SECRET), UNEXPECTED)]
)
def test_an_error_is_the_last_event_and_says_nothing_of_anybody(
    door: Callable[..., Generator[bytes]], error: Exception, told: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        sent = b"".join(door(failing(error), hide)).decode()
    last = json.loads(sent.rstrip().rpartition("data: ")[2])
    assert told in (last.get("detail"), last.get("error", {}).get("message"))
    assert not any(secret in sent + caplog.text for secret in (PHONE, SECRET))
    assert "DONE" not in sent


def test_what_is_not_meant_for_the_reader_is_only_a_sign_of_life() -> None:
    def steps() -> Generator[Event]:
        yield Event("waiting")
        yield Event("waiting", SECRET)

    assert list(events(steps(), hide)) == [BEAT, BEAT]
    assert SECRET not in b"".join(as_chat(steps(), hide)).decode()
