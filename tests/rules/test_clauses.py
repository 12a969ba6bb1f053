"""A section falls into whole clauses: items with the lines that go on with them, and sentences elsewhere."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.rules.clauses import clauses, codes_in

TEXT = st.text(st.sampled_from("一二甲乙丙E4。；，\n- 1.、（）：“” 元"), max_size=80)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("- 整机保修 6 年；压缩机 10 年。\n- 商用 1 年。", ["整机保修 6 年；压缩机 10 年。", "商用 1 年。"]),
        ("1. 看滤网。\n2. 看排水管，\n高于出水口不行。", ["看滤网。", "看排水管，\n高于出水口不行。"]),
        ("七天内可以退；拆封不行。十五天内可以换。", ["七天内可以退；拆封不行。", "十五天内可以换。"]),
        ("2.4GHz 才能连。", ["2.4GHz 才能连。"]),
        ("（1）先断电\n（2）再开盖", ["先断电", "再开盖"]),
        ("①先断电；\n②再开盖。", ["先断电；", "再开盖。"]),
        ("- 保修\n  自开票起算。\n正文另起。", ["保修\n  自开票起算。", "正文另起。"]),
        ("——\n\n", []),
    ],
)
def test_clauses_are_whole(text: str, told: list[str]) -> None:
    assert [clause.text for clause in clauses(text)] == told


@given(TEXT)
def test_clauses_stand_in_the_text_in_order_and_lose_no_word(text: str) -> None:
    found = clauses(text)
    assert all(text[clause.start : clause.end] == clause.text for clause in found)
    assert all(one.end <= other.start for one, other in pairwise(found))
    between = "".join(c for c in text if c in "甲乙丙元")
    assert "".join(c for clause in found for c in clause.text if c in "甲乙丙元") == between


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("- E4：排气温度过高，仍报 E4 请报修。", {"E4"}),
        ("| E1/E2 | 传感器故障 |", {"E1", "E2"}),
        ("F-21 风机不转", {"F21"}),
        ("移动空调小凉M1保修 2 年。", set()),
        ("报 E4 请联系售后。", set()),
    ],
)
def test_a_clause_explains_the_codes_it_begins_with(text: str, codes: set[str]) -> None:
    assert clauses(text)[0].codes == codes


def test_codes_are_read_out_of_a_question() -> None:
    assert codes_in("云雀26报e4怎么办") == {"E4"}
    assert codes_in("报了F-21和E1") == {"F21", "E1"}
    assert codes_in("保修6年") == set()
