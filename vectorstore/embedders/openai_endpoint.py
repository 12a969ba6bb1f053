"""Embeddings of any OpenAI-compatible endpoint, with this package's own patience and its own errors."""

from typing import Any

import numpy as np

from vectorstore.embedders.base import Tuning, Vectors, refuse_blank, unit
from vectorstore.errors import EmbedderError


class EndpointEmbedder:
    """A model behind ``/embeddings``.

    Args:
        model: the endpoint's name of the model.
        base_url: None is OpenAI's own.
        api_key: servers without keys are given a placeholder.
        batch: texts in one request (DashScope takes 10).
        timeout: seconds for one request.
        attempts: how often a request is made before `EmbedderError` ``down``.
        pause: longest pause between two attempts in seconds; it doubles from a sixteenth of it.
    """

    def __init__(
        self,
        model: str,
        *,
        base_url: str | None = None,
        api_key: str | None = None,
        batch: int = 10,
        timeout: float = 60.0,
        attempts: int = 5,
        pause: float = 16.0,
    ) -> None:
        self._model, self._base_url, self._api_key = model, base_url, api_key
        self._batch, self._timeout, self._attempts, self._pause = batch, timeout, attempts, pause
        self._dim: int | None = None
        self._made: Any = None

    @property
    def identity(self) -> str:
        """Endpoint and model: two servers may call different models by one name."""
        return f"{self._model}@{self._base_url or 'openai'}"[:120]

    @property
    def dim(self) -> int | None:
        """Known after the first answer."""
        return self._dim

    @property
    def tuning(self) -> Tuning:
        """Not measured with a real model: full text keeps a good part, no feedback, a cautious bar for certainty."""
        return Tuning(dense=0.65, floor=0.3, certain=0.55)

    def embed_documents(self, texts: list[str]) -> Vectors:
        """See `Embedder.embed_documents`; several requests where there are more texts than one takes."""
        refuse_blank(texts)
        if not texts:
            return np.zeros((0, self._dim or 0), dtype=np.float32)
        parts = [self._ask(texts[at : at + self._batch], self._attempts) for at in range(0, len(texts), self._batch)]
        return np.concatenate(parts)

    def embed_query(self, text: str) -> Vectors:
        """See `Embedder.embed_query`; two tries, since somebody is waiting."""
        refuse_blank([text])
        vector: Vectors = self._ask([text], attempts=min(2, self._attempts))[0]
        return vector

    def _client(self) -> Any:
        if self._made is None:
            from langchain_openai import OpenAIEmbeddings  # 1.4 s: late
            from pydantic import SecretStr

            self._made = OpenAIEmbeddings(
                model=self._model,
                openai_api_base=self._base_url,
                openai_api_key=SecretStr(self._api_key or "not-needed"),
                chunk_size=self._batch,
                request_timeout=self._timeout,
                max_retries=0,
                check_embedding_ctx_length=False,
            )
        return self._made

    def _ask(self, texts: list[str], attempts: int) -> Vectors:
        import openai  # 0.6 s: late
        from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

        passing = (openai.APIConnectionError, openai.RateLimitError, openai.InternalServerError)
        patience = Retrying(
            retry=retry_if_exception_type(passing),
            stop=stop_after_attempt(attempts),
            wait=wait_random_exponential(multiplier=self._pause / 16, max=self._pause),
            reraise=True,
        )
        try:
            answer = patience(self._client().embed_documents, texts)
        except passing as error:
            raise EmbedderError(
                f"embedding model {self._model}: no answer after {attempts} tries ({type(error).__name__})",
                "down",
            ) from error
        except openai.APIStatusError as error:
            raise EmbedderError(
                f"embedding model {self._model} refused (HTTP {error.status_code}): check key, model and batch size",
                "access",
            ) from error
        except (openai.OpenAIError, ValueError, TypeError, KeyError) as error:
            raise EmbedderError(
                f"embedding model {self._model} gave an answer that can't be read ({type(error).__name__})", "answer"
            ) from error
        return self._checked(answer, len(texts))

    def _checked(self, answer: Any, expected: int) -> Vectors:
        try:
            rows = np.asarray(answer, dtype=np.float32)
        except (ValueError, TypeError):
            rows = np.zeros((0, 0), dtype=np.float32)
        right = rows.ndim == 2 and rows.shape[0] == expected and rows.shape[1] > 0 and bool(np.isfinite(rows).all())
        if not right or (self._dim is not None and rows.shape[1] != self._dim):
            raise EmbedderError(
                f"embedding model {self._model} gave {rows.shape} numbers for {expected} texts", "answer"
            )
        self._dim = int(rows.shape[1])
        return unit(rows)
