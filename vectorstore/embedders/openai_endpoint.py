"""Embeddings of any OpenAI-compatible endpoint: its limits learned, its faults waited out, its bill counted."""

import json
import logging
import threading
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any

import numpy as np

from vectorstore.embedders.answers import limits_in, tokens_in, vectors_in
from vectorstore.embedders.base import Spent, Tuning, Vectors, identity_of, refuse_blank, unit
from vectorstore.embedders.gates import Door, Meter, Unmetered
from vectorstore.embedders.patience import QUICK_WAIT, asked_to_wait, fault_of
from vectorstore.errors import EmbedderError
from vectorstore.knocking import takes_connections

_LOG = logging.getLogger(__name__)
_TOO_MUCH = frozenset({400, 413, 422})
_HASTE = 2
"""Tries where somebody is waiting."""
_CUTS = 4
"""How often one text that is refused is halved: 8,192 tokens' worth of text still gets into a window of 512."""


class EndpointEmbedder:
    """A model behind ``/embeddings``.

    Args:
        model: the endpoint's name of the model.
        base_url: None is OpenAI's own.
        api_key: servers without keys are given a placeholder.
        batch: texts in one request at first; lowered to what the endpoint is found to take (DashScope 10, others 64).
        at_once: requests under way at a time.
        timeout: seconds for one request.
        attempts: how often a request is made before `EmbedderError` ``down``.
        pause: longest pause between two attempts in seconds, where the endpoint names none; doubles from a sixteenth.
        door: says which texts may be sent; one that may not gets a vector of zeros, which nothing is near to.
        meter: of a model, what says when a request may be sent; None: whenever there is one.
    """

    def __init__(
        self,
        model: str,
        *,
        base_url: str | None = None,
        api_key: str | None = None,
        batch: int = 256,
        at_once: int = 4,
        timeout: float = 60.0,
        attempts: int = 5,
        pause: float = 16.0,
        door: Door | None = None,
        meter: Callable[[str], Meter] | None = None,
    ) -> None:
        self._model, self._base_url, self._api_key = model, base_url, api_key
        self._batch, self._most, self._at_once = batch, batch, at_once
        self._timeout, self._attempts, self._pause, self._door = timeout, attempts, pause, door
        self._meters, self._meter = meter, meter(model) if meter else Unmetered()
        self._dim: int | None = None
        self._made: Any = None
        self._lock = threading.Lock()
        self._spent = Spent()

    @property
    def identity(self) -> str:
        """Endpoint and model: two servers may call different models by one name. Holds no login."""
        return identity_of(self._model, self._base_url)

    @property
    def dim(self) -> int | None:
        """Known after the first answer."""
        return self._dim

    @property
    def spent(self) -> Spent:
        """See `PaidEmbedder.spent`."""
        return self._spent

    @property
    def tuning(self) -> Tuning:
        """Not measured with a real model: full text keeps a good part, no feedback, a cautious bar for certainty."""
        return Tuning(dense=0.65, floor=0.3, certain=0.55)

    def named(self, identity: str) -> "EndpointEmbedder | None":
        """The embedder of another model of the same endpoint, by its identity; None where it is of another one."""
        model, _, _ = identity.rpartition("@")
        if not model or identity_of(model, self._base_url) != identity:
            return None
        return EndpointEmbedder(
            model, base_url=self._base_url, api_key=self._api_key, batch=self._most, at_once=self._at_once,
            timeout=self._timeout, attempts=self._attempts, pause=self._pause, door=self._door, meter=self._meters,
        )  # fmt: skip

    def embed_documents(self, texts: list[str]) -> Vectors:
        """See `Embedder.embed_documents`; several requests where there are more texts than one takes."""
        found = dict(self.embed_in_parts(texts))
        if not found:
            return np.zeros((0, self._dim or 0), dtype=np.float32)
        return np.concatenate([found[at] for at in sorted(found)])

    def embed_in_parts(self, texts: list[str]) -> Iterator[tuple[int, Vectors]]:
        """See `PaidEmbedder.embed_in_parts`."""
        refuse_blank(texts)
        if not texts:
            return
        at = 0
        if self._dim is None:
            at = min(self._batch, len(texts))
            yield 0, self._part(texts[:at])  # alone: what it teaches of the endpoint's limit holds for the others
        failure: EmbedderError | None = None
        with ThreadPoolExecutor(self._at_once) as pool:
            asked: dict[Future[Vectors], int] = {}
            while asked or (at < len(texts) and failure is None):
                while at < len(texts) and len(asked) < 2 * self._at_once and failure is None:
                    asked[pool.submit(self._part, texts[at : at + self._batch])] = at
                    at += self._batch
                for done in wait(asked, return_when=FIRST_COMPLETED).done:
                    begins = asked.pop(done)
                    try:
                        yield begins, done.result()
                    except EmbedderError as error:
                        failure = error
        if failure is not None:
            raise failure

    def embed_query(self, text: str) -> Vectors:
        """See `Embedder.embed_query`; few tries, since somebody is waiting.

        Raises:
            EmbedderError: also ``egress``, where the door does not let it out.
        """
        refuse_blank([text])
        if self._door is not None and not all(self._door.admitted([text])):
            raise self._kept_back()
        if self._made is None and self._base_url and not takes_connections(self._base_url):
            raise EmbedderError(f"embedding model {self._model}: nobody takes the connection", "down")
        vector: Vectors = self._ask([text], min(_HASTE, self._attempts))[0]
        return vector

    def embed_quickly(self, texts: list[str]) -> Vectors:
        """See `PaidEmbedder.embed_quickly`."""
        refuse_blank(texts)
        parts = [texts[at : at + self._batch] for at in range(0, len(texts), self._batch)]
        return np.concatenate([self._part(part, min(_HASTE, self._attempts)) for part in parts])

    def _part(self, texts: list[str], attempts: int | None = None) -> Vectors:
        """Vectors of texts, zeros for those that may not be sent."""
        admitted = [True] * len(texts) if self._door is None else self._door.admitted(texts)
        sent = [text for text, may in zip(texts, admitted, strict=True) if may]
        rows = self._ask(sent, attempts) if sent else None
        if self._dim is None:
            raise self._kept_back()
        found = np.zeros((len(texts), self._dim), dtype=np.float32)
        if rows is not None:
            found[np.array(admitted)] = rows
        return found

    def _kept_back(self) -> EmbedderError:
        return EmbedderError(f"a text for embedding model {self._model} holds a personal value: not sent", "egress")

    def _ask(self, texts: list[str], attempts: int | None = None) -> Vectors:
        """Vectors of texts; in smaller requests, or of a text's beginning, where the endpoint refuses the size."""
        import openai  # 0.6 s: late

        try:
            return self._checked(self._asked(texts, attempts or self._attempts), len(texts))
        except openai.APIStatusError as error:
            if error.status_code not in _TOO_MUCH:
                raise self._refusal(error.status_code) from error
            if len(texts) == 1:
                return self._beginning(texts[0], error.status_code)
            self._learn(len(texts), str(error))
        parts, at = [], 0
        while at < len(texts):
            size = min(self._batch, len(texts) - 1)
            parts.append(self._ask(texts[at : at + size], attempts))
            at += size
        return np.concatenate(parts)

    def _learn(self, refused: int, said: str) -> None:
        """Smaller batches from here on: of the number that the refusal names, where one fits, else of the half."""
        named = limits_in(said, refused)
        with self._lock:
            if named:
                self._most = min(self._most, max(named))
            self._batch = min(self._batch, max(named) if named else refused // 2)

    def _beginning(self, text: str, status: int) -> Vectors:
        """The vector of as much of a refused text as the endpoint takes."""
        import openai  # loaded by then

        for _ in range(_CUTS):
            text = text[: len(text) // 2].strip()
            if not text:
                break
            try:
                rows = self._checked(self._asked([text], self._attempts), 1)
            except openai.APIStatusError as error:
                if error.status_code not in _TOO_MUCH:
                    raise self._refusal(error.status_code) from error
                continue
            with self._lock:
                self._spent = self._spent.plus(cut=1)
                self._batch = self._most  # it was the length of one, not the number of texts
            _LOG.warning("embedding model %s: a text was too long, its first %d characters stand for it",
                         self._model, len(text))  # fmt: skip
            return rows
        raise self._refusal(status)

    def _refusal(self, status: int) -> EmbedderError:
        return EmbedderError(
            f"embedding model {self._model} refused (HTTP {status}): check key, model and length of texts", "access"
        )

    def _asked(self, texts: list[str], attempts: int) -> Any:
        """One request, made again where that may help. `openai.APIStatusError` where the endpoint refuses it."""
        import openai  # 0.6 s: late
        from tenacity import Retrying, retry_if_exception_type, wait_random_exponential

        passing = (openai.APIConnectionError, openai.RateLimitError, openai.InternalServerError)
        quick = attempts < self._attempts
        longest = min(self._pause, QUICK_WAIT) if quick else self._pause
        patient = wait_random_exponential(multiplier=self._pause / 16, max=longest)
        retrying = Retrying(
            retry=retry_if_exception_type(passing),
            stop=lambda state: (
                state.attempt_number >= attempts or (quick and asked_to_wait(fault_of(state)) > QUICK_WAIT)
            ),
            wait=lambda state: max(patient(state), asked_to_wait(fault_of(state))),
            reraise=True,
        )
        try:
            return retrying(self._sent, texts, quick=quick)
        except passing as error:
            raise EmbedderError(
                f"embedding model {self._model}: no answer after {attempts} tries ({type(error).__name__})", "down"
            ) from error
        except openai.APIStatusError:
            raise
        except (openai.OpenAIError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise self._unreadable(type(error).__name__) from error

    def _sent(self, texts: list[str], *, quick: bool) -> Any:
        """One request, when it may be sent."""
        import openai  # loaded by then

        with self._meter.request(texts, quick=quick) as took:
            try:
                raw = self._client().embeddings.with_raw_response  # its own objects take longer than all the rest
                response = raw.create(model=self._model, input=texts, encoding_format="float")
            except openai.APITimeoutError:
                took(None)
                raise
            except openai.APIStatusError as error:
                if seconds := asked_to_wait(error):
                    self._meter.hold(seconds)
                raise
            took(None)  # also where it can't be read
            answer = json.loads(response.content)
            took(tokens_in(answer))
            return answer

    def close(self) -> None:
        """Give back the connections; the next request opens new ones."""
        with self._lock:
            made, self._made = self._made, None
        if made is not None:
            made.close()

    def _client(self) -> Any:
        with self._lock:
            if self._made is None:
                import openai  # 0.6 s: late

                connections = openai.DefaultHttpxClient(timeout=self._timeout)
                weakref.finalize(self, connections.close)
                key = self._api_key or "not-needed"
                self._made = openai.OpenAI(base_url=self._base_url, api_key=key, max_retries=0, http_client=connections)
            return self._made

    def _checked(self, answer: Any, expected: int) -> Vectors:
        """The vectors of an answer in the order of the texts."""
        try:
            rows = vectors_in(answer, expected)
        except ValueError as error:
            raise self._unreadable(str(error)) from error
        finally:
            with self._lock:
                self._spent = self._spent.plus(requests=1, tokens=tokens_in(answer) or 0)
        with self._lock:
            if self._dim not in (None, rows.shape[1]):
                raise self._unreadable(f"{rows.shape[1]} numbers a text where it gave {self._dim} before")
            self._dim = int(rows.shape[1])
        return unit(rows)

    def _unreadable(self, why: str) -> EmbedderError:
        return EmbedderError(f"embedding model {self._model} gave an answer that can't be used ({why})", "answer")
