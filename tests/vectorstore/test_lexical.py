import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from tests.vectorstore.building import PARTS, filled, texts
from vectorstore.documents import rows_of
from vectorstore.fts5 import decoded
from vectorstore.lexical import GRAM_WEIGHT, WORD_WEIGHT, FullText, rarest, tokens_of
from vectorstore.passages import Passage
from vectorstore.postings import Remembered, best
from vectorstore.tables import passages
from vectorstore.text import Analyzer

pytestmark = pytest.mark.usefixtures("either_database")

ANALYZER = Analyzer()
FULL_TEXT = FullText(ANALYZER)


@pytest.fixture(scope="module")
def store(either_database: str, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return filled(tmp_path_factory.mktemp("lexical"), texts())[1]


def naive_bm25(query: str, documents: dict[str, str]) -> dict[str, float]:
    """BM25 as FTS5 documents it, written out: k1 1.2, b 0.75, column weights on term frequencies; words count once."""
    cut = {key: (Counter(ANALYZER.words(body)), Counter(ANALYZER.grams(body))) for key, body in documents.items()}
    lengths = {key: sum(words.values()) + sum(grams.values()) for key, (words, grams) in cut.items()}
    mean = sum(lengths.values()) / len(lengths)
    scores: dict[str, float] = dict.fromkeys(documents, 0.0)
    for column, weight, terms in (
        (0, WORD_WEIGHT, set(ANALYZER.words(query))),
        (1, GRAM_WEIGHT, set(ANALYZER.grams(query))),
    ):
        for term in terms:
            having = [key for key in documents if cut[key][column][term]]
            idf = max(1e-6, math.log((len(documents) - len(having) + 0.5) / (len(having) + 0.5)))
            for key in having:
                tf = weight * (cut[key][column][term] if column else 1)
                scores[key] += idf * tf * 2.2 / (tf + 1.2 * (0.25 + 0.75 * lengths[key] / mean))
    return {key: score for key, score in scores.items() if score > 0}


@pytest.mark.parametrize(
    "query", ["热水器漏水", "打印机升级以后连不上,师傅改时间", "智能门锁没电", "滚刷缠头发 安装费"]
)
def test_ranks_as_bm25_written_out(store: Engine, query: str) -> None:
    expected = naive_bm25(query, texts())
    with store.connect() as connection:
        rows = {row.row: row.document_id for row in connection.execute(select(passages.c.row, passages.c.document_id))}
        found = {rows[row]: score for row, score in FULL_TEXT.search(connection, query, 1000)}
    assert len(found) > 5
    assert found == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("query", PARTS["hostile"])
def test_hostile_queries_are_only_words(store: Engine, query: str) -> None:
    with store.connect() as connection:
        found = FULL_TEXT.search(connection, query, 10)
        assert bool(found) == ("漏水" in query)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(query=st.text(max_size=40))
def test_any_text_is_a_safe_query(store: Engine, query: str) -> None:
    with store.connect() as connection:
        assert len(FULL_TEXT.search(connection, query, 3)) <= 3


def test_stays_within_rows(store: Engine) -> None:
    with store.connect() as connection:
        everywhere = FULL_TEXT.search(connection, "刺鼻", 1000)
        within = FULL_TEXT.search(connection, "刺鼻", 1000, rows_of(connection, ["d36", "d0", "none"]))
        assert FULL_TEXT.search(connection, "刺鼻", 1000, np.zeros(0, dtype=np.int64)) == []
    assert len(everywhere) == 32
    assert len(within) == 1
    assert set(within) < set(everywhere)


def test_removing_takes_everything_back(tmp_path: Path) -> None:
    index, engine = filled(tmp_path, texts())
    with engine.begin() as connection:
        index.remove(connection, list(texts()))
        full_text = FullText(ANALYZER)
        assert full_text.count(connection) == 0
        assert full_text.frequencies(connection, ["漏水", "热水器"]) == {}
        assert full_text.search(connection, "热水器漏水", 10) == []


def test_what_came_and_went_is_ranked_as_in_an_index_made_anew(tmp_path: Path) -> None:
    index, engine = filled(tmp_path, texts())
    full_text = FullText(ANALYZER, Remembered())
    more = {f"e{at}": f"热水器漏水{'漏水' * (at % 5)},{'师傅说没事' * at}" for at in range(40)}
    with engine.connect() as connection:
        assert full_text.search(connection, "热水器漏水", 10)  # so that something is remembered
    with engine.begin() as connection:
        index.remove(connection, [f"d{at}" for at in range(0, 320, 2)])
        index.replace(connection, {key: [Passage(key, 0, 0, 1, body)] for key, body in more.items()}, "record")
    held = {key: body for key, body in texts().items() if int(key[1:]) % 2} | more
    assert _found(full_text, engine) == pytest.approx(naive_bm25("热水器漏水", held), rel=1e-4)


def _found(full_text: FullText, engine: Engine) -> dict[str, float]:
    with engine.connect() as connection:
        rows = {row.row: row.document_id for row in connection.execute(select(passages.c.row, passages.c.document_id))}
        return {rows[row]: score for row, score in full_text.search(connection, "热水器漏水", 1000)}


def test_no_more_postings_are_held_than_may_be(store: Engine) -> None:
    remembered, terms = Remembered(50), [("grams", "漏水"), ("grams", "热水"), ("words", "热水器"), ("grams", "没电")]
    with store.connect() as connection:
        tokens = tokens_of(connection)
        first = [remembered.postings(tokens, 1, [term])[0] for term in terms]
        again = [remembered.postings(tokens, 1, [term])[0] for term in reversed(terms)]
        assert all(len(posting.rows) >= 20 for posting in first)
        assert again[0] is first[-1]
        assert again[-1] is not first[0]
        assert all(np.array_equal(a.rows, b.rows) for a, b in zip(first, reversed(again), strict=True))


@given(lengths=st.lists(st.tuples(st.integers(0, 2**20), st.integers(0, 2**20)), min_size=1))
def test_numbers_of_variable_length(lengths: list[tuple[int, int]]) -> None:
    def varint(number: int) -> bytes:
        parts = [number & 0x7F]
        while number := number >> 7:
            parts.append(number & 0x7F | 0x80)
        return bytes(reversed(parts))

    assert decoded([varint(a) + varint(b) for a, b in lengths]).tolist() == [[a, b] for a, b in lengths]


def test_the_best_of_equals_are_the_first() -> None:
    rows, scores = np.arange(1, 9, dtype=np.int32), np.array([1.0, 2, 2, 2, 3, 0.5, 2, 2])
    assert best(rows, scores, 4) == [(5, 3.0), (2, 2.0), (3, 2.0), (4, 2.0)]
    assert best(rows, scores, 100)[-1] == (6, 0.5)


def test_rarest_terms_within_the_budget() -> None:
    frequencies = {("grams", "水"): 900, ("grams", "漏水"): 30, ("words", "漏水"): 29}
    assert rarest(frequencies, 100) == [("words", "漏水"), ("grams", "漏水")]
    assert rarest(frequencies, 1) == [("words", "漏水")]
    assert len(rarest(frequencies, 10_000)) == 3
    assert rarest({}, 5) == []
