"""What people decided of themes stays when they are built again: names, merges, splits, locks."""

from collections.abc import Sequence
from dataclasses import replace

from assistant.insight.members import KnownTheme
from assistant.insight.themes import ThemesResult
from tests.insight.grouped import MEMBERS, build, known, whole


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
