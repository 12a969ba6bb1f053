"""Other systems' headers are recognised as our fields."""

from pathlib import Path

import pytest

from assistant.intake.channels import guess_channel
from assistant.intake.columns import recognise
from assistant.intake.naming import dataset_name


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ("问卷编号,回访时间,NPS评分(0-10),您还有什么建议或不满", {"id": 0, "created_at": 1, "rating": 2, "text": 3}),
        ("Ticket ID,Subject,Description,Requester name,Created at,Status", {"id": 0, "title": 1, "text": 2, "customer.name": 3, "created_at": 4, "status": 5}),
        ("工单号,客户名称,联系方式,诉求内容,处理结果,创建时间,关闭时间", {"id": 0, "customer.name": 1, "customer.phone": 2, "text": 3, "created_at": 5}),
        ("序号,提交答卷时间,所用时间,来源,1、您有多大可能向朋友推荐我们？,2、您给出该分数的主要原因是什么？", {"created_at": 1, "rating": 4, "text": 5}),
        ("订单号,商品名称,评价内容,评价星级,评价时间,买家昵称", {"product": 1, "text": 2, "rating": 3, "created_at": 4, "customer.name": 5}),
        ("session_id,start_time,visitor.id,visitor.mobile,visitor.type,visitor.area", {"id": 0, "created_at": 1, "customer.id": 2, "customer.phone": 3, "customer.segment": 4, "customer.region": 5}),
        ("review-id,star rating,review title,review body,date", {"id": 0, "rating": 1, "title": 2, "text": 3, "created_at": 4}),
        ("* 工单编号 *,【问题描述】,客户类型（必填）", {"id": 0, "text": 1, "customer.segment": 2}),
        ("工單編號,創建時間,問題描述,聯絡電話", {"id": 0, "created_at": 1, "text": 2, "customer.phone": 3}),
        ("创建时间,更新时间,描述,客服回复", {"created_at": 0, "text": 2}),
        ("登记号,受理日期,车型,受理渠道,问题详情,经办客服", {"id": 0, "created_at": 1, "model": 2, "channel": 3, "text": 4, "agent": 5}),
        ("产品名称,车型,反馈渠道,反馈内容,经办人", {"product": 0, "model": 1, "channel": 2, "text": 3, "agent": 4}),
    ],
)  # fmt: skip
def test_headers(headers: str, expected: dict[str, int]) -> None:
    columns = headers.split(",")
    assert recognise(columns, [], {}) == {field: columns[i] for field, i in expected.items()}


def test_a_given_column_is_taken_from_recognition() -> None:
    assert recognise(["内容", "描述"], [], {"title": "内容"}) == {"title": "内容", "text": "描述"}


def test_a_field_given_no_column_gets_none() -> None:
    rows = [{"联系": "13812345678", "内容": "打印机升级之后掉线了"}]
    assert recognise(["联系", "内容"], rows, {"customer.phone": ""}) == {"text": "内容"}
    assert recognise(["联系", "内容"], rows, {"text": ""}) == {"customer.phone": "联系"}


@pytest.mark.parametrize(
    ("name", "columns", "expected"),
    [
        ("工单导出_2026", ["工单编号", "问题描述"], "ticket"),
        ("data", ["通话编号", "通话内容"], "call"),
        ("data", ["会话ID", "会话内容"], "chat"),
        ("data", ["群会话", "群成员", "聊天记录"], "group"),
        ("data", ["星级", "文本"], "review"),
        ("data", ["NPS评分(0-10)", "建议"], "survey"),
        ("回访问卷", ["时间", "内容"], "survey"),
        ("data", ["时间", "内容"], "ticket"),
    ],
)
def test_channels(name: str, columns: list[str], expected: str) -> None:
    assert guess_channel([name], columns, recognise(columns, [], {}), []) == expected


@pytest.mark.parametrize(
    ("stem", "expected"),
    [
        ("工单导出_2026", "工单导出"), ("工单导出_2026-01", "工单导出"), ("工单导出_2026-02 (1)", "工单导出"), ("工单导出 - 副本", "工单导出"),
        ("2026Q1工单", "工单"), ("tickets-2026-01-01T12-30-00", "tickets"), ("export_20260101123000_v2", "export"),
        ("X5工单2026年1月", "x5工单"), ("门店1投诉", "门店1投诉"), ("门店2投诉", "门店2投诉"), ("20260101", "data"),
    ],
)  # fmt: skip
def test_the_dataset_is_the_same_at_every_export(stem: str, expected: str) -> None:
    assert dataset_name(Path(f"/somewhere/{stem}.csv")) == expected
