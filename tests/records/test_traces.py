"""Fragments that betray somebody, and the search for their bytes."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.records.byte_search import ByteSearch
from assistant.records.traces import Collector, Traces, sample, spellings, windows_of

TEXT = "老丈人在旁边看着，水一下子变得冰凉，孩子哭了半天。电话⟦phone:7f3a9c⟧"


def _traces(*others: str) -> Traces:
    collector = Collector()
    collector.add_text(TEXT)
    collector.drop_shared(others)
    return collector.traces()


@pytest.mark.parametrize(
    ("text", "betrays"),
    [
        ("有客户说：“水一下子变得冰凉”。", True),
        ("水一下子变冰凉了", False),
        ("回电⟦phone:7f3a9c⟧", True),
        ("回电⟦phone:000000⟧", False),
        ("", False),
    ],
)
def test_a_text_that_holds_their_words_or_masks_betrays_them(text: str, betrays: bool) -> None:
    assert _traces().stand_in(text) is betrays
    assert _traces().within({"a": [{"b": text}]}) is betrays


def test_what_others_say_too_is_not_theirs() -> None:
    traces = _traces("水一下子变得冰凉，我也是", "他的电话也是⟦phone:7f3a9c⟧")
    assert not traces.stand_in("水一下子变得冰凉")
    assert not traces.stand_in("⟦phone:7f3a9c⟧")
    assert traces.stand_in("老丈人在旁边看着")
    assert traces.shared > 0


@pytest.mark.parametrize(
    ("identity", "kept"),
    [("C1001", True), ("r_00ff00ff00ff00ff", True), ("17", False), ("100234", False), ("c1001", False)],
)
def test_an_id_that_stands_in_numbers_by_chance_is_not_looked_for(identity: str, kept: bool) -> None:
    collector = Collector()
    collector.add_id(identity)
    assert collector.traces().stand_in(f"x{identity}x") is kept


def test_one_english_word_is_nobodys() -> None:
    assert "question" not in set(windows_of("I have one question about the lock"))
    assert all(len(window) in (8, 20) for window in windows_of("the lock 没有电了我站在门外 again and again and again"))


@pytest.mark.parametrize("written", ["水一下子变得冰凉", 'a"b\n水一下子变得冰凉'])
def test_bytes_are_found_however_they_are_written(tmp_path: Path, written: str) -> None:
    needles = spellings([written])
    for form in needles:
        path = tmp_path / "file"
        path.write_bytes(b"x" * 3 + form + b"\0" * 5)
        found, read = ByteSearch(needles).found_in(path)
        assert form in found
        assert read == path.stat().st_size


@given(st.binary(max_size=200), st.lists(st.binary(min_size=1, max_size=20), min_size=1, max_size=8))
def test_the_search_finds_what_is_there_and_nothing_else(data: bytes, needles: list[bytes]) -> None:
    assert set(ByteSearch(needles).found(data)) == {needle for needle in needles if needle in data}


def test_a_needle_over_the_edge_of_a_chunk_is_found(tmp_path: Path) -> None:
    path = tmp_path / "long"
    path.write_bytes(b"\0" * (8_000_000 - 5) + b"Kundin C1001" + b"\0" * 9)
    assert ByteSearch([b"Kundin C1001", b"C1001", b"absent or not"]).found_in(path)[0] == {b"Kundin C1001", b"C1001"}


def test_a_sample_is_spread_and_never_larger() -> None:
    everything = [str(n) for n in range(1000)]
    assert len(sample(everything, 300)) <= 300
    assert sample(everything, 5000) == everything
