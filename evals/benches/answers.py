"""How fast questions are answered and how many at once: ``python -m evals.benches.answers`` (part of ``make bench``).

The service answers over HTTP as events, with a model behind the stub endpoint that thinks 300 ms and then says 250 characters
a second; the peer, LangChain's plain retrieval chain, asks the same stub in the same run (`evals.benches.chain`). Every
answer of ours was planned, counted, found, checked sentence by sentence and kept.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from evals.answer_cases import read_cases
from evals.benches.endpoint import endpoint
from evals.benches.search import Figure, environment, run, serving

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "assistant" / "sample" / "xinglan" / "source"
MILLISECONDS, PACE = 300, 250
"""How long the model thinks, and how many characters a second it says then."""
ALONE, FLYING = 16, 50
PATIENCE = 120.0


@dataclass(frozen=True, slots=True)
class Told:
    """One answer over HTTP: milliseconds to the first byte of its body, the first event, the first words, the end; by whom."""

    byte: float
    event: float
    words: float
    whole: float
    engine: str


def answer_figures(folder: Path) -> Iterator[Figure]:
    """First byte and whole answers, alone and fifty at once, ours and the peer's."""
    data, records = folder / "answering", folder / "answering.json"
    run(data, "run", SOURCE)
    run(data, "export", "records", "-o", records)
    questions = asked(ALONE)
    with endpoint(MILLISECONDS, PACE) as url:
        model = {"OPENAI_BASE_URL": url, "OPENAI_API_KEY": "k", "VOC_ENGINE": "llm"}
        with serving(data, model) as (service, _):
            alone, together, errors = asyncio.run(_ours(service, questions))
        peer = _peer(records, url, questions)
    first, whole = np.array(peer["alone"]).T
    yield from _spread("POST /v1/ask as events, first byte", [one.byte for one in alone], most=100)
    yield from _spread("  first event (the plan)", [one.event for one in alone])
    yield from _spread("  first checked words", [one.words for one in alone])
    yield from _spread(f"  {peer['way']} chain: first words, unchecked", first)
    yield from _spread("  whole answer", [one.whole for one in alone])
    yield from _spread(f"  {peer['way']} chain: whole answer", whole)
    yield Figure("  answered by the model, not by the rules", _by_model(alone), "of 1")
    yield Figure(f"{FLYING} questions at once on this machine: errors", errors, "", most=0)
    yield from _spread("  first byte", [one.byte for one in together])
    yield from _spread("  whole answer", [one.whole for one in together])
    yield Figure("  answered by the model, not by the rules", _by_model(together), "of 1")
    yield Figure(f"  {peer['way']} chain: errors", peer["errors"], "")
    yield from _spread(f"  {peer['way']} chain: whole answer", np.array(peer["together"]).T[1])


def asked(count: int) -> list[str]:
    """Answerable questions of the written set that lean on none before."""
    found = [case.question for case in read_cases() if case.answerable and not case.history]
    return [found[n * len(found) // count] for n in range(count)]


async def told(url: str, question: str) -> Told:
    """One question asked, its events read to the end.

    Raises:
        RuntimeError: there was no whole answer.
    """
    place = urlsplit(url)
    body = json.dumps({"question": question}, ensure_ascii=False).encode()
    head = f"POST /v1/ask HTTP/1.1\r\nhost: {place.netloc}\r\naccept: text/event-stream\r\ncontent-type: application/json\r\n"
    started = time.perf_counter()
    reader, writer = await asyncio.open_connection(place.hostname, place.port, limit=2**20)
    at: dict[str, float] = {}
    engine, event = "", ""
    try:
        writer.write(f"{head}connection: close\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body)
        status = await reader.readuntil(b"\r\n\r\n")
        if b" 200 " not in status.partition(b"\r\n")[0]:
            raise RuntimeError(status.decode("latin-1"))
        async for raw in reader:  # sizes of chunks stand between the lines, and are none of ours
            line, now = raw.strip(), 1000 * (time.perf_counter() - started)
            if line.startswith((b":", b"event: ")):
                at.setdefault("byte", now)
            if line.startswith(b"event: "):
                event = line[7:].decode()
                at.setdefault("event", now)
                at.setdefault(event, now)
            elif event == "done" and line.startswith(b"data: "):
                engine = json.loads(line[6:])["engine"]
    finally:
        writer.close()
    if "done" not in at:
        raise RuntimeError(f"no whole answer: {sorted(at)}")
    return Told(at["byte"], at["event"], at.get("token", at["done"]), at["done"], engine)


async def _ours(url: str, questions: Sequence[str]) -> tuple[list[Told], list[Told], int]:
    """Every question alone, as many at once as are to fly, and how many of those failed."""
    await told(url, questions[0])
    alone = [await told(url, question) for question in questions]
    many = (asyncio.wait_for(told(url, questions[n % len(questions)]), PATIENCE) for n in range(FLYING))
    ended = await asyncio.gather(*many, return_exceptions=True)
    together = [one for one in ended if isinstance(one, Told)]
    return alone, together, len(ended) - len(together)


def _peer(records: Path, url: str, questions: Sequence[str]) -> dict[str, Any]:
    command = [sys.executable, "-m", "evals.benches.chain", str(records), url, str(FLYING)]
    ran = subprocess.run(
        command, input="\n".join(questions), stdout=subprocess.PIPE, text=True, env=environment(records.parent),
        cwd=ROOT, check=True,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def _spread(name: str, values: Sequence[float] | np.ndarray[Any, Any], most: float = float("inf")) -> Iterator[Figure]:
    for share in (50, 95):
        yield Figure(f"{name}, p{share}", float(np.percentile(values, share)), "ms", most=most)


def _by_model(answers: Sequence[Told]) -> float:
    return sum(one.engine == "llm" for one in answers) / len(answers)


def main() -> int:
    """Print all figures; 1 where a bound was not kept."""
    failed = 0
    with TemporaryDirectory(prefix="voc-answers-") as folder:
        for figure in answer_figures(Path(folder)):
            failed += not figure.kept
            print(figure, flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
