"""Strangers found a theme: it has words, counts and a title of its own, and whom the engine calls a misfit is not in it."""

from assistant.domain.drafts import ThemeDraft
from assistant.insight.founding import Around, founded
from tests.insight.samples import member, words
from tests.insight.scripted import ScriptedEngine

CROWD = [member(n, quote=f"水又烫人了孩子不敢洗第{n}天{'冷热快慢早晚里外上下左右'[n % 12]}") for n in range(1, 13)]
AROUND = Around(
    shown={"th_1": [member(50, quote="粉盒太贵了")]},
    titles={"th_1": "烫着孩子"},
    nearest={one.insight.id: "th_1" for one in CROWD},
    read=500,
    last="2026-10-01",
)


def naming(*misfits: int) -> ScriptedEngine:
    draft = ThemeDraft(
        title="烫着孩子",
        definition="洗澡水烫人",
        surface="",
        secondary="",
        deep="",
        deep_category="security",
        misfits=[*misfits],
    )
    return ScriptedEngine(on_name=lambda _: draft)


def test_a_group_of_strangers_is_named_and_counted() -> None:
    made = founded([CROWD], AROUND, words, naming(), ScriptedEngine(name="rules"))
    (material,) = made.materials
    assert set(made.assignment) == {one.insight.id for one in CROWD}
    assert set(made.assignment.values()) == {material.theme.id}
    assert material.theme.title.startswith("烫着孩子（"), "the title is borne already"
    assert (material.theme.definition, material.theme.records, material.theme.engine) == ("洗澡水烫人", 12, "llm")


def test_misfits_are_left_out_and_not_counted() -> None:
    made = founded([CROWD], AROUND, words, naming(1, 3), ScriptedEngine(name="rules"))
    (material,) = made.materials
    assert len(made.assignment) == material.theme.records == 10
    assert {voice.insight_id for voice in material.voices} <= set(made.assignment)


def test_nobody_founds_nothing() -> None:
    engine = naming()
    assert founded([], AROUND, words, engine, engine).assignment == {}
    assert engine.calls == 0
