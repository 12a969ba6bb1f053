"""Who names themes: the model where it can, else the rules, and no two alike."""

from assistant.domain.drafts import ThemeDraft
from assistant.domain.themes import ThemeMaterial
from assistant.errors import ModelAccessError, ModelDownError
from tests.insight.grouped import MEMBERS, build
from tests.insight.scripted import ScriptedEngine


def test_where_the_model_fails_the_rules_name_and_are_said_to() -> None:
    def sometimes(material: ThemeMaterial) -> ThemeDraft:
        if material.theme.customers % 2:
            raise ModelDownError("no answer")
        return ThemeDraft(
            title=" ",
            definition="",
            surface="",
            secondary="",
            deep="",
            deep_category=material.theme.deep_category,
            misfits=[],
        )

    members = MEMBERS
    result = build(members, engine=ScriptedEngine(on_name=sometimes))
    assert set(result.failed) == {"model_down", "blank_title"}
    assert sum(result.failed.values()) == len(result.themes)
    assert {t.engine for t in result.themes} == {"rules"}


def test_a_refused_key_is_not_tried_for_every_theme() -> None:
    def refuse(material: ThemeMaterial) -> ThemeDraft:
        raise ModelAccessError("no such key")

    engine = ScriptedEngine(on_name=refuse, concurrency=2)
    result = build(MEMBERS, engine=engine)
    assert engine.calls <= 4
    assert result.failed == {"model_access": len(result.themes)}


def test_no_two_themes_bear_the_same_title() -> None:
    def same(material: ThemeMaterial) -> ThemeDraft:
        return ThemeDraft(
            title="售后不好", definition="", surface="", secondary="", deep="", deep_category="trust", misfits=[]
        )

    result = build(MEMBERS, engine=ScriptedEngine(on_name=same))
    titles = [t.title for t in result.themes]
    assert len(set(titles)) == len(titles)
    assert "售后不好（P2）" in titles
