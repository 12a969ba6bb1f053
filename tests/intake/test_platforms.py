"""Exports of known service desks, mail and archives."""

import gzip
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from assistant.domain.records import RawRecord
from tests.intake.reading_help import read, read_text

ZENDESK: dict[str, Any] = {
    "id": 35, "subject": "漏水", "description": "热水器漏水", "status": "solved", "requester_id": 7, "submitter_id": 7,
    "requester": {"name": "陈女士", "phone": "15451624407"}, "via": {"channel": "web"}, "created_at": "2026-01-04T02:00:00Z",
    "satisfaction_rating": {"score": "good"},
    "comments": [
        {"author_id": 7, "body": "热水器漏水", "public": True, "created_at": "2026-01-04T02:00:00Z"},
        {"author_id": 9, "body": "这客户难缠", "public": False, "created_at": "2026-01-04T02:01:00Z"},
        {"author_id": 9, "html_body": "<p>您好</p>", "public": True, "created_at": "2026-01-04T02:02:00Z"},
    ],
}  # fmt: skip
INTERCOM: dict[str, Any] = {
    "type": "conversation", "id": "i1", "created_at": 1767492000, "state": "open",
    "source": {"body": "<p>锁没电了</p>", "author": {"type": "user", "id": "u1", "name": "张敏"}},
    "conversation_parts": {"conversation_parts": [
        {"part_type": "comment", "body": "您好", "created_at": 1767492010, "author": {"type": "admin"}},
        {"part_type": "note", "body": "内部", "created_at": 1767492011, "author": {"type": "admin"}},
        {"part_type": "comment", "body": "请稍候", "created_at": 1767492012, "author": {"type": "bot"}},
    ]},
    "conversation_rating": {"rating": 2},
}  # fmt: skip
CHATWOOT: dict[str, Any] = {
    "id": 4, "inbox_id": 1, "status": "resolved", "created_at": 1767492000, "meta": {"sender": {"id": 3, "name": "李", "phone_number": "13812345678"}},
    "messages": [
        {"content": "在吗", "message_type": 0, "created_at": 1767492000},
        {"content": "内部", "message_type": 1, "private": True, "created_at": 1767492001},
        {"content": "在", "message_type": 1, "created_at": 1767492002},
    ],
}  # fmt: skip
FRESHDESK: dict[str, Any] = {
    "id": 9, "subject": "掉线", "description_text": "打印机掉线", "status": 5, "requester_id": 2, "responder_id": 3,
    "requester": {"name": "王", "mobile": "13812345678"}, "created_at": "2026-01-04T02:00:00Z",
    "conversations": [
        {"body_text": "请重启", "incoming": False, "private": False, "created_at": "2026-01-04T02:10:00Z"},
        {"body_text": "重启没用", "incoming": True, "private": False, "created_at": "2026-01-04T02:20:00Z"},
    ],
}  # fmt: skip


def only(folder: Path, value: object) -> RawRecord:
    [record] = read_text(folder, json.dumps([value]), name="export.json").records
    return record


@pytest.mark.parametrize(
    ("export", "expected"),
    [
        (ZENDESK, ("ticket", "35", "closed", "15451624407", [("customer", "热水器漏水"), ("agent", "您好")])),
        (INTERCOM, ("chat", "i1", "open", None, [("customer", "锁没电了"), ("agent", "您好"), ("system", "请稍候")])),
        (CHATWOOT, ("chat", "4", "closed", "13812345678", [("customer", "在吗"), ("agent", "在")])),
        (FRESHDESK, ("ticket", "9", "closed", "13812345678", [("customer", "打印机掉线"), ("agent", "请重启"), ("customer", "重启没用")])),
    ],
    ids=["zendesk", "intercom", "chatwoot", "freshdesk"],
)  # fmt: skip
def test_desks(tmp_path: Path, export: dict[str, Any], expected: tuple[object, ...]) -> None:
    record = only(tmp_path, export)
    said = [(turn.speaker, turn.text) for turn in record.turns]
    assert (record.channel, record.external_id, record.status, record.customer.phone, said) == expected
    assert record.created_at == "2026-01-04T10:00:00+08:00"


NOTES = [
    ({**INTERCOM}, "internal_notes", "内部"),
    ({**CHATWOOT}, "internal_notes", "内部"),
    ({**FRESHDESK, "conversations": [{"body_text": "内部", "private": True}, *FRESHDESK["conversations"]]}, "internal_notes", "内部"),
]  # fmt: skip


@pytest.mark.parametrize(("export", "key", "note"), NOTES, ids=["intercom", "chatwoot", "freshdesk"])
def test_notes_of_staff_are_metadata(tmp_path: Path, export: dict[str, Any], key: str, note: str) -> None:
    record = only(tmp_path, export)
    assert record.metadata[key] == note
    assert note not in [turn.text for turn in record.turns]


REDACTED = [
    {**INTERCOM, "conversation_parts": {"conversation_parts": [
        {"part_type": "comment", "body": "我的卡号", "redacted": True, "created_at": 1767492010, "author": {"type": "user", "id": "u1"}}]}},
    {**CHATWOOT, "messages": [
        {"content": "锁没电了", "message_type": 0, "created_at": 1767492000},
        {"content": "This message was deleted", "message_type": 0, "content_attributes": {"deleted": True}, "created_at": 1767492001}]},
]  # fmt: skip


@pytest.mark.parametrize("export", REDACTED, ids=["intercom", "chatwoot"])
def test_what_was_taken_out_is_not_said(tmp_path: Path, export: dict[str, Any]) -> None:
    assert [turn.text for turn in only(tmp_path, export).turns] == ["锁没电了"]


def test_the_score_of_a_survey_in_the_talk_is_the_rating(tmp_path: Path) -> None:
    asked = {"content": "请评价", "message_type": 3, "content_type": "input_csat", "content_attributes": {"submitted_values": {"csat_survey_response": {"rating": 2, "feedback_message": "慢"}}}}  # fmt: skip
    record = only(tmp_path, {**CHATWOOT, "messages": [*CHATWOOT["messages"], asked]})
    assert (record.rating, record.metadata["rating_remark"]) == (2.0, "慢")
    assert "请评价" not in [turn.text for turn in record.turns]


@pytest.mark.parametrize(
    ("score", "rating"),
    [("good", 5.0), ("bad", 1.0), ("bad_with_comment", 1.0), ("offered", None), ("unoffered", None)],
)
def test_zendesk_s_two_faces_are_a_rating_and_an_offer_is_none(
    tmp_path: Path, score: str, rating: float | None
) -> None:
    record = only(tmp_path, {**ZENDESK, "satisfaction_rating": {"score": score}})
    assert (record.rating, record.metadata["satisfaction_score"]) == (rating, score)


def test_zendesk_s_automatic_comments_and_filled_custom_fields(tmp_path: Path) -> None:
    automatic = {"author_id": -1, "body": "工单已自动关闭", "public": True, "via": {"channel": "rule"}}
    export = {**ZENDESK, "comments": [*ZENDESK["comments"], automatic], "custom_fields": [{"id": 36, "value": "X5"}, {"id": 37, "value": None}]}  # fmt: skip
    record = only(tmp_path, export)
    assert record.turns[-1].speaker == "system"
    assert record.metadata["custom_fields.36"] == "X5"
    assert "custom_fields.37" not in record.metadata


def test_another_end_user_of_a_ticket_has_a_record_of_his_own(tmp_path: Path) -> None:
    other = {"author_id": 8, "body": "我家也漏", "public": True, "created_at": "2026-01-04T02:03:00Z"}
    export = {**ZENDESK, "comments": [*ZENDESK["comments"], other], "users": [{"id": 8, "role": "end-user"}, {"id": 9, "role": "agent"}]}  # fmt: skip
    first, second = read_text(tmp_path, json.dumps([export]), name="export.json").records
    assert [(t.speaker, t.text) for t in first.turns] == [("customer", "热水器漏水"), ("agent", "您好")]
    assert [t.text for t in second.turns if t.speaker == "customer"] == ["我家也漏"]
    assert (first.external_id, second.external_id, second.customer.id) == ("35", "35#8", "8")


def test_freshdesk_s_description_stays_the_requester_s(tmp_path: Path) -> None:
    other = {
        "body_text": "我家也掉线",
        "incoming": True,
        "private": False,
        "user_id": 77,
        "created_at": "2026-01-04T03:00:00Z",
    }
    export = {**FRESHDESK, "conversations": [*FRESHDESK["conversations"], other]}
    records = read_text(tmp_path, json.dumps([export]), name="export.json").records
    said = [[turn.text for turn in record.turns if turn.speaker == "customer"] for record in records]
    assert said == [["打印机掉线", "重启没用"], ["我家也掉线"]]
    assert [record.external_id for record in records] == ["9", "9#77"]


def test_comments_in_a_file_of_their_own_are_gathered_by_ticket(tmp_path: Path) -> None:
    comments = [{"id": n, "ticket_id": 35, **comment} for n, comment in enumerate(ZENDESK["comments"])]
    [record] = read_text(tmp_path, json.dumps({"comments": comments, "next_page": None}), name="comments.json").records
    assert [(turn.speaker, turn.text) for turn in record.turns] == [("customer", "热水器漏水"), ("agent", "您好")]
    assert (record.external_id, record.channel) == ("35", "ticket")


@pytest.mark.parametrize(
    ("page", "export"),
    [
        ({"tickets": [ZENDESK], "count": 1, "end_of_stream": True, "after_cursor": "x"}, ZENDESK),
        ({"type": "conversation.list", "pages": {"next": None}, "conversations": [INTERCOM]}, INTERCOM),
        ({"data": {"meta": {"all_count": 1}, "payload": [CHATWOOT]}}, CHATWOOT),
        ({"ticket": ZENDESK}, ZENDESK),
    ],
    ids=["zendesk", "intercom", "chatwoot", "one ticket"],
)
def test_pages_as_the_interfaces_give_them(tmp_path: Path, page: dict[str, Any], export: dict[str, Any]) -> None:
    [record] = read_text(tmp_path, json.dumps(page), name="page.json").records
    assert (record.external_id, record.turns) == (str(export["id"]), only(tmp_path, export).turns)


def test_an_internal_note_is_no_turn(tmp_path: Path) -> None:
    record = only(tmp_path, ZENDESK)
    assert (record.title, record.customer.id, record.metadata["internal_notes"]) == ("漏水", "7", "这客户难缠")


def test_wecom_messages_are_gathered_by_conversation_and_day(tmp_path: Path) -> None:
    outside = "wmErxtDgAA9AW32YyyuYRimKr7D1KWlw"

    def message(number: int, sender: str, to: str, text: str, day: int) -> dict[str, Any]:
        at = 1767492000000 + day * 86_400_000 + number * 1000
        return {"msgid": str(number), "action": "send", "from": sender, "tolist": [to], "roomid": "", "msgtime": at, "msgtype": "text", "text": {"content": text}}  # fmt: skip

    lines = [
        message(1, outside, "XiaoWang", "水不热", 0), message(2, "XiaoWang", outside, "您好", 0), message(3, outside, "XiaoWang", "还是不热", 1),
        {"msgid": "4", "from": outside, "tolist": ["XiaoWang"], "msgtime": 1767492009000, "msgtype": "image", "image": {"md5sum": "x"}},
    ]  # fmt: skip
    result = read_text(tmp_path, "\n".join(map(json.dumps, lines)), name="archive.jsonl")
    assert [[(t.speaker, t.text) for t in record.turns] for record in result.records] == [
        [("customer", "水不热"), ("agent", "您好"), ("customer", "[图片]")],
        [("customer", "还是不热")],
    ]
    assert {(record.channel, record.customer.id) for record in result.records} == {("chat", outside)}


def test_messages_without_a_conversation_are_gathered_by_day(tmp_path: Path) -> None:
    rows = "时间,发送人,内容\n2026-01-04 10:00,客户,在吗\n2026-01-04 10:01,客服,在\n2026-01-05 09:00,客户,人呢\n"
    result = read_text(tmp_path, rows, name="聊天.csv")
    assert [len(record.turns) for record in result.records] == [2, 1]


MAIL = (
    b"From: =?utf-8?b?6ZmI5aWz5aOr?= <chen@example.com>\r\nTo: kf@example.com\r\nSubject: =?gb2312?b?y67Iyw==?=\r\n"
    b"Date: Sun, 4 Jan 2026 10:00:00 +0800\r\nMessage-ID: <m1@example.com>\r\nContent-Type: text/plain; charset=gb2312\r\n"
    b"Content-Transfer-Encoding: 8bit\r\n\r\n"
) + "水不热\r\n你们管不管\r\n\r\n-----原始邮件-----\r\n发件人: 客服\r\n您好\r\n".encode("gb18030")  # fmt: skip


def test_a_mail_is_the_senders_own_words(tmp_path: Path) -> None:
    [record] = read_text(tmp_path, MAIL, name="a.eml").records
    assert (record.external_id, record.created_at, record.customer.name, record.text) == (
        "m1@example.com", "2026-01-04T10:00:00+08:00", "陈女士", "水不热\n你们管不管",
    )  # fmt: skip


def test_a_mailbox_is_read_message_by_message(tmp_path: Path) -> None:
    box = (
        b"From a@b Sun Jan  4 10:00:00 2026\n"
        + MAIL
        + b"\nFrom a@b Sun Jan  4 11:00:00 2026\n"
        + MAIL.replace(b"m1@", b"m2@")
    )
    result = read_text(tmp_path, box, name="box")
    assert [record.external_id for record in result.records] == ["m1@example.com", "m2@example.com"]
    assert result.receipt.format == "mbox"


def test_archives_are_read_file_by_file_and_leave_nothing_behind(tmp_path: Path) -> None:
    csv = "工单编号,问题描述\nA-1,水不热\n"
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("sub/工单_2026.csv", csv)
        archive.writestr("__MACOSX/._x", "junk")
        archive.writestr("empty.csv", "")
    (tmp_path / "b.csv.gz").write_bytes(gzip.compress(csv.replace("A-1", "B-1").encode("gb18030")))
    result = read(tmp_path)
    assert [(r.external_id, r.source) for r in result.records] == [("A-1", "工单"), ("B-1", "b")]
    assert [Path(r.path).relative_to(tmp_path).as_posix() for r in result.receipts] == [
        "all.zip/empty.csv", "all.zip/sub/工单_2026.csv", "b.csv.gz/b.csv",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (gzip.compress(b"0" * (66 << 20), 6), "bomb"),
        (gzip.compress("工单编号,问题描述\nA-1,好\n".encode())[:-10], "damaged"),
        (b"PK\x05\x06" + b"\0" * 18, "unknown_format"),
    ],
    ids=["bomb", "cut off", "empty zip"],
)
def test_bad_archives_are_one_clear_sentence(tmp_path: Path, data: bytes, reason: str) -> None:
    result = read_text(tmp_path, data, name="a.gz")
    assert [(row.line, row.reason) for row in result.rejected] == [(None, reason)]
    assert not result.records
