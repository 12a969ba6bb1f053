"""What is known of a proposal before it is drafted and while it is, and of ideas beside each other."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.bootstrap import App, open_app
from assistant.domain.filters import Filters
from assistant.domain.proposal_drafts import SECTIONS
from assistant.insight.likeness import most_alike
from assistant.intake.shapes import ReadOptions
from assistant.pipeline.idea_sheet import similar_ideas
from assistant.settings import Settings
from tests.stub_model import StubModel

_SAID = [
    "打印机升级之后天天掉线，同事都在等发货单",
    "升级后打印机连不上网，重启也没用",
    "墨粉盒太贵，换兼容的机器又不认",
    "门锁没电，半夜被锁在门外",
]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with a few tickets, read and thought about by the rules."""
    folder = tmp_path_factory.mktemp("foreseeing")
    rows = [
        {"id": f"T-{n}", "created_at": f"2026-0{1 + n % 9}-11", "product": "P2", "customer": {"id": f"C{n}"}, "text": f"{text}，第{n}回了。"}
        for n, text in enumerate(_SAID * 3)
    ]  # fmt: skip
    source = folder / "tickets.jsonl"
    source.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    app = open_app(Settings(engine="rules", data_dir=folder / "data"))
    dict(app.pipeline.run([source], ReadOptions()))
    app.close()
    return folder / "data"


@pytest.fixture
def rules(place: Path) -> Iterator[App]:
    """The application without a model."""
    app = open_app(Settings(engine="rules", data_dir=place))
    yield app
    app.close()


def test_the_rules_cost_nothing_and_tell_of_every_section(rules: App) -> None:
    idea = rules.store.all_ideas()[0]
    assert rules.pipeline.foresee_proposal(idea.id) is None
    heard: list[tuple[str, int, int | None]] = []
    made = rules.pipeline.propose(idea.id, who="王工", progress=lambda *told: heard.append(told))
    assert sorted(name for name, _, _ in heard) == sorted(SECTIONS)
    assert [(done, of) for _, done, of in heard] == [(n, len(SECTIONS)) for n in range(1, len(SECTIONS) + 1)]
    head = next(one for one in rules.store.proposal_heads() if one.id == made.id)
    assert (head.idea_id, head.title, head.nbn_type, head.status) == (idea.id, made.title, made.nbn_type, "draft")
    assert (head.language, head.owner, head.customers) == ("zh", None, made.coverage.customers_supporting)


def test_a_model_tells_what_it_will_take_and_is_not_asked(place: Path) -> None:
    with StubModel() as stub:
        app = open_app(Settings(engine="llm", openai_base_url=stub.base_url, openai_api_key="sk", data_dir=place))
        idea = app.store.all_ideas()[1]
        told = app.pipeline.foresee_proposal(idea.id)
        assert told is not None
        assert told.calls == len(SECTIONS)
        assert min(told.prompt_tokens, told.completion_tokens) > 0
        assert stub.chats == []
        app.pipeline.propose(idea.id)
        assert len(stub.chats) >= len(SECTIONS)
        assert app.pipeline.foresee_proposal(idea.id) is None
        app.close()


def test_the_most_alike_come_first_and_an_idea_is_not_beside_itself(rules: App) -> None:
    ideas = rules.store.idea_heads(Filters())
    assert [one.id for one in ideas] == [one.id for one in rules.store.all_ideas(every=True)]
    twin = replace(ideas[0], id="id_twin")
    found = most_alike(ideas[0], [twin, *ideas[1:]], 3)
    assert found[0][0] == twin
    assert found[0][1] == pytest.approx(1, abs=0.01)
    assert [likeness for _, likeness in found] == sorted((likeness for _, likeness in found), reverse=True)
    assert ideas[0].id not in {idea.id for idea, _ in similar_ideas(rules.store, ideas[0].id)}
