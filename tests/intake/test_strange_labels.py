"""Speakers whom no list of words knows, and the notes that say what was made of them."""

import json
from pathlib import Path

import pytest

from assistant.domain.records import RawRecord
from tests.intake.reading_help import read_text
from tests.intake.test_threads import by_customer, wecom

CALL = "通话时间：2026-09-19 15:40:02\n主叫：18733290016\n{staff}：您好。\n{customer}：我妈骑你们的车摔了一跤，要起诉。\n{staff}：您先别急。\n{customer}：我等着呢，快点回话。\n"
NOBODY = "no line that is a customer's"


def spoken(record: RawRecord) -> list[str]:
    return [turn.speaker for turn in record.turns]


@pytest.mark.parametrize("staff", ["坐席", "坐席001", "话务员", "接线员", "工程师", "顾问", "管家", "店员", "服务员", "客服小李", "技师老贺", "师傅小周", "店长"])  # fmt: skip
@pytest.mark.parametrize(
    "customer",
    ["来电", "来电人", "来电者", "致电人", "用户", "车主", "业主", "学员", "家长", "投保人", "顾客", "买家", "机主", "客人", "报修人", "致电方", "李桂兰"],
)  # fmt: skip
def test_who_is_not_staff_in_a_call_is_the_customer(tmp_path: Path, staff: str, customer: str) -> None:
    result = read_text(tmp_path, CALL.format(staff=staff, customer=customer), name="call_01.txt")
    [record] = result.records
    assert (spoken(record), record.channel) == (["agent", "customer", "agent", "customer"], "call")
    assert not any(NOBODY in note for note in result.receipt.notes)


@pytest.mark.parametrize(
    "label", ["来电原因", "来电内容", "车主手册", "管家服务", "客服问题", "优点", "店员推荐", "处理结果", "产品型号"]
)
def test_labels_of_things_do_not_speak(tmp_path: Path, label: str) -> None:
    text = f"客服：您好\n客户：门锁坏了\n{label}：没电\n客服：请问型号\n客户：N7\n{label}：没电\n"
    [record] = read_text(tmp_path, text, name="call_01.txt").records
    assert [turn.text for turn in record.turns] == [
        "您好",
        f"门锁坏了\n{label}：没电",
        "请问型号",
        f"N7\n{label}：没电",
    ]


def test_who_calls_may_stand_in_the_header(tmp_path: Path) -> None:
    text = "通话编号：T-1\n通话时间：2026-09-19 15:40\n来电：13812345678\n车主：王先生\n\n坐席：您好\n车主：刹车响\n"
    [record] = read_text(tmp_path, text, name="call.txt").records
    assert [(turn.speaker, turn.text) for turn in record.turns] == [("agent", "您好"), ("customer", "刹车响")]


def test_a_talk_without_a_customer_is_told(tmp_path: Path) -> None:
    result = read_text(tmp_path, "坐席：您好\n坐席：请问您在吗\n坐席：再见\n", name="call_01.txt")
    assert [spoken(record) for record in result.records] == [["agent"] * 3]
    assert any(note.startswith("1 conversations") and NOBODY in note for note in result.receipt.notes)


@pytest.mark.parametrize("title", ["", "风驰F3车主服务群（128人）\n\n"])
@pytest.mark.parametrize("form", ["{at} {name}\n{text}\n", "{name} {at}\n{text}\n", "{at} {name}\n{text}\n\n"])
@pytest.mark.parametrize("name", ["王磊-闪送", "Lei Wang", "王磊(闪送)", "A王磊【浦东】"])
def test_a_group_copied_as_text(tmp_path: Path, title: str, form: str, name: str) -> None:
    said = [
        ("2026-09-08 09:05", name, "续航掉得快\n昨天没电了"), ("2026-09-08 09:06", "客服小李", "您好，什么时候买的？"), ("2026-09-08 09:07", "川妹子", "刹车软"),
        ("2026-09-08 09:08", "骑手阿龙", "APP又离线锁车"), ("2026-09-08 09:09", "技师老贺", "已解锁"), ("2026-09-08 09:10", "师傅小周", "我明天到"),
        ("2026-09-08 09:11", "店长", "收到"), ("2026-09-08 09:12", name, "那我呢"),
    ]  # fmt: skip
    text = title + "".join(form.format(at=at, name=who, text=words) for at, who, words in said)
    result = read_text(tmp_path, text, name="聊天记录.txt")
    assert by_customer(result) == {
        name: ["续航掉得快\n昨天没电了", "那我呢"], "川妹子": ["刹车软"], "骑手阿龙": ["APP又离线锁车"],
    }  # fmt: skip
    assert {record.channel for record in result.records} == {"group"}


def test_times_that_a_customer_notes_are_his_words(tmp_path: Path) -> None:
    text = "客服：您好\n客户：记录如下\n2026-01-04 10:00 报修\n没人接\n2026-01-05 11:00 又报修\n还是没人\n客服：抱歉\n客户：哼\n"
    [record] = read_text(tmp_path, text, name="call.txt").records
    assert spoken(record) == ["agent", "customer", "agent", "customer"]


def test_names_and_colons_without_times_are_a_conversation(tmp_path: Path) -> None:
    text = (
        "王磊: 续航掉得快\n客服小李: 您好，什么时候买的？\n川妹子: 刹车软\n骑手阿龙: APP又离线锁车\n技师老贺: 已解锁\n"
    )
    result = read_text(tmp_path, text, name="g2.txt")
    assert by_customer(result) == {"王磊": ["续航掉得快"], "川妹子": ["刹车软"], "骑手阿龙": ["APP又离线锁车"]}


def test_labels_that_come_again_are_a_conversation(tmp_path: Path) -> None:
    [record] = read_text(tmp_path, "陈芳: 锁没电了\n小林: 请您稍等\n陈芳: 快点\n小林: 好的\n", name="记录.txt").records
    assert spoken(record) == ["customer", "agent", "customer", "agent"]


@pytest.mark.parametrize(
    "text",
    ["外形外观：好看\n电池续航：差\n外形外观：一般\n电池续航：还行\n", "优点：轻\n缺点：响\n优点：快\n缺点：贵\n", "张三: 水不热\n李四: 没人来\n王五: 退货\n赵六: 贵\n", "太贵\n吵\n注意：会掉线\n不值\n"],
)  # fmt: skip
def test_lists_with_colons_are_no_conversation(tmp_path: Path, text: str) -> None:
    assert not any(record.turns for record in read_text(tmp_path, text, name="话.txt").records)


@pytest.mark.parametrize(
    ("person", "speaker"),
    [("wmAAA001external", "customer"), ("wo_1", "customer"), ("wm1", "customer"), ("wolei", "agent"), ("wm", "agent"), ("XiaoWang", "agent")],
)  # fmt: skip
def test_outsiders_in_a_wecom_archive(tmp_path: Path, person: str, speaker: str) -> None:
    message = wecom(1, person, "锁又没电了", 0, roomid="", tolist=["LiHua"])
    result = read_text(tmp_path, json.dumps(message), name="archive.jsonl")
    assert [spoken(record) for record in result.records] == [[speaker]]


def test_every_open_question_is_the_customers_words(tmp_path: Path) -> None:
    text = (
        "日期,评分,您最不满意的是什么,您希望我们改进什么,您平时怎么骑\n2026-09-03,3,刹车还是响,给我换碟刹，安全第一,每天上下班骑二十公里\n"
        "2026-09-06,8,充电器换新后不烫了,,接送孩子用\n2026-09-07,1,APP离线,别锁车,跑外卖一天跑单\n"
    ).replace("碟刹，", "碟刹、")
    result = read_text(tmp_path, text, name="回访问卷.csv")
    assert result.texts[0].split("\n") == ["刹车还是响", "给我换碟刹、安全第一", "每天上下班骑二十公里"]
    assert "您" not in "".join(result.texts)
    assert not any(record.metadata for record in result.records)
    assert (
        "the text is made of '您最不满意的是什么', '您希望我们改进什么', '您平时怎么骑', a line each"
        in result.receipt.notes
    )
