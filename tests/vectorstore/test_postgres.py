"""Full text on PostgreSQL ranks as on SQLite, takes several writers, and keeps nothing of what was scrubbed."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select, text

from evals.postgres import Cluster
from tests.vectorstore.building import filled, new_engine, on, put, texts
from vectorstore import state, tables
from vectorstore.embedders.hashing import HashingEmbedder
from vectorstore.index import PassageIndex
from vectorstore.lexical import FullText, tokens_of
from vectorstore.postings import Remembered
from vectorstore.text import Analyzer
from vectorstore.tsvector import LONG
from vectorstore.vectors import keep

pytestmark = pytest.mark.postgres
ANALYZER = Analyzer()
QUERIES = [
    "热水器漏水",
    "打印机升级以后连不上,师傅改时间",
    "智能门锁没电",
    "滚刷缠头发 安装费",
    "哈",
    "a" * 999,
    "X5-30",
    "'\\",
]
STRANGE = {
    "often": "哈" * 700 + "漏水,漏水。漏水",
    "long": "a" * (LONG + 799) + " ba" * 70_000,
    "wide": "".join(map(chr, range(0x4E00, 0x9FA0))) * 2,
    "odd": "O'Neil \\ said: 'x5-30' & !漏水:*",
    "none": "。。。",
}


@pytest.fixture(scope="module")
def engines(postgres: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Engine, Engine]]:
    """The same texts, on SQLite and on PostgreSQL."""
    folder = tmp_path_factory.mktemp("both")
    held = {**texts(), **sample(), **STRANGE}
    lite = filled(folder, held)[1]
    with on(postgres):
        yield lite, filled(folder, held)[1]


def sample() -> dict[str, str]:
    lines = (Path(__file__).parents[2] / "evals/cases/xinglan/records.jsonl").read_text(encoding="utf-8").splitlines()
    records = [json.loads(line) for line in lines]
    return {row["id"]: row.get("text") or "\n".join(turn["text"] for turn in row["turns"]) for row in records}


def best(engine: Engine, query: str, full_text: FullText) -> tuple[list[str], list[float]]:
    p = tables.passages.c
    with engine.connect() as connection:
        found = full_text.search(connection, query, 20)
        names = {row.row: row.id for row in connection.execute(select(p.row, p.id))}
    return [names.get(row, "gone meanwhile") for row, _ in found], [score for _, score in found]


@pytest.mark.parametrize("query", QUERIES)
def test_the_same_ranking_on_both(engines: tuple[Engine, Engine], query: str) -> None:
    (names, scores), (others, other_scores) = (best(engine, query, FullText(ANALYZER)) for engine in engines)
    assert names == others
    assert scores == pytest.approx(other_scores, abs=1e-6)
    assert names or "\\" in query


BODIES = st.lists(st.text("漏水热器门锁没电 ab9-.。", max_size=30), min_size=1, max_size=8)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25)
@given(bodies=BODIES, query=st.text("漏水热器门锁没电 ab9", min_size=1, max_size=8), gone=st.integers(0, 8))
def test_any_texts_come_and_go_alike(empty: tuple[Engine, Engine], bodies: list[str], query: str, gone: int) -> None:
    found = []
    for engine in empty:
        with engine.begin() as connection:
            full_text = FullText(ANALYZER)
            full_text.refill(connection, [])
            full_text.add(connection, list(enumerate(bodies, start=1)))
            full_text.remove(connection, list(enumerate(bodies, start=1))[:gone])
            full_text.add(connection, [(9, "漏水")])
            state.touch(connection)
        with engine.connect() as connection:
            tokens = tokens_of(connection)
            asked = sorted({term for body in bodies for term in (*ANALYZER.words(body), *ANALYZER.grams(body))})
            known = tokens.frequencies(asked) if asked else {}
            rows = full_text.search(connection, query, 20)
            found.append((known, tokens.totals(), tokens.count(), [row for row, _ in rows], [s for _, s in rows]))
    one, other = found
    assert one[:4] == other[:4]
    assert one[4] == pytest.approx(other[4], abs=1e-6)


@pytest.fixture(scope="module")
def empty(postgres: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Engine, Engine]]:
    folder = tmp_path_factory.mktemp("empty")
    lite = new_engine(folder)
    with on(postgres):
        yield lite, new_engine(folder)


@pytest.fixture
def written(postgres: Cluster, tmp_path: Path) -> Iterator[tuple[PassageIndex, Engine]]:
    with on(postgres):
        yield filled(tmp_path, texts())


def test_writers_at_once_are_all_seen_and_counted(written: tuple[PassageIndex, Engine], tmp_path: Path) -> None:
    index, engine = written
    indexes = [PassageIndex(engine, tmp_path / name, HashingEmbedder()) for name in "abc"]
    done, remembered = threading.Event(), FullText(ANALYZER, Remembered())

    def write(at: int) -> None:
        for n in range(6):
            put(indexes[at], engine, {f"w{at}-{n}-{i}": f"第{at}处遥控器失灵{'失灵' * (i % 3)}" for i in range(20)})
            with engine.begin() as connection:
                indexes[at].remove(connection, [f"w{at}-{n}-{i}" for i in range(3)])
        indexes[at].bring_level()

    def read() -> None:
        while not done.is_set():
            best(engine, "遥控器失灵", remembered)
            index.search("遥控器失灵")

    with ThreadPoolExecutor(4) as pool:
        reading = pool.submit(read)
        list(pool.map(write, range(3)))
        done.set()
        reading.result()
    index.bring_level()
    assert (index.health().passages, index.health().full_text_rows, index.health().level) == (626, 626, True)
    assert best(engine, "遥控器失灵", remembered) == best(engine, "遥控器失灵", FullText(ANALYZER))
    with engine.connect() as connection:
        counted = "SELECT word, ndoc FROM ts_stat('SELECT tokens FROM passages_full_text')"
        kept = "SELECT term, passages FROM passages_full_text_terms WHERE passages > 0 AND term NOT IN ('', chr(31))"
        assert sorted(connection.execute(text(counted)).all()) == sorted(connection.execute(text(kept)).all())
        sums = "SELECT count(*), sum(length) FROM passages_full_text"
        assert tokens_of(connection).totals() == tuple(connection.execute(text(sums)).one())


def test_a_search_narrowed_to_very_many(written: tuple[PassageIndex, Engine]) -> None:
    index, _ = written
    allowed = [*texts(), *(f"none{n}" for n in range(100_000))]
    assert index.search("热水器漏水", allowed=allowed) == index.search("热水器漏水")


def test_scrubbing_leaves_no_trace_in_the_files_of_full_text(
    written: tuple[PassageIndex, Engine], postgres: Cluster
) -> None:
    index, engine = written
    put(index, engine, {"secret": "某某人的鹦鹉啄坏了遥控器"})
    assert _files_with(engine, postgres, "鹦鹉")
    with engine.begin() as connection:
        index.remove(connection, ["secret"])
    index.scrub()
    assert not _files_with(engine, postgres, "鹦鹉")
    index.bring_level()
    assert index.search("热水器漏水")
    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(tables.vectors)).scalar_one() == 320


def _files_with(engine: Engine, postgres: Cluster, words: str) -> list[str]:
    """Files of the full text's tables and indexes that hold these words."""
    named = """
    SELECT pg_relation_filepath(c.oid) FROM pg_class AS c
    WHERE c.relname LIKE 'passages_full_text%' OR c.oid IN (
        SELECT reltoastrelid FROM pg_class WHERE relname LIKE 'passages_full_text%')
    """
    with engine.connect() as connection:
        plainly = connection.execution_options(isolation_level="AUTOCOMMIT")
        plainly.execute(text("CHECKPOINT"))
        files = [str(name) for name in plainly.execute(text(named)).scalars() if name]
    assert len(files) >= 5
    return [name for name in files if words.encode() in (postgres.folder / "data" / name).read_bytes()]


def test_vectors_stored_by_two_at_once(written: tuple[PassageIndex, Engine]) -> None:
    _, engine = written
    for _ in range(2):
        with engine.begin() as connection:
            keep(connection, "m", ["k"], np.ones((1, 4), dtype=np.float32))
    with engine.connect() as connection:
        held = select(func.count()).select_from(tables.vectors).where(tables.vectors.c.model == "m")
        assert connection.execute(held).scalar_one() == 1
