"""Themes: planted needs are found again, nothing is mixed or forced, and themes keep their identity."""

from dataclasses import replace
from random import Random

import pytest

from assistant.domain.vocabulary import ASPECTS, DEEP_CATEGORIES
from assistant.insight.grouping import block_of
from assistant.insight.members import PARTNERS, count_customers
from assistant.insight.rungs import standing_of
from assistant.insight.themes import build_themes
from tests.insight.grouped import MEMBERS, NEEDS, RULES, agreement, build, known, whole
from tests.insight.samples import embedder_of, member, words
from tests.insight.scripted import ScriptedEngine


def test_planted_needs_are_found_again() -> None:
    members, needs = MEMBERS, NEEDS
    f1, v = agreement(members, needs, whole())
    assert f1 >= 0.85
    assert v >= 0.93
    assert whole().coverage >= 0.9
    assert 25 <= len(whole().themes) <= 45


@pytest.mark.parametrize("seed", [1, 2])
def test_badly_read_fields_cost_something_but_not_the_sense(seed: int) -> None:
    """Three aspects of ten and four deep categories of ten at random: worse than any reader measured."""
    chance = Random(seed)
    members, needs = MEMBERS, NEEDS
    noisy = [
        replace(
            m,
            insight=replace(
                m.insight,
                aspect=chance.choice(ASPECTS) if chance.random() < 0.3 else m.insight.aspect,
                deep_category=chance.choice(DEEP_CATEGORIES) if chance.random() < 0.4 else m.insight.deep_category,
            ),
        )
        for m in members
    ]
    result = build(noisy)
    f1, v = agreement(noisy, needs, result)
    assert f1 >= 0.6
    assert v >= 0.78
    assert result.coverage >= 0.8


def test_counts_add_up_and_each_insight_is_named_once() -> None:
    members = MEMBERS
    result = whole()
    assert not set(result.assignment) & set(result.unassigned)
    assert len(result.assignment) + len(result.unassigned) == len(members)
    assert set(result.assignment.values()) == {t.id for t in result.themes} == set(result.materials)
    assert result.new == len(result.themes)
    assert max(t.records for t in result.themes) < len(members) / 5


def test_partners_and_users_praise_and_complaint_are_never_mixed() -> None:
    blocks: dict[str, set[object]] = {}
    for item in MEMBERS:
        theme = whole().assignment.get(item.insight.id)
        if theme:
            blocks.setdefault(theme, set()).add(block_of(item))
    assert blocks
    assert all(len(own) == 1 for own in blocks.values())


def test_the_same_words_of_a_dealer_and_a_consumer_are_two_themes() -> None:
    members = [member(n, segment="consumer" if n % 2 else "dealer") for n in range(1, 21)]
    result = build_themes(members, embedder_of(members), words, ScriptedEngine(), RULES)
    assert len(result.themes) == 2
    assert len({t.title for t in result.themes}) == 2
    for material in result.materials.values():
        assert len({voice.segment in PARTNERS for voice in material.voices}) == 1


def test_the_same_members_in_any_order_make_the_same_themes() -> None:
    shuffled = list(MEMBERS)
    Random(7).shuffle(shuffled)
    assert build(shuffled) == whole()


def test_themes_keep_their_identity_when_a_tenth_is_added() -> None:
    members = MEMBERS
    earlier = members[: len(members) * 9 // 10]
    before = build(earlier)
    engine = ScriptedEngine()
    after = build(members, known(before, earlier), engine)
    kept = {t.id for t in before.themes} & {t.id for t in after.themes}
    assert len(kept) >= 0.9 * len(before.themes)
    same = [m.insight.id for m in earlier if m.insight.id in after.assignment and m.insight.id in before.assignment]
    moved = [i for i in same if after.assignment[i] != before.assignment[i]]
    assert len(moved) <= 0.1 * len(same)
    assert engine.calls == after.named < len(after.themes) / 2
    assert after.new + len(after.split) + len(kept) == len(after.themes)
    assert len(after.retired) == len(before.themes) - len(kept)


def test_a_second_run_changes_nothing_and_asks_nobody() -> None:
    members = MEMBERS
    engine = ScriptedEngine()
    again = build(members, known(whole(), members), engine)
    assert again.assignment == whole().assignment
    assert (engine.calls, again.new, again.merged, again.split, again.retired) == (0, 0, {}, {}, ())


def test_themes_are_known_by_their_records_when_everything_was_read_anew() -> None:
    members = MEMBERS
    anew = [replace(m, insight=replace(m.insight, id=f"x{m.insight.id}")) for m in members]
    again = build(anew, known(whole(), members))
    kept = {t.id for t in whole().themes} & {t.id for t in again.themes}
    assert len(kept) >= 0.8 * len(whole().themes)


def test_too_few_voices_make_no_theme_unless_they_hurt_badly() -> None:
    crowd = [member(n) for n in range(1, 25)]
    odd = {"product": "N7", "aspect": "software", "deep_category": "control", "surface": "路由器连不上打印服务",
           "secondary": "店里排队", "deep": "想自己做主"}  # fmt: skip
    for severity, themes in ((2, 1), (5, 2)):
        pair = [member(n, quote=f"路由器又连不上了第{n}次", severity=severity, **odd) for n in (31, 32)]
        everyone = [*crowd, *pair]
        result = build_themes(everyone, embedder_of(everyone), words, ScriptedEngine(), RULES)
        assert len(result.themes) == themes
        assert len(result.unassigned) == (0 if themes == 2 else 2)


def test_near_duplicates_and_one_loud_customer_do_not_found_a_theme() -> None:
    repeats = [member(n, "c1", near_duplicate_of="r_1") for n in range(2, 9)]
    result = build_themes([member(1), *repeats], embedder_of(repeats), words, ScriptedEngine(), RULES)
    assert result.themes == ()
    crowd = [*repeats, *(member(n) for n in range(20, 26))]
    (theme,) = build_themes(crowd, embedder_of(crowd), words, ScriptedEngine(), RULES).themes
    assert (theme.records, theme.customers) == (13, 7)


def test_nobody_and_next_to_nobody_make_no_theme() -> None:
    pair = [member(n, severity=2) for n in (1, 2)]
    for members in ([], pair[:1], pair):
        result = build_themes(members, embedder_of(pair), words, ScriptedEngine(), RULES)
        assert (result.themes, len(result.unassigned)) == ((), len(members))


@pytest.mark.parametrize(("customers", "standing"), [(1, "hypothesis"), (2, "hypothesis"), (3, "implied")])
def test_a_deep_rung_needs_independent_customers(customers: int, standing: str) -> None:
    members = [member(n, f"c{n % customers}") for n in range(12)]
    assert standing_of(members, "security").deep == standing
    assert standing_of(members, "trust").deep == "hypothesis"


def test_voices_are_numbered_verbatim_and_of_different_customers() -> None:
    by_place = {(m.insight.record_id, m.insight.quote): m for m in MEMBERS}
    for material in whole().materials.values():
        assert [v.n for v in material.voices] == list(range(1, len(material.voices) + 1))
        own = [by_place[v.record_id, v.quote] for v in material.voices]
        assert [m.insight.id for m in own] == [v.insight_id for v in material.voices]
        assert count_customers(own) == len(own) or material.theme.customers < 12
