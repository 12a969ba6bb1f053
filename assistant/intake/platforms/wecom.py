"""WeCom (企业微信) conversation archive: one message per record, gathered by room or pair and day."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from assistant.intake.dates import read_moment

NAME = "wecom"
_OUTSIDE = re.compile(r"wm.|wo(?![a-z]{1,10}$).")
"""Ids of people outside the firm begin so. Staff choose theirs, and Chinese names in letters may begin with ``wo``."""
_ROBOT = "wb"
_SHOWN = {
    "image": "图片", "emotion": "表情", "voice": "语音", "video": "视频", "file": "文件", "card": "名片", "location": "位置",
    "weapp": "小程序", "redpacket": "红包", "external_redpacket": "红包", "docmsg": "文档", "sphfeed": "视频号",
    "meeting": "会议", "meeting_voice_call": "语音通话", "voiptext": "通话", "calendar": "日程", "vote": "投票",
    "collect": "填表", "todo": "待办", "qydiskfile": "文件", "link": "链接", "news": "图文", "chatrecord": "聊天记录",
}  # fmt: skip
"""What stands for a message that has no words of the sender's, so that the talk around it can be followed."""
_TITLES = ("title", "filename", "displayname")


def recognises(record: Mapping[str, Any]) -> bool:
    """True for one archived message, bare or under ``msg`` as the interfaces around the archive hand it on."""
    return {"msgid", "msgtype", "from", "msgtime"} <= _message(record).keys()


def rewrite(record: Mapping[str, Any]) -> dict[str, Any]:
    """The message with the conversation it belongs to.

    What is no text keeps its place as ``[图片]`` or ``[链接]``, with its title where staff sent it: a title is not what a
    customer said. A message that recalls another has no text and the id of the one it recalls (`recalls`), which is then
    dropped. A room is one conversation, parted by customer later; a pair's messages are gathered by day.
    """
    message = _message(record)
    sender = str(message["from"])
    everybody = [sender, *_receivers(message.get("tolist"))]
    outside = sorted({person for person in everybody if _is_outside(person)})
    at = read_moment(message["msgtime"])
    room = str(message.get("roomid") or "")
    pair = "-".join(sorted(set(everybody)))
    customer = sender if _is_outside(sender) else outside[0] if outside and not room else None
    return {
        "conversation_id": room or f"{pair}@{(at or '')[:10]}",
        "channel": "group" if room else "chat",
        "speaker": "customer" if _is_outside(sender) else "system" if sender.startswith(_ROBOT) else "agent",
        "created_at": at,
        "text": None if message.get("action") == "recall" else _text(message, titled=not _is_outside(sender)),
        "msgid": message["msgid"],
        "recalls": _recalled(message),
        "customer": {"id": customer},
    }


def _message(record: Mapping[str, Any]) -> Mapping[str, Any]:
    inner = record.get("msg") or record.get("decrypt_msg")
    return inner if isinstance(inner, Mapping) else record


def _receivers(told: object) -> list[str]:
    """`tolist` is a list; interfaces that hand the archive on make a text with commas of it."""
    if isinstance(told, str):
        return [person.strip() for person in told.strip("[]").replace('"', "").split(",") if person.strip()]
    return [str(person) for person in told] if isinstance(told, list) else []


def _recalled(message: Mapping[str, Any]) -> str | None:
    content = message.get("revoke")
    gone = content.get("pre_msgid") if isinstance(content, Mapping) else None
    return str(gone) if message.get("msgtype") == "revoke" and gone else None


def _text(message: Mapping[str, Any], *, titled: bool) -> str | None:
    kind = str(message["msgtype"])
    content = message.get(kind)
    if content is None:
        content = message.get("info") or message.get("doc") or message.get("content")
    content = _opened(content)
    if kind == "mixed" and isinstance(content, Mapping):
        pieces = (_piece(str(item.get("type")), _opened(item.get("content")), titled) for item in _items(content))
        return "\n".join(filter(None, pieces)) or None
    return _piece(kind, content, titled)


def _items(content: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    found = content.get("item")
    yield from (item for item in found if isinstance(item, Mapping)) if isinstance(found, list) else ()


def _piece(kind: str, content: object, titled: bool) -> str | None:
    told = content if isinstance(content, Mapping) else {}
    if kind in ("text", "markdown"):
        return str(told.get("content") or "") or (content if isinstance(content, str) else None)
    if kind not in _SHOWN:
        return None
    title = next((str(told[key]) for key in _TITLES if told.get(key)), "") if titled else ""
    return f"[{_SHOWN[kind]}] {title}".strip()


def _opened(content: object) -> object:
    if not (isinstance(content, str) and content.lstrip().startswith("{")):
        return content
    try:
        return json.loads(content)
    except ValueError:
        return content


def _is_outside(person: str) -> bool:
    return _OUTSIDE.match(person) is not None
