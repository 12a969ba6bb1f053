"""The files and batches of the stub: kept in memory, worked through when they are asked after, with faults."""

import json
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

_PART = re.compile(rb'name="(?P<name>[^"]+)"(?:; filename="(?P<file>[^"]*)")?')


@dataclass
class _Batch:
    row: dict[str, Any]
    polls: int


@dataclass
class StubBatches:
    """Batches that end after `polls` looks in the state `end`, with the first `answered` lines answered (None: all).

    `statuses` and `faults` say for a line's place which HTTP status or which fault of `ANSWER_FAULTS` it gets.
    """

    reply: Callable[[dict[str, Any], str | None], dict[str, Any]]
    polls: int = 1
    end: str = "completed"
    answered: int | None = None
    statuses: dict[int, int] = field(default_factory=dict)
    faults: dict[int, str] = field(default_factory=dict)
    missing: bool = False
    """The endpoint knows no batches."""
    lose_creation: bool = False
    """The next batch is made, but its maker never learns of it."""
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    made: list[_Batch] = field(default_factory=list)

    def reset(self) -> None:
        """As new."""
        self.polls, self.end, self.answered, self.missing, self.lose_creation = 1, "completed", None, False, False
        for kept in (self.statuses, self.faults, self.files, self.made):
            kept.clear()

    @property
    def lines(self) -> list[dict[str, Any]]:
        """All requests handed in so far."""
        return [line for batch in self.made for line in batch.row["lines"]]

    def routes(self) -> list[Route]:
        return [
            Route("/v1/files", self._upload, methods=["POST"]),
            Route("/v1/files", self._list_files),
            Route("/v1/files/{id}/content", self._content),
            Route("/v1/files/{id}", self._delete, methods=["DELETE"]),
            Route("/v1/batches", self._create, methods=["POST"]),
            Route("/v1/batches", self._list),
            Route("/v1/batches/{id}", self._look),
        ]

    def add_file(self, name: str, content: bytes) -> str:
        file_id = f"file-{len(self.files) + 1}-{name}"
        self.files[file_id] = (name, content)
        return file_id

    async def _upload(self, request: Request) -> Response:
        if self.missing:
            return _error(404)
        body = await request.body()
        boundary = request.headers["content-type"].partition("boundary=")[2].strip('"').encode()
        for part in body.split(b"--" + boundary):
            head, _, content = part.partition(b"\r\n\r\n")
            match = _PART.search(head)
            if match and match["file"]:
                name = match["file"].decode()
                file_id = self.add_file(name, content.removesuffix(b"\r\n"))
                return JSONResponse(self._file(file_id))
        return _error(400)

    async def _list_files(self, _: Request) -> Response:
        return JSONResponse({"object": "list", "data": [self._file(one) for one in self.files], "has_more": False})

    async def _content(self, request: Request) -> Response:
        found = self.files.get(request.path_params["id"])
        return PlainTextResponse(found[1]) if found else _error(404)

    async def _delete(self, request: Request) -> Response:
        file_id = request.path_params["id"]
        return JSONResponse({"id": file_id, "object": "file", "deleted": self.files.pop(file_id, None) is not None})

    async def _create(self, request: Request) -> Response:
        asked = json.loads(await request.body())
        lines = [json.loads(line) for line in self.files[asked["input_file_id"]][1].decode().splitlines()]
        row = {
            "id": f"batch_{len(self.made) + 1}", "object": "batch", "status": "in_progress", "created_at": 1,
            "endpoint": asked["endpoint"], "completion_window": "24h", "input_file_id": asked["input_file_id"],
            "output_file_id": None, "error_file_id": None, "metadata": asked.get("metadata"), "lines": lines,
            "errors": None,
        }  # fmt: skip
        self.made.append(_Batch(row, self.polls))
        if self.lose_creation:
            self.lose_creation = False
            return _error(401)
        return JSONResponse(_shown(row))

    async def _list(self, _: Request) -> Response:
        rows = [_shown(batch.row) for batch in reversed(self.made)]
        return JSONResponse({"object": "list", "data": rows, "has_more": False})

    async def _look(self, request: Request) -> Response:
        batch = next((one for one in self.made if one.row["id"] == request.path_params["id"]), None)
        if batch is None:
            return _error(404)
        batch.polls -= 1
        if batch.polls < 0 and batch.row["status"] == "in_progress":
            self._finish(batch.row)
        return JSONResponse(_shown(batch.row))

    def _finish(self, row: dict[str, Any]) -> None:
        row["status"] = self.end
        if self.end == "failed":
            error = {"code": "token_limit_exceeded", "message": "客户的原话", "line": 1, "param": None}
            row["errors"] = {"object": "list", "data": [error]}
            return
        done: list[dict[str, Any]] = []
        wrong: list[dict[str, Any]] = []
        for place, line in enumerate(row["lines"][: self.answered]):
            status = self.statuses.get(place, 200)
            body = self.reply(line["body"], self.faults.get(place)) if status == 200 else {"error": {"message": "x"}}
            response = {"status_code": status, "request_id": "r", "body": body}
            (done if status == 200 else wrong).append(
                {"id": f"l{place}", "custom_id": line["custom_id"], "response": response, "error": None}
            )
        random.Random(7).shuffle(done)
        row["output_file_id"] = self.add_file("output.jsonl", _json_lines(done)) if done else None
        row["error_file_id"] = self.add_file("errors.jsonl", _json_lines(wrong)) if wrong else None

    def _file(self, file_id: str) -> dict[str, Any]:
        name, content = self.files[file_id]
        return {
            "id": file_id, "object": "file", "bytes": len(content), "created_at": 1, "filename": name,
            "purpose": "batch", "status": "processed",
        }  # fmt: skip


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key != "lines"}


def _json_lines(rows: list[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def _error(status: int) -> JSONResponse:
    return JSONResponse({"error": {"message": "no", "type": "invalid_request_error", "code": None}}, status)
