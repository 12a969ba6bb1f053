"""Zendesk tickets as the incremental export and the ticket API give them, comments included."""

from collections.abc import Mapping
from typing import Any

NAME = "zendesk"


def recognises(record: Mapping[str, Any]) -> bool:
    """True for a ticket: it has a requester, a submitter and a way it came in."""
    return "requester_id" in record and "via" in record and ("submitter_id" in record or "comments" in record)


def rewrite(record: Mapping[str, Any]) -> dict[str, Any]:
    """The ticket in our fields; comments by the requester are the customer's, private ones are kept apart."""
    requester = record.get("requester_id")
    comments = [comment for comment in record.get("comments") or () if isinstance(comment, Mapping)]
    person = record.get("requester") if isinstance(record.get("requester"), Mapping) else {}
    gone = {"comments", "requester", "requester_id", "subject", "description", "satisfaction_rating", "raw_subject"}
    rating = record.get("satisfaction_rating")
    return {key: value for key, value in record.items() if key not in gone} | {
        "channel": "ticket",
        "title": record.get("subject"),
        "text": record.get("description"),
        "customer": {"id": requester, **(person or {})},
        "rating": rating.get("score") if isinstance(rating, Mapping) else None,
        "satisfaction_comment": rating.get("comment") if isinstance(rating, Mapping) else None,
        "messages": [_message(comment, requester) for comment in comments if comment.get("public", True)],
        "internal_notes": "\n".join(_body(comment) for comment in comments if not comment.get("public", True)),
    }


def _message(comment: Mapping[str, Any], requester: object) -> dict[str, Any]:
    speaker = "customer" if comment.get("author_id") == requester else "agent"
    return {"speaker": speaker, "text": _body(comment), "at": comment.get("created_at")}


def _body(comment: Mapping[str, Any]) -> str:
    return str(comment.get("plain_body") or comment.get("body") or comment.get("html_body") or "")
