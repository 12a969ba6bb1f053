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
import sys
import time
import zlib
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, TextIO

from evals.benches.endpoint import RECORD, VOICE, Converse, answer_to, completion, filled, running, serve

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


def telling_to(journal: TextIO, seconds: float) -> Converse:
    """What answers a request, and writes down that it came and that it was answered."""
    numbers = itertools.count(1)

    def note(**row: object) -> None:
        journal.write(json.dumps({**row, "at": time.monotonic()}) + "\n")
        journal.flush()

    async def answer(head: bytes, body: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        key, number = _KEY.search(head), next(numbers)
        note(n=number, by=key[1].decode() if key else "", asked=asked_for(body))
        text = answered(body)
        await asyncio.sleep(seconds)
        note(n=number)
        writer.write(completion(body, text))

    return answer


def telling(milliseconds: int, journal: Path) -> AbstractContextManager[str]:
    """This server in a process of its own while the block runs; its base URL."""
    return running("evals.benches.torture.teller", milliseconds, journal)


if __name__ == "__main__":
    with Path(sys.argv[2]).open("a", encoding="utf-8") as file:
        asyncio.run(serve(telling_to(file, float(sys.argv[1]) / 1000)))
