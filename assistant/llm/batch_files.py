"""Knows the Batch API: files of requests handed in, asked after and fetched. Nothing here knows what they mean."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from assistant.errors import ModelAccessError, ModelError
from assistant.llm.faults import CallFault, Reply, strange
from assistant.llm.retry import RetryPolicy
from assistant.llm.vendor import VendorChat, reply_of

T = TypeVar("T")

TOKEN = "voc_token"  # noqa: S105  (a name)
"""Name of the metadata by which a batch is known again that was created just before a crash."""
OVER = frozenset({"completed", "failed", "expired", "cancelled"})
RECENT = 100


@dataclass(frozen=True, slots=True)
class RemoteBatch:
    """How a batch stands at the endpoint."""

    id: str
    state: str
    output_file: str | None
    error_file: str | None
    input_file: str | None
    problem: str | None = None
    """The code of why the whole was refused; its text may echo a prompt and is not shown."""

    @property
    def over(self) -> bool:
        """Nothing more will come of it."""
        return self.state in OVER


@dataclass(frozen=True, slots=True)
class Line:
    """What came of one request: a reply, or the status with which it failed."""

    custom_id: str
    reply: Reply | None
    status: int = 200


class BatchFiles:
    """The files and batches of one endpoint. All methods raise `ModelError` where it refuses or fails."""

    def __init__(self, vendor: VendorChat, retry: RetryPolicy | None = None) -> None:
        self._vendor, self._retry = vendor, retry or RetryPolicy()

    def submit(self, bodies: Sequence[tuple[str, Mapping[str, Any]]], token: str) -> RemoteBatch:
        """Hand in (custom id, chat request) pairs; the batch carries `token`."""
        lines = (
            {"custom_id": key, "method": "POST", "url": "/v1/chat/completions", "body": body} for key, body in bodies
        )
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        client = self._vendor.client
        file = self._asked(lambda: client.files.create(file=(f"{token}.jsonl", text.encode("utf-8")), purpose="batch"))
        made = self._asked(
            lambda: client.batches.create(
                input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h", metadata={TOKEN: token}
            )
        )
        return _remote(made)

    def find(self, token: str) -> RemoteBatch | None:
        """The batch that carries a token, among the most recent; a file without a batch is deleted."""

        def look() -> RemoteBatch | None:
            for n, batch in enumerate(self._vendor.client.batches.list(limit=RECENT)):
                if (batch.metadata or {}).get(TOKEN) == token:
                    return _remote(batch)
                if n >= RECENT:
                    break
            return None

        found = self._asked(look)
        if found is None:
            orphans = self._asked(
                lambda: [f.id for f in self._vendor.client.files.list() if f.filename == f"{token}.jsonl"]
            )
            for name in orphans:
                self._asked(lambda name=name: self._vendor.client.files.delete(name))  # type: ignore[misc]
        return found

    def look(self, batch_id: str) -> RemoteBatch:
        """How a batch stands."""
        return _remote(self._asked(lambda: self._vendor.client.batches.retrieve(batch_id)))

    def lines(self, batch: RemoteBatch) -> Iterator[Line]:
        """What came of its requests so far, in whatever order the endpoint wrote them; damaged lines are left out."""
        for name in (batch.output_file, batch.error_file):
            if name:
                text = self._asked(lambda name=name: self._vendor.client.files.content(name).content.decode("utf-8"))  # type: ignore[misc]
                yield from (line for row in text.splitlines() if (line := self._line(row)) is not None)

    def remove(self, batch: RemoteBatch) -> None:
        """Delete a batch's files at the endpoint, as far as it lets us: nobody's words shall lie there longer than need be."""
        for name in (batch.input_file, batch.output_file, batch.error_file):
            if name:
                try:
                    self._asked(lambda name=name: self._vendor.client.files.delete(name))  # type: ignore[misc]
                except ModelError:
                    continue

    def _line(self, row: str) -> Line | None:
        try:
            value = json.loads(row)
            key, response = str(value["custom_id"]), value.get("response") or {}
            status = int(response.get("status_code") or 500)
        except (ValueError, TypeError, LookupError, AttributeError):
            return None
        if status != 200 or value.get("error"):
            return Line(key, None, status if status != 200 else 500)
        try:
            return Line(key, reply_of(response.get("body"), self._vendor.endpoint))
        except CallFault as fault:
            return Line(key, fault.reply or Reply(""))

    def _asked(self, request: Callable[[], T]) -> T:
        """The result of a request, tried again where that may help.

        Raises:
            ModelAccessError: the endpoint knows no batches, or refuses.
            ModelDownError: it fails.
        """
        import openai  # slow vendor: late

        def once() -> T:
            try:
                return request()
            except openai.NotFoundError:
                raise CallFault(
                    ModelAccessError(
                        f"{self._vendor.endpoint} knows no batch files, or not this one: run without --batch"
                    )
                ) from None
            except openai.OpenAIError as error:
                raise self._vendor.fault(error) from None
            except (TypeError, ValueError, AttributeError):
                raise strange(self._vendor.endpoint) from None

        try:
            return self._retry.run(once)
        except CallFault as fault:
            raise fault.error from None


def _remote(batch: Any) -> RemoteBatch:
    problems = getattr(getattr(batch, "errors", None), "data", None) or ()
    problem = next((str(one.code) for one in problems if getattr(one, "code", None)), None)
    return RemoteBatch(
        str(batch.id), str(batch.status), batch.output_file_id, batch.error_file_id, batch.input_file_id, problem
    )
