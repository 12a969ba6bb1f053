import pytest
from hypothesis import given
from hypothesis import strategies as st

from vectorstore.text import Analyzer, grams, normalise, word_list

ANALYZER = Analyzer()


@pytest.mark.parametrize(
    ("raw", "normal"),
    [
        ("手機維修費用", "手机维修费用"),
        ("ＪＳＱ３０－Ｘ５", "jsq30-x5"),
        ("WiFi 掉线①", "wifi 掉线1"),
        ("", ""),
    ],
)
def test_normal_form(raw: str, normal: str) -> None:
    assert normalise(raw) == normal


def test_words_overlap_and_leave_out_stop_words() -> None:
    words = ANALYZER.words("請問智能門鎖怎么没电了")
    assert {"智能门锁", "门锁", "没电"} <= set(words)
    assert not {"请问", "怎么", "了"} & set(words)


@pytest.mark.parametrize("text", ["你好", "在吗?", "谢谢!", "", " ", "…", "😀", "嗯嗯 好的"])
def test_greetings_have_no_content(text: str) -> None:
    assert ANALYZER.content(text) == []


def test_grams_are_characters_and_pairs_and_whole_latin_words() -> None:
    assert grams("漏水x5 r8") == ["漏", "水", "漏水", "x5", "r8"]


def test_models_and_versions_are_found_whole_together_and_by_part() -> None:
    assert {"jsq30-x5", "jsq30x5", "jsq30", "x5"} <= set(ANALYZER.words("JSQ30-X5坏了"))
    assert {"3.2", "3", "2"} == set(ANALYZER.words("3.2"))


def test_a_masked_value_is_its_pseudonym_in_words_and_nothing_in_grams() -> None:
    assert "7f3a9c" in ANALYZER.words("打⟦phone:7f3a9c⟧没人接")
    assert not {"phone", "7f3a9c"} & set(ANALYZER.grams("打⟦phone:7f3a9c⟧没人接"))


def test_product_names_are_kept_whole_and_change_the_identity() -> None:
    named = ANALYZER.with_names(["云净小魔方"])
    assert "云净小魔方" not in ANALYZER.words("云净小魔方漏水")
    assert "云净小魔方" in named.words("云净小魔方漏水")
    assert named.identity != ANALYZER.identity
    assert named.with_names(["云净小魔方"]) is named
    assert Analyzer().identity == ANALYZER.identity


@pytest.mark.parametrize("name", ["domain", "stopwords"])
def test_word_lists_are_in_normal_form(name: str) -> None:
    words = word_list(name)
    assert words
    assert [word for word in words if normalise(word) != word] == []


@given(st.text(max_size=60))
def test_any_text_is_cut_into_tokens_that_full_text_keeps_whole(text: str) -> None:
    for token in [*ANALYZER.words(text), *ANALYZER.grams(text)]:
        assert token
        assert not set(token) & set(" \t\n\"'*(){}:^+")
