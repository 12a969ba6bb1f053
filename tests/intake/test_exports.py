"""Shapes that firms really export, each with what a person of the service centre expects of it."""

import json
import os
from pathlib import Path

import pytest

from assistant.domain.records import RawRecord
from tests.intake.reading_help import read, read_text


def told(record: RawRecord) -> dict[str, object]:
    """What is known of the record, without what is empty."""
    turns = [(turn.speaker, turn.text) for turn in record.turns]
    facts = {
        "channel": record.channel, "id": record.external_id, "at": (record.created_at or "")[:16], "product": record.product, "name": record.customer.name,
        "customer": record.customer.id, "phone": record.customer.phone, "rating": record.rating, "status": record.status, "title": record.title,
        "text": record.text, "turns": turns,
    }  # fmt: skip
    return {key: value for key, value in facts.items() if value}


TAOBAO = '''订单编号,宝贝标题,评价类型,描述相符,买家昵称,评价内容,解释,追评内容,评价时间
="3521478963210254789",星澜X5热水器,好评,5,t**7,水温很稳,亲，感谢支持,用了一个月忽冷忽热,2026-08-03 15:05:11
'''.replace("亲，", "亲")  # fmt: skip
JD = '评价ID\t商品名称\t评分\t评价内容\t用户昵称\t评价时间\t下单时间\n1928\t星澜R8\t1星\t"用了两周，\n不充电了"\tjoy\t2026-07-02 12:00:01\t2026-06-20\n'
PINDUODUO = "评价时间,订单编号,商品信息,商品规格,评价等级,用户评价,追评\n2026-08-03 15:05,24-1,星澜吸尘器,白色,追加好评 五星,吸力大,电池不行了\n"
TMALL = "工单ID,买家旺旺,问题描述,处理过程,工单状态,创建时间\nTM1,tb_88,打不着火,2026-08-01 客服小美：已联系买家,处理完成,2026/8/1 10:00\n"
CRM = '服务单号,客户名称,联系电话,产品型号,故障现象,处理过程,服务评价,受理日期\nF1,宏达物业,0371-86072249,P2,经常脱网,"客户:每天要重启\n工程师:已升级固件\n客户:更糟",8分,2026年8月3日 下午3:05\n'
QIYU = '会话ID,访客ID,访客昵称,接待客服,会话开始时间,满意度,会话内容\nQ1,u88,李女士,小禾,2026-08-03 15:05:00,不满意,"[2026-08-03 15:05:00] 李女士：门锁没电了\n[2026-08-03 15:05:30] 小禾：可以用9V电池\n[2026-08-03 15:07:00] 系统：访客已离开"\n'
ZHICHI = "会话编号,发送方,发送者姓名,消息内容,发送时间\nZ1,用户,访客88,打印机掉线,2026-08-03 15:05\nZ1,机器人,小智,您是想问联网吗,2026-08-03 15:05\nZ1,用户,访客88,http://x.example/a.png,2026-08-03 15:06\nZ1,客服,王磊,请问型号,2026-08-03 15:07\n"
UDESK = json.dumps({"code": 1000, "im_sub_sessions": [{"id": 771, "customer_name": "陈刚", "agent_name": "林夕", "created_at": "2026-08-03T15:05:00+08:00", "survey_option": "不满意", "im_logs": [
    {"sender": "customer", "content": '{"type":"message","data":{"content":"锁打不开"}}'}, {"sender": "agent", "content": '{"type":"message","data":{"content":"您好"}}'}]}]})  # fmt: skip
MEIQIA = json.dumps({"conversations": [{"conv_id": "m1", "client_info": {"name": "赵先生", "tel": "13812345678"}, "conv_start_tm": "2026-08-03T07:05:00Z", "conv_content": [
    {"from": "client", "content": "水压低就熄火"}, {"from": "agent", "content": "请问楼层"}]}]})  # fmt: skip
WENJUAN = "序号,提交答卷时间,所用时间,来自IP,1、您购买的产品是？,2、您有多大可能向朋友推荐我们？,3、您不满意的原因是（多选）,4、您还有什么想对我们说的？,5、您的姓名\n1,2026/8/3 15:05:10,85秒,1.1.1.1,B.智能门锁,9,A┋C,希望有备用电源,(跳过)\n"
JINSHUJU = "序号,满意度评价,您最不满意的地方,联系方式,提交时间,填写设备\n12,★★☆☆☆,断网就不能打印,13800138002,2026年8月3日 15:05:12,iPhone\n"
ALIYUN = json.dumps({"TaskId": "abc", "Result": {"Sentences": [
    {"ChannelId": 0, "BeginTime": 340, "Text": "您好，工号2067，请问有什么可以帮您"}, {"ChannelId": 1, "BeginTime": 2100, "Text": "水又凉了"}]}})  # fmt: skip
XUNFEI = json.dumps({"code": "000000", "content": {"orderInfo": {"orderId": "D1"}, "orderResult": json.dumps({"lattice": [
    {"json_1best": json.dumps({"st": {"rl": role, "bg": "340", "rt": [{"ws": [{"cw": [{"w": word}]} for word in words]}]}})} for role, words in (("1", ["您好", "请讲"]), ("2", ["热水器", "漏水"]))]})}})  # fmt: skip
TENCENT = "[0:0.340,0:3.200,0]  您好，很高兴为您服务\n[0:3.400,0:8.100,1]  打印机老卡纸\n"
RECORDING = "录音编号：R1\n坐席工号：2067\n客户号码：13912345678\n通话时间：2026-08-03 15:05:00\n通话时长：00:05:12\n\n[00:00:03] 坐席：您好\n[00:03:12] 客户：修三次了\n"
WECHAT = "王女士:\n锁没电了\n\n星澜售后小陈:\n门锁底部有USB口\n\n王女士:\n谁找得到\n"
GERMAN = (
    "Ticket ID;Created;Customer;Product;Rating;Description\nT-1;03.08.2026 15:05;Müller GmbH;X5;4,5;laut; aber gut\n"
)
TAIWAN = "工單編號,產品名稱,客戶姓名,聯絡電話,問題描述,滿意度,建立時間\nTW-1,熱水器,陳小姐,0912-345-678,洗到一半變冷,非常不滿意,2026/8/3 下午 03:05:00\n"
HOTLINE = "受理编号,来电人,来电号码,来电时间,诉求标题,诉求内容,满意度\n2026,李某,138****1234,2026-08-03 15:05:00,维修慢,报修一周无人上门,基本满意\n"

AT = "2026-08-03T15:05"


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("评价.csv", TAOBAO.encode("gb18030"), {"channel": "review", "at": AT, "product": "星澜X5热水器", "rating": 5.0, "text": "水温很稳\n用了一个月忽冷忽热"}),
        ("评价.csv", JD.encode("utf-16"), {"channel": "review", "id": "1928", "at": "2026-07-02T12:00", "product": "星澜R8", "name": "joy", "rating": 1.0, "text": "用了两周，\n不充电了"}),
        ("拼多多.csv", PINDUODUO, {"channel": "review", "at": AT, "product": "星澜吸尘器", "rating": 5.0, "text": "吸力大\n电池不行了"}),
        ("天猫.csv", TMALL, {"channel": "ticket", "id": "TM1", "at": "2026-08-01T10:00", "customer": "tb_88", "status": "closed", "text": "打不着火"}),
        ("crm.csv", CRM, {"channel": "ticket", "id": "F1", "at": AT, "product": "P2", "name": "宏达物业", "phone": "0371-86072249", "rating": 8.0,
                          "turns": [("customer", "经常脱网"), ("customer", "每天要重启"), ("agent", "已升级固件"), ("customer", "更糟")]}),
        ("七鱼.csv", QIYU, {"channel": "chat", "id": "Q1", "at": AT, "name": "李女士", "customer": "u88", "rating": 2.0,
                            "turns": [("customer", "门锁没电了"), ("agent", "可以用9V电池"), ("system", "访客已离开")]}),
        ("智齿.csv", ZHICHI, {"channel": "chat", "id": "Z1", "at": AT,
                              "turns": [("customer", "打印机掉线"), ("system", "您是想问联网吗"), ("customer", "[图片]"), ("agent", "请问型号")]}),
        ("udesk.json", UDESK, {"channel": "chat", "id": "771", "at": AT, "name": "陈刚", "rating": 2.0, "turns": [("customer", "锁打不开"), ("agent", "您好")]}),
        ("meiqia.json", MEIQIA, {"channel": "chat", "id": "m1", "at": AT, "name": "赵先生", "phone": "13812345678", "turns": [("customer", "水压低就熄火"), ("agent", "请问楼层")]}),
        ("问卷星.csv", WENJUAN, {"channel": "survey", "at": AT, "product": "智能门锁", "rating": 9.0, "text": "希望有备用电源"}),
        ("金数据.csv", JINSHUJU, {"channel": "survey", "at": AT, "phone": "13800138002", "rating": 2.0, "text": "断网就不能打印"}),
        ("aliyun.json", ALIYUN, {"channel": "call", "id": "abc", "turns": [("agent", "您好，工号2067，请问有什么可以帮您"), ("customer", "水又凉了")]}),
        ("xunfei.json", XUNFEI, {"channel": "call", "id": "D1", "turns": [("agent", "您好请讲"), ("customer", "热水器漏水")]}),
        ("腾讯录音.txt", TENCENT, {"channel": "call", "turns": [("agent", "您好，很高兴为您服务"), ("customer", "打印机老卡纸")]}),
        ("录音.txt", RECORDING, {"channel": "call", "id": "R1", "at": AT, "phone": "13912345678", "turns": [("agent", "您好"), ("customer", "修三次了")]}),
        ("微信.txt", WECHAT, {"channel": "chat", "turns": [("customer", "锁没电了"), ("agent", "门锁底部有USB口"), ("customer", "谁找得到")]}),
        ("tickets.csv", GERMAN.encode("cp1252"), {"channel": "ticket", "id": "T-1", "at": AT, "product": "X5", "name": "Müller GmbH", "rating": 4.5, "text": "laut; aber gut"}),
        ("客服.csv", TAIWAN.encode("big5"), {"channel": "ticket", "id": "TW-1", "at": AT, "product": "熱水器", "name": "陳小姐", "phone": "0912-345-678", "rating": 1.0, "text": "洗到一半變冷"}),
        ("12345.csv", HOTLINE, {"channel": "ticket", "id": "2026", "at": AT, "name": "李某", "phone": "138****1234", "title": "维修慢", "rating": 3.0, "text": "报修一周无人上门"}),
    ],
    ids=lambda value: value if isinstance(value, str) and "." in value and len(value) < 20 else "",
)  # fmt: skip
def test_what_firms_export(tmp_path: Path, name: str, data: str | bytes, expected: dict[str, object]) -> None:
    [record] = read_text(tmp_path, data, name=name).records
    found = told(record)
    if "id" not in expected:
        found.pop("id")
    assert found == expected


def test_utterances_of_a_recording_count_from_its_start(tmp_path: Path) -> None:
    [record] = read_text(tmp_path, RECORDING, name="录音.txt").records
    assert [turn.at for turn in record.turns] == ["2026-08-03T15:05:03+08:00", "2026-08-03T15:08:12+08:00"]


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("8月3日 15:05", AT), ("08-03 15:05", AT), ("昨天 15:05", "2026-08-04T15:05"), ("周一 15:05", AT), ("星期三 下午3:05", "2026-08-05T15:05"),
        ("9月3日 15:05", "2025-09-03T15:05"), ("2026年8月3日 下午3:05", AT),
    ],
)  # fmt: skip
@pytest.mark.parametrize("shape", ["{name} {at}\n{text}\n\n", "{name}\n{at}\n{text}\n\n"])
def test_times_without_a_year_count_from_the_day_of_the_file(tmp_path: Path, written: str, at: str, shape: str) -> None:
    said = [("张伟", "地图又丢了"), ("星澜技术支持", "请问型号"), ("张伟", "R8")]
    path = tmp_path / "聊天.txt"
    path.write_text("".join(shape.format(name=n, at=written, text=t) for n, t in said), encoding="utf-8")
    os.utime(path, (1785902400, 1785902400))  # Wednesday, 5 August 2026
    [record] = read(path).records
    assert [(turn.speaker, (turn.at or "")[:16]) for turn in record.turns] == [("customer", at), ("agent", at), ("customer", at)]  # fmt: skip


def test_a_hidden_name_is_nobodys(tmp_path: Path) -> None:
    [record] = read_text(tmp_path, TAOBAO, name="评价.csv").records
    assert (record.customer.name, record.metadata["买家昵称"]) == (None, "t**7")


def test_numbers_that_are_none_are_nothing(tmp_path: Path) -> None:
    text = '[{"id":"1","text":"水不热","rating":NaN,"score":Infinity},{"id":"2","text":"好","rating":2}]'
    assert [record.rating for record in read_text(tmp_path, text, name="a.json").records] == [None, 2.0]


@pytest.mark.parametrize("channel", ["chat", "call"])
def test_of_two_unknown_voices_one_is_staff(tmp_path: Path, channel: str) -> None:
    messages = [{"speaker": "a", "text": "喂"}, {"speaker": "b", "text": "在"}]
    text = json.dumps([{"id": "1", "channel": channel, "messages": messages}])
    [record] = read_text(tmp_path, text, name="a.json").records
    assert [turn.speaker for turn in record.turns] == (["customer", "agent"] if channel == "chat" else ["agent", "customer"])  # fmt: skip
