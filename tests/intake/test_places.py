"""Places of hashes: none forgotten, however many arrays they are spread over; entries on disk read back as written."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.intake.places import MOST_PLACES, PlaceTable, Spool

SMALL = st.lists(st.lists(st.integers(0, 2**36 - 2) | st.integers(0, 5), max_size=4), max_size=40)


@given(SMALL)
def test_every_place_of_a_hash_is_found_in_order(met: list[list[int]]) -> None:
    table = PlaceTable(recent=7, longest=21)
    expected: dict[int, list[int]] = {}
    for place, hashes in enumerate(met):
        table.add(list(dict.fromkeys(hashes)), place)
        for one in dict.fromkeys(hashes):
            expected.setdefault(one, []).append(place)
    for one, at in expected.items():
        assert table.find([one])[0] == at
        assert table.find([one, one], newest=2) == [at[-2:], at[-2:]]


def test_a_place_too_far_is_refused() -> None:
    with pytest.raises(OverflowError):
        PlaceTable().add([1], MOST_PLACES)


def test_entries_come_back_from_memory_and_from_disk(tmp_path: Path) -> None:
    spool = Spool(1_000, tmp_path)
    entries = [bytes([n % 251]) * 1_000 for n in range(600)]
    assert [spool.append(entry) for entry in entries] == list(range(600))
    assert [spool.read(n) for n in (0, 1, 262, 263, 300, 599)] == [entries[n] for n in (0, 1, 262, 263, 300, 599)]
    assert len(spool) == 600
    assert not list(tmp_path.iterdir()), "the file has no name, so nothing is left behind"


@given(SMALL)
def test_added_many_at_once_they_are_found_all_the_same(met: list[list[int]]) -> None:
    one, many = PlaceTable(recent=7, longest=21), PlaceTable(recent=7, longest=21)
    for place, hashes in enumerate(met):
        one.add(list(dict.fromkeys(hashes)), place)
        here = np.array(list(dict.fromkeys(hashes)), dtype=np.uint64)
        many.extend(here, np.full(len(here), place, dtype=np.uint64))
    for hashes in met:
        assert many.find(hashes) == one.find(hashes)
