"""How each group robot wants a message and how it says that it took it, after the vendors' public documentation.

wecom 企业微信: developer.work.weixin.qq.com/document/path/91770 · feishu 飞书: open.feishu.cn/document/client-docs/bot-v3/
add-custom-bot · dingtalk 钉钉: open.dingtalk.com/document/robots/custom-robot-access
"""

import base64
import datetime as dt
import hashlib
import hmac
import json
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import quote_plus

from assistant.alerts.config import Channel, Kind
from assistant.domain.alerts import Message

MOST_BYTES: dict[Kind, int] = {"wecom": 4096, "feishu": 18_000, "dingtalk": 18_000, "json": 200_000, "smtp": 200_000}
"""Bytes of text that a message may have; Feishu and DingTalk take 20 KB with everything around it."""
CUT = "…"
_BUSY = {
    "wecom": {-1, 45009, 45033},
    "dingtalk": {-1, 130101, 130102, 410100, 88, 90018},
    "feishu": {9499, 11232, 11247, 99991400},
}
"""Codes that mean: later; every other one is an answer that stays the same."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is posted where."""

    url: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one try; `reason` is short, countable and holds no word of the receiver."""

    sent: bool
    reason: str = ""
    again: bool = False
    """Whether trying again may help."""


def request_for(channel: Channel, message: Message, moment: dt.datetime) -> Request:
    """The message as the channel's receiver wants it, signed where the channel has a secret."""
    assert channel.url is not None
    url = channel.url.get_secret_value()
    secret = channel.secret.get_secret_value() if channel.secret else None
    headers = {"content-type": "application/json; charset=utf-8", "user-agent": "voc-assistant"}
    title = f"{channel.keyword} {message.title}" if channel.keyword else message.title
    match channel.kind:
        case "wecom":
            content: dict[str, Any] = {
                "msgtype": "markdown",
                "markdown": {"content": _markdown(channel, title, message)},
            }
        case "dingtalk":
            content = {
                "msgtype": "markdown",
                "markdown": {"title": title, "text": _markdown(channel, title, message)},
                "at": {"isAtAll": False},
            }
            url = _signed_for_dingtalk(url, secret, moment) if secret else url
        case "feishu":
            lines = _fitting([title, *message.lines], MOST_BYTES["feishu"])[1:]
            post = {"title": title, "content": [[{"tag": "text", "text": line}] for line in lines]}
            content = {"msg_type": "post", "content": {"post": {"zh_cn": post}}}
            content = {**_signed_for_feishu(secret, moment), **content} if secret else content
        case _:
            content = {**asdict(message), "title": title, "text": "\n".join(message.lines)}
            headers["idempotency-key"] = message.id
    body = json.dumps(content, ensure_ascii=False).encode("utf-8")
    if channel.kind == "json" and secret:
        headers["x-voc-signature"] = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return Request(url, body, headers)


def verdict_of(kind: Kind, status: int, body: bytes) -> Verdict:
    """What the receiver's answer means: robots say in the body of a 200 that they refused."""
    if status == 429 or status >= 500:
        return Verdict(False, f"http_{status}", again=True)
    if not 200 <= status < 300:
        return Verdict(False, "redirected" if 300 <= status < 400 else f"http_{status}")
    if kind not in _BUSY:
        return Verdict(True)
    code = _code(body)
    if code is None:
        return Verdict(False, "no_answer_of_a_robot")
    return Verdict(True) if code == 0 else Verdict(False, f"errcode_{code}", again=code in _BUSY[kind])


def _code(body: bytes) -> int | None:
    try:
        answer = json.loads(body)
    except ValueError:
        return None
    if not isinstance(answer, dict):
        return None
    return next((answer[name] for name in ("errcode", "code", "StatusCode") if isinstance(answer.get(name), int)), None)


def _markdown(channel: Channel, title: str, message: Message) -> str:
    between = "\n\n" if channel.kind == "dingtalk" else "\n"
    lines = _fitting([f"### {title}", *message.lines], MOST_BYTES[channel.kind], len(between))
    return between.join(lines)


def _fitting(lines: list[str], most: int, between: int = 1) -> list[str]:
    """As many whole lines from the first on as there is room for; what is left out is marked."""
    kept: list[str] = []
    room = most - len(CUT.encode()) - between
    for line in lines:
        room -= len(line.encode("utf-8")) + between
        if room < 0:
            return [*kept, CUT]
        kept.append(line)
    return kept


def _signed_for_dingtalk(url: str, secret: str, moment: dt.datetime) -> str:
    stamp = str(int(moment.timestamp() * 1000))
    made = hmac.new(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256).digest()
    return f"{url}{'&' if '?' in url else '?'}timestamp={stamp}&sign={quote_plus(base64.b64encode(made))}"


def _signed_for_feishu(secret: str, moment: dt.datetime) -> dict[str, str]:
    stamp = str(int(moment.timestamp()))
    made = hmac.new(f"{stamp}\n{secret}".encode(), b"", hashlib.sha256).digest()
    return {"timestamp": stamp, "sign": base64.b64encode(made).decode()}
