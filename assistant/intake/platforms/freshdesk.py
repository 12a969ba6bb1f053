"""Freshdesk tickets with their conversations."""

from collections.abc import Mapping
from typing import Any

NAME = "freshdesk"
_STATUS = {2: "open", 3: "open", 4: "closed", 5: "closed"}
_FORWARDED = 8
_GONE = frozenset(
    ("conversations", "requester", "requester_id", "subject", "description", "description_text", "status", "stats", "avatar")
)  # fmt: skip


def recognises(record: Mapping[str, Any]) -> bool:
    """True for a ticket with a plain description and a responder."""
    return "description_text" in record and ("responder_id" in record or "conversations" in record)


def rewrite(record: Mapping[str, Any]) -> dict[str, Any]:
    """The ticket in our fields; incoming messages are the customer's, private notes are metadata (`internal_notes`).

    A message forwarded or written to others, by the mark of its source, is no word to the customer either.
    """
    requester = record.get("requester")
    person = requester if isinstance(requester, Mapping) else {}
    thread = [item for item in record.get("conversations") or () if isinstance(item, Mapping)]
    shown = [item for item in thread if not _is_private(item)]
    asked = record.get("description_text") or record.get("description")
    first = [
        {"speaker": "customer", "sender_id": record.get("requester_id"), "text": asked, "at": record.get("created_at")}
    ]
    phone = person.get("mobile") or person.get("phone")
    return {key: value for key, value in record.items() if key not in _GONE} | {
        "channel": "ticket",
        "title": record.get("subject"),
        "text": None if shown else asked,
        "status": _STATUS.get(record.get("status", 0), record.get("status")),
        "customer": {"id": record.get("requester_id"), "name": person.get("name"), "phone": phone},
        "email": person.get("email"),
        "messages": [*first, *(_message(item, record.get("requester_id")) for item in shown)] if shown else [],
        "internal_notes": "\n".join(_body(item) for item in thread if _is_private(item)),
    }


def _is_private(item: Mapping[str, Any]) -> bool:
    return bool(item.get("private")) or item.get("source") == _FORWARDED


def _body(item: Mapping[str, Any]) -> str:
    return str(item.get("body_text") or item.get("body") or "")


def _message(item: Mapping[str, Any], requester: object) -> dict[str, Any]:
    author = item.get("user_id")
    incoming = bool(item.get("incoming"))
    who = (
        {"sender_id": author}
        if incoming and author not in (None, requester)
        else {"sender_id": requester}
        if incoming
        else {}
    )
    return {"speaker": "customer" if incoming else "agent", "text": _body(item), "at": item.get("created_at"), **who}
