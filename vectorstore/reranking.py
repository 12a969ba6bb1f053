"""Putting the best passages in a better order with a reranking model behind HTTP, as Jina, Cohere, vLLM and TEI serve it.

Two ways to say the same are spoken there: ``{"query", "documents", "model"}`` answered by ``{"results": [{"index",
"relevance_score"}]}`` (Jina, Cohere, vLLM, DashScope's compatible mode), and ``{"query", "texts"}`` answered by
``[{"index", "score"}]`` (Hugging Face's text-embeddings-inference).
"""

import json
import math
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

from vectorstore.errors import EmbedderError
from vectorstore.passages import Hit

Dialect = Literal["results", "texts"]
LONGEST = 16 * 1024 * 1024
"""No honest answer is longer."""


class Reranker(Protocol):
    """Scores texts by how well they answer a query; higher is better."""

    def scores(self, query: str, texts: Sequence[str]) -> list[float]:
        """One score for each text. `EmbedderError` where the model fails."""
        ...


@dataclass(frozen=True, slots=True)
class EndpointReranker:
    """A reranking endpoint.

    Args:
        url: the whole address, such as ``https://…/v1/rerank``.
        model: the model's name; TEI serves one and needs none.
        key: sent as ``Authorization: Bearer``.
        dialect: ``texts`` for TEI, ``results`` for the others.
        timeout: seconds.
        admit: says which texts may be sent; where one may not, none is.
    """

    url: str
    model: str | None = None
    key: str | None = None
    dialect: Dialect = "results"
    timeout: float = 10.0
    admit: Callable[[Sequence[str]], Sequence[bool]] | None = None

    def __post_init__(self) -> None:
        if not self.url.startswith(("http://", "https://")):
            raise ValueError("the address of the reranker must begin with http:// or https://")

    def scores(self, query: str, texts: Sequence[str]) -> list[float]:
        """See `Reranker.scores`."""
        if not texts:
            return []
        if self.admit is not None and not all(self.admit([query, *texts])):
            raise EmbedderError("a text may not be sent to the reranker", "egress")
        return self._read(self._ask(query, texts), len(texts))

    def _ask(self, query: str, texts: Sequence[str]) -> Any:
        body: dict[str, Any] = {"query": query, "model": self.model}
        body |= {"texts": list(texts)} if self.dialect == "texts" else {"documents": list(texts), "top_n": len(texts)}
        headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {self.key}"} if self.key else {})}
        sent = json.dumps({name: value for name, value in body.items() if value is not None}).encode()
        request = urllib.request.Request(self.url, sent, headers)  # noqa: S310 - the scheme was checked
        try:
            with urllib.request.urlopen(request, timeout=self.timeout) as answer:  # noqa: S310
                return json.loads(answer.read(LONGEST))
        except urllib.error.HTTPError as error:
            error.close()
            kind: Literal["access", "down"] = "access" if error.code in {400, 401, 403, 404, 422} else "down"
            raise EmbedderError(f"the reranker answered {error.code}", kind) from None
        except (OSError, ValueError) as error:
            raise EmbedderError(f"the reranker can't be used ({type(error).__name__})", "down") from None

    def _read(self, answer: Any, count: int) -> list[float]:
        rows = answer if self.dialect == "texts" else answer.get("results") if isinstance(answer, dict) else None
        name = "score" if self.dialect == "texts" else "relevance_score"
        try:
            found = {int(row["index"]): float(row[name]) for row in rows or ()}
        except (KeyError, TypeError, ValueError) as error:
            raise EmbedderError("the reranker's answer can't be read", "answer") from error
        if set(found) != set(range(count)) or not all(map(math.isfinite, found.values())):
            raise EmbedderError("the reranker did not score every text", "answer")
        return [found[at] for at in range(count)]


def reranked(query: str, hits: Sequence[Hit], reranker: Reranker) -> list[Hit]:
    """The hits in the reranker's order, their scores brought to (0, 1] by the logistic function where they are not.

    Raises:
        EmbedderError: the reranker failed; the hits' own order still stands.
    """
    scores = reranker.scores(query, [hit.text for hit in hits])
    if any(not 0 < score <= 1 for score in scores):
        scores = [1 / (1 + math.exp(-max(-500.0, min(500.0, score)))) for score in scores]
    order = sorted(range(len(hits)), key=lambda at: (-scores[at], at))
    return [replace(hits[at], score=scores[at]) for at in order]
