"""Names that the full text keeps whole."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.vectorstore.building import filled, put, texts
from vectorstore.embedders.hashing import HashingEmbedder
from vectorstore.index import PassageIndex

pytestmark = pytest.mark.usefixtures("either_database")

TEXTS = texts()


def test_names_renew_the_full_text(tmp_path: Path) -> None:
    index, engine = filled(tmp_path, {**TEXTS, "n": "云净小魔方坏了"})
    assert index.add_names(["云净小魔方"])
    assert not index.add_names(["云净小魔方"])
    assert index.health().stale_full_text
    assert index.search("云净小魔方")[0].document_id == "n"
    index.bring_level()
    assert index.health().level
    assert index.health().full_text_rows == 321
    put(index, engine, {"n": "换了内容"})
    assert index.search("云净小魔方") == []


def test_names_are_kept_and_cut_what_holds_them_as_a_full_rebuild_would(tmp_path: Path) -> None:
    bodies = {
        **TEXTS,
        "n": "云净小魔方坏了",
        "m": "雲淨小魔方还没坏",
        "o": "晨星云灯不亮，云净水器也坏",
        "p": "小魔方是玩具",
    }
    index, engine = filled(folder(tmp_path, "bit by bit"), bodies)
    for names in (["云净小魔方"], ["晨星云灯", "云净"], ["小魔方 S3", "JSQ30"]):
        index.add_names(names)
        put(index, engine, {})
    at_once, other = filled(folder(tmp_path, "at once"), bodies)
    at_once.add_names(["云净小魔方", "晨星云灯", "云净"])
    at_once.bring_level()
    assert full_text(engine) == full_text(other)
    later = PassageIndex(engine, tmp_path / "index", HashingEmbedder(), names=["别的名字"])
    assert later.search("云净小魔方")[0].document_id in {"n", "m"}
    assert {"云净小魔方", "晨星云灯", "别的名字"} <= set(later.analyzer.names)
    put(index, engine, dict.fromkeys(bodies, "换了"))
    assert "云" not in {term.removeprefix("g") for term, _ in full_text(engine)}


def folder(parent: Path, name: str) -> Path:
    (parent / name).mkdir()
    return parent / name


def full_text(engine: Engine) -> set[tuple[str, int]]:
    """Each term, behind its column's letter, and how many passages hold it."""
    told = {
        "sqlite": "SELECT substr(col, 1, 1) || term, doc FROM passages_full_text_terms",
        "postgresql": "SELECT term, passages FROM passages_full_text_terms WHERE passages > 0",
    }
    with engine.connect() as connection:
        found = connection.exec_driver_sql(told[engine.dialect.name])
        return {(str(term), int(count)) for term, count in found}
