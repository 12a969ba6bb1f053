"""The remembered rows of documents are those that the database has, whatever came and went in between."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from tests.vectorstore.building import filled
from vectorstore.documents import ASKED, FEW, Documents, rows_of
from vectorstore.index import PassageIndex
from vectorstore.passages import Passage

pytestmark = pytest.mark.usefixtures("either_database")

MANY = [f"d{n}" for n in range(3 * FEW)]


def passages(name: str, count: int, words: str = "门锁没电") -> list[Passage]:
    return [Passage(name, at, at, at + 1, f"{words}{at}") for at in range(count)]


@pytest.fixture
def store(tmp_path: Path) -> tuple[PassageIndex, Engine]:
    index, engine = filled(tmp_path, {})
    with engine.begin() as connection:
        index.replace(connection, {name: passages(name, 1 + n % 3) for n, name in enumerate(MANY)}, "record")
    return index, engine


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30)
@given(data=st.data())
def test_rows_are_those_of_the_database(store: tuple[PassageIndex, Engine], data: st.DataObject) -> None:
    asked = data.draw(st.sets(st.sampled_from([*MANY, "none", "nobody"])))
    with store[1].connect() as connection:
        assert np.array_equal(Documents().rows(connection, asked), rows_of(connection, asked))


def test_what_came_is_known_and_what_went_is_found_nowhere(store: tuple[PassageIndex, Engine]) -> None:
    index, engine = store
    documents = Documents()
    with engine.begin() as connection:
        assert np.array_equal(documents.rows(connection, MANY), rows_of(connection, MANY))
        index.remove(connection, MANY[:10])
        index.replace(connection, {"new": passages("new", 2), MANY[20]: passages(MANY[20], 2, "漏水")}, "record")
        found, there = documents.rows(connection, [*MANY, "new"]), rows_of(connection, [*MANY, "new"])
        assert set(there) < set(found)
    index.bring_level()
    assert {hit.document_id for hit in index.search("门锁没电", allowed=MANY, limit=1_000)} <= set(MANY[10:])


def test_sets_asked_for_again_are_remembered_each_until_something_changes(store: tuple[PassageIndex, Engine]) -> None:
    index, engine = store
    documents = Documents()
    sets = [MANY[at:] for at in range(ASKED + 2)]
    with engine.begin() as connection:
        for _ in range(2):
            for asked in sets:
                assert np.array_equal(documents.rows(connection, asked), rows_of(connection, asked))
        assert documents.rows(connection, sets[-1]) is documents.rows(connection, set(sets[-1]))
        index.replace(connection, {MANY[-1]: passages(MANY[-1], 5, "漏水")}, "record")
        assert set(rows_of(connection, MANY)) <= set(documents.rows(connection, MANY))


def test_after_most_was_replaced_all_is_read_anew(store: tuple[PassageIndex, Engine]) -> None:
    index, engine = store
    documents = Documents()
    with engine.begin() as connection:
        for words in ("甲", "乙", "丙", "丁"):
            index.replace(connection, {name: passages(name, 2, words) for name in MANY}, "record")
            found = documents.rows(connection, MANY)
            assert set(rows_of(connection, MANY)) <= set(found)
            assert len(found) <= 6 * len(MANY)
