"""What the pages say, and what their address spells: both languages whole, every address readable again."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import QueryParams

import api.pages
from api.pages.address import Address, address_of
from api.pages.words import words_in
from assistant.errors import UsageError

_SOURCES = sorted(Path(api.pages.__file__).parent.rglob("*.py"))
_USED = re.compile(r"words\(\s*\"([a-z_]+)\"")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_sentence_that_is_said_is_there(language: str) -> None:
    said = {name for source in _SOURCES for name in _USED.findall(source.read_text(encoding="utf-8"))}
    kept = words_in(language).sentences
    assert said
    assert said - set(kept) == set()


def test_both_languages_fill_in_the_same() -> None:
    chinese, english = words_in("zh").sentences, words_in("en").sentences
    holes = re.compile(r"\{(\w+)\}")
    for name, sentence in chinese.items():
        assert set(holes.findall(sentence)) == set(holes.findall(english[name])), name


def test_what_was_blanked_out_is_named() -> None:
    assert words_in("zh").readable("打⟦phone:ab12⟧找我") == "打［手机号］找我"
    assert words_in("en").readable("call ⟦phone:ab12⟧") == "call ［phone］"


_NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


@given(st.lists(_NAMES, max_size=3), _NAMES)
def test_an_address_is_read_as_it_was_written(products: list[str], theme: str) -> None:
    address = Address({"product": tuple(products)} if products else {}, theme=theme)
    written = address.to()
    assert address_of(QueryParams(written.partition("?")[2])) == address


@pytest.mark.parametrize("query", ["segment=king", "since=yesterday", "sentiment=1%3Cscript%3E"])
def test_a_filter_without_sense_is_refused_in_one_sentence(query: str) -> None:
    with pytest.raises(UsageError, match=query.partition("=")[0]):
        address_of(QueryParams(query)).filters  # noqa: B018 - reading it is what is refused


def test_an_edit_is_told_of_once() -> None:
    assert "edit" not in Address(theme="th_1", edit="ed_1").to(product="P2")


def test_who_made_something_is_told_and_of_a_recording_which() -> None:
    recorded = "llm (recorded claude, 2026-11-22)"
    for language in ("zh", "en"):
        told = [words_in(language).engine(name) for name in ("rules", "llm", recorded)]
        assert len(set(told)) == 3
        assert "claude" in told[2]
        assert "2026-11-22" in told[2]
        assert recorded not in told[2]
