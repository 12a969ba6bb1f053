"""WeCom (企业微信) conversation archive: one message per record, gathered by room or pair and day."""

from collections.abc import Mapping
from typing import Any

from assistant.intake.dates import read_moment

NAME = "wecom"
_OUTSIDE = ("wo", "wm")
"""Ids of people outside the firm begin with these, followed by 20 characters or more."""


def recognises(record: Mapping[str, Any]) -> bool:
    """True for one archived message."""
    return {"msgid", "msgtype", "from", "msgtime"} <= record.keys()


def rewrite(record: Mapping[str, Any]) -> dict[str, Any]:
    """The message with the conversation it belongs to; pictures, recalls and the like have no text."""
    sender = str(record["from"])
    everybody = [sender, *map(str, record.get("tolist") or ())]
    outside = sorted({person for person in everybody if _is_outside(person)})
    at = read_moment(record["msgtime"])
    room = str(record.get("roomid") or "") or "-".join(sorted(set(everybody)))
    content = record.get(str(record["msgtype"]))
    return {
        "conversation_id": f"{room}@{(at or '')[:10]}",
        "channel": "group" if record.get("roomid") else "chat",
        "speaker": "customer" if _is_outside(sender) else "agent",
        "created_at": at,
        "text": content.get("content") if isinstance(content, Mapping) else None,
        "customer": {"id": outside[0] if outside else None},
    }


def _is_outside(person: str) -> bool:
    return person.startswith(_OUTSIDE) and len(person) >= 22
