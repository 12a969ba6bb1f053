"""Group threads of several customers: each has a record of his own, and nobody has another's words."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.domain.records import RawRecord
from assistant.intake.dates import CHINA
from assistant.intake.shapes import SourceTurn
from assistant.intake.threads import shares_of
from tests.intake.reading_help import Result, read_text

ANN, BEN = "wmErxtDgAA9AW32YyyuYRimKr7D1KWlw", "woAJ2GCAAAXtWyujaWJHDDGi0mACH71w"


def own(record: RawRecord) -> list[str]:
    """What counts as the customer's own words."""
    return [t.text for t in record.turns if t.speaker == "customer" and not t.text.startswith("[群友")]


def by_customer(result: Result) -> dict[str, list[str]]:
    return {record.customer.name or record.customer.id or "": own(record) for record in result.records}


def wecom(number: int, sender: str, text: str, minute: int, **more: Any) -> dict[str, Any]:
    return {
        "msgid": f"{number}_1767492000_external", "action": "send", "from": sender, "tolist": ["XiaoWang", ANN, BEN], "roomid": "wrjc7bDwAASxc8tZvBErFE02BtPWyAAA",
        "msgtime": 1767492000000 + minute * 60_000, "msgtype": "text", "text": {"content": text}, **more,
    }  # fmt: skip


ROOM = [
    wecom(1, ANN, "锁又没电了", 0), wecom(2, BEN, "我家的也是，才换的电池", 1), wecom(3, "XiaoWang", "@Ann 您好，请问是哪款锁？", 2),
    wecom(4, ANN, "N7", 3), wecom(5, BEN, "发错了", 4),
    {**wecom(6, BEN, "", 5), "action": "recall", "msgtype": "revoke", "revoke": {"pre_msgid": "5_1767492000_external"}},
    wecom(7, ANN, "", 6, msgtype="mixed", mixed={"item": [{"type": "text", "content": "{\"content\":\"看图\"}"}, {"type": "image", "content": "{}"}]}),
    wecom(8, BEN, "", 7, msgtype="link", link={"title": "别家的锁", "link_url": "http://x.example"}),
]  # fmt: skip


def test_a_wecom_room_is_parted_by_customer(tmp_path: Path) -> None:
    result = read_text(tmp_path, "\n".join(map(json.dumps, ROOM)), name="archive.jsonl")
    assert by_customer(result) == {ANN: ["锁又没电了", "N7", "看图\n[图片]"], BEN: ["我家的也是，才换的电池", "[链接]"]}
    assert {record.channel for record in result.records} == {"group"}
    ann, ben = result.records
    assert (ann.external_id, ann.created_at) == (f"wrjc7bDwAASxc8tZvBErFE02BtPWyAAA#{ANN}@2026-01-04", "2026-01-04T10:00:00+08:00")  # fmt: skip
    assert [t.text for t in ben.turns if t.speaker == "agent"] == ["@Ann 您好，请问是哪款锁？"]
    assert ben.turns[0].text == "[群友1] 锁又没电了"


def test_ids_stay_when_the_thread_grows_and_pages_overlap(tmp_path: Path) -> None:
    first = read_text(tmp_path, "\n".join(map(json.dumps, ROOM[:2])), name="archive.jsonl").records
    later = [*ROOM, *ROOM[3:], wecom(9, ANN, "两天后又坏了", 60 * 40)]
    second = read_text(tmp_path, "\n".join(map(json.dumps, later)), name="archive.jsonl").records
    assert [r.external_id for r in second] == [
        first[0].external_id, f"wrjc7bDwAASxc8tZvBErFE02BtPWyAAA#{ANN}@2026-01-06", first[1].external_id,
    ]  # fmt: skip
    assert own(second[0]) == ["锁又没电了", "N7", "看图\n[图片]"]


@given(st.lists(st.tuples(st.sampled_from(["王芳", "李强", "赵敏", "客服小陈"]), st.integers(0, 30)), max_size=40))
def test_every_word_of_a_customer_is_his_once_and_nobody_else_s(said: list[tuple[str, int]]) -> None:
    at = datetime(2026, 8, 3, tzinfo=CHINA)
    turns = []
    for number, (name, hours) in enumerate(said):
        at += timedelta(hours=hours)
        turns.append(SourceTurn(name, f"@{said[0][0]} 第{number}句", at.isoformat()))
    shares = shares_of(turns, "group")
    owned = sorted(turn.text for share in shares for turn in share.turns if turn.speaker == share.label)
    assert owned == sorted(turn.text for turn in turns if turn.speaker != "客服小陈")
    words = {(turn.speaker, turn.text.split()[-1]) for turn in turns}
    for share in shares:
        assert share.label not in share.others
        assert {(turn.speaker, turn.text.split()[-1]) for turn in share.turns} <= words


CHAT = [
    ("王芳", "锁没电了"),
    ("李强", "我家的也是"),
    ("星澜客服小陈", "@李强 您好，请报型号"),
    ("李强", "N7"),
    ("星澜客服小陈", "各位稍等"),
]
EXPECTED = {"王芳": ["锁没电了"], "李强": ["我家的也是", "N7"]}
AT = [f"2026-01-04 10:0{minute}:00" for minute in range(5)]
STAFF = {"星澜客服小陈": "客服"}


def _csv(columns: str, row: str) -> str:
    rows = [row.format(at=at, name=n, role=STAFF.get(n, "客户"), text=t) for at, (n, t) in zip(AT, CHAT, strict=True)]
    return "\n".join([columns, *rows])


def _json(**shape: str) -> str:
    messages = [
        {key: value.format(at=at, name=n, role="agent" if n in STAFF else "customer", text=t) for key, value in shape.items()}
        for at, (n, t) in zip(AT, CHAT, strict=True)
    ]  # fmt: skip
    return json.dumps([{"id": "G1", "channel": "group", "messages": messages}])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("消息.csv", _csv("群名称,发送人,发送时间,消息内容", "业主1群,{name},{at},{text}")),
        ("群消息.csv", _csv("会话ID,角色,昵称,发送时间,内容", "G1,{role},{name},{at},{text}")),
        ("群消息.csv", _csv("会话ID,发送人,角色,发送时间,内容", "G1,{name},{role},{at},{text}")),
        ("g.json", _json(role="{role}", name="{name}", time="{at}", text="{text}")),
        ("g.json", _json(sender_type="{role}", sender_id="id-{name}", sender_name="{name}", created_at="{at}", content="{text}")),
        ("微信群.txt", "".join(f"{n} {at}\n{t}\n\n" for at, (n, t) in zip(AT, CHAT, strict=True))),
        ("微信群.txt", "".join(f"{at} {n}: {t}\n" for at, (n, t) in zip(AT, CHAT, strict=True))),
        ("导出.txt", "".join(f"{n}{'' if n in STAFF else '@微信'} {at}\n{t}\n\n" for at, (n, t) in zip(AT, CHAT, strict=True))),
        ("导出.txt", "王芳 2026-01-04 09:59:00\n“李强”加入了群聊\n\n" + "".join(f"{n} {at}\n{t}\n\n" for at, (n, t) in zip(AT, CHAT, strict=True))),
    ],
)  # fmt: skip
def test_threads_of_every_shape_are_parted(tmp_path: Path, name: str, text: str) -> None:
    result = read_text(tmp_path, text, name=name)
    assert by_customer(result) == EXPECTED
    assert {record.channel for record in result.records} == {"group"}
    fang, qiang = result.records
    assert [t.text for t in fang.turns if t.speaker == "agent"] == ["各位稍等"]
    assert [t.text for t in qiang.turns if t.speaker == "agent"] == ["@李强 您好，请报型号", "各位稍等"]
    assert not {"王芳", "李强"} & {name for record in result.records for name in record.external_id.split("#")}


def test_a_text_export_that_grows_keeps_its_ids(tmp_path: Path) -> None:
    def records(count: int) -> list[RawRecord]:
        said = zip(AT[:count], CHAT[:count], strict=True)
        return read_text(tmp_path, "".join(f"{n} {at}\n{t}\n\n" for at, (n, t) in said), name="微信群.txt").records

    assert [r.external_id for r in records(3)] == [r.external_id for r in records(5)]


def test_two_people_on_one_side_of_a_call_are_not_parted(tmp_path: Path) -> None:
    text = "==== 通话编号:T-1 | 开始时间:2026-01-04 10:00:00 ====\n[00:01] 坐席:您好\n[00:03] 客户1:锁坏了\n[00:05] 客户2:对，打不开\n"
    assert [own(r) for r in read_text(tmp_path, text, name="t.txt").records] == [["锁坏了", "对，打不开"]]


def test_a_thread_that_says_whose_it_is_stays_his(tmp_path: Path) -> None:
    turns = [
        {"speaker": "customer", "text": "钱没到账"},
        {"speaker": "老李", "text": "我也是"},
        {"speaker": "agent", "text": "收到"},
    ]
    wire = [{"id": "g", "channel": "group", "customer": {"id": "C7", "name": "段红军"}, "turns": turns}]
    [record] = read_text(tmp_path, json.dumps(wire), name="w.json").records
    assert (record.external_id, record.customer.id, own(record)) == ("g", "C7", ["钱没到账"])
    assert [turn.text for turn in record.turns] == ["钱没到账", "[群友1] 我也是", "收到"]


def test_a_talk_of_two_that_grows_keeps_its_id(tmp_path: Path) -> None:
    text = "王女士 2026-08-03 15:05:11\n锁没电了\n\n星澜售后小陈 2026-08-03 15:06:20\n您好\n"
    [first] = read_text(tmp_path, text, name="聊天.txt").records
    [grown] = read_text(tmp_path, text + "\n王女士 2026-08-03 15:09:00\n还在吗\n", name="聊天.txt").records
    assert (first.external_id, len(grown.turns)) == (grown.external_id, 3)


QQ = """消息记录（此消息记录为文本格式，不支持重新导入）

================================================================
消息对象:星澜用户交流群
================================================================

2026-08-03 15:05:11 王芳(12345678)
锁没电了

2026-08-03 15:06:20 【管理员】星澜小助手(10001)
@王芳 您好

2026-08-03 15:07:01 李强<li@example.com>
我家也是
"""


def test_a_group_saved_from_qq(tmp_path: Path) -> None:
    assert by_customer(read_text(tmp_path, QQ, name="qq.txt")) == {"王芳": ["锁没电了"], "李强": ["我家也是"]}


@pytest.mark.parametrize(
    "text",
    [
        "1\n00:00:01,000 --> 00:00:03,000\n坐席：您好\n\n2\n00:00:03,500 --> 00:00:06,000\n客户：漏水\n",
        "WEBVTT\n\n00:01.000 --> 00:03.000\n<v 坐席>您好\n\n00:03.500 --> 00:06.000\n<v 客户>漏水\n",
    ],
)
def test_subtitles_are_talk(tmp_path: Path, text: str) -> None:
    [record] = read_text(tmp_path, text, name="通话.srt").records
    assert [(turn.speaker, turn.text) for turn in record.turns] == [("agent", "您好"), ("customer", "漏水")]


def test_messages_below_a_merged_cell_belong_to_the_conversation_above(tmp_path: Path) -> None:
    rows = "会话编号,客户,时间,发言人,内容\nS1,王芳,2026-08-03 15:05,客户,锁没电\n,,2026-08-03 15:06,客服,请用9V电池\n,,2026-08-03 15:07,客户,哪里买\n"
    [record] = read_text(tmp_path, rows, name="会话.csv").records
    assert [turn.speaker for turn in record.turns] == ["customer", "agent", "customer"]
