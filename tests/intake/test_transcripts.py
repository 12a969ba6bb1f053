"""Transcripts with headers of any look."""

from pathlib import Path

import pytest

from tests.intake.reading_help import Result, read_text


def turns(result: Result) -> list[list[tuple[str, str]]]:
    return [[(turn.speaker, turn.text) for turn in record.turns] for record in result.records]


def test_headers_on_lines_of_their_own(tmp_path: Path) -> None:
    text = """----------------
通话编号: T-1
开始时间: 2026-01-04 10:00:00
客户: 陈女士
产品: X5

客户: 水不热
坐席: 请问型号?
客户: X5
一打开就凉
----------------
通话编号: T-2
开始时间: 2026-01-05 10:00:00

00:03 坐席: 您好
00:09 客户: 没人来
"""
    result = read_text(tmp_path, text, name="a.txt")
    assert [(r.external_id, r.channel, r.customer.name, r.product) for r in result.records] == [
        ("T-1", "call", "陈女士", "X5"), ("T-2", "call", None, None),
    ]  # fmt: skip
    assert turns(result) == [
        [("customer", "水不热"), ("agent", "请问型号?"), ("customer", "X5\n一打开就凉")],
        [("agent", "您好"), ("customer", "没人来")],
    ]
    assert result.records[1].turns[1].at == "2026-01-05T10:00:09+08:00"


def test_english_headers(tmp_path: Path) -> None:
    text = "=== Call ID: 7 | Start time: 2026-01-04 10:00 | Customer: Ann ===\n[00:01] Agent: Hello\n[00:04] Ann: No hot water\n"
    result = read_text(tmp_path, text, name="calls.txt")
    assert (result.records[0].external_id, result.records[0].channel) == ("7", "call")
    assert turns(result) == [[("agent", "Hello"), ("customer", "No hot water")]]


@pytest.mark.parametrize(
    "text",
    [
        "张三 2026-01-04 10:00:00\n水不热\n再说一遍\n\n星澜客服 2026-01-04 10:01:00\n您好\n",
        "2026-01-04 10:00:00 张三\n水不热\n再说一遍\n\n2026-01-04 10:01:00 星澜客服\n您好\n",
        "2026/1/4, 10:00 - 张三: 水不热\n再说一遍\n2026/1/4, 10:01 - 星澜客服: 您好\n",
        "[2026-01-04 10:00:00] 张三: 水不热\n再说一遍\n[2026-01-04 10:01:00] 星澜客服: 您好\n",
    ],
)
def test_chats_without_a_header(tmp_path: Path, text: str) -> None:
    result = read_text(tmp_path, text, name="chat.txt")
    assert turns(result) == [[("customer", "水不热\n再说一遍"), ("agent", "您好")]]
    assert result.records[0].created_at == "2026-01-04T10:00:00+08:00"


def test_a_neighbour_in_a_group_is_not_taken_for_the_member(tmp_path: Path) -> None:
    text = (
        "#### 群会话:G-1 | 群成员:段红军 | 产品:X5\n段红军 2026-01-04 10:00:00\n钱没到账\n\n"
        "老李 2026-01-04 10:01:00\n我这儿也是\n\n星澜小助手 2026-01-04 10:02:00\n收到\n\n系统消息 2026-01-04 10:03:00\n老李退出群聊\n"
    )
    result = read_text(tmp_path, text, name="g.txt")
    assert turns(result) == [
        [("customer", "钱没到账"), ("customer", "[群友1] 我这儿也是"), ("agent", "收到"), ("system", "老李退出群聊")]
    ]
    assert result.receipt.notes == (
        "1 conversations have speakers that no word explains: concluded from who else speaks",
    )


def test_what_a_speaker_quotes_is_not_a_new_turn(tmp_path: Path) -> None:
    text = "==== 通话编号:T-1 | 开始时间:2026-01-04 10:00:00 ====\n[00:00:01] 客户:他说\n地址:某某路3号\n电话:不告诉你\n[00:00:09] 坐席:好的\n"
    assert turns(read_text(tmp_path, text, name="t.txt")) == [
        [("customer", "他说\n地址:某某路3号\n电话:不告诉你"), ("agent", "好的")]
    ]


def test_clock_times_roll_over_midnight(tmp_path: Path) -> None:
    text = "==== 通话编号:T-1 | 开始时间:2026-01-04 23:59:50 ====\n[23:59:52] 客户:喂\n[00:00:05] 坐席:您好\n"
    [record] = read_text(tmp_path, text, name="t.txt").records
    assert [turn.at for turn in record.turns] == ["2026-01-04T23:59:52+08:00", "2026-01-05T00:00:05+08:00"]


def test_blocks_of_text_under_headers_are_records_without_turns(tmp_path: Path) -> None:
    text = "工单编号:A-1 | 产品:X5 | 创建时间:2026-01-04\n水不热\n老人烫着了\n\n工单编号:A-2 | 产品:P2 | 创建时间:2026-01-05\n掉线\n"
    result = read_text(tmp_path, text, name="t.txt")
    assert [(r.external_id, r.channel, r.text) for r in result.records] == [
        ("A-1", "ticket", "水不热\n老人烫着了"), ("A-2", "ticket", "掉线"),
    ]  # fmt: skip


def test_text_without_structure_is_one_record_per_line_or_paragraph(tmp_path: Path) -> None:
    lines = read_text(tmp_path, "水不热\n没人来\n水不热\n", name="话.txt")
    assert lines.texts == ["水不热", "没人来", "水不热"]
    assert len({record.external_id for record in lines.records}) == 3
    assert "every line is taken for one record" in lines.receipt.notes[0]
    assert read_text(tmp_path, "水不热\n很凉\n\n没人来\n", name="话.txt").texts == ["水不热\n很凉", "没人来"]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            ["说话人1:您好,工号2067,请问有什么可以帮您", "说话人2:水不热", "说话人1:为您登记"],
            ["agent", "customer", "agent"],
        ),
        (["Speaker 0: My printer is dead", "Speaker 1: Thank you for calling, how can I help?"], ["customer", "agent"]),
        (["客户:在吗", "[00:05] 小禾:在的", "客户:退货"], ["customer", "agent", "customer"]),
        (["坐席:您好", "[00:05] 王先生:退货"], ["agent", "customer"]),
    ],
)
def test_speakers_without_a_role_are_concluded(tmp_path: Path, lines: list[str], expected: list[str]) -> None:
    [record] = read_text(tmp_path, "\n".join(lines), name="录音.txt").records
    assert [turn.speaker for turn in record.turns] == expected


def test_a_day_on_a_line_of_its_own_dates_the_clock_times_below(tmp_path: Path) -> None:
    text = "—————  2026-01-04  —————\n\n客户王女士  10:00\n\n锁没电了\n\n星澜售后小陈  10:02\n\n您好\n\n—— 2026-01-05 ——\n\n客户王女士  09:00\n\n人呢\n"
    [record] = read_text(tmp_path, text, name="微信.txt").records
    assert [(turn.speaker, turn.at) for turn in record.turns] == [
        ("customer", "2026-01-04T10:00:00+08:00"), ("agent", "2026-01-04T10:02:00+08:00"), ("customer", "2026-01-05T09:00:00+08:00"),
    ]  # fmt: skip
