"""Chroma and exact search are one to who searches: same neighbours, and right answers whatever becomes of the files."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select, update

from tests.vectorstore.building import filled, put, texts
from vectorstore.embedders.hashing import HashingEmbedder
from vectorstore.embedders.local import LocalEmbedder
from vectorstore.index import PassageIndex
from vectorstore.tables import index_generations, vectors

TEXTS = texts()
QUERIES = ["热水器忽冷忽热", "门锁没电老人进不去", "升级以后打印机连不上", "师傅改时间 安装费", "味道"]


@pytest.fixture
def chroma(tmp_path: Path) -> tuple[PassageIndex, Engine]:
    return filled(tmp_path, TEXTS, LocalEmbedder(), exact_numbers=0)


def answers(index: PassageIndex, **options: object) -> list[list[tuple[str, float]]]:
    found = [index.search(query, limit=15, **options) for query in QUERIES]  # type: ignore[arg-type]
    assert all(found)
    return [[(hit.document_id, round(hit.score, 3)) for hit in hits] for hits in found]


def exact(index: PassageIndex, engine: Engine) -> PassageIndex:
    return PassageIndex(engine, index._directory / "elsewhere", LocalEmbedder())


@pytest.mark.parametrize("allowed", [None, [f"d{at}" for at in range(0, 320, 3)]])
def test_the_same_neighbours(chroma: tuple[PassageIndex, Engine], allowed: list[str] | None) -> None:
    index, engine = chroma
    assert index.health().serving == "chroma"
    assert exact(index, engine).health().damaged
    assert answers(index, allowed=allowed) == answers(exact(index, engine), allowed=allowed)


def test_many_allowed_are_handed_to_chroma(
    chroma: tuple[PassageIndex, Engine], monkeypatch: pytest.MonkeyPatch
) -> None:
    index, engine = chroma
    monkeypatch.setattr("vectorstore.serving.EXACT_ALLOWED", 10)
    allowed = [f"d{at}" for at in range(0, 320, 2)]
    assert answers(index, allowed=allowed) == answers(exact(index, engine), allowed=allowed)


def test_what_is_newer_than_the_generation_is_found_and_what_is_gone_is_not(
    chroma: tuple[PassageIndex, Engine],
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
    assert answers(index) == answers(exact(index, engine))


def test_a_big_change_is_worth_a_new_generation_and_the_old_goes(chroma: tuple[PassageIndex, Engine]) -> None:
    index, engine = chroma
    before = index.health().generation
    put(index, engine, {f"x{at}": f"遥控器失灵,第{at}次" for at in range(90)})
    after = index.bring_level().generation
    assert after != before
    assert [path.name for path in (index._directory / "generations").iterdir()] == [after]
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
    other = PassageIndex(engine, tmp_path / "index", LocalEmbedder(), exact_numbers=0)
    assert answers(other) == expected
    assert other.bring_level().embedded == 0


def test_leftovers_of_a_killed_build_are_swept(chroma: tuple[PassageIndex, Engine]) -> None:
    index, _ = chroma
    left = index._directory / "generations" / "halfbuilt"
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


def test_a_generation_of_another_model_does_not_serve(chroma: tuple[PassageIndex, Engine]) -> None:
    index, engine = chroma
    with engine.begin() as connection:
        connection.execute(update(index_generations).values(model="other"))
    index._server.close()
    assert index.health().serving == "exact"
    assert answers(index) == answers(exact(index, engine))
