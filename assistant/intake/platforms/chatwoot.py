"""Chatwoot conversations with their messages."""

from collections.abc import Mapping
from typing import Any

NAME = "chatwoot"
_ROLES = {0: "customer", 1: "agent", 2: "system", 3: "system"}
_ROLES_BY_NAME = {"incoming": "customer", "outgoing": "agent", "activity": "system", "template": "system"}
_GONE = frozenset(("messages", "meta", "contact", "last_non_activity_message", "contact_inbox"))


def recognises(record: Mapping[str, Any]) -> bool:
    """True for a conversation that belongs to an inbox."""
    return "inbox_id" in record and isinstance(record.get("messages"), list)


def rewrite(record: Mapping[str, Any]) -> dict[str, Any]:
    """The conversation in our fields; deleted messages are left out, private ones are metadata (`internal_notes`).

    The score of a satisfaction survey that was answered in the conversation is its rating.
    """
    meta = record.get("meta")
    sender = meta.get("sender") if isinstance(meta, Mapping) else record.get("contact")
    messages = [message for message in record["messages"] if isinstance(message, Mapping) and not _is_deleted(message)]
    person = sender if isinstance(sender, Mapping) else _sender(messages)
    shown = [message for message in messages if not message.get("private")]
    survey = next((score for message in shown if (score := _score(message))), {})
    return {key: value for key, value in record.items() if key not in _GONE} | {
        "channel": "chat",
        "customer": {"id": person.get("id"), "name": person.get("name"), "phone": person.get("phone_number")},
        "email": person.get("email"),
        "rating": survey.get("rating"),
        "rating_remark": survey.get("feedback_message"),
        "messages": [_message(message) for message in shown if message.get("content_type") != "input_csat"],
        "internal_notes": "\n".join(str(m.get("content") or "") for m in messages if m.get("private")),
    }


def _sender(messages: list[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The contact, as the first message of his shows him."""
    authors = (message.get("sender") for message in messages if _role(message) == "customer")
    return next((author for author in authors if isinstance(author, Mapping)), {})


def _is_deleted(message: Mapping[str, Any]) -> bool:
    told = message.get("content_attributes")
    return isinstance(told, Mapping) and bool(told.get("deleted"))


def _score(message: Mapping[str, Any]) -> Mapping[str, Any] | None:
    told = message.get("content_attributes")
    values = told.get("submitted_values") if isinstance(told, Mapping) else None
    answer = values.get("csat_survey_response") if isinstance(values, Mapping) else None
    return answer if isinstance(answer, Mapping) else None


def _role(message: Mapping[str, Any]) -> str:
    kind = message.get("message_type")
    role = _ROLES.get(kind) if isinstance(kind, int) else _ROLES_BY_NAME.get(str(kind))
    sender = message.get("sender")
    if role == "agent" and isinstance(sender, Mapping) and sender.get("type") == "agent_bot":
        return "system"
    return role or ""


def _message(message: Mapping[str, Any]) -> dict[str, Any]:
    return {"speaker": _role(message), "text": message.get("content"), "at": message.get("created_at")}
