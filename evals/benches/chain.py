"""The peer: LangChain's retrieval chain as its tutorial builds it, asked one question after the other and many at once.

Run as ``python -m evals.benches.chain RECORDS URL FLYING`` with one question a line on stdin. Its own embedder would ask an
endpoint; it is given ours, which costs next to nothing. It has no server: what a request over HTTP costs is not counted for
it. It plans nothing, counts nothing, checks nothing.
"""

import asyncio
import importlib
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evals.peers import Retrieve, plain_retriever
from vectorstore.embedders.local import LocalEmbedder

CHUNKS = 4
_SYSTEM = "你是客户反馈知识库的问答助手。请只根据检索到的客户反馈回答，在句末用 [编号] 标注来源；不足以回答时直接说不知道。\n\n{context}"
MODEL = "measured"


def retriever(records: Path) -> tuple[str, Retrieve]:
    """The peer's retriever over the texts of an export of records."""
    documents = {row["record_id"]: row["text"] for row in json.loads(records.read_text(encoding="utf-8"))}
    trainer = LocalEmbedder()
    embedder = trainer.fit(list(documents.values())[: trainer.sample])
    return plain_retriever(documents, embedder)


async def answered(retrieve: Retrieve, chat: Any, question: str) -> tuple[float, float]:
    """Milliseconds to the first words of an answer and to its end.

    Raises:
        RuntimeError: there were no words.
    """
    started, first = time.perf_counter(), 0.0
    chunks = await asyncio.to_thread(retrieve, question, CHUNKS)
    context = "\n".join(f"[{n}] {text}" for n, (_, text) in enumerate(chunks, 1))
    async for chunk in chat.astream([("system", _SYSTEM.format(context=context)), ("user", question)]):
        if chunk.content and not first:
            first = 1000 * (time.perf_counter() - started)
    if not first:
        raise RuntimeError("the answer is blank")
    return first, 1000 * (time.perf_counter() - started)


async def measured(records: Path, url: str, flying: int, questions: Sequence[str]) -> dict[str, Any]:
    """Every question alone, then as many at once as are to fly."""
    way, retrieve = retriever(records)
    chat = importlib.import_module("langchain_openai").ChatOpenAI(
        model=MODEL, base_url=url, api_key="k", max_retries=0, temperature=0, use_responses_api=False
    )
    await answered(retrieve, chat, questions[0])
    alone = [await answered(retrieve, chat, question) for question in questions]
    many = [questions[n % len(questions)] for n in range(flying)]
    ended = await asyncio.gather(*(answered(retrieve, chat, one) for one in many), return_exceptions=True)
    together = [one for one in ended if not isinstance(one, BaseException)]
    return {"way": way, "alone": alone, "together": together, "errors": len(ended) - len(together)}


if __name__ == "__main__":
    asked = sys.stdin.read().splitlines()
    print(json.dumps(asyncio.run(measured(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), asked))))
