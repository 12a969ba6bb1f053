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
_NOTES = ("note", "note_and_reopen")
_STATES = ("language_detection_details", "fin_guidance_applied", "custom_action_started", "custom_action_finished")
"""Parts in which Intercom tells of itself."""
_GONE = frozenset(
    ("source", "conversation_parts", "conversation_rating", "contacts", "title", "statistics", "teammates", "conversation_message", "user")
)  # fmt: skip


def recognises(record: Mapping[str, Any]) -> bool:
    """True for a conversation with a source (before version 2.0 a message) and parts."""
    return "conversation_parts" in record and isinstance(_source(record), Mapping)


def rewrite(record: Mapping[str, Any]) -> dict[str, Any]:
    """The conversation in our fields; the source is its first message, redacted parts are left out.

    Notes of staff are no turns: they are metadata (`internal_notes`). Several contacts are told apart by their ids.
    """
    source = _source(record) or {}
    parts = record["conversation_parts"]
    listed = parts.get("conversation_parts", ()) if isinstance(parts, Mapping) else parts
    whole = [
        part for part in listed or () if isinstance(part, Mapping) and part.get("body") and not part.get("redacted")
    ]
    said = [part for part in whole if part.get("part_type") not in (*_NOTES, *_STATES)]
    first = () if source.get("redacted") else (source,)
    person = _customer(record, (source, *said))
    rating = record.get("conversation_rating")
    several = len(_contacts(record)) > 1
    return {key: value for key, value in record.items() if key not in _GONE} | {
        "channel": "chat",
        "title": record.get("title") or source.get("subject"),
        "customer": {"id": person.get("id"), "name": person.get("name"), "email": person.get("email")},
        "rating": rating.get("rating") if isinstance(rating, Mapping) else None,
        "rating_remark": rating.get("remark") if isinstance(rating, Mapping) else None,
        "messages": [_message(part, record.get("created_at"), several) for part in (*first, *said)],
        "internal_notes": "\n".join(str(part["body"]) for part in whole if part.get("part_type") in _NOTES),
    }


def _source(record: Mapping[str, Any]) -> Mapping[str, Any] | None:
    source = record.get("source") or record.get("conversation_message")
    return source if isinstance(source, Mapping) else None


def _contacts(record: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = record.get("contacts")
    listed = found.get("contacts") if isinstance(found, Mapping) else found
    return [contact for contact in listed if isinstance(contact, Mapping)] if isinstance(listed, list) else []


def _customer(record: Mapping[str, Any], parts: tuple[Mapping[str, Any], ...]) -> Mapping[str, Any]:
    """Who asks: the first author who is a contact (staff may have begun the talk), else the first contact listed."""
    authors = (part.get("author") for part in parts)
    asking = (a for a in authors if isinstance(a, Mapping) and _ROLES.get(str(a.get("type"))) == "customer")
    return next(asking, None) or next(iter(_contacts(record)), {})


def _message(part: Mapping[str, Any], start: object, several: bool) -> dict[str, Any]:
    author = part.get("author")
    told = author if isinstance(author, Mapping) else {}
    role = "system" if told.get("from_ai_agent") else _ROLES.get(str(told.get("type")), str(told.get("type") or ""))
    who = {"sender_id": told.get("id")} if several and role == "customer" else {}
    return {"speaker": role, "text": part.get("body"), "at": part.get("created_at") or start, **who}
