"""Files in any encoding are read with nothing lost and nothing guessed wrong in silence."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.intake.decoding import TextLines, detect_encoding
from tests.intake.reading_help import read_text

SIMPLIFIED = "工单编号,创建时间,问题描述\nA-1,2026-01-04 21:36,热水器忽冷忽热，老人洗澡烫着了，你们管不管？\nA-2,2026-01-05,打印机升级后总掉线\n"
TRADITIONAL = "工單編號,創建時間,問題描述\nA-1,2026-01-04 21:36,熱水器忽冷忽熱，老人家洗澡被燙到，你們到底管不管？\nA-2,2026-01-05,印表機升級後一直斷線\n"
WESTERN = "ticket id,created at,description\n1,2026-01-04,Le lave-linge fuit déjà après três semaines – c’est gênant\n2,2026-01-05,Größe stimmt nicht\n"


@pytest.mark.parametrize(
    ("text", "encoding", "found"),
    [
        (SIMPLIFIED, "utf-8", "utf-8"),
        (SIMPLIFIED, "utf-8-sig", "utf-8-sig"),
        (SIMPLIFIED, "gb18030", "gb18030"),
        (SIMPLIFIED, "gbk", "gb18030"),
        (SIMPLIFIED, "utf-16", "utf-16"),
        (SIMPLIFIED, "utf-16-le", "utf-16-le"),
        (SIMPLIFIED, "utf-16-be", "utf-16-be"),
        (TRADITIONAL, "big5", "big5hkscs"),
        (TRADITIONAL, "utf-8", "utf-8"),
        (TRADITIONAL, "gb18030", "gb18030"),
        (WESTERN, "cp1252", "cp1252"),
        (WESTERN, "utf-8", "utf-8"),
    ],
)
def test_the_encoding_is_found_and_the_text_comes_back(tmp_path: Path, text: str, encoding: str, found: str) -> None:
    result = read_text(tmp_path, text, encoding=encoding)
    assert result.receipt.encoding == found
    assert result.texts == [line.split(",", 2)[2] for line in text.splitlines()[1:]]


def test_a_double_byte_order_mark_does_not_spoil_the_first_header(tmp_path: Path) -> None:
    result = read_text(tmp_path, "\ufeff\ufeff工单编号,问题描述\nA-1,坏了\n", encoding="utf-8")
    assert [record.external_id for record in result.records] == ["A-1"]


def test_broken_bytes_stay_visible_and_are_counted(tmp_path: Path) -> None:
    good = "工单编号,问题描述\n" + "".join(f"A-{i},热水器忽冷忽热很难受\n" for i in range(40))
    data = good.encode() + "A-99,打印机".encode() + b"\xe6\x9c" + "坏了\n".encode()
    result = read_text(tmp_path, data)
    assert result.receipt.encoding == "utf-8"
    assert result.texts[-1] == "打印机\ufffd坏了"
    assert any(note.startswith("1 characters could not be decoded") for note in result.receipt.notes)


def test_a_long_ascii_head_does_not_hide_the_chinese_behind_it(tmp_path: Path) -> None:
    rows = "".join(f"A-{i},2026-01-04,all is well with this device {i}\n" for i in range(30_000))
    data = f"ticket id,created at,description\n{rows}".encode() + "Z-1,2026-01-05,热水器忽冷忽热，没人管\n".encode(
        "gb18030"
    )
    result = read_text(tmp_path, data)
    assert result.receipt.encoding == "gb18030"
    assert result.texts[-1] == "热水器忽冷忽热，没人管"


def test_nul_characters_are_dropped(tmp_path: Path) -> None:
    assert read_text(tmp_path, "工单编号,问题描述\nA-1,坏\0了\n").texts == ["坏了"]


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0\r\ufeff\ufffd"), min_size=1, max_size=400))
def test_any_utf8_text_is_read_as_it_is(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("text") / "a.txt"
    path.write_bytes(text.encode())
    lines = TextLines(path, detect_encoding(path))
    if detect_encoding(path) == "utf-8":
        assert "".join(lines) == text
        assert lines.unreadable == 0


@settings(max_examples=60, deadline=None)
@given(st.binary(min_size=1, max_size=600))
def test_no_bytes_at_all_make_decoding_fail(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("bytes") / "a.txt"
    path.write_bytes(data)
    assert isinstance("".join(TextLines(path, detect_encoding(path))), str)
