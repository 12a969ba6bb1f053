"""Zendesk tickets as the incremental export and the ticket API give them, comments included or in a file of their own."""

from collections.abc import Mapping
from typing import Any

NAME = "zendesk"
_SCORES = {"good": 5, "bad": 1, "good_with_comment": 5, "bad_with_comment": 1}
"""The two faces of its satisfaction rating, on the scale of stars; unlike ``offered`` and ``unoffered``, which are none."""
_SYSTEM = ("trigger", "automation", "system", "rule")
_GONE = frozenset(
    ("comments", "requester", "requester_id", "subject", "description", "satisfaction_rating", "raw_subject", "users", "url", "submitter")
)  # fmt: skip


def recognises(record: Mapping[str, Any]) -> bool:
    """True for a ticket: it has a requester, a submitter and a way it came in."""
    return "requester_id" in record and "via" in record and ("submitter_id" in record or "comments" in record)


def rewrite(record: Mapping[str, Any]) -> dict[str, Any]:
    """The ticket in our fields; comments by the requester are the customer's, private ones are kept apart.

    What staff noted among themselves is no turn, for the customer never saw it: it is metadata (`internal_notes`), masked like the rest.
    Another end user who wrote into the ticket is told apart by his id.
    """
    requester = record.get("requester_id")
    comments = [comment for comment in record.get("comments") or () if isinstance(comment, Mapping)]
    person = record.get("requester") if isinstance(record.get("requester"), Mapping) else {}
    rating = record.get("satisfaction_rating")
    score = rating.get("score") if isinstance(rating, Mapping) else None
    roles = _roles(record)
    return {key: value for key, value in record.items() if key not in _GONE} | {
        "channel": "ticket",
        "title": record.get("subject"),
        "text": record.get("description"),
        "customer": {"id": requester, **(person or {})},
        "rating": _SCORES.get(str(score)),
        "satisfaction_score": score,
        "satisfaction_comment": rating.get("comment") if isinstance(rating, Mapping) else None,
        "messages": [_message(comment, requester, roles) for comment in comments if comment.get("public", True)],
        "internal_notes": "\n".join(_body(comment) for comment in comments if not comment.get("public", True)),
        "custom_fields": _custom(record),
    }


def _roles(record: Mapping[str, Any]) -> dict[object, str]:
    """The users who were sent along, and whether they are end users or staff."""
    people = record.get("users")
    listed = people if isinstance(people, list) else ()
    return {person.get("id"): str(person.get("role")) for person in listed if isinstance(person, Mapping)}


def _message(comment: Mapping[str, Any], requester: object, roles: Mapping[object, str]) -> dict[str, Any]:
    author = comment.get("author_id")
    told = comment.get("author")
    role = roles.get(author) or (str(told.get("role")) if isinstance(told, Mapping) else "")
    said = {"text": _body(comment), "at": comment.get("created_at")}
    if author == requester or role == "end-user":
        return {"speaker": "customer", "sender_id": author, **said}
    via = comment.get("via")
    machine = isinstance(via, Mapping) and via.get("channel") in _SYSTEM
    return {"speaker": "system" if machine or author == -1 else "agent", **said}


def _body(comment: Mapping[str, Any]) -> str:
    return str(comment.get("plain_body") or comment.get("body") or comment.get("html_body") or "")


def _custom(record: Mapping[str, Any]) -> dict[str, Any]:
    """Custom fields by their number, or under the title where the export gives one; empty ones left out."""
    fields = record.get("custom_fields")
    return {
        str(field.get("title") or field.get("id")): field["value"]
        for field in (fields if isinstance(fields, list) else ())
        if isinstance(field, Mapping) and field.get("value") not in (None, "", [], False)
    }
