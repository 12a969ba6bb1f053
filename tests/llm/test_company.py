"""The company's file is checked with clear sentences, and told always in the same words."""

from importlib.resources import as_file, files
from pathlib import Path

import pytest

from assistant.errors import SettingError
from assistant.llm.company import COMPANY_FILE, MOST_CHARS, NOTHING, company_text, context_of, read_company, tone_of

GOOD = """
name = "星澜"
rules = ["网点说的钱都算结算"]
[[products]]
name = "X5"
kind = "燃气热水器"
aliases = ["JSQ30"]
[[terms]]
word = "脱网"
meaning = "打印机在网络上消失"
[[releases]]
kind = "fix"
date = 2026-09-01
product = "P2"
version = "固件 3.3"
what = "脱网"
"""


def test_the_context_is_told_line_by_line(tmp_path: Path) -> None:
    (tmp_path / COMPANY_FILE).write_text(GOOD, encoding="utf-8")
    assert company_text(None, tmp_path).splitlines() == [
        "公司：星澜",
        "- 产品 X5（又称 JSQ30）：燃气热水器",
        "- 词语 脱网：打印机在网络上消失",
        "- 已修复 2026-09-01 P2 固件 3.3：脱网",
        "- 本公司的读法：网点说的钱都算结算",
    ]


def test_without_a_file_nothing_is_told_but_a_named_one_must_be_there(tmp_path: Path) -> None:
    assert company_text(None, tmp_path) == NOTHING
    with pytest.raises(SettingError, match="can't be read"):
        company_text(tmp_path / "none.toml", tmp_path)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name = ", "not valid TOML"),
        ("", "name: field required"),
        (GOOD.replace('kind = "燃气热水器"', ""), r"products\.0\.kind: field required"),
        (GOOD + "[[prices]]\nx = 1\n", "prices: no such entry"),
        (GOOD.replace("2026-09-01", '"bald"'), r"releases\.0\.date"),
        (f'name = "{"长" * 301}"', "name: string should have at most 300"),
        ("#" * 70_000, "at most 65536 are read"),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "c.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingError, match=says):
        company_text(path, tmp_path)


def test_a_file_that_says_too_much_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text('name = "a"\nrules = [' + ",".join(f'"{"规" * 200}{n}"' for n in range(30)) + "]", encoding="utf-8")
    with pytest.raises(SettingError, match=f"at most {MOST_CHARS}"):
        company_text(path, tmp_path)


def test_another_encoding_is_told(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_bytes(GOOD.encode("gb18030"))
    with pytest.raises(SettingError, match="not UTF-8"):
        read_company(path)


def test_the_sample_company_is_whole() -> None:
    with as_file(files("assistant.sample") / "xinglan" / COMPANY_FILE) as path:
        text = context_of(read_company(path))
    assert all(name in text for name in ("X5", "P2", "R8", "L3", "N7", "固件 3.3"))
    assert len(text) < MOST_CHARS / 2


def test_the_tone_of_replies_is_told_apart_from_readings(tmp_path: Path) -> None:
    assert tone_of(None, tmp_path) == ""
    (tmp_path / COMPANY_FILE).write_text('name = "a"\n[answers]\ntone = "像邻居说话"\n', encoding="utf-8")
    assert tone_of(None, tmp_path) == "像邻居说话"
    assert "邻居" not in company_text(None, tmp_path)
