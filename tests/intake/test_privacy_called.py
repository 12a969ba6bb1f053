"""Names as people call each other: after a relation or a trade, in a group chat, of two characters before a given name."""

import pytest

from assistant.intake.privacy import Masker

MASKER = Masker(b"k" * 32)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("客服: 您贵姓？\n客户: 我欧阳建平，昨天报修的", "欧阳建平"),
        ("我欧阳建平", "欧阳建平"),
        ("欧阳建平电话是多少", "欧阳建平"),
        ("欧阳建平反馈了几次？", "欧阳建平"),
        ("欧阳娜投诉过吗", "欧阳娜"),
        ("我姓诸葛", "诸葛"),
        ("免贵姓东方。", "东方"),
        ("姓欧阳的那个", "欧阳"),
        ("王磊: 今天能到吗", "王磊"),
        ("张静：早\n冉志强：在", "冉志强"),
        ("王磊 2026-08-01 10:22:33\n掉线了", "王磊"),
        ("2026-08-01 10:22:33 王磊\n掉线了", "王磊"),
        ("王磊 10:22\n在吗", "王磊"),
        ("[10:22] 王磊：好", "王磊"),
        ("@王磊 在吗", "王磊"),
        ("@欧阳建平，看一下", "欧阳建平"),
        ("我男朋友冉志强", "冉志强"),
        ("我男朋友冉志强去取的", "冉志强"),
        ("邻居赵海涛说不好用", "赵海涛"),
        ("室友林晓燕也买了", "林晓燕"),
        ("父亲骆建明用的", "骆建明"),
        ("技师老贺", "老贺"),
        ("客服小李态度好", "小李"),
        ("师傅小周来了", "小周"),
        ("骑手阿龙，谢谢", "阿龙"),
        ("店长：小陈", "小陈"),
    ],
)
def test_a_name_goes(text: str, name: str) -> None:
    masked, spans = MASKER.mask_text(text)
    assert name not in masked
    assert str(MASKER.mark("name", name)) in masked
    assert MASKER.mask_text(masked) == (masked, spans)


@pytest.mark.parametrize(
    "text",
    [
        "我东方明珠那边的店",
        "在东方广场买的",
        "老百姓东方红",
        "我高兴",
        "老板高兴得很",
        "老板说下周",
        "我妈高高兴兴",
        "儿子游戏机坏了",
        "同事都说好",
        "老婆成天念叨",
        "师傅小周末才来",
        "师傅小心翼翼",
        "师傅小时候学的",
        "客服小妹很好",
        "在线客服渠道",
        "通过在线客服渠道反馈",
        "师傅老是迟到",
        "骑手阿姨很好",
        "师傅小毛病都不修",
        "贺师傅修的",
        "颜色：白",
        "高度：1米",
        "包装：很好",
        "金额：30",
        "温度：高",
        "资金：紧张",
        "卫生：很好",
        "施工 10:30",
        "预约 2026-08-01 10:22",
        "@人工客服",
        "@所有人 开会",
    ],
)
def test_everyday_words_stay(text: str) -> None:
    assert MASKER.mask_text(text) == (text, ())
