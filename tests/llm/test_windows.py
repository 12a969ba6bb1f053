"""Long records are cut at borders into windows that overlap and together hold every letter; nothing is left out."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.domain.records import MaskedSpan, Record
from assistant.domain.vocabulary import Speaker
from assistant.llm.windows import OVERLAP_CHARS, WHOLE_CHARS, WINDOW_CHARS, window_text, windows_of
from tests.llm.material import chat, ticket

LINES = st.lists(st.tuples(st.sampled_from(["customer", "agent"]), st.integers(1, 3000)), min_size=1, max_size=25)


def talk(lines: list[tuple[Speaker, int]]) -> Record:
    return chat("long", *((speaker, f"第{n}句" + "水。" * (size // 2)) for n, (speaker, size) in enumerate(lines)))


@given(LINES)
def test_windows_cover_the_text_in_order_and_overlap(lines: list[tuple[Speaker, int]]) -> None:
    record = talk(lines)
    windows = windows_of(record)
    assert [w.n for w in windows] == list(range(1, len(windows) + 1))
    assert {w.of for w in windows} == {len(windows)}
    assert (windows[0].start, windows[-1].end) == (0, len(record.text))
    for before, after in pairwise(windows):
        assert before.start < after.start <= before.end < after.end
        assert before.end - after.start <= OVERLAP_CHARS
    if len(windows) > 1:
        assert all(0 < w.end - w.start <= WINDOW_CHARS for w in windows)
    else:
        assert len(record.text) <= WHOLE_CHARS


def test_a_talk_is_cut_where_turns_begin() -> None:
    record = talk([("customer", 200), ("agent", 200)] * 40)
    begins = {turn.start - len("客户: ") for turn in record.turns} | {0, len(record.text)}
    windows = windows_of(record)
    assert len(windows) > 2
    assert all(w.start in begins and w.end in begins for w in windows)
    assert all(window_text(record, w).startswith(("客户: ", "客服: ")) for w in windows)


def test_a_window_that_begins_inside_a_turn_says_who_speaks() -> None:
    record = talk([("agent", 10), ("customer", 20_000)])
    assert window_text(record, windows_of(record)[1]).startswith("客户: 水。")


@pytest.mark.parametrize("lead", range(WINDOW_CHARS - 30, WINDOW_CHARS + 3))
def test_a_masked_value_is_never_cut(lead: int) -> None:
    mask = "⟦phone:7f3a9c⟧"
    text = "水" * lead + mask + "水" * 9000
    record = ticket("m", text, masked=(MaskedSpan("phone", lead, lead + len(mask)),))
    for window in windows_of(record):
        for border in (window.start, window.end):
            assert not lead < border < lead + len(mask)


def test_a_short_record_is_one_window() -> None:
    assert [(w.start, w.end) for w in windows_of(ticket("s", "水" * WHOLE_CHARS))] == [(0, WHOLE_CHARS)]
