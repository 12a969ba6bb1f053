"""Misfits: what the engine says is about something else leaves the theme, is not lost, and stays out."""

from dataclasses import replace

import pytest

from assistant.domain.drafts import ThemeDraft
from assistant.domain.themes import ThemeMaterial
from assistant.insight.members import KnownTheme, Member
from assistant.insight.themes import ThemesResult, build_themes
from tests.insight.samples import embedder_of, member, words
from tests.insight.scripted import ScriptedEngine

RULES = ScriptedEngine(name="rules")


def as_known(result: ThemesResult) -> KnownTheme:
    """The only theme there is, as the store would hold it."""
    (theme,) = result.themes
    return KnownTheme(theme, frozenset(result.assignment), misfits=result.misfits.get(theme.id, frozenset()))


def naming(*misfits: int) -> ScriptedEngine:
    """An engine that calls these voices misfits, whatever it names."""
    draft = ThemeDraft(
        title="烫着孩子", definition="", surface="", secondary="", deep="", deep_category="security", misfits=[*misfits]
    )
    return ScriptedEngine(on_name=lambda _: draft)


def crowd(count: int) -> list[Member]:
    """Members of one need, each with words of its own."""
    return [
        member(n, quote=f"水又烫人了孩子不敢洗第{n}天{'冷热快慢早晚里外上下左右'[n % 12]}") for n in range(1, count + 1)
    ]


def test_voices_that_the_engine_calls_misfits_leave_the_theme_and_stay_out() -> None:
    members = crowd(12)
    before = build_themes(members, embedder_of(members), words, naming(), RULES)
    (shown,) = before.materials.values()
    result = build_themes(members, embedder_of(members), words, naming(1, 3, 99), RULES)
    (theme,) = result.themes
    gone = {shown.voices[0].insight_id, shown.voices[2].insight_id}
    assert set(result.unassigned) == gone == result.misfits[theme.id]
    assert (theme.id, theme.records, theme.customers) == (before.themes[0].id, 10, 10)
    assert not gone & {voice.insight_id for voice in result.materials[theme.id].voices}

    stands = as_known(result)
    engine = naming()
    again = build_themes(
        [*members, *crowd(13)[12:]],
        embedder_of(crowd(13)),
        words,
        engine,
        RULES,
        [stands],
    )
    assert engine.calls == 0
    assert (set(again.unassigned), again.misfits, again.themes[0].records) == (gone, result.misfits, 11)


@pytest.mark.parametrize(
    ("count", "misfits", "left"),
    [(12, (1, 2, 3, 4), 8), (12, (1, 2, 3, 4, 5), 12), (3, (1,), 3), (12, (0, 77, -1), 12), (12, (2, 2, 2), 11)],
    ids=["a third", "more than a third", "too few would stay", "no such voice", "named twice"],
)
def test_misfits_are_believed_within_bounds(count: int, misfits: tuple[int, ...], left: int) -> None:
    members = [replace(m, insight=replace(m.insight, severity=2)) for m in crowd(count)]
    result = build_themes(members, embedder_of(members), words, naming(*misfits), RULES)
    assert (result.themes[0].records, len(result.unassigned)) == (left, count - left)
    assert len(result.assignment) + len(result.unassigned) == count


def test_what_people_put_into_a_theme_is_no_misfit_and_repeats_go_with_what_they_repeat() -> None:
    members = crowd(12)
    held, misfit = members[0].insight, members[1].insight
    copy = replace(
        members[1], insight=replace(misfit, id="copy", record_id="r_copy"), near_duplicate_of=misfit.record_id
    )
    everyone = [*members, copy]
    stands = as_known(build_themes(members, embedder_of(members), words, naming(), RULES))
    decided = replace(stands, held=frozenset({held.id}), insights=frozenset(sorted(stands.insights)[:6]))

    def both(material: ThemeMaterial) -> ThemeDraft:
        numbers = [voice.n for voice in material.voices if voice.quote in (held.quote, misfit.quote)]
        return naming(*numbers).name_theme(material)

    result = build_themes(everyone, embedder_of(everyone), words, ScriptedEngine(on_name=both), RULES, [decided])
    assert result.named == 1
    assert set(result.unassigned) == {misfit.id, "copy"}
    assert result.assignment[held.id] == stands.theme.id
