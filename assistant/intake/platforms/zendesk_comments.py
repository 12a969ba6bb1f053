"""Zendesk's ticket comments in a file of their own: one comment per record, gathered by ticket."""

from collections.abc import Mapping
from typing import Any

NAME = "zendesk_comments"


def recognises(record: Mapping[str, Any]) -> bool:
    """True for a comment that says whose ticket's it is."""
    return {"ticket_id", "author_id", "public"} <= record.keys() and ("body" in record or "html_body" in record)


def rewrite(record: Mapping[str, Any]) -> dict[str, Any]:
    """The comment as a message of its ticket; the author of the first one is the requester.

    A private comment has no text: the customer never saw it.
    """
    body = record.get("plain_body") or record.get("body") or record.get("html_body")
    return {
        "conversation_id": record["ticket_id"],
        "msgid": record.get("id"),
        "channel": "ticket",
        "speaker": f"author {record['author_id']}",
        "created_at": record.get("created_at"),
        "text": body if record.get("public") else None,
    }
