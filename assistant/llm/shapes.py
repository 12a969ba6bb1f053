"""Knows the JSON schema of a draft as it is sent to a model and put into keys."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel


@cache
def shape_of(schema: type[BaseModel]) -> Mapping[str, Any]:
    """A draft type's JSON schema without the titles that pydantic adds (a model pays for each of them)."""
    shape: Mapping[str, Any] = _untitled(schema.model_json_schema())
    return shape


@cache
def schema_text(schema: type[BaseModel]) -> str:
    """The same as text, in one canonical form."""
    return json.dumps(shape_of(schema), sort_keys=True, ensure_ascii=False)


def _untitled(node: Any) -> Any:
    if isinstance(node, list):
        return [_untitled(item) for item in node]
    if not isinstance(node, dict):
        return node
    # Under "properties" and "$defs" the keys are names of ours, and one of them may well be `title`.
    return {
        key: {name: _untitled(part) for name, part in value.items()}
        if key in ("properties", "$defs")
        else _untitled(value)
        for key, value in node.items()
        if not (key == "title" and isinstance(value, str))
    }
