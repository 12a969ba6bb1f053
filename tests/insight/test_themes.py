"""Themes: planted needs are found again, nothing is mixed or forced, and themes keep their identity."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from random import Random

import pytest
from sklearn.metrics import v_measure_score
from sklearn.metrics.cluster import pair_confusion_matrix

from assistant.domain.drafts import ThemeDraft
from assistant.domain.themes import ThemeMaterial
from assistant.domain.vocabulary import ASPECTS, DEEP_CATEGORIES
from assistant.errors import ModelAccessError, ModelDownError
from assistant.insight.grouping import block_of
from assistant.insight.members import PARTNERS, KnownTheme, Member, count_customers
from assistant.insight.rungs import standing_of
from assistant.insight.themes import ThemesResult, build_themes
from tests.insight.samples import embedder_of, member, planted, words
from tests.insight.scripted import ScriptedEngine

RULES = ScriptedEngine(name="rules")


MEMBERS, NEEDS = planted()
EMBED = embedder_of(MEMBERS)


def build(
    members: Sequence[Member], previous: Sequence[KnownTheme] = (), engine: ScriptedEngine | None = None
) -> ThemesResult:
    return build_themes(members, EMBED, words, engine or ScriptedEngine(), RULES, previous)


@cache
def whole() -> ThemesResult:
    return build(MEMBERS)


def known(result: ThemesResult, members: Sequence[Member]) -> list[KnownTheme]:
    own: dict[str, list[Member]] = {theme.id: [] for theme in result.themes}
    for item in members:
        if item.insight.id in result.assignment:
            own[result.assignment[item.insight.id]].append(item)
    return [
        KnownTheme(
            theme,
            frozenset(m.insight.id for m in own[theme.id]),
            frozenset(m.insight.record_id for m in own[theme.id]),
        )
        for theme in result.themes
    ]


def agreement(members: Sequence[Member], needs: Sequence[str], result: ThemesResult) -> tuple[float, float]:
    """Pairwise F1 and V-measure of the assigned insights against the planted needs."""
    pairs = [
        (need, result.assignment[m.insight.id])
        for m, need in zip(members, needs, strict=True)
        if m.insight.id in result.assignment
    ]
    truth, found = zip(*pairs, strict=True)
    (_, wrong), (missed, right) = pair_confusion_matrix(truth, found)
    return 2 * right / (2 * right + wrong + missed), v_measure_score(truth, found)


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


def test_what_people_decided_stays() -> None:
    members = MEMBERS
    first, *others = known(whole(), members)
    guest = next(iter(others[0].insights))
    decided = replace(
        first,
        pinned=True,
        theme=replace(first.theme, title="经理写的名字"),
        insights=frozenset(),
        held=frozenset({guest}),
    )
    result = build(members, [replace(decided, insights=first.insights), *others])
    assert result.assignment[guest] == first.theme.id
    assert next(t for t in result.themes if t.id == first.theme.id).title == "经理写的名字"


def test_merged_by_hand_stays_merged_and_those_who_come_later_follow() -> None:
    earlier = MEMBERS[: len(MEMBERS) * 8 // 10]
    (first, second, *others) = known(build(earlier), earlier)
    both = first.insights | second.insights
    merged = replace(first, insights=both, held=both, records=first.records | second.records)
    result = build(MEMBERS, [merged, *others])
    assert {result.assignment[one] for one in both} == {first.theme.id}
    apart = build(MEMBERS, [first, second, *others]).assignment
    later = {m.insight.id for m in MEMBERS} - {m.insight.id for m in earlier}
    joining = {one for one in later if apart.get(one) in (first.theme.id, second.theme.id)}
    assert joining
    staying = {one for one in joining if result.assignment.get(one) == first.theme.id}
    assert len(staying) >= 0.8 * len(joining)


def test_split_by_hand_stays_split() -> None:
    whole_one, *others = known(whole(), MEMBERS)
    members = sorted(whole_one.insights)
    left, right = frozenset(members[::2]), frozenset(members[1::2])
    second = replace(whole_one.theme, id="th_second", title="分出来的")
    divided = [
        replace(whole_one, insights=left, held=left),
        KnownTheme(second, right, pinned=True, held=right),
        *others,
    ]
    result = build(MEMBERS, divided)
    assert {result.assignment[one] for one in left} == {whole_one.theme.id}
    assert {result.assignment[one] for one in right} == {"th_second"}
    again = build(MEMBERS, known_as_decided(result, divided))
    assert again.assignment == result.assignment


def known_as_decided(result: ThemesResult, decided: Sequence[KnownTheme]) -> list[KnownTheme]:
    """The themes as the next run finds them, with what was decided before."""
    before = {item.theme.id: item for item in decided}
    return [
        replace(item, held=before[item.theme.id].held, pinned=before[item.theme.id].pinned)
        if item.theme.id in before
        else item
        for item in known(result, MEMBERS)
    ]


def test_a_locked_theme_keeps_its_members_and_gets_no_other() -> None:
    earlier = MEMBERS[: len(MEMBERS) * 8 // 10]
    first, *others = known(build(earlier), earlier)
    result = build(MEMBERS, [replace(first, locked=True), *others])
    assert {one for one, home in result.assignment.items() if home == first.theme.id} == first.insights


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


def test_voices_are_numbered_verbatim_and_of_different_customers() -> None:
    by_place = {(m.insight.record_id, m.insight.quote): m for m in MEMBERS}
    for material in whole().materials.values():
        assert [v.n for v in material.voices] == list(range(1, len(material.voices) + 1))
        own = [by_place[v.record_id, v.quote] for v in material.voices]
        assert [m.insight.id for m in own] == [v.insight_id for v in material.voices]
        assert count_customers(own) == len(own) or material.theme.customers < 12
