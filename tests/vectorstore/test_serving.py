"""Chroma and exact search are one to who searches: same neighbours, and right answers whatever becomes of the files."""

import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select, update

from tests.vectorstore.building import filled, put, texts
from tests.vectorstore.nearness import HALF, alike
from vectorstore.embedders.base import Vectors
from vectorstore.embedders.hashing import HashingEmbedder
from vectorstore.embedders.local import LocalEmbedder
from vectorstore.index import PassageIndex
from vectorstore.tables import index_generations, vectors
from vectorstore.vectors import picture

TEXTS = texts()
QUERIES = ["热水器忽冷忽热", "门锁没电老人进不去", "升级以后打印机连不上", "师傅改时间 安装费", "味道"]


@pytest.fixture
def chroma(tmp_path: Path) -> tuple[PassageIndex, Engine]:
    return filled(tmp_path, TEXTS, exact_numbers=0)


class Near(float):
    """A score; equal to one that half precision of vectors makes of it."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, float) and abs(self - other) < HALF

    __hash__ = float.__hash__


def answers(index: PassageIndex, allowed: list[str] | None = None) -> list[list[tuple[str, Near]]]:
    found = [index.search(query, limit=15, allowed=allowed) for query in QUERIES]
    assert all(found)
    return [[(hit.document_id, Near(hit.score)) for hit in hits] for hits in found]


def exact(engine: Engine, tmp_path: Path) -> PassageIndex:
    """The same database without the files."""
    return PassageIndex(engine, tmp_path / "elsewhere", HashingEmbedder())


@pytest.mark.parametrize(
    "allowed",
    [None, [f"d{at}" for at in range(0, 320, 3)], [f"d{at}" for at in range(20, 320)]],
    ids=["all", "a third", "most"],
)
@pytest.mark.parametrize("exact_allowed", [5_000, 10])
@pytest.mark.parametrize("embedder", [HashingEmbedder(64), LocalEmbedder()])
def test_the_same_neighbours(
    tmp_path: Path, embedder: HashingEmbedder | LocalEmbedder, exact_allowed: int, allowed: list[str] | None
) -> None:
    index, engine = filled(tmp_path, TEXTS, embedder, exact_numbers=0, exact_allowed=exact_allowed)
    assert index.health().serving == "chroma"
    plain = PassageIndex(engine, tmp_path / "elsewhere", embedder)
    assert plain.health().serving == "exact"
    found, truth = ([dict(of_one) for of_one in answers(one, allowed)] for one in (index, plain))
    assert all(alike(one, other) for one, other in zip(found, truth, strict=True))


class _Blind(HashingEmbedder):
    """Sees nothing in some texts, as one that does not know their words, or is not shown them."""

    def embed_documents(self, texts: list[str]) -> Vectors:
        made = super().embed_documents(texts)
        made[[text.startswith("零") for text in texts]] = 0
        return made


@pytest.mark.parametrize("step", [2, 40])
def test_a_search_within_what_the_graph_does_not_hold_is_served_all_the_same(tmp_path: Path, step: int) -> None:
    index, engine = filled(tmp_path, {**TEXTS, "zero": "零零零"}, _Blind(64), exact_numbers=0, exact_allowed=5)
    allowed = ["zero", *(f"d{at}" for at in range(0, 320, step))]
    plain = PassageIndex(engine, tmp_path / "elsewhere", _Blind(64))
    for changed in (False, True):
        if changed:
            put(index, engine, {f"d{at}": f"热水器第{at}次漏水" for at in range(0, 320, 2)})
            index.bring_level()
        mine, truth = ([one.search("热水器漏水", limit=9, allowed=allowed, floor=False)] for one in (index, plain))
        assert [(hit.document_id, Near(hit.score)) for hit in mine[0]] == [
            (hit.document_id, Near(hit.score)) for hit in truth[0]
        ]
        assert index.health().serving == "chroma"


def test_what_is_newer_than_the_generation_is_found_and_what_is_gone_is_not(
    chroma: tuple[PassageIndex, Engine], tmp_path: Path
) -> None:
    index, engine = chroma
    before = index.health().generation
    put(index, engine, {"new": "热水器忽冷忽热,水温不稳"})
    with engine.begin() as connection:
        index.remove(connection, ["d0", "d1"])
    index.bring_level()
    health = index.health()
    assert (health.generation, health.delta, health.serving) == (before, 1, "chroma")
    found = {hit.document_id for hit in index.search("热水器忽冷忽热", limit=50)}
    assert "new" in found
    assert not {"d0", "d1"} & found
    assert answers(index) == answers(exact(engine, tmp_path))


def test_what_went_may_lie_thick_around_a_query(tmp_path: Path) -> None:
    crowd = {f"same{at}": "热水器忽冷忽热,水温不稳" for at in range(60)}
    index, engine = filled(tmp_path, {**TEXTS, **crowd}, HashingEmbedder(64), exact_numbers=0)
    generation = index.health().generation
    with engine.begin() as connection:
        index.remove(connection, list(crowd))
    index.bring_level()
    assert index.health().generation == generation
    query = HashingEmbedder(64).embed_query("热水器忽冷忽热,水温不稳")
    with engine.connect() as connection:
        served, truth = index.neighbours(connection), picture(connection, HashingEmbedder(64).identity)
        found, best = served.nearest(query, 10, None), truth.nearest(query, 10)
    assert found[1] == pytest.approx(best[1], abs=1e-3)


def test_a_big_change_is_worth_a_new_generation_and_the_old_goes(
    chroma: tuple[PassageIndex, Engine], tmp_path: Path
) -> None:
    index, engine = chroma
    before = index.health().generation
    put(index, engine, {f"x{at}": f"遥控器失灵,第{at}次" for at in range(90)})
    after = index.bring_level().generation
    assert after != before
    assert [path.name for path in (tmp_path / "index" / "generations").iterdir()] == [after]
    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(index_generations)).scalar_one() == 1


def _remove(directory: Path) -> None:
    shutil.rmtree(directory)


def _empty(directory: Path) -> None:
    shutil.rmtree(directory)
    directory.mkdir()


def _cut_database(directory: Path) -> None:
    path = directory / "chroma.sqlite3"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _garble_database(directory: Path) -> None:
    path = directory / "chroma.sqlite3"
    path.write_bytes(b"\x00" * path.stat().st_size)


def _garble_vectors(directory: Path) -> None:
    for path in directory.glob("*/*"):
        path.write_bytes(bytes(reversed(path.read_bytes())))


def _lose_vectors(directory: Path) -> None:
    for path in directory.glob("*"):
        if path.is_dir():
            shutil.rmtree(path)


@pytest.mark.parametrize("damage", [_remove, _empty, _cut_database, _garble_database, _garble_vectors, _lose_vectors])
@pytest.mark.parametrize("while_open", [False, True])
def test_right_answers_after_damage_and_the_next_run_mends(
    tmp_path: Path, damage: Callable[[Path], None], while_open: bool
) -> None:
    index, engine = filled(tmp_path, TEXTS, HashingEmbedder(64), exact_numbers=0)
    expected = answers(PassageIndex(engine, tmp_path / "elsewhere", HashingEmbedder(64)))
    if while_open:
        answers(index)
    generation = index.health().generation
    assert generation
    damage(tmp_path / "index" / "generations" / generation)
    other = index if while_open else PassageIndex(engine, tmp_path / "index", HashingEmbedder(64), exact_numbers=0)
    assert answers(other) == expected
    assert other.health().damaged
    stats = other.bring_level()
    assert stats.embedded == 0, "vectors are kept in the database: nothing is paid for twice"
    assert stats.generation != generation
    assert (other.health().damaged, other.health().serving) == (None, "chroma")
    assert answers(other) == expected


def test_the_whole_directory_may_be_deleted(chroma: tuple[PassageIndex, Engine], tmp_path: Path) -> None:
    index, engine = chroma
    expected = answers(index)
    shutil.rmtree(tmp_path / "index")
    other = PassageIndex(engine, tmp_path / "index", HashingEmbedder(), exact_numbers=0)
    assert answers(other) == expected
    assert other.bring_level().embedded == 0


def test_leftovers_of_a_killed_build_are_swept(chroma: tuple[PassageIndex, Engine], tmp_path: Path) -> None:
    index, _ = chroma
    left = tmp_path / "index" / "generations" / "halfbuilt"
    left.mkdir()
    (left / "chroma.sqlite3").write_bytes(b"half")
    index.bring_level()
    assert not left.exists()


def test_scrubbing_leaves_no_trace(chroma: tuple[PassageIndex, Engine], tmp_path: Path) -> None:
    index, engine = chroma
    put(index, engine, {"secret": "某某人的鹦鹉啄坏了遥控器"})
    index.bring_level()
    with engine.connect() as connection:
        before = connection.execute(select(func.count()).select_from(vectors)).scalar_one()
    with engine.begin() as connection:
        index.remove(connection, ["secret"])
    index.scrub()
    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(vectors)).scalar_one() == before - 1
    with engine.connect() as connection:
        connection.exec_driver_sql("VACUUM")
    assert "鹦鹉".encode() not in (tmp_path / "voc.db").read_bytes()
    assert list((tmp_path / "index" / "generations").iterdir()) == []
    assert index.search("热水器忽冷忽热")
    assert index.health().serving == "exact"


def test_a_generation_of_another_model_does_not_serve(chroma: tuple[PassageIndex, Engine], tmp_path: Path) -> None:
    _, engine = chroma
    with engine.begin() as connection:
        connection.execute(update(index_generations).values(model="other"))
    other = PassageIndex(engine, tmp_path / "index", HashingEmbedder(), exact_numbers=0)
    assert other.health().serving == "exact"
    assert answers(other) == answers(exact(engine, tmp_path))


def test_a_chroma_server_that_is_not_there(tmp_path: Path) -> None:
    index, engine = filled(tmp_path, TEXTS, chroma_url="http://127.0.0.1:9", exact_numbers=0)
    assert index.health().generation is None
    assert answers(index) == answers(exact(engine, tmp_path))


def test_searching_goes_on_in_threads_while_generations_change(tmp_path: Path) -> None:
    index, engine = filled(tmp_path, TEXTS, exact_numbers=0)
    with ThreadPoolExecutor(4) as pool:
        searching = [pool.submit(answers, index) for _ in range(40)]
        for at in range(3):
            put(index, engine, {f"x{at}-{i}": f"遥控器失灵,第{i}次,第{at}台" for i in range(90 + 60 * at)})
            index.bring_level()
        assert all(len(done.result()) == len(QUERIES) for done in searching)
    assert index.health().serving == "chroma"
    assert answers(index) == answers(exact(engine, tmp_path))
