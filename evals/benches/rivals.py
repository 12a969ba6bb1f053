"""One way of asking an endpoint as often as it will go: ours, LangChain's ``abatch``, or the bare openai client.

``python -m evals.benches.rivals WAY URL COUNT FLYING`` prints the calls a second that this process reached, and the
processor milliseconds that a call cost it. The prompts are the same for all; ours alone looks them through before they
leave, writes down whose words they are, checks every answer's quotes and keeps it.
"""

import asyncio
import importlib
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, cast

from assistant.bootstrap import App, open_app
from assistant.domain.drafts import ReadingsDraft
from assistant.domain.engine import Engine, PackOutcome
from assistant.domain.records import Record
from assistant.insight.extract import Read, read_packs
from assistant.intake.privacy import Masker
from assistant.llm.engine import ModelEngine
from assistant.llm.shapes import shape_of
from assistant.settings import load_settings
from evals.benches.texts import varied

MODEL = "measured"


class Alone:
    """An engine that reads one record a call, so that calls are measured and not packing."""

    def __init__(self, engine: ModelEngine) -> None:
        self._engine = engine
        self.name, self.concurrency = engine.name, engine.concurrency

    def packs(self, records: Iterable[Record]) -> Iterator[Sequence[Record]]:
        """Each record by itself."""
        return ([record] for record in records)

    def read(self, pack: Sequence[Record]) -> PackOutcome:
        """See `Engine.read`."""
        return self._engine.read(pack)


def opened(url: str, flying: int, folder: Path) -> App:
    """The application over the endpoint."""
    settings = load_settings(
        openai_base_url=url, openai_api_key="k", chat_model=MODEL, llm_concurrency=flying, data_dir=folder
    )
    return open_app(settings)


def made(count: int, masker: Masker) -> list[Record]:
    """So many records of real words, no two the same."""
    texts = (masker.mask_text(varied(n))[0] for n in range(count))
    return [Record(f"r_{n}", str(n), "bench", "review", text) for n, text in enumerate(texts)]


def ours(app: App, records: list[Record]) -> int:
    """Calls made through the engine's own reading and the acceptance of what it drafts."""
    assert isinstance(app.engine, ModelEngine)
    app.engine.read(records[:1])
    engine = cast("Engine", Alone(app.engine))
    return sum(isinstance(result, Read) for results in read_packs(engine, records[1:]) for result in results)


def messages_of(app: App, records: list[Record]) -> list[list[dict[str, str]]]:
    """What our engine would send for each record."""
    assert isinstance(app.engine, ModelEngine)
    prompts = [order.prompt for record in records[1:] for order in app.engine.orders([record])]
    return [[{"role": "system", "content": p.system}, {"role": "user", "content": p.user}] for p in prompts]


def asked() -> dict[str, Any]:
    """The parameters that ask for the schema."""
    schema = {"name": "ReadingsDraft", "strict": True, "schema": shape_of(ReadingsDraft)}
    return {"response_format": {"type": "json_schema", "json_schema": schema}}


def abatch(url: str, prompts: list[list[dict[str, str]]], flying: int) -> int:
    """Calls made through LangChain's own concurrency."""
    chat = importlib.import_module("langchain_openai").ChatOpenAI(
        model=MODEL, base_url=url, api_key="k", max_retries=0, temperature=0, use_responses_api=False
    )
    bound = chat.bind(**asked())
    bound.invoke(prompts[0])
    return len(asyncio.run(bound.abatch(prompts, config={"max_concurrency": flying})))


def client(url: str, prompts: list[list[dict[str, str]]], flying: int) -> int:
    """Calls made through the bare asynchronous client."""

    async def run() -> int:
        turn = asyncio.Semaphore(flying)
        async with importlib.import_module("openai").AsyncOpenAI(base_url=url, api_key="k", max_retries=0) as made:

            async def one(messages: list[dict[str, str]]) -> int:
                async with turn:
                    await made.chat.completions.create(model=MODEL, messages=messages, temperature=0, **asked())
                return 1

            return sum(await asyncio.gather(*map(one, prompts)))

    return asyncio.run(run())


WAYS = {"abatch": abatch, "client": client}


def main(way: str, url: str, count: int, flying: int) -> None:
    """Measure one way."""
    with tempfile.TemporaryDirectory() as folder:
        app = opened(url, flying, Path(folder))
        records = made(count + 1, app.masker)
        prompts = [] if way == "ours" else messages_of(app, records)
        importlib.import_module("langchain_openai")
        started, busy = time.perf_counter(), time.process_time()
        done = ours(app, records) if way == "ours" else WAYS[way](url, prompts, flying)
        seconds = time.perf_counter() - started
        assert done == count, f"{count - done} calls failed"
        print(f"{count / seconds:.1f} {(time.process_time() - busy) / count * 1000:.2f}")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
