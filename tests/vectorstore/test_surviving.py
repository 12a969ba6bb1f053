"""Kills at named points, harm to single files, places that can't be written: right answers, and the next run mends."""

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine

from evals.postgres import Cluster
from tests.vectorstore import dying
from tests.vectorstore.building import filled, new_engine, on, put, texts
from tests.vectorstore.test_serving import answers, exact
from vectorstore.embedders.hashing import HashingEmbedder
from vectorstore.index import PassageIndex

TEXTS = texts()


@pytest.fixture
def chroma(tmp_path: Path) -> tuple[PassageIndex, Engine]:
    return filled(tmp_path, TEXTS, exact_numbers=0)


@pytest.mark.parametrize("point", ["embedding", "created", "filling", "filled", "sealed", "serving"])
@pytest.mark.parametrize("built_before", [False, True])
def test_killed_at_any_point_nothing_is_wrong_and_nothing_is_embedded_twice(
    tmp_path: Path, point: str, built_before: bool
) -> None:
    _killed(new_engine(tmp_path), tmp_path, point, built_before)


@pytest.mark.postgres
@pytest.mark.parametrize("point", ["embedding", "filled", "serving"])
def test_killed_on_a_server_the_same(postgres: Cluster, tmp_path: Path, point: str) -> None:
    with on(postgres):
        _killed(new_engine(tmp_path), tmp_path, point, built_before=True)


def _killed(engine: Engine, tmp_path: Path, point: str, built_before: bool) -> None:
    embedder = HashingEmbedder(dying.DIM)
    index = PassageIndex(engine, tmp_path / "index", embedder, exact_numbers=0)
    if built_before:
        put(index, engine, TEXTS)
        index.bring_level()
    many = {f"n{at}": f"{at}号机{body}" for at, body in enumerate([*TEXTS.values()] * 2)}
    put(index, engine, {**TEXTS, **many})
    command = [sys.executable, "-m", "tests.vectorstore.dying", str(engine.url), str(tmp_path), point]
    killed = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    other = PassageIndex(engine, tmp_path / "index", embedder, exact_numbers=0)
    assert answers(other) == answers(PassageIndex(engine, tmp_path / "elsewhere", embedder))
    stats = other.bring_level()
    assert stats.embedded == (len(many) + len(TEXTS) * (not built_before) - 500 if point == "embedding" else 0)
    assert other.remains() == [stats.generation]
    health = other.health()
    assert (health.level, health.serving, health.passages) == (True, "chroma", len(TEXTS) + len(many))
    assert answers(other) == answers(PassageIndex(engine, tmp_path / "elsewhere", embedder))


def _unlink(path: Path) -> None:
    path.unlink()


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x40
    path.write_bytes(content)


def _lead_nowhere(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.parent / "nothing")


@pytest.mark.parametrize("harm", [_unlink, _cut, _flip, _lead_nowhere])
def test_harm_to_any_single_file(
    chroma: tuple[PassageIndex, Engine], tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    index, engine = chroma
    expected = answers(index)
    files = [path for path in (tmp_path / "index" / "generations").rglob("*") if path.is_file()]
    assert {path.name for path in files} >= {"data_level0.bin", "vectors.f16", "chroma.sqlite3"}
    for name in sorted({path.name for path in files}):
        generation = index.health().generation
        root = tmp_path / "index" / "generations" / str(generation)
        if not (found := [path for path in root.rglob(name) if path.stat().st_size]):
            continue
        harm(found[0])
        other = PassageIndex(engine, tmp_path / "index", HashingEmbedder(), exact_numbers=0)
        assert answers(other) == expected, name
        if name != "chroma.sqlite3" or harm is not _flip:  # a flipped bit there may stand where nothing is
            assert other.health().damaged, name
        assert other.bring_level().embedded == 0
        assert other.health().damaged is None


def test_what_leads_elsewhere_is_not_followed(chroma: tuple[PassageIndex, Engine], tmp_path: Path) -> None:
    index, _ = chroma
    treasure = tmp_path / "treasure"
    treasure.mkdir()
    (treasure / "kept").write_text("kept", encoding="utf-8")
    (tmp_path / "index" / "generations" / "link").symlink_to(treasure)
    index.bring_level()
    assert (treasure / "kept").exists()
    assert index.remains() == [index.health().generation]


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "index").mkdir()
    (tmp_path / "index" / "generations").write_text("in the way", encoding="utf-8")
    index, engine = filled(tmp_path, TEXTS, exact_numbers=0)
    health = index.health()
    assert (health.generation, health.serving) == (None, "exact")
    assert "could not be built" in health.events[-1]
    assert answers(index) == answers(exact(engine, tmp_path))
    (tmp_path / "index" / "generations").unlink()
    assert index.bring_level().embedded == 0
    assert index.health().serving == "chroma"
