"""Columns named for a file once are used for the next one like it, and the receipt says so."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.domain.receipts import FileReceipt
from assistant.domain.records import RawRecord
from assistant.intake.reading import ReadOptions, read_paths
from assistant.intake.remembering import FILE, header_key, remember, with_memory

ROWS = "单号,说法,备注内容\nA1,灯一直不亮真烦人,内部转派二组处理\nA2,门关不上漏风,内部转派三组处理\n"
WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)


def _read(path: Path, folder: Path, **said: str) -> tuple[list[str], FileReceipt]:
    items = list(read_paths([path], with_memory(ReadOptions(mapping=said), folder)))
    receipt = next(item for item in items if isinstance(item, FileReceipt))
    remember(folder, receipt.taught)
    return [item.text or "" for item in items if isinstance(item, RawRecord)], receipt


@pytest.mark.parametrize(("name", "rows"), [("六月.csv", ROWS), ("七月.csv", ROWS)])
def test_what_was_said_holds_for_the_next_file_like_it(tmp_path: Path, name: str, rows: str) -> None:
    first = tmp_path / "六月.csv"
    first.write_text(ROWS, encoding="utf-8")
    told, _ = _read(first, tmp_path / "m", text="备注内容")
    assert told == ["内部转派二组处理", "内部转派三组处理"]
    again = tmp_path / "later" / name
    again.parent.mkdir()
    again.write_text(rows, encoding="utf-8")
    texts, receipt = _read(again, tmp_path / "m")
    assert texts == told
    assert any("text=备注内容" in note and "before" in note for note in receipt.notes)


def test_a_file_of_the_same_name_with_a_further_column_is_read_alike(tmp_path: Path) -> None:
    path = tmp_path / "导出.csv"
    path.write_text(ROWS, encoding="utf-8")
    _read(path, tmp_path, text="备注内容")
    path.write_text(ROWS.replace("\n", ",x\n").replace("备注内容,x", "备注内容,分机"), encoding="utf-8")
    assert _read(path, tmp_path)[0] == ["内部转派二组处理", "内部转派三组处理"]


def test_what_is_said_now_goes_first_and_is_remembered(tmp_path: Path) -> None:
    path = tmp_path / "导出.csv"
    path.write_text(ROWS, encoding="utf-8")
    _read(path, tmp_path, text="备注内容")
    assert _read(path, tmp_path, text="说法")[0][0] == "灯一直不亮真烦人"
    assert _read(path, tmp_path)[0][0] == "灯一直不亮真烦人"


def test_another_header_is_read_by_itself(tmp_path: Path) -> None:
    path, other = tmp_path / "一.csv", tmp_path / "二.csv"
    path.write_text(ROWS, encoding="utf-8")
    other.write_text("编号,评价内容\n1,用着挺好就是有点吵\n", encoding="utf-8")
    _read(path, tmp_path, text="备注内容")
    texts, receipt = _read(other, tmp_path)
    assert texts == ["用着挺好就是有点吵"]
    assert not any("before" in note for note in receipt.notes)


@given(st.dictionaries(WORDS, st.dictionaries(WORDS, WORDS, max_size=3), max_size=3))
def test_what_is_remembered_comes_back(taught: dict[str, dict[str, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        remember(Path(folder), taught)
        assert with_memory(ReadOptions(), Path(folder)).remembered == taught


@pytest.mark.parametrize("text", ["", "[]", '{"h": 1}', '{"h": {"text": 3}}'])
def test_a_spoiled_memory_remembers_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    assert with_memory(ReadOptions(), tmp_path) == ReadOptions()


def test_the_order_of_columns_does_not_matter() -> None:
    assert header_key(["a", "b"]) == header_key(["b", "a"]) != header_key(["a", "c"])
