"""Knows how models wrap the JSON that they were asked for, and how to get it out and checked."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from assistant.llm.shapes import shape_of

T = TypeVar("T", bound=BaseModel)

_THINKING = re.compile(r"<think(?:ing)?>.*?</think(?:ing)?>|\A.*?</think(?:ing)?>", re.DOTALL | re.IGNORECASE)


class UnusableAnswer(ValueError):  # noqa: N818  (said to the model in the repair try, too)
    """Why an answer can't be used: `args[0]` for people (no text of the answer in it), `detail` for the model."""

    def __init__(self, reason: str, detail: str | None = None) -> None:
        super().__init__(reason)
        self.detail = detail or reason


def parse_answer(text: str, schema: type[T]) -> T:
    """The draft in an answer: past thinking blocks, prose and code fences, the first JSON object that fits.

    Lenient where nothing can be meant otherwise: a null or an empty list that was left out is filled in, a field
    that nobody asked for is dropped. Everything else must be valid.

    Raises:
        UnusableAnswer: the answer is blank, holds no JSON object, or none that fits.
    """
    body = _THINKING.sub("", text).strip()
    if not body:
        raise UnusableAnswer("the answer is blank")
    reason = UnusableAnswer(
        "the answer holds no JSON object" if "{" not in body else "the answer's JSON is broken or cut off"
    )
    for place, value in _objects(body):
        try:
            return schema.model_validate(completed(value, schema))
        except ValidationError as error:
            if place == body.find("{"):  # else it is a piece of what is broken
                reason = _unusable(error)
    raise reason


def completed(value: object, schema: type[BaseModel]) -> Any:
    """A value with what may be left out filled in and unasked fields dropped, as `parse_answer` does it."""
    shape = shape_of(schema)
    return _completed(value, shape, shape.get("$defs", {}))


def _objects(body: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Every outermost JSON object in the text, in order, with its place."""
    decoder, at = json.JSONDecoder(strict=False), body.find("{")
    while at >= 0:
        try:
            value, end = decoder.raw_decode(body, at)
        except (json.JSONDecodeError, RecursionError):
            end = at + 1
        else:
            if isinstance(value, dict):
                yield at, value
        at = body.find("{", end)


def _completed(value: Any, shape: Mapping[str, Any], definitions: Mapping[str, Any]) -> Any:
    """The value with unasked fields dropped and omitted nulls and empty lists put in, as the schema allows."""
    shape = _resolved(value, shape, definitions)
    if isinstance(value, list) and "items" in shape:
        return [_completed(item, shape["items"], definitions) for item in value]
    if not isinstance(value, dict) or "properties" not in shape:
        return value
    fields: Mapping[str, Any] = shape["properties"]
    whole = {name: _completed(value[name], field, definitions) for name, field in fields.items() if name in value}
    for name, field in fields.items():
        if name not in whole:
            if {"type": "null"} in field.get("anyOf", ()):
                whole[name] = None
            elif field.get("type") == "array":
                whole[name] = []
    # An object in which nothing asked for is present is a wrong object, not an empty right one.
    return whole if any(name in value for name in fields) else value


def _resolved(value: Any, shape: Mapping[str, Any], definitions: Mapping[str, Any]) -> Mapping[str, Any]:
    for option in shape.get("anyOf", ()):
        if value is not None and option.get("type") != "null":
            return _resolved(value, option, definitions)
    if "$ref" in shape:
        found: Mapping[str, Any] = definitions[shape["$ref"].rpartition("/")[2]]
        return found
    return shape


def _unusable(error: ValidationError) -> UnusableAnswer:
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    kinds = ", ".join(f"{count} × {kind}" for kind, count in Counter(item["type"] for item in problems).most_common())
    detail = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in problems[:12])
    return UnusableAnswer(f"the answer's JSON is not of the asked-for shape ({kinds})", detail)
