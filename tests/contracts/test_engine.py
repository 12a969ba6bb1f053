"""One suite over every engine: what stages may rely on, whoever does the thinking."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

from assistant.domain.drafts import AnswerDraft, IdeasDraft, ReadingDraft, ThemeDraft
from assistant.domain.engine import Engine, Usage
from assistant.domain.proposal_drafts import DRAFT_OF, SECTIONS, NeedDraft, SectionName
from assistant.domain.proposals import Asked
from assistant.domain.records import Record, customer_spans
from assistant.domain.vocabulary import EngineName
from assistant.llm.chat import ChatEndpoint
from assistant.llm.engine import ModelEngine
from assistant.rules.engine import RulesEngine
from assistant.settings import load_settings
from tests.llm.material import ANSWER_MATERIAL, PROPOSAL_MATERIAL, RECORDS, THEME_MATERIAL, VOICES, ticket
from tests.stub_model import StubModel

TASKS = ("extract", "name_theme", "suggest_ideas", "draft_proposal", "answer")
SHOWN = {voice.n for voice in VOICES}


@pytest.fixture(scope="module")
def model_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with StubModel() as stub:
        data_dir: Path = tmp_path_factory.mktemp("engine")
        settings = load_settings(openai_base_url=stub.base_url, openai_api_key="k", data_dir=data_dir)
        yield ModelEngine(settings, ChatEndpoint(settings), b"s" * 32)


@pytest.fixture(scope="module", params=get_args(EngineName))
def engine(request: pytest.FixtureRequest) -> Engine:
    engine: Engine = RulesEngine() if request.param == "rules" else request.getfixturevalue("model_engine")
    assert engine.name == request.param
    return engine


def own_words(record: Record) -> list[str]:
    return [record.text[start:end] for start, end in customer_spans(record)]


def readings(engine: Engine, records: tuple[Record, ...] = RECORDS) -> dict[str, ReadingDraft]:
    outcomes = [engine.read(pack) for pack in engine.packs(iter(records))]
    assert not any(outcome.failed for outcome in outcomes)
    return {draft.record_id: draft for outcome in outcomes for draft in outcome.drafts}


def test_it_can_be_called_from_at_least_one_thread(engine: Engine) -> None:
    assert engine.concurrency >= 1


def test_every_task_has_an_identity_of_its_own_that_stays(engine: Engine) -> None:
    identities = [engine.identity(task) for task in TASKS]
    assert all(identities)
    assert identities == [engine.identity(task) for task in TASKS]
    assert len(set(identities)) == len(TASKS)


@pytest.mark.parametrize("count", [0, 1, 30])
def test_every_record_is_in_exactly_one_pack(engine: Engine, count: int) -> None:
    records = [ticket(str(n), f"第{n}次报修了,还是漏水") for n in range(count)]
    packs = list(engine.packs(iter(records)))
    assert all(packs)
    assert sorted(record.id for pack in packs for record in pack) == sorted(record.id for record in records)


def test_an_outcome_names_every_record_of_its_pack_once(engine: Engine) -> None:
    for pack in engine.packs(iter(RECORDS)):
        outcome = engine.read(pack)
        named = [draft.record_id for draft in outcome.drafts] + list(outcome.failed)
        assert sorted(named) == sorted(record.id for record in pack)


def test_needs_are_found_and_quoted_in_the_customers_own_words(engine: Engine) -> None:
    found = readings(engine)
    heard = [(record, insight) for record in RECORDS for insight in found[record.id].insights]
    assert len({record.id for record, _ in heard}) >= 2
    for record, insight in heard:
        assert any(insight.quote in words for words in own_words(record)), insight.quote
        assert insight.surface
        assert insight.secondary
        assert insight.deep


def test_noise_has_no_needs(engine: Engine) -> None:
    noise = (ticket("n1", "1"), ticket("n2", "。"))
    for reading in readings(engine, noise).values():
        assert reading.noise
        assert reading.insights == []


def test_the_same_pack_is_read_the_same_way(engine: Engine) -> None:
    assert readings(engine) == readings(engine)


def test_threads_may_share_it(engine: Engine) -> None:
    alone = readings(engine)
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda _: readings(engine), range(16)))
    assert all(result == alone for result in together)


def test_a_theme_gets_a_name(engine: Engine) -> None:
    draft = engine.name_theme(THEME_MATERIAL)
    assert isinstance(draft, ThemeDraft)
    assert draft.title.strip()


def test_ideas_point_to_voices_that_were_shown(engine: Engine) -> None:
    draft = engine.suggest_ideas(THEME_MATERIAL)
    assert isinstance(draft, IdeasDraft)
    assert draft.ideas
    for idea in draft.ideas:
        assert idea.evidence
        assert set(idea.evidence) <= SHOWN


@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_of_a_proposal_is_of_its_own_type(engine: Engine, section: SectionName) -> None:
    draft = engine.draft_section(Asked(section, PROPOSAL_MATERIAL))
    assert isinstance(draft, DRAFT_OF[section])


def test_a_proposal_points_to_voices_that_were_shown(engine: Engine) -> None:
    draft = engine.draft_section(Asked("need", PROPOSAL_MATERIAL))
    assert isinstance(draft, NeedDraft)
    pointed = {n for claim in (*draft.situation, *draft.wants, *draft.otherwise) for n in claim.evidence}
    assert pointed
    assert pointed <= SHOWN | {counter.n for counter in PROPOSAL_MATERIAL.counter_evidence}


def test_every_sentence_of_an_answer_stands_on_something_shown(engine: Engine) -> None:
    draft = engine.answer(ANSWER_MATERIAL)
    assert isinstance(draft, AnswerDraft)
    assert not draft.refused
    assert draft.sentences
    for sentence in draft.sentences:
        assert sentence.citations or sentence.figures
        assert set(sentence.citations) <= SHOWN
        assert set(sentence.figures) <= {1}


def test_without_material_it_refuses(engine: Engine) -> None:
    draft = engine.answer(replace(ANSWER_MATERIAL, voices=(), figures=(), needs=()))
    assert draft.refused
    assert draft.refusal_reason
    assert draft.sentences == []


def test_usage_only_grows_and_the_rules_cost_nothing(engine: Engine) -> None:
    before = engine.usage()
    engine.read([ticket("u", "用量测试:机器又停了,客人都走了")])
    spent = engine.usage() - before
    assert spent.calls >= 0
    assert (spent == Usage()) is (engine.name == "rules")
