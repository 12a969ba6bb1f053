"""People at the service, made up: each asks, reads lists and opens pages as a browser does, and thinks in between."""

import ast
import asyncio
import json
import random
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import quote, urlencode, urlsplit

from websockets.asyncio.client import ClientConnection, connect

READ, LOOK = (15.0, 30.0), (5.0, 20.0)
"""Seconds until somebody does the next thing, from … to …: after an answer, which is read, with its tickets, to whoever is
on the telephone (250 characters are half a minute of reading aloud); and after a list or page, which is looked over."""
QUIET = 1.0
"""Seconds without news after which a page counts as filled, by its last news."""
PATIENCE = 60.0
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)
_QUERY = re.compile(r"\bquery: (\{.*?\}),\n")


@dataclass(frozen=True, slots=True)
class Seen:
    """One thing done: what, when since the start, how it ended, and after how many milliseconds."""

    what: str
    at: float
    status: int
    ms: float


class FailedError(Exception):
    """Something other than an answer came."""


class Visitor:
    """One user with a key, a connection that stays open, and dice of their own."""

    def __init__(self, url: str, key: str, number: int) -> None:
        place = urlsplit(url)
        self._host, self._port = place.hostname or "127.0.0.1", place.port or 80
        self._head = f"host: {place.netloc}\r\nauthorization: Bearer {key}\r\n"
        self._key, self._base = key, f"ws://{place.netloc}"
        self._open: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self.dice = random.Random(number)  # noqa: S311 - nothing secret

    async def get(self, path: str) -> tuple[int, bytes]:
        """Status and body of a GET."""
        return await self._call("GET", path, b"", "application/json, text/html")

    async def post(self, path: str, body: object, accept: str = "application/json") -> tuple[int, bytes]:
        """Status and body of a POST, read to its end."""
        return await self._call("POST", path, json.dumps(body, ensure_ascii=False).encode(), accept)

    async def _call(self, method: str, path: str, body: bytes, accept: str) -> tuple[int, bytes]:
        fresh = self._open is None
        try:
            return await asyncio.wait_for(self._asked(method, path, body, accept), PATIENCE)
        except (OSError, asyncio.IncompleteReadError, TimeoutError) as error:
            self._open = None
            if fresh or isinstance(error, TimeoutError):
                raise FailedError(type(error).__name__) from error
        return await self._call(method, path, body, accept)  # the server had closed what it had kept open

    async def _asked(self, method: str, path: str, body: bytes, accept: str) -> tuple[int, bytes]:
        if self._open is None:
            self._open = await asyncio.open_connection(self._host, self._port, limit=2**22)
        reader, writer = self._open
        brought = f"content-type: application/json\r\ncontent-length: {len(body)}\r\n" if body else ""
        writer.write(f"{method} {path} HTTP/1.1\r\n{self._head}accept: {accept}\r\n{brought}\r\n".encode() + body)
        head = await reader.readuntil(b"\r\n\r\n")
        status = int(head.split(b" ", 2)[1])
        if (length := _LENGTH.search(head)) is not None:
            return status, await reader.readexactly(int(length[1]))
        return status, b"".join([part async for part in _chunks(reader)]) if _CHUNKED.search(head) else b""

    async def page(self, path: str) -> tuple[int, float, float | None]:
        """A page as a browser opens it: its status, milliseconds until its HTML, and until what it was filled with."""
        begun = time.perf_counter()
        status, html = await self.get(path)
        came = _since(begun)
        if status != 200 or (found := _QUERY.search(html.decode())) is None:
            return status, came, None
        return status, came, await asyncio.wait_for(self._filled(ast.literal_eval(found[1]), begun), PATIENCE)

    async def _filled(self, query: dict[str, object], begun: float) -> float:
        own = {"document_id": f"d{self.dice.random()}", "tab_id": f"t{self.dice.random()}", "old_tab_id": ""}
        told = urlencode({**{name: _plain(value) for name, value in query.items()}, **own})
        address = f"{self._base}/_nicegui_ws/socket.io/?{told}&EIO=4&transport=websocket"
        headers = {"authorization": f"Bearer {self._key}"}
        async with connect(address, additional_headers=headers, proxy=None, max_size=2**24) as socket:
            last = _since(begun)
            async for news in _news(socket):
                if news.startswith("42"):
                    last = _since(begun)
            return last

    async def think(self, *, answered: bool) -> None:
        """Read what came, and think."""
        await asyncio.sleep(self.dice.uniform(*(READ if answered else LOOK)))

    def close(self) -> None:
        """Hang up."""
        if self._open is not None:
            self._open[1].close()


def _plain(value: object) -> str:
    return json.dumps(value) if isinstance(value, bool) else str(value)


def _since(begun: float) -> float:
    return 1000 * (time.perf_counter() - begun)


async def _chunks(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    while size := int((await reader.readline()).strip() or b"0", 16):
        yield await reader.readexactly(size)
        await reader.readexactly(2)
    await reader.readline()


async def _news(socket: ClientConnection) -> AsyncIterator[str]:
    """What the service says, from the greeting on, until it has been quiet for a while."""
    await socket.recv()
    await socket.send("40")
    while True:
        try:
            message = await asyncio.wait_for(socket.recv(), QUIET)
        except TimeoutError:
            return
        if message == "2":
            await socket.send("3")
        elif isinstance(message, str):
            yield message


@asynccontextmanager
async def visiting(url: str, key: str, number: int) -> AsyncIterator[Visitor]:
    """A visitor who hangs up at the end."""
    visitor = Visitor(url, key, number)
    try:
        yield visitor
    finally:
        visitor.close()


def worded(path: str, **parameters: str) -> str:
    """An address with its parameters."""
    return f"{path}?{urlencode(parameters, quote_via=quote)}" if parameters else path
