from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, func, select

from tests.vectorstore.building import PARTS, filled, new_engine, put, texts
from tests.vectorstore.endpoint import serving
from vectorstore.embedders.base import Tuning, Vectors
from vectorstore.embedders.hashing import HashingEmbedder
from vectorstore.embedders.local import LocalEmbedder
from vectorstore.embedders.openai_endpoint import EndpointEmbedder
from vectorstore.errors import EmbedderError, IndexUnusableError
from vectorstore.index import Passage, PassageIndex
from vectorstore.tables import embedder_states, passages, vectors

TEXTS = texts()


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> PassageIndex:
    return filled(tmp_path_factory.mktemp("local"), TEXTS, LocalEmbedder())[0]


def rows(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        return {row.id: row.row for row in connection.execute(select(passages.c.id, passages.c.row))}


class Breaking(HashingEmbedder):
    """Embeds so many texts, then fails until it is mended; counts what it was given."""

    def __init__(self, good_for: int) -> None:
        super().__init__()
        self.good_for = good_for
        self.given: list[str] = []

    def embed_documents(self, texts: list[str]) -> Vectors:
        if len(self.given) + len(texts) > self.good_for:
            raise EmbedderError("broken", "down")
        self.given += texts
        return super().embed_documents(texts)

    def embed_query(self, text: str) -> Vectors:
        return HashingEmbedder().embed_query(text)


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


def test_no_text_is_embedded_twice_even_after_a_failure(tmp_path: Path) -> None:
    engine = new_engine(tmp_path)
    embedder = Breaking(good_for=900)
    index = PassageIndex(engine, tmp_path / "index", embedder)
    put(index, engine, {f"n{at}": f"{at % 1200}号机{TEXTS[f'd{at % 1200 % 320}']}" for at in range(1300)})
    with pytest.raises(EmbedderError):
        index.bring_level()
    assert index.health().vectors_missing > 0
    assert index.search("漏水"), "full text serves before the vectors are there"
    embedder.good_for = 10_000
    seen: list[tuple[int, int]] = []
    stats = index.bring_level(lambda done, total: seen.append((done, total)))
    assert len(embedder.given) == len(set(embedder.given)) == 1200
    assert stats.passages == stats.embedded + stats.reused == 1300
    assert seen[-1][0] == seen[-1][1] == 700
    assert index.bring_level().embedded == 0
    assert len(embedder.given) == 1200


def test_the_local_model_is_fitted_anew_when_outgrown(tmp_path: Path) -> None:
    few = dict(list(TEXTS.items())[:100])
    index, engine = filled(tmp_path, few, LocalEmbedder())
    first = index.embedder.identity
    put(index, engine, dict(list(TEXTS.items())[100:120]))
    index.bring_level()
    assert index.embedder.identity == first
    put(index, engine, TEXTS)
    stats = index.bring_level()
    assert index.embedder.identity != first
    assert (stats.embedded, stats.reused) == (320, 0)
    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(embedder_states)).scalar_one() == 1
        assert set(connection.execute(select(vectors.c.model)).scalars()) == {index.embedder.identity}


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
    assert "云" not in {term for _, term, _ in full_text(engine)}


def folder(parent: Path, name: str) -> Path:
    (parent / name).mkdir()
    return parent / name


def full_text(engine: Engine) -> set[tuple[str, str, int]]:
    with engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT col, term, doc FROM passages_full_text_terms")
        return {(str(column), str(term), int(count)) for column, term, count in found}


def test_an_endpoint_that_fails_leaves_full_text(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with serving() as endpoint:
        index, _ = filled(tmp_path, TEXTS, EndpointEmbedder("m", base_url=endpoint.url, batch=100, pause=0.01))
        assert index.search("热水器漏水")
        endpoint.faults[:] = ["500"] * 9
        hits = index.search("热水器漏水")
    assert "热水器漏水" in hits[0].text
    assert "full text alone" in caplog.text
    assert "漏水" not in caplog.text


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


def test_a_changed_model_takes_over_when_it_is_ready_and_going_back_is_free(tmp_path: Path) -> None:
    with serving() as endpoint:
        first = filled(tmp_path, TEXTS, EndpointEmbedder("one", base_url=endpoint.url), exact_numbers=0)[0]
        engine = create_engine(f"sqlite:///{tmp_path / 'voc.db'}")
        other = PassageIndex(
            engine, tmp_path / "index", EndpointEmbedder("two", base_url=endpoint.url), exact_numbers=0
        )
        expected = [hit.document_id for hit in first.search("热水器漏水")]
        health = other.health()
        assert (health.model, health.serving) == (first.embedder.identity, "chroma")
        assert (health.wanted, health.level) == (f"two@{endpoint.url}", False)
        endpoint.requests.clear()
        assert [hit.document_id for hit in other.search("热水器漏水")] == expected
        assert [asked["model"] for asked in endpoint.requests] == ["one"], "until it is ready the former one is asked"
        assert other.bring_level().embedded == 320
        assert other.embedder.identity == f"two@{endpoint.url}"
        assert len(other.remains()) == 1
        assert "took over" in " ".join(other.health().events)
        endpoint.requests.clear()
        assert first.bring_level().embedded == 0, "paid vectors are kept"
        assert endpoint.requests == []
        assert first.embedder.identity == f"one@{endpoint.url}"
        assert [hit.document_id for hit in first.search("热水器漏水")] == expected


def test_from_the_local_model_to_an_endpoint(tmp_path: Path) -> None:
    with serving() as endpoint:
        local, engine = filled(tmp_path, TEXTS, LocalEmbedder())
        other = PassageIndex(engine, tmp_path / "index", EndpointEmbedder("two", base_url=endpoint.url))
        found = local.search("热水器漏水")
        assert other.search("热水器漏水") == found
        assert endpoint.requests == []
        assert other.bring_level().embedded == 320
        with engine.connect() as connection:
            assert set(connection.execute(select(vectors.c.model)).scalars()) == {f"two@{endpoint.url}"}
