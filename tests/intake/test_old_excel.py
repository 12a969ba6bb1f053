"""Old .xls files, as service systems still write them."""

from pathlib import Path

import pytest

from tests.intake.old_excel import Biff, Cell, old_workbook
from tests.intake.reading_help import read_text

ROWS: list[list[Cell]] = [
    ["星澜售后工单日报"],
    ["工单编号", "客户姓名", "产品", "问题描述", "创建时间", "满意度"],
    ["A-1", "刘洋", "X5", "洗到一半变冷", 46237.628472, 5.0],
    ["A-2", "张敏", "N7", "半夜报警，吓醒全家", "2026年8月4日 上午9:05", 1.0],
    ["合计", "", "", "", "", 6.0],
]


@pytest.mark.parametrize("biff", [8, 5])
def test_an_old_workbook_is_read(tmp_path: Path, biff: Biff) -> None:
    result = read_text(tmp_path, old_workbook([("8月工单", ROWS)], biff), name="日报.xls")
    assert [(r.external_id, r.customer.name, r.product, r.text, r.created_at, r.rating) for r in result.records] == [
        ("A-1", "刘洋", "X5", "洗到一半变冷", "2026-08-03T15:05:00+08:00", 5.0),
        ("A-2", "张敏", "N7", "半夜报警，吓醒全家", "2026-08-04T09:05:00+08:00", 1.0),
    ]
    assert (result.receipt.format, result.receipt.encoding) == ("xls", None if biff == 8 else "gb18030")
    assert "1 rows of totals or signatures left out" in result.receipt.notes
    assert "1 rows above the header" in result.receipt.notes[0]


def test_traditional_characters_of_an_old_workbook(tmp_path: Path) -> None:
    rows: list[list[Cell]] = [["工單編號", "問題描述"], ["T-1", "師傅來了三次還是修不好"]]
    result = read_text(tmp_path, old_workbook([("工單", rows)], 5, code_page=950), name="a.xls")
    assert result.texts == ["師傅來了三次還是修不好"]


def test_hidden_sheets_are_left_out(tmp_path: Path) -> None:
    codes: list[list[Cell]] = [["编号", "内容"], ["1", "字典里的话不是客户的话"]]
    result = read_text(tmp_path, old_workbook([("工单", ROWS), ("字典", codes)], hidden=["字典"]), name="a.xls")
    assert [record.external_id for record in result.records] == ["A-1", "A-2"]
    assert "sheet 字典 is hidden and was left out" in result.receipt.notes


@pytest.mark.parametrize(
    "mark", [b"\x09\x08\x08\x00\x00\x05", b"\x09\x04\x06\x00\x00\x00", b"\x09\x00\x04\x00\x02\x00"]
)
def test_still_older_ones_are_one_clear_sentence(tmp_path: Path, mark: bytes) -> None:
    [rejected] = read_text(tmp_path, mark + bytes(200), name="a.xls").rejected
    assert rejected.reason == "unknown_format"
    assert "save it as .xlsx" in rejected.sentence
