"""One situation told twice becomes one group; what a word tells apart, or another product, stays apart."""

from dataclasses import replace

from assistant.insight.joining import head_of, joined
from assistant.insight.members import Member
from tests.insight.samples import member


def _group(surface: str, quotes: tuple[str, ...], product: str = "X5", start: int = 0) -> list[Member]:
    made = [member(start + n, product=product) for n in range(len(quotes))]
    return [
        replace(one, insight=replace(one.insight, surface=f"{surface}：{quote}", quote=quote))
        for one, quote in zip(made, quotes, strict=True)
    ]


FEES = ("安装费收了三百", "安装费太贵", "安装费乱收")


def test_the_same_situation_and_product_is_one_group() -> None:
    groups = [_group("现场加价", FEES), _group("现场加价", ("收费不透明", "乱收我安装费"), start=9)]
    assert [len(group) for group in joined(groups)] == [5]


def test_another_product_or_name_stays_apart() -> None:
    groups = [_group("现场加价", FEES), _group("现场加价", FEES, "L3", 9), _group("价格贵", FEES, start=20)]
    assert [len(group) for group in joined(groups)] == [3, 3, 3]


def test_a_word_of_its_own_on_both_sides_keeps_two_groups() -> None:
    stones = ("材料另收一百", "材料要加钱", "材料贵")
    assert len(joined([_group("现场加价", FEES), _group("现场加价", stones, start=9)])) == 2


def test_sentences_without_a_name_are_left_alone() -> None:
    assert head_of("师傅来了三趟都没修好") == ""
    assert head_of("反复维修：三趟都没修好") == "反复维修"
    free = [[replace(m, insight=replace(m.insight, surface=m.insight.quote)) for m in _group("x", FEES)]] * 2
    assert len(joined(free)) == 2


def test_a_few_voices_beside_many_of_the_same_name_are_a_shade_of_it() -> None:
    many = _group("现场加价", FEES * 20)
    stones = ("材料另收一百", "材料要加钱", "材料贵")
    assert [len(group) for group in joined([_group("现场加价", stones, start=90), many])] == [63]
