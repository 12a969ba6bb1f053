"""An endpoint for measuring: its answer takes as long as it is told, and costs next to no processor time.

``python -m evals.benches.endpoint MILLISECONDS [PACE]`` prints its port and serves until it is ended. It is no model: of each
record in the prompt it quotes the first clause, which is enough to pass verification; questions it plans as the rules do and
answers with the quotes it was shown, so many characters a second after the first (PACE; 0: all at once), streamed or whole.
Embeddings take as long for each 64 texts; they are made up, another for each text.
"""

import asyncio
import hashlib
import json
import math
import random
import re
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache, partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
RECORD = re.compile(r"<<<记录 (R\d+) 开始 [a-z]+>>>\n.*?正文:\n(.*?)\n<<<记录", re.DOTALL)
_CLAUSE = re.compile(r"([^。!?！？;；,，\n]{4,60})")
VOICE = re.compile(r"^\[(\d+)\] .*\n原话: (.+)$", re.MULTILINE)
_CHUNK = re.compile(r"^\[(\d+)\] (.{1,24})", re.MULTILINE)
_CALL = re.compile(r'^\{"tool":.*\}$', re.MULTILINE)
_SAID = "客户说的是这样：「{quote}」，看来这件事要紧。"
PIECE = 12
"""Characters of a streamed answer that come together."""
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
Converse = Callable[[bytes, dict[str, Any], asyncio.StreamWriter], Awaitable[None]]
"""What answers a request: given its head, its body, and where to write."""


def filled(schema: dict[str, Any], definitions: dict[str, Any], quote: str) -> Any:
    """The plainest value of a JSON schema, with `quote` wherever a text called so is asked for."""
    if "$ref" in schema:
        schema = definitions[schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema:
        return None
    if "enum" in schema:
        return schema["enum"][0]
    if schema["type"] == "object":
        fields = schema["properties"].items()
        whole = {name: filled(part, definitions, quote) for name, part in fields}
        return whole | ({"quote": quote} if "quote" in whole else {})
    plain = {"array": [], "boolean": False, "integer": schema.get("minimum", 1), "string": "希望修好", "number": 0}
    return plain[schema["type"]]


def answer_to(user: str, schema: dict[str, Any]) -> dict[str, Any]:
    """A reading with one insight for each record in a prompt's user text; the plainest answer to other questions."""
    definitions = schema.get("$defs", {})
    if "sentences" in schema["properties"]:
        return _answering(user, dict(filled(schema, definitions, "")))
    if "calls" in schema["properties"]:
        return dict(filled(schema, definitions, "")) | {"calls": [json.loads(line) for line in _CALL.findall(user)]}
    if "readings" not in schema["properties"]:
        return dict(filled(schema, definitions, ""))
    readings = []
    for alias, words in RECORD.findall(user):
        quote = clause[1] if (clause := _CLAUSE.search(words.removeprefix("客户: "))) else ""
        insights = [filled(definitions["InsightDraft"], definitions, quote)] if quote else []
        reading = filled(definitions["ReadingDraft"], definitions, quote)
        readings.append(reading | {"record_id": alias, "noise": not quote, "insights": insights})
    return {"readings": readings}


def _answering(user: str, plainest: dict[str, Any]) -> dict[str, Any]:
    """An answer in which each of the first voices is quoted in a sentence of its own."""
    told = [
        {"text": _SAID.format(quote=quote), "citations": [int(n)], "figures": [], "sources": []}
        for n, quote in VOICE.findall(user)[:4]
    ]
    return plainest | {"refused": not told, "refusal_reason": None, "sentences": told, "suggested_reply": None}


def text_of(body: dict[str, Any]) -> str:
    """What is answered to a chat request: JSON where a schema asks for it, else a few plain sentences."""
    user = str(body["messages"][-1]["content"])
    if "response_format" not in body:
        found = _CHUNK.findall("\n".join(str(message["content"]) for message in body["messages"]))
        return "".join(f"{_SAID.format(quote=words)}[{n}]" for n, words in found[:4]) or "不知道。"
    return json.dumps(answer_to(user, body["response_format"]["json_schema"]["schema"]), ensure_ascii=False)


def pieces(body: dict[str, Any], text: str) -> Iterator[bytes]:
    """The parts of a streamed response, each as a chunk of the transfer."""
    head = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": body["model"]}
    for at in range(0, len(text), PIECE):
        yield _event(head, {"role": "assistant", "content": text[at : at + PIECE]}, None)
    yield _event(head, {}, "stop")
    yield _chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n"


def _event(head: dict[str, Any], delta: dict[str, str], reason: str | None) -> bytes:
    whole = head | {"choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}
    return _chunk(b"data: " + json.dumps(whole, ensure_ascii=False).encode() + b"\n\n")


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def completion(body: dict[str, Any], text: str) -> bytes:
    """The HTTP response to a chat request that is answered whole."""
    asked = sum(len(str(message["content"])) for message in body["messages"])
    message = {"role": "assistant", "content": text, "refusal": None}
    choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
    usage = {"prompt_tokens": asked, "completion_tokens": len(text), "total_tokens": asked + len(text)}
    head = {"id": "c", "object": "chat.completion", "created": 1, "model": body["model"]}
    payload = json.dumps({**head, "choices": [choice], "usage": usage}, ensure_ascii=False).encode()
    return _response(payload)


DIM, AT_ONCE, _PARTS, _POOL = 256, 64, 4, 256


@cache
def _pieces() -> list[str]:
    """Written quarters of vectors."""
    dice = random.Random(7)  # noqa: S311 - a sample
    return [",".join(f"{dice.gauss(0, 1):.4f}" for _ in range(DIM // _PARTS)) for _ in range(_POOL)]


def embeddings(texts: list[str]) -> bytes:
    """The HTTP response to a request for embeddings; a text's vector is put together by its checksum."""
    rows = []
    for at, text in enumerate(texts):
        told = hashlib.sha256(text.encode()).digest()
        numbers = ",".join(_pieces()[told[part]] for part in range(_PARTS))
        rows.append(f'{{"object":"embedding","index":{at},"embedding":[{numbers}]}}')
    spent = sum(map(len, texts))
    usage = f'{{"prompt_tokens":{spent},"total_tokens":{spent}}}'
    payload = f'{{"object":"list","model":"m","data":[{",".join(rows)}],"usage":{usage}}}'.encode()
    return _response(payload)


def _response(payload: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s" % (
        len(payload),
        payload,
    )


async def answer(seconds: float, pace: float, _: bytes, body: dict[str, Any], writer: asyncio.StreamWriter) -> None:
    """Answer one request: whole, or piece by piece where that is asked for."""
    if (texts := body.get("input")) is not None:
        await asyncio.sleep(seconds * math.ceil(len(texts) / AT_ONCE))
        writer.write(embeddings(texts))
        return
    text = text_of(body)
    await asyncio.sleep(seconds)
    if not body.get("stream"):
        await asyncio.sleep(len(text) / pace if pace else 0)
        writer.write(completion(body, text))
        return
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
    for piece in pieces(body, text):
        writer.write(piece)
        await writer.drain()
        await asyncio.sleep(PIECE / pace if pace else 0)


async def serve(converse: Converse) -> None:
    """Serve on a free loopback port, which is printed first."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = _LENGTH.search(head)
                body = json.loads(await reader.readexactly(int(length[1]) if length else 0))
                await converse(head, body, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


def endpoint(milliseconds: int, pace: int = 0) -> AbstractContextManager[str]:
    """This server in a process of its own while the block runs; its base URL."""
    return running("evals.benches.endpoint", milliseconds, pace)


@contextmanager
def running(module: str, *arguments: object) -> Iterator[str]:
    """A module that serves, in a process of its own while the block runs; its base URL."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        try:
            assert process.stdout is not None
            yield f"http://127.0.0.1:{int(process.stdout.readline())}/v1"
        finally:
            process.kill()


if __name__ == "__main__":
    asyncio.run(serve(partial(answer, float(sys.argv[1]) / 1000, float(sys.argv[2]) if len(sys.argv) > 2 else 0)))
