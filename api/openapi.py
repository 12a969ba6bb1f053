"""What the OpenAPI document says beyond the routes' own types: access, errors, headers, examples, names for clients."""

import json
from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

from api import tracing
from api.chat_wire import ErrorOut
from api.entry import COOKIE, CSRF_HEADER
from api.guard import LARGEST, LARGEST_OF
from api.problems import CHAT, MEDIA_TYPE
from api.roles import Found, rule_of
from api.tags import TAGGED
from api.wire import ProblemOut

SUMMARY = "What customers said after the sale: asked, counted, found, grouped into needs, ideas and proposals."
ABOUT = """
Every time is ISO 8601 with its offset, every text UTF-8. Lists are pages: `limit` and `offset` ask, `total` and `next`
tell. Errors are problem documents (RFC 9457) in one sentence; those of `/v1/chat/completions` and `/v1/models` are
OpenAI's. What customers said is masked (`⟦phone:7f3a9c⟧`), and data: never run, never markup.

`/mcp` speaks the Model Context Protocol (streamable HTTP) to assistants; its tools describe themselves there.
"""
TAGS = {
    "ask": "Questions and their checked answers.",
    "chat": "The same behind OpenAI's chat completions, for any chat client.",
    "conversations": "What a user asked before.",
    "learn": "Thumbs, pins, and questions that could not be answered.",
    "look": "Search, counted tables, records, themes, needs, ideas.",
    "themes": "Themes put right by people; every edit can be undone.",
    "ideas": "Ideas voted on, edited, merged, rejected; every decision can be undone.",
    "propose": "Proposals: drafted, edited, decided on, measured after launch.",
    "leads": "Chances to sell, followed to won or lost.",
    "customers": "Customers, pseudonymous; screening; erasing.",
    "alerts": "What was worth telling, and the weekly digest.",
    "batches": "Work on the whole corpus, queued, watched, stopped, resumed.",
    "receive": "Records and files from other systems.",
    "admin": "Keys, users, the audit book.",
    "health": "Alive, ready, measured.",
}
_SCHEMES = {
    "key": {"type": "http", "scheme": "bearer", "description": "an API key, `voc keys create`"},
    "session": {
        "type": "apiKey", "in": "cookie", "name": COOKIE,
        "description": f"from logging in at /login; what changes something needs the header {CSRF_HEADER} too",
    },
}  # fmt: skip
_METHODS = frozenset({"get", "put", "post", "delete", "patch"})
_FAILURES = {
    400: "The body can't be read as what it says it is.",
    401: "No key or session, or one that doesn't hold any more.",
    403: "Known, but the role or scope is not enough; or asked from another site.",
    404: "There is no such thing.",
    409: "The data is held by a run: try again after `Retry-After` seconds.",
    412: "`If-Match`: somebody has changed it since.",
    413: "The body is larger than `{most}` bytes.",
    422: "A parameter or field is not as described, or makes no sense as things stand.",
    429: "Too many requests a minute, or the tokens of the day are used up.",
    500: "Something went wrong inside.",
    502: "The model did not answer.",
    503: "The store can't be read or written just now.",
}
_AGAIN = "Retry-After", "seconds after which it makes sense to try again", {"type": "integer"}
_ETAG = "ETag", "for `If-None-Match` and `If-Match`", {"type": "string", "pattern": '^"[0-9a-f]{32}"$'}
_ID = (
    tracing.HEADER.title(),
    "by which the log names the request",
    {"type": "string", "pattern": "^[A-Za-z0-9._-]{8,64}$"},
)


def operation_id(route: APIRoute) -> str:
    """What a generated client calls an operation: its tag and its function, such as ``themes_merge``."""
    tag = str(route.tags[0]) if route.tags else "page"
    return f"{tag}_{'list' if route.name == tag else route.name}"


def describe(service: FastAPI) -> None:
    """Have the service's document tell all that a client has to know."""
    plain: Callable[[], dict[str, Any]] = service.openapi

    def described() -> dict[str, Any]:
        if service.openapi_schema is None:
            _complete(plain())
        return plain()

    service.openapi = described  # type: ignore[method-assign]


def _complete(document: dict[str, Any]) -> None:
    document["info"] |= {"summary": SUMMARY, "description": ABOUT.strip()}
    document["tags"] = [{"name": name, "description": told} for name, told in TAGS.items()]
    parts = document.setdefault("components", {})
    parts["securitySchemes"] = _SCHEMES
    schemas = parts.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for model in (ProblemOut, ErrorOut):
        schemas.setdefault(model.__name__, model.model_json_schema(ref_template="#/components/schemas/{model}"))
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method in _METHODS:
                _tell(operation, method, path)


def _tell(operation: dict[str, Any], method: str, path: str) -> None:
    found = rule_of(method.upper(), path)
    closed = found is not None and found.rule.role is not None
    operation["security"] = [{"key": []}, {"session": []}] if closed else []
    if found is not None and closed:
        operation["x-voc-role"], operation["x-voc-scope"] = found.rule.role, found.rule.scope
    responses = operation["responses"]
    for status in _failures(operation, method, path, found):
        _tell_failure(responses, status, path)
    _tell_tags(operation, method, path)
    for status, response in responses.items():
        _tell_headers(response, status, method, path)
    _tell_examples(operation, f"{method.upper()} {path}")


def _failures(operation: dict[str, Any], method: str, path: str, found: Found | None) -> Iterator[int]:
    """Which statuses beside success an operation can answer with."""
    body, changing = "requestBody" in operation, method != "get"
    rule = found.rule if found is not None else None
    if rule is not None and rule.role is not None:
        yield from (401, 429)
    yield from (403, 500, 503)
    if body:
        yield from (400, 413)
    if body or changing or operation.get("parameters"):
        yield 422
    if body or "{" in path:
        yield 404
    if changing:
        yield 409
    if changing and path in TAGGED:
        yield 412
    if path in ("/v1/ask", "/v1/chat/completions", "/v1/proposals") and changing:
        yield 502


def _tell_failure(responses: dict[str, Any], status: int, path: str) -> None:
    told = _FAILURES[status].format(most=LARGEST_OF.get(path, LARGEST))
    known = responses.get(str(status), {})
    if path.startswith(CHAT):
        content = {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorOut"}}}
    else:
        own = known.get("content", {}).get("application/json", {}).get("schema")
        own = None if status == 422 else own  # the framework's own, which nothing here answers with
        content = {MEDIA_TYPE: {"schema": own or {"$ref": "#/components/schemas/ProblemOut"}}}
    responses[str(status)] = {"description": told, "content": content}


def _tell_tags(operation: dict[str, Any], method: str, path: str) -> None:
    if path not in TAGGED:
        return
    told = ("If-None-Match", "tags of what is known") if method == "get" else ("If-Match", "the tag it was read with")
    parameter = {
        "name": told[0],
        "in": "header",
        "required": False,
        "schema": {"type": "string"},
        "description": told[1],
    }
    operation.setdefault("parameters", []).append(parameter)
    if method == "get":
        operation["responses"]["304"] = {"description": "It has not changed."}


def _tell_headers(response: dict[str, Any], status: str, method: str, path: str) -> None:
    told = [_ID]
    if path in TAGGED and method == "get" and status in ("200", "304"):
        told.append(_ETAG)
    if status in ("409", "429"):
        told.append(_AGAIN)
    if status == "401":
        told.append(("WWW-Authenticate", "how to prove who one is", {"type": "string"}))
    headers = response.setdefault("headers", {})
    for name, what, schema in told:
        headers.setdefault(name, {"description": what, "schema": schema})


def _tell_examples(operation: dict[str, Any], name: str) -> None:
    given = _examples().get(name, {})
    for media, example in given.get("request", {}).items():
        _tell_example(operation.get("requestBody", {}), media, example)
    for status, by_media in given.get("responses", {}).items():
        for media, example in by_media.items():
            _tell_example(operation["responses"].get(status, {}), media, example)
    for parameter in operation.get("parameters", ()):
        if (value := given.get("parameters", {}).get(parameter["name"])) is not None:
            parameter["example"] = value


def _tell_example(part: dict[str, Any], media: str, example: object) -> None:
    if (content := part.get("content", {}).get(media)) is not None:
        content["example"] = example


@cache
def _examples() -> dict[str, Any]:
    """``METHOD /address`` → examples of its parameters, its request and its answers, by media type."""
    text = files("api").joinpath("data", "examples.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found
