"""Errors as problem documents: one sentence for a person, never a stack, never a customer's words."""

import errno
import logging
from collections.abc import Callable
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import Scope

from api.chat_wire import error_body
from api.logs import place_of
from api.tracing import request_id
from assistant.errors import (
    BusyError,
    InputError,
    ModelError,
    NotFoundError,
    NotTheirsError,
    StoreError,
    UsageError,
    VocError,
)

MEDIA_TYPE = "application/problem+json"
AGAIN = "30"
"""Seconds after which a caller may try again who found the data held by a run."""
CHAT = ("/v1/chat/", "/v1/models")
"""What chat clients call."""
FULL = "the disk is full: make room, and send it again"
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
UNEXPECTED = "something went wrong inside; the log names the place"
_log = logging.getLogger("voc.api")
_STATUS: tuple[tuple[type[VocError], HTTPStatus], ...] = (
    (NotFoundError, HTTPStatus.NOT_FOUND),
    (NotTheirsError, HTTPStatus.FORBIDDEN),
    (UsageError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (InputError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (BusyError, HTTPStatus.CONFLICT),
    (StoreError, HTTPStatus.SERVICE_UNAVAILABLE),
    (ModelError, HTTPStatus.BAD_GATEWAY),
    (VocError, HTTPStatus.INTERNAL_SERVER_ERROR),
)


def problem(status: int, detail: str) -> dict[str, object]:
    """A problem document."""
    phrase = HTTPStatus(status).phrase
    told = {"request_id": number} if (number := request_id.get()) else {}
    return {
        "type": f"urn:voc:problem:{phrase.lower().replace(' ', '-')}",
        "title": phrase,
        "status": status,
        "detail": detail,
        **told,
    }


def problem_response(status: int, detail: str) -> JSONResponse:
    """A problem document as a response."""
    return JSONResponse(problem(status, detail), status, media_type=MEDIA_TYPE)


def told(scope: Scope, status: int | VocError, detail: str = "") -> JSONResponse:
    """A refusal in the shape that the route's callers read: OpenAI's for chat clients, else a problem document."""
    if isinstance(status, VocError):
        content = problem_of(status)
        status, detail = int(str(content["status"])), str(content["detail"])
    if scope["path"].startswith(CHAT):
        return JSONResponse(error_body(detail, _kind(status), code=_CODES.get(status)), status)
    return problem_response(status, detail)


_CODES = {401: "invalid_api_key", 403: "insufficient_permissions", 429: "rate_limit_exceeded"}


def _kind(status: int) -> str:
    """The type of an error as OpenAI's clients know it."""
    if status == 401:
        return "authentication_error"
    if status == 403:
        return "permission_error"
    if status == 429:
        return "rate_limit_error"
    return "server_error" if status >= 500 else "invalid_request_error"


def problem_of(error: Exception) -> dict[str, object]:
    """The problem document of any error; one that is not ours is logged by its kind and place only."""
    for kind, status in _STATUS:
        if isinstance(error, kind):
            return problem(status, str(error))
    if isinstance(error, OSError) and error.errno in _FULL:
        return problem(HTTPStatus.SERVICE_UNAVAILABLE, FULL)
    _log.error("unexpected %s at %s", type(error).__name__, place_of(error))
    return problem(500, UNEXPECTED)


def install(app: FastAPI, mask: Callable[[str], str]) -> None:
    """Teach an application to answer errors with problem documents whose details went through the masker."""

    @app.exception_handler(VocError)
    def _ours(_request: Request, error: VocError) -> JSONResponse:
        content = problem_of(error)
        response = problem_response(int(str(content["status"])), mask(str(content["detail"])))
        if isinstance(error, BusyError):
            response.headers["retry-after"] = AGAIN
        return response

    @app.exception_handler(RequestValidationError)
    def _invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
        faults = (f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        return problem_response(422, mask("; ".join(faults)))

    @app.exception_handler(HTTPException)
    def _http(request: Request, error: HTTPException) -> JSONResponse:
        response = told(request.scope, error.status_code, mask(str(error.detail)))
        response.headers.update(error.headers or {})
        return response
