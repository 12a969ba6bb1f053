"""The rules behind the engine's seam."""

import pytest

from assistant.domain.engine import Engine, Usage
from assistant.rules.engine import PACK, RulesEngine
from tests.rules.builders import REPAIRS, question, record, theme


def test_it_is_an_engine_that_costs_nothing() -> None:
    engine: Engine = RulesEngine()
    assert engine.name == "rules"
    assert engine.concurrency == 1
    engine.read([record(REPAIRS[0])])
    assert engine.usage() == Usage()


@pytest.mark.parametrize("count", [0, 1, PACK, PACK + 1, 2 * PACK + 7])
def test_packs_hold_every_record_once_in_order(count: int) -> None:
    made = [record("坏了", name=f"r_{n}") for n in range(count)]
    packs = list(RulesEngine().packs(iter(made)))
    assert [one.id for pack in packs for one in pack] == [one.id for one in made]
    assert all(0 < len(pack) <= PACK for pack in packs)


def test_every_record_of_a_pack_is_named_once() -> None:
    made = [record(text, name=f"r_{n}") for n, text in enumerate([*REPAIRS, "", "测试", "你好"])]
    outcome = RulesEngine().read(made)
    assert [draft.record_id for draft in outcome.drafts] == [one.id for one in made]
    assert outcome.failed == {}


def test_identity_tells_tasks_apart_and_is_stable() -> None:
    tasks = ("extract", "name_theme", "suggest_ideas", "draft_proposal", "answer")
    identities = [RulesEngine().identity(task) for task in tasks]
    assert len(set(identities)) == len(tasks)
    assert identities == [RulesEngine().identity(task) for task in tasks]


def test_same_in_same_out() -> None:
    made = [record(text, name=f"r_{n}") for n, text in enumerate(REPAIRS)]
    assert RulesEngine().read(made) == RulesEngine().read(made)
    assert RulesEngine().name_theme(theme()) == RulesEngine().name_theme(theme())
    assert RulesEngine().suggest_ideas(theme()) == RulesEngine().suggest_ideas(theme())
    assert RulesEngine().answer(question(shown=theme().voices)) == RulesEngine().answer(question(shown=theme().voices))
