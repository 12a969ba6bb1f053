"""A model endpoint that tells what it was asked for: ``python -m evals.benches.torture.teller MILLISECONDS JOURNAL``.

It answers as `evals.benches.endpoint` does, but with needs of several kinds, so that there are themes, and with ideas; and it
writes a line into the journal when a call comes and another when it has been answered. It prints its port and serves until it
is ended; what a killed asker does not hear is answered, and paid for, all the same.
"""

import asyncio
import hashlib
import itertools
import json
import re
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from evals.benches.endpoint import LENGTH, RECORD, ROOT, VOICE, answer_to, completion, filled

_FIGURES = re.compile(r"[\d０-９]+")
_KEY = re.compile(rb"authorization: *Bearer +(\S+)", re.IGNORECASE)
_NEEDS = (
    ("坏了修不好", "quality"), ("价格不清楚", "price"), ("师傅改时间", "staff"), ("装得太慢", "installation"),
    ("配件买不到", "parts"), ("连不上网", "software"),
)  # fmt: skip

_CHANCE = 4
"""In every so many needs there is a chance to sell something."""


def asked_for(body: dict[str, Any]) -> list[str]:
    """What a chat request is about, each as a key: of every record in it one, or of the voices it shows; else of all its words."""
    user, schema = _user(body), _schema(body)
    kind = "+".join(sorted(schema["properties"]))
    about = [words for _, words in RECORD.findall(user)]
    if not about:
        about = ["".join(sorted(quote for _, quote in VOICE.findall(user))) or json.dumps(body["messages"])]
    return [f"{kind} {hashlib.sha256(words.encode()).hexdigest()[:16]}" for words in about]


def answered(body: dict[str, Any]) -> str:
    """The answer to a chat request; it hangs on nothing but the words in it."""
    user, schema = _user(body), _schema(body)
    answer = answer_to(user, schema)
    for reading in answer.get("readings", ()):
        for insight in reading["insights"]:
            drawn = zlib.crc32(insight["quote"].encode())
            surface, aspect = _NEEDS[drawn % len(_NEEDS)]
            if drawn % _CHANCE == 0:
                insight["opportunities"] = [{"type": "consumable", "quote": insight["quote"]}]
            insight |= {
                "surface": surface,
                "secondary": f"{surface}，耽误事",
                "aspect": aspect,
                "sentiment": "negative",
            }
    if "ideas" in schema["properties"]:
        answer["ideas"] = list(_ideas(user, schema))
    return json.dumps(answer, ensure_ascii=False)


def _ideas(user: str, schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """An idea for each of the first two voices."""
    definitions = schema["$defs"]
    for n, quote in VOICE.findall(user)[:2]:
        about = _FIGURES.sub("", quote)
        idea = filled(definitions["IdeaDraft"], definitions, "")
        yield idea | {"title": f"解决{about}"[:40], "concept": f"让{about}不再发生", "evidence": [int(n)]}


def _user(body: dict[str, Any]) -> str:
    return str(body["messages"][-1]["content"])


def _schema(body: dict[str, Any]) -> dict[str, Any]:
    schema: dict[str, Any] = body["response_format"]["json_schema"]["schema"]
    return schema


async def serve(seconds: float, journal: TextIO) -> None:
    """Serve on a free loopback port, which is printed first."""
    numbers = itertools.count(1)

    def note(**row: object) -> None:
        journal.write(json.dumps({**row, "at": time.monotonic()}) + "\n")
        journal.flush()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length, key, number = LENGTH.search(head), _KEY.search(head), next(numbers)
                body = json.loads(await reader.readexactly(int(length[1]) if length else 0))
                note(n=number, by=key[1].decode() if key else "", asked=asked_for(body))
                text = answered(body)
                await asyncio.sleep(seconds)
                note(n=number)
                writer.write(completion(body, text))
        except (asyncio.IncompleteReadError, ConnectionResetError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


@contextmanager
def telling(milliseconds: int, journal: Path) -> Iterator[str]:
    """This server in a process of its own while the block runs; its base URL."""
    command = [sys.executable, "-m", "evals.benches.torture.teller", str(milliseconds), str(journal)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        try:
            assert process.stdout is not None
            yield f"http://127.0.0.1:{int(process.stdout.readline())}/v1"
        finally:
            process.kill()


if __name__ == "__main__":
    with Path(sys.argv[2]).open("a", encoding="utf-8") as file:
        asyncio.run(serve(float(sys.argv[1]) / 1000, file))
