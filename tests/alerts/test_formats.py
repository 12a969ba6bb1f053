"""Each robot gets its own format, signed and within its limits; customers' words order nobody about."""

import base64
import datetime as dt
import hashlib
import hmac
import json
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from assistant.alerts.config import Channel, Kind
from assistant.alerts.harmless import harmless
from assistant.alerts.posting import mail_of
from assistant.alerts.robots import MOST_BYTES, request_for, verdict_of
from assistant.domain.alerts import Message

MOMENT = dt.datetime(2026, 9, 30, 8, 0, tzinfo=dt.UTC)
MESSAGE = Message(
    "al_1",
    "spike",
    "声量突增：掉线",
    ("第一行", "「老是掉线」工单"),
    "2026-09-30T08:00:00+00:00",
    "th_1",
    {"observed": 9},
)
ROBOTS: tuple[Kind, ...] = ("wecom", "feishu", "dingtalk")


def channel(kind: Kind, **more: object) -> Channel:
    return Channel.model_validate({"name": "one", "kind": kind, "url": "https://example.com/hook?key=K", **more})


def test_wecom_wants_markdown() -> None:
    sent = json.loads(request_for(channel("wecom"), MESSAGE, MOMENT).body)
    assert sent == {"msgtype": "markdown", "markdown": {"content": "### 声量突增：掉线\n第一行\n「老是掉线」工单"}}


def test_dingtalk_wants_a_title_and_nobody_mentioned_and_a_signed_address() -> None:
    request = request_for(channel("dingtalk", secret="SECxyz", keyword="客户之声"), MESSAGE, MOMENT)
    sent = json.loads(request.body)
    assert sent["markdown"]["title"] == "客户之声 声量突增：掉线"
    assert sent["at"] == {"isAtAll": False}
    asked = parse_qs(urlsplit(request.url).query)
    stamp = str(int(MOMENT.timestamp() * 1000))
    made = hmac.new(b"SECxyz", f"{stamp}\nSECxyz".encode(), hashlib.sha256).digest()
    assert (asked["key"], asked["timestamp"], asked["sign"]) == (["K"], [stamp], [base64.b64encode(made).decode()])


def test_feishu_wants_a_post_and_its_own_signature() -> None:
    sent = json.loads(request_for(channel("feishu", secret="xyz"), MESSAGE, MOMENT).body)
    stamp = str(int(MOMENT.timestamp()))
    made = hmac.new(f"{stamp}\nxyz".encode(), b"", hashlib.sha256).digest()
    assert (sent["timestamp"], sent["sign"]) == (stamp, base64.b64encode(made).decode())
    post = sent["content"]["post"]["zh_cn"]
    assert (sent["msg_type"], post["title"]) == ("post", "声量突增：掉线")
    assert post["content"] == [[{"tag": "text", "text": "第一行"}], [{"tag": "text", "text": "「老是掉线」工单"}]]
    assert "sign" not in json.loads(request_for(channel("feishu"), MESSAGE, MOMENT).body)


def test_plain_json_has_everything_and_an_id_to_tell_repeats() -> None:
    request = request_for(channel("json", secret="s"), MESSAGE, MOMENT)
    sent = json.loads(request.body)
    assert (sent["id"], sent["rule"], sent["theme_id"], sent["facts"]) == ("al_1", "spike", "th_1", {"observed": 9})
    assert request.headers["idempotency-key"] == "al_1"
    made = hmac.new(b"s", request.body, hashlib.sha256).hexdigest()
    assert request.headers["x-voc-signature"] == f"sha256={made}"


def test_a_mail_always_has_the_same_id() -> None:
    to = {"url": None, "host": "localhost", "sender": "voc@example.com", "to": ("a@example.com", "b@example.com")}
    mail = mail_of(channel("smtp", **to), MESSAGE)
    assert (mail["Subject"], mail["To"]) == ("声量突增：掉线", "a@example.com, b@example.com")
    assert mail["Message-ID"] == mail_of(channel("smtp", **to), MESSAGE)["Message-ID"]
    assert mail.get_content() == "第一行\n「老是掉线」工单\n"


@pytest.mark.parametrize("kind", ROBOTS)
def test_a_long_message_is_cut_at_a_line_and_says_so(kind: Kind) -> None:
    long = Message("al_1", "digest", "周报", tuple(f"{n}. " + "字" * 100 for n in range(1000)), "2026-09-30")
    body = request_for(channel(kind), long, MOMENT).body
    sent = json.loads(body)
    text = json.dumps(sent, ensure_ascii=False)
    assert "…" in text
    assert "0. 字" in text
    content = sent["markdown"]["content"] if kind == "wecom" else text
    assert len(content.encode()) <= (4096 if kind == "wecom" else 20_000)
    assert len(content.encode()) > MOST_BYTES[kind] // 2


@pytest.mark.parametrize(
    ("kind", "status", "body", "verdict"),
    [
        ("wecom", 200, b'{"errcode":0,"errmsg":"ok"}', (True, "", False)),
        ("wecom", 200, b'{"errcode":93000,"errmsg":"invalid webhook url"}', (False, "errcode_93000", False)),
        ("wecom", 200, b'{"errcode":45009}', (False, "errcode_45009", True)),
        ("dingtalk", 200, b'{"errcode":310000,"errmsg":"sign not match"}', (False, "errcode_310000", False)),
        ("dingtalk", 200, b'{"errcode":130101}', (False, "errcode_130101", True)),
        ("feishu", 200, b'{"code":0,"msg":"success"}', (True, "", False)),
        ("feishu", 200, b'{"StatusCode":0,"StatusMessage":"success"}', (True, "", False)),
        ("feishu", 200, b'{"code":19021}', (False, "errcode_19021", False)),
        ("feishu", 200, b"<html>", (False, "no_answer_of_a_robot", False)),
        ("wecom", 200, b"[0]", (False, "no_answer_of_a_robot", False)),
        ("wecom", 500, b"", (False, "http_500", True)),
        ("json", 204, b"", (True, "", False)),
        ("json", 200, b"anything", (True, "", False)),
        ("json", 302, b"", (False, "redirected", False)),
        ("json", 404, b"", (False, "http_404", False)),
        ("json", 429, b"", (False, "http_429", True)),
    ],
)
def test_an_answer_is_understood(kind: Kind, status: int, body: bytes, verdict: tuple[bool, str, bool]) -> None:
    found = verdict_of(kind, status, body)
    assert (found.sent, found.reason, found.again) == verdict


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("@all 大家快来", "＠all 大家快来"),
        ('<@userid><at user_id="all">所有人</at>', '＜＠userid＞＜at user＿id="all"＞所有人＜/at＞'),
        ("[点我](http://evil.com/x)", "［点我］(http：//evil．com/x)"),
        ("# 大标题\n> 引用\n**粗**", "＃ 大标题 ＞ 引用 ＊＊粗＊＊"),
        ("升级3.2之后", "升级3.2之后"),
        ("隐\u200b藏\u202e字", "隐藏字"),
        ("打我⟦phone:7f3a9c⟧", "打我⟦phone:7f3a9c⟧"),
    ],
)
def test_words_are_made_harmless(said: str, shown: str) -> None:
    assert harmless(said) == shown


@given(st.text(max_size=300))
def test_whatever_is_said_is_one_harmless_line(said: str) -> None:
    shown = harmless(said)
    assert len(shown) <= 120
    assert not set(shown) & set("@<>[]*_`#|~\\!&\n\r\t")
    assert "://" not in shown
    assert harmless(shown) == shown
    assert shown.isprintable() or all(c.isprintable() or c == "\u3000" for c in shown)


def test_secrets_are_not_shown() -> None:
    one = channel("dingtalk", secret="SECxyz")
    assert "SECxyz" not in repr(one)
    assert "key=K" not in repr(one)
    assert isinstance(one.secret, SecretStr)
