"""iFLYTEK (讯飞) recording transcriptions: words in lattices, one voice number per sentence."""

import json
from collections.abc import Mapping
from typing import Any

NAME = "iflytek"


def recognises(record: Mapping[str, Any]) -> bool:
    """True for an answer of the long-form transcription interface."""
    return _lattice(record) is not None


def rewrite(record: Mapping[str, Any]) -> dict[str, Any]:
    """The transcript as one call; the order's own number is its id."""
    content = record.get("content")
    order = content.get("orderInfo") if isinstance(content, Mapping) else None
    rest = dict(order) if isinstance(order, Mapping) else {}
    return {
        "id": rest.pop("orderId", None),
        "channel": "call",
        "messages": [said for item in _lattice(record) or () if (said := _sentence(item))],
        **{key: value for key, value in rest.items() if not isinstance(value, (Mapping, list))},
    }


def _lattice(record: Mapping[str, Any]) -> list[Any] | None:
    """The sentences, wherever the answer holds them: parts of it come as JSON in a text."""
    content = record.get("content")
    holder = content if isinstance(content, Mapping) else record
    result = _opened(holder.get("orderResult", holder))
    found = result.get("lattice") if isinstance(result, Mapping) else None
    return found if isinstance(found, list) else None


def _sentence(item: object) -> dict[str, Any] | None:
    best = _opened(item.get("json_1best")) if isinstance(item, Mapping) else None
    told = best.get("st") if isinstance(best, Mapping) else None
    if not isinstance(told, Mapping):
        return None
    words = (
        word["cw"][0].get("w", "")
        for part in told.get("rt") or ()
        for word in part.get("ws") or ()
        if isinstance(word, Mapping) and word.get("cw")
    )
    return {"speaker": f"说话人{told.get('rl', '')}", "text": "".join(words), "bg": told.get("bg")}


def _opened(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return None
