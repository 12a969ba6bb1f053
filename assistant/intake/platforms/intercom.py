"""Intercom conversations with their parts."""

from collections.abc import Mapping
from typing import Any

NAME = "intercom"
_ROLES = {
    "user": "customer",
    "lead": "customer",
    "contact": "customer",
    "admin": "agent",
    "bot": "system",
    "team": "agent",
}
_SAID = ("comment", "open", "close", "assignment", "quick_reply")


def recognises(record: Mapping[str, Any]) -> bool:
    """True for a conversation with a source and parts."""
    return "conversation_parts" in record and isinstance(record.get("source"), Mapping)


def rewrite(record: Mapping[str, Any]) -> dict[str, Any]:
    """The conversation in our fields; the source is its first message, notes of staff are left out."""
    source = record["source"]
    parts = record["conversation_parts"]
    listed = parts.get("conversation_parts", ()) if isinstance(parts, Mapping) else parts
    said = [part for part in listed or () if isinstance(part, Mapping) and part.get("part_type") in _SAID]
    author = source.get("author") if isinstance(source.get("author"), Mapping) else {}
    rating = record.get("conversation_rating")
    gone = {"source", "conversation_parts", "conversation_rating", "contacts", "title", "statistics", "teammates"}
    return {key: value for key, value in record.items() if key not in gone} | {
        "channel": "chat",
        "title": record.get("title") or source.get("subject"),
        "customer": {"id": author.get("id"), "name": author.get("name"), "email": author.get("email")},
        "rating": rating.get("rating") if isinstance(rating, Mapping) else None,
        "rating_remark": rating.get("remark") if isinstance(rating, Mapping) else None,
        "messages": [_message(part, record.get("created_at")) for part in (source, *said)],
    }


def _message(part: Mapping[str, Any], start: object) -> dict[str, Any]:
    author = part.get("author")
    kind = str(author.get("type")) if isinstance(author, Mapping) else ""
    return {"speaker": _ROLES.get(kind, kind), "text": part.get("body"), "at": part.get("created_at") or start}
