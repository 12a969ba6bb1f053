"""Freshdesk tickets with their conversations."""

from collections.abc import Mapping
from typing import Any

NAME = "freshdesk"
_STATUS = {2: "open", 3: "open", 4: "closed", 5: "closed"}


def recognises(record: Mapping[str, Any]) -> bool:
    """True for a ticket with a plain description and a responder."""
    return "description_text" in record and ("responder_id" in record or "conversations" in record)


def rewrite(record: Mapping[str, Any]) -> dict[str, Any]:
    """The ticket in our fields; incoming messages are the customer's, private notes are left out."""
    requester = record.get("requester")
    person = requester if isinstance(requester, Mapping) else {}
    thread = [
        item for item in record.get("conversations") or () if isinstance(item, Mapping) and not item.get("private")
    ]
    gone = {"conversations", "requester", "requester_id", "subject", "description", "description_text", "status"}
    phone = person.get("mobile") or person.get("phone")
    return {key: value for key, value in record.items() if key not in gone} | {
        "channel": "ticket",
        "title": record.get("subject"),
        "text": record.get("description_text"),
        "status": _STATUS.get(record.get("status", 0), record.get("status")),
        "customer": {"id": record.get("requester_id"), "name": person.get("name"), "phone": phone},
        "email": person.get("email"),
        "messages": [_message(item) for item in thread],
    }


def _message(item: Mapping[str, Any]) -> dict[str, Any]:
    speaker = "customer" if item.get("incoming") else "agent"
    return {"speaker": speaker, "text": item.get("body_text") or item.get("body"), "at": item.get("created_at")}
