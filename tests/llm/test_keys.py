"""A call is the same call only where every ingredient is the same; so is the identity of a task."""

from dataclasses import replace

import pytest

from assistant.domain.drafts import IdeasDraft, ThemeDraft
from assistant.domain.engine import Usage
from assistant.insight.accepting import misquotes
from assistant.llm.cache import MemoryCache, call_key, digest_of
from assistant.llm.engine import ModelEngine
from assistant.settings import Settings
from prompts import RenderedPrompt
from tests.llm.conftest import MakeEndpoint

PROMPT = RenderedPrompt("system", "user", "digest", "p.v1")
SHAPING = {"endpoint": "e", "model": "m", "temperature": "0"}
TASKS = ("extract", "name_theme", "suggest_ideas", "draft_proposal", "answer")


def test_the_same_ingredients_give_the_same_key() -> None:
    assert call_key(PROMPT, ThemeDraft, SHAPING) == call_key(
        replace(PROMPT), ThemeDraft, dict(reversed(SHAPING.items()))
    )


@pytest.mark.parametrize(
    "other",
    [
        call_key(replace(PROMPT, system="system2"), ThemeDraft, SHAPING),
        call_key(replace(PROMPT, user="user2"), ThemeDraft, SHAPING),
        call_key(replace(PROMPT, digest="digest2"), ThemeDraft, SHAPING),
        call_key(PROMPT, IdeasDraft, SHAPING),
        call_key(PROMPT, ThemeDraft, SHAPING | {"model": "m2"}),
        call_key(PROMPT, ThemeDraft, SHAPING | {"endpoint": "e2"}),
        call_key(PROMPT, ThemeDraft, SHAPING | {"temperature": "1"}),
        call_key(PROMPT, ThemeDraft, SHAPING | {"more": "x"}),
        call_key(replace(PROMPT, system="systemuser", user=""), ThemeDraft, SHAPING),
    ],
)
def test_any_other_ingredient_gives_another_key(other: str) -> None:
    assert other != call_key(PROMPT, ThemeDraft, SHAPING)


def test_parts_of_a_digest_cannot_run_into_each_other() -> None:
    assert digest_of("a", "bc") != digest_of("ab", "c")
    assert digest_of("a", None) != digest_of("a", "null")


def test_the_memory_cache_hands_out_what_it_was_given() -> None:
    cache = MemoryCache()
    assert cache.get("k") is None
    cache.put("k", "m", "p.v1", "{}", Usage(1))
    assert (cache.get("k"), cache.get("l"), len(cache)) == ("{}", None, 1)


def test_the_identity_of_a_task_is_its_own(settings: Settings, make_endpoint: MakeEndpoint) -> None:
    engine = ModelEngine(settings, make_endpoint(), b"s" * 32)
    assert len({engine.identity(task) for task in TASKS}) == len(TASKS)


@pytest.mark.parametrize("change", [{"chat_model": "other"}, {"openai_base_url": "http://127.0.0.1:1/v1"}])
@pytest.mark.parametrize("task", TASKS)
def test_the_identity_changes_with_model_and_endpoint(
    settings: Settings, make_endpoint: MakeEndpoint, task: str, change: dict[str, object]
) -> None:
    before = ModelEngine(settings, make_endpoint(), b"s" * 32).identity(task)
    assert before == ModelEngine(settings, make_endpoint(), b"other secret").identity(task)
    assert before != ModelEngine(settings, make_endpoint(**change), b"s" * 32).identity(task)


def test_the_language_shapes_every_task(settings: Settings, make_endpoint: MakeEndpoint) -> None:
    zh = ModelEngine(settings, make_endpoint(), b"s" * 32)
    en = ModelEngine(settings.model_copy(update={"language": "en"}), make_endpoint(), b"s" * 32)
    assert not any(zh.identity(task) == en.identity(task) for task in TASKS)


def test_the_companys_words_and_the_repair_try_shape_what_is_read_and_nothing_else(
    settings: Settings, make_endpoint: MakeEndpoint
) -> None:
    plain = ModelEngine(settings, make_endpoint(), b"s" * 32)
    told = ModelEngine(settings, make_endpoint(), b"s" * 32, company="公司：星澜")
    proved = ModelEngine(settings, make_endpoint(), b"s" * 32, proof=misquotes)
    assert len({engine.identity("extract") for engine in (plain, told, proved)}) == 3
    assert len({engine.identity("answer") for engine in (plain, told, proved)}) == 1
