"""Folders, several files, workbooks, and files that can't be read."""

import zipfile
from datetime import datetime
from io import BytesIO
from pathlib import Path

import pytest
import xlsxwriter

from assistant.errors import InputError, UsageError
from assistant.intake.reading import FileReceipt, ReadOptions, RejectedRow, read_objects, read_paths
from tests.intake.reading_help import read, read_text

CSV = "工单编号,问题描述\nA-1,水不热\n"


def workbook(path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    with xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd hh:mm"}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path


def test_a_path_that_does_not_exist_stops_before_anything_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(CSV, encoding="utf-8")
    with pytest.raises(InputError, match=r"missing\.csv does not exist; check"):
        read_paths([tmp_path / "a.csv", tmp_path / "missing.csv"], ReadOptions())


def test_a_field_that_does_not_exist_is_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no field 'txt'"):
        read_paths([tmp_path], ReadOptions(mapping={"txt": "内容"}))


def test_folders_are_walked_in_order_without_hidden_files_and_read_mes(tmp_path: Path) -> None:
    for name in ("b.csv", "sub/a.csv", ".hidden.csv", "README.txt", "notes.md", "~$b.xlsx", ".git/x.csv", "a.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(CSV, encoding="utf-8")
    *receipts, folder = read(tmp_path).receipts
    assert (folder.format, folder.read, folder.notes) == ("folder", 0, ("left out: README.txt, notes.md, ~$b.xlsx",))
    assert [Path(receipt.path).relative_to(tmp_path).as_posix() for receipt in receipts] == [
        "a.csv",
        "b.csv",
        "sub/a.csv",
    ]


def test_one_bad_file_does_not_stop_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7 \x00\x01")
    (tmp_path / "b.csv").write_bytes(b"")
    (tmp_path / "c.csv").write_text(CSV, encoding="utf-8")
    result = read(tmp_path)
    assert result.texts == ["水不热"]
    assert [(row.line, row.reason) for row in result.rejected] == [(None, "unknown_format"), (None, "empty")]
    assert [(r.format, r.read, r.quarantined) for r in result.receipts] == [
        ("unknown", 1, 1),
        ("unknown", 1, 1),
        ("csv", 1, 0),
    ]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf\r\n  \n", "empty"),
        ("工单编号,问题描述\n".encode(), "empty"),
        (b"[]", "empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "unknown_format"),
        (bytes(range(256)) * 20, "unknown_format"),
        (b"PK\x03\x04 broken", "unknown_format"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 broken", "damaged"),
    ],
)
def test_what_can_not_be_read_is_one_clear_sentence(tmp_path: Path, data: bytes, reason: str) -> None:
    result = read_text(tmp_path, data, name="some file.csv")
    [row] = result.rejected
    assert (row.line, row.reason, result.records) == (None, reason, [])
    assert "some file.csv" in row.sentence
    assert row.sentence in result.receipt.notes


def test_the_default_product_stands_in_and_the_given_channel_wins(tmp_path: Path) -> None:
    result = read_text(tmp_path, "评价ID,评价内容,产品\n1,好,\n2,坏,P2\n", channel="survey", product="X5")
    assert [(record.product, record.channel) for record in result.records] == [("X5", "survey"), ("P2", "survey")]


def test_sheets_with_titles_dates_and_numbers(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["2026年一月评价明细"],
        ["评价ID", "评价时间", "用户手机号", "星级", "评价内容"],
        [1001, datetime(2026, 1, 4, 21, 36), 15451624407, 2, "水不热"],  # noqa: DTZ001
        [1002, 46026, "", "5星", "挺好"],
        [],
        [1003, "去年", "", 1, "坏了"],
    ]
    path = workbook(tmp_path / "评价.xlsx", {"说明": [["请勿外传"]], "一月": rows})
    result = read(path.rename(tmp_path / "评价.dat"))
    assert [(r.external_id, r.created_at, r.customer.phone, r.rating, r.line) for r in result.records] == [
        ("1001", "2026-01-04T21:36:00+08:00", "15451624407", 2.0, 3),
        ("1002", "2026-01-04T00:00:00+08:00", None, 5.0, 4),
    ]
    assert [(row.line, row.reason) for row in result.rejected] == [(6, "bad_date")]
    assert any("sheet 说明" in note for note in result.receipt.notes)


def test_every_sheet_with_feedback_is_read(tmp_path: Path) -> None:
    rows: list[list[object]] = [["工单编号", "问题描述"], ["A", "水不热"]]
    path = workbook(tmp_path / "工单.xlsx", {"一月": rows, "二月": [["工单编号", "客户诉求"], ["B", "没人来"]]})
    assert [record.external_id for record in read(path).records] == ["A", "B"]


def test_an_html_table_called_xls_is_read(tmp_path: Path) -> None:
    markup = "<html><body><table><tr><th>工单编号</th><th>问题描述</th></tr>\n<tr><td>A-1</td><td>水不热<br>没人来</td></tr></table>"
    result = read_text(tmp_path, markup, name="导出.xls", encoding="gb18030")
    assert result.receipt.format == "html"
    assert result.texts == ["水不热\n没人来"]


def _bomb(declared: int | None) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"\0" * (100 << 20))
    data = out.getvalue()
    if declared is not None:
        data = data.replace((100 << 20).to_bytes(4, "little"), declared.to_bytes(4, "little"))
    return data


@pytest.mark.parametrize("declared", [None, 1000], ids=["honest directory", "lying directory"])
def test_a_zip_bomb_is_refused(tmp_path: Path, declared: int | None) -> None:
    result = read_text(tmp_path, _bomb(declared), name="bomb.xlsx")
    [row] = result.rejected
    assert row.reason == "bomb"
    assert "unpacks to" in row.sentence


def test_a_record_longer_than_any_honest_one_is_rejected(tmp_path: Path) -> None:
    text = f'[{{"id": "1", "text": "{"水" * 200_001}"}}, {{"id": "2", "text": "好"}}]'
    result = read_text(tmp_path, text, name="a.json")
    assert [row.reason for row in result.rejected] == ["too_long"]
    assert result.texts == ["好"]


def test_sentences_of_rejected_rows_hold_nothing_of_the_customer(tmp_path: Path) -> None:
    text = "工单编号,创建时间,问题描述,手机\nA-1,昨晚八点,门锁坏了找王芳,13812345678\nA-2,2026-01-04,,13812345678\n"
    result = read_text(tmp_path, text)
    assert len(result.rejected) == 2
    for row in result.rejected:
        assert not any(value in row.sentence for value in ("王芳", "1381234", "昨晚"))


def test_json_objects_are_read_as_files_are_each_one_counted() -> None:
    objects = [
        {"id": 1, "text": "水不热"},
        {"id": 2},
        "no object",
        {"id": 3, "turns": [{"speaker": "customer", "text": "在吗"}]},
    ]
    *items, receipt = read_objects(objects, ReadOptions(product="X5"))
    assert [(item.line, getattr(item, "reason", None)) for item in items if not isinstance(item, FileReceipt)] == [
        (1, None), (2, "no_text"), (3, "bad_json"), (4, None),
    ]  # fmt: skip
    assert isinstance(receipt, FileReceipt)
    assert (receipt.read, receipt.quarantined) == (4, 2)


def test_json_objects_without_any_text_are_rejected_one_by_one() -> None:
    items = list(read_objects([{"id": 1}, {"id": 2}], ReadOptions()))
    assert [item.reason for item in items if isinstance(item, RejectedRow)] == ["no_text", "no_text"]


def test_a_column_that_repeats_itself_is_no_id(tmp_path: Path) -> None:
    text = "编号,问题描述\n" + "".join(f"{i % 3},第{i}位客户说水不热\n" for i in range(30))
    result = read_text(tmp_path, text)
    assert len({record.external_id for record in result.records}) == 30
    assert "'编号' holds the same values again and again and was not taken for the id" in result.receipt.notes
