"""What goes wrong, in the visitor's language; which language that is; and one of something in English."""

import pytest

from api.doorway import language_of
from api.pages.faults import worded
from api.pages.words import words_in
from assistant.errors import BusyError, NotFoundError, UsageError


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (NotFoundError("there is no theme 'th_x': `voc list themes` shows which there are"), "没有这个主题"),
        (NotFoundError("there is no record '甲': `voc list records` shows which there are"), "没有这条反馈"),
        (NotFoundError("nothing has the id 'x': `voc list` shows what there is"), "没有这样东西"),
        (BusyError("another run holds the data directory"), "另一个任务正在使用"),
        (UsageError("sentiment=angry: there is no such sentiment"), "「情绪」里没有「angry」"),
        (UsageError("the members of th_x tell of one thing: there is nothing to split"), "同一件事"),
        (UsageError("theme th_x is locked: unlock it first"), "先解锁"),
        (UsageError("edit ed_1 was undone already"), "已经撤销过"),
        (UsageError("edit ed_2 came later and touches the same theme: undo that first"), "先撤销后面的"),
        (UsageError("another theme is called '价格' already: merge the two, or choose other words"), "换一个"),
        (UsageError("title may not be blank"), "不能为空"),
        (UsageError("data/demo holds the demo, whose masking key is known to everybody: take …"), "这里是示例数据"),
        (UsageError("so many is too many"), "这一步做不了（so many is too many）"),
        (UsageError("只有管理者可以这样做"), "只有管理者可以这样做"),
    ],
)
def test_the_house_s_sentences_are_chinese_on_chinese_pages(error: Exception, told: str) -> None:
    assert worded(words_in("zh"), error, str(error)).startswith(told) or told in worded(
        words_in("zh"), error, str(error)
    )
    assert worded(words_in("en"), error, str(error)) == str(error)
    assert "voc list" not in worded(words_in("zh"), error, str(error))


@pytest.mark.parametrize(
    ("chosen", "accepted", "language"),
    [
        ("en", "zh-CN,zh;q=0.9", "en"),
        (None, "zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        (None, "en-GB,en;q=0.9,zh;q=0.1", "en"),
        (None, "fr-FR,fr;q=0.9,en;q=0.2,zh;q=0.4", "zh"),
        (None, "en;q=0,de", "zh"),
        (None, "", "zh"),
        ("xx", ";;q=,,=", "zh"),
    ],
)
def test_the_first_visit_follows_the_browser(chosen: str | None, accepted: str, language: str) -> None:
    assert language_of(chosen, accepted, "zh") == language


@pytest.mark.parametrize(
    ("records", "customers", "told"),
    [
        (1, 1, "1 record · 1 customer"),
        (11, 1, "11 records · 1 customer"),
        ("1,001", 21, "1,001 records · 21 customers"),
    ],
)
def test_one_is_not_spoken_of_as_several(records: object, customers: object, told: str) -> None:
    assert words_in("en")("counts", records=records, customers=customers) == told
