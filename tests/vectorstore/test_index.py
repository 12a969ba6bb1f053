"""The index: what is searched for is found, within what is allowed, and changes show."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, event, select

from tests.vectorstore.building import PARTS, filled, put, texts
from vectorstore.embedders.base import Tuning
from vectorstore.embedders.hashing import HashingEmbedder
from vectorstore.embedders.local import LocalEmbedder
from vectorstore.embedders.openai_endpoint import EndpointEmbedder
from vectorstore.errors import IndexUnusableError
from vectorstore.index import Passage, PassageIndex
from vectorstore.tables import passages

pytestmark = pytest.mark.usefixtures("either_database")

TEXTS = texts()


@pytest.fixture(scope="module")
def local(either_database: str, tmp_path_factory: pytest.TempPathFactory) -> PassageIndex:
    return filled(tmp_path_factory.mktemp("local"), TEXTS, LocalEmbedder())[0]


def rows(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        return {row.id: row.row for row in connection.execute(select(passages.c.id, passages.c.row))}


@pytest.mark.parametrize(
    "query", ["热水器漏水", "熱水器漏水", "智能门锁电池没电,老人不敢用", "打印机升级以后连不上,安装费乱收"]
)
def test_finds_what_was_asked_for(local: PassageIndex, query: str) -> None:
    hits = local.search(query, limit=4)
    assert len(hits) == 4
    wanted = [part for part in (*PARTS["products"], *PARTS["faults"]) if part in query]
    assert all(part in hits[0].text for part in wanted)
    for hit in hits:
        assert hit.text == TEXTS[hit.document_id][hit.start : hit.end]
        assert 0 < hit.score <= 1
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


@pytest.mark.parametrize("query", PARTS["off_topic"])
def test_finds_nothing_for_what_it_is_not_about(local: PassageIndex, query: str) -> None:
    assert local.search(query) == []


@pytest.mark.parametrize("query", PARTS["hostile"])
def test_any_query_is_safe(local: PassageIndex, query: str) -> None:
    assert len(local.search(query, limit=3)) <= 3


def test_without_floor_everything_allowed_is_ranked(local: PassageIndex) -> None:
    allowed = ["d0", "d1", "d200"]
    assert {hit.document_id for hit in local.search("打印机漏水", allowed=allowed, floor=False)} == set(allowed)


def test_stays_within_allowed(local: PassageIndex) -> None:
    allowed = {f"d{at}" for at in range(0, 320, 7)}
    hits = local.search("路由器掉线", allowed=allowed, limit=50)
    assert hits
    assert {hit.document_id for hit in hits} <= allowed
    assert local.search("路由器掉线", allowed=[]) == []
    assert local.search("路由器掉线", allowed=["unknown"]) == []
    assert local.search("路由器掉线", limit=0) == []


def test_what_is_found_is_looked_up_and_never_sought_in_the_whole_table(tmp_path: Path) -> None:
    index, engine = filled(tmp_path, TEXTS)
    if engine.dialect.name != "sqlite":
        pytest.skip("its plans depend on what it has learned of the table")
    index.search("热水器漏水")
    asked: list[tuple[str, object]] = []
    event.listen(engine, "before_cursor_execute", lambda _, __, said, given, *___: asked.append((said, given)))
    assert index.search("热水器漏水")
    assert index.search("热水器漏水", allowed=["d0", "d1"], floor=False)
    with engine.begin() as connection:
        index.replace(connection, {"new": [Passage("new", 0, 0, 4, "空调漏水")]}, "record")
    statements = [(said, given) for said, given in asked if " IN (" in said and "passages" in said]
    assert len(statements) > 4
    with engine.connect() as connection:
        for said, given in statements:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {said}", given).all()  # type: ignore[arg-type]
            assert not any("SCAN passages" in step.detail for step in plan), said


def test_folds_a_document_to_its_best_passage(tmp_path: Path) -> None:
    index, engine = filled(tmp_path, TEXTS)
    pieces = [Passage("long", at, at, at + 4, body) for at, body in enumerate(["空调漏水", "漏水的空调", "空调还漏水"])]
    with engine.begin() as connection:
        index.replace(connection, {"long": pieces}, "record")
    index.bring_level()
    folded = index.search("空调漏水", limit=30)
    assert [hit.document_id for hit in folded].count("long") == 1
    assert folded[0].passage_id == "long:record:0"
    assert [hit.document_id for hit in index.search("空调漏水", limit=30, fold=False)].count("long") == 3


def test_recency_orders_what_is_equally_near(tmp_path: Path) -> None:
    index, _ = filled(tmp_path, {**TEXTS, "old": "水龙头松动", "new": "水龙头松动"})
    for newer in ("old", "new"):
        assert index.search("水龙头松动", recency={newer: 1.0})[0].document_id == newer


def test_replacing_touches_only_what_changed(tmp_path: Path) -> None:
    index, engine = filled(tmp_path, TEXTS)
    before = rows(engine)
    put(index, engine, {**TEXTS, "d0": "换成了别的内容:遥控器失灵"})
    after = rows(engine)
    assert {key for key in after if after[key] != before[key]} == {"d0:record:0"}
    stats = index.bring_level()
    assert (stats.passages, stats.embedded, stats.reused) == (320, 1, 319)
    assert index.search("遥控器失灵")[0].document_id == "d0"


def test_kinds_are_replaced_apart_and_removed_together(tmp_path: Path) -> None:
    index, engine = filled(tmp_path, TEXTS)
    with engine.begin() as connection:
        index.replace(connection, {"d0": [Passage("d0", 0, 0, 4, "净水声音", "insight")]}, "insight")
    assert {"d0:record:0", "d0:insight:0"} <= set(rows(engine))
    with engine.begin() as connection:
        index.replace(connection, {"d0": []}, "insight")
    assert "d0:insight:0" not in rows(engine)
    with engine.begin() as connection:
        index.remove(connection, ["d0"])
    assert not {key for key in rows(engine) if key.startswith("d0:")}


@pytest.mark.parametrize(
    "wrong",
    [
        [Passage("other", 0, 0, 1, "x")],
        [Passage("d", 0, 0, 1, "x", kind="insight")],
        [Passage("d", 0, 0, 1, "x"), Passage("d", 0, 1, 2, "y")],
    ],
)
def test_wrong_passages_are_refused(tmp_path: Path, wrong: list[Passage]) -> None:
    index, engine = filled(tmp_path, {})
    with pytest.raises(ValueError, match="passage"), engine.begin() as connection:
        index.replace(connection, {"d": wrong}, "record")


def test_the_callers_rollback_undoes_everything(tmp_path: Path) -> None:
    index, engine = filled(tmp_path, TEXTS)
    with engine.connect() as connection:
        index.replace(connection, {"d0": [Passage("d0", 0, 0, 5, "遥控器失灵")]}, "record")
        connection.rollback()
    assert index.search("遥控器失灵") == []
    assert index.health().level


def test_an_empty_index(tmp_path: Path) -> None:
    index, engine = filled(tmp_path, {}, LocalEmbedder())
    assert index.search("漏水") == []
    assert index.health().serving == "none"
    assert index.bring_level().passages == 0
    put(index, engine, {"a": "漏水", "b": "掉线", "c": "   "})
    assert index.bring_level().passages == 2
    assert [hit.document_id for hit in index.search("漏水")][:1] == ["a"]


def test_another_process_sees_changes(tmp_path: Path) -> None:
    index, engine = filled(tmp_path, TEXTS, LocalEmbedder())
    other = PassageIndex(engine, tmp_path / "index", LocalEmbedder())
    assert other.search("遥控器失灵") == []
    put(index, engine, {f"x{at}": f"遥控器失灵{at}" for at in range(400)})
    index.bring_level()
    assert other.search("遥控器失灵")
    assert other.embedder.identity == index.embedder.identity


def test_one_at_a_time(tmp_path: Path) -> None:
    index, engine = filled(tmp_path, TEXTS)
    other = PassageIndex(engine, tmp_path / "index", HashingEmbedder())
    refused: list[str] = []

    def meanwhile(done: int, total: int) -> None:
        with pytest.raises(IndexUnusableError, match="another process"):
            other.bring_level()
        refused.append(f"{done}/{total}")

    put(index, engine, {"z": "遥控器失灵"})
    index.bring_level(meanwhile)
    assert refused == ["1/1"]


def test_tuning_shares_are_shares() -> None:
    for embedder in (HashingEmbedder(), EndpointEmbedder("m"), LocalEmbedder().fit(["漏水"])):
        assert isinstance(embedder.tuning, Tuning)
        assert 0 <= embedder.tuning.dense <= 1
