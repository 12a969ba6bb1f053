"""Chatwoot conversations with their messages."""

from collections.abc import Mapping
from typing import Any

NAME = "chatwoot"
_ROLES = {0: "customer", 1: "agent", 2: "system", 3: "system"}
_ROLES_BY_NAME = {"incoming": "customer", "outgoing": "agent", "activity": "system", "template": "system"}


def recognises(record: Mapping[str, Any]) -> bool:
    """True for a conversation that belongs to an inbox."""
    return "inbox_id" in record and isinstance(record.get("messages"), list)


def rewrite(record: Mapping[str, Any]) -> dict[str, Any]:
    """The conversation in our fields; private notes are left out."""
    meta = record.get("meta")
    sender = meta.get("sender") if isinstance(meta, Mapping) else record.get("contact")
    person = sender if isinstance(sender, Mapping) else {}
    messages = [
        message for message in record["messages"] if isinstance(message, Mapping) and not message.get("private")
    ]
    return {key: value for key, value in record.items() if key not in ("messages", "meta", "contact")} | {
        "channel": "chat",
        "customer": {"id": person.get("id"), "name": person.get("name"), "phone": person.get("phone_number")},
        "email": person.get("email"),
        "messages": [_message(message) for message in messages],
    }


def _message(message: Mapping[str, Any]) -> dict[str, Any]:
    kind = message.get("message_type")
    role = _ROLES.get(kind) if isinstance(kind, int) else _ROLES_BY_NAME.get(str(kind))
    return {"speaker": role or "", "text": message.get("content"), "at": message.get("created_at")}
