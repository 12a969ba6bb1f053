"""Judging by the definition: who came later or stands at the door is asked about once, by number, and nobody else."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from assistant.domain.drafts import VerdictDraft, VerdictsDraft
from assistant.domain.themes import ThemeMaterial
from assistant.errors import ModelAccessError, ModelDownError
from assistant.insight.checking import AT_ONCE, judge, to_judge
from assistant.insight.members import KnownTheme, Member
from assistant.insight.themes import ThemesResult, build_themes
from tests.insight.samples import embedder_of, words
from tests.insight.scripted import ScriptedEngine
from tests.insight.test_misfits import RULES, as_known, crowd, naming


def _all_belong(material: ThemeMaterial) -> VerdictsDraft:
    return verdicts(*((voice.n, True) for voice in material.edge))


def verdicts(*said: tuple[int, bool]) -> VerdictsDraft:
    return VerdictsDraft(verdicts=[VerdictDraft(n=n, pain="烫", belongs=belongs) for n, belongs in said])


@dataclass
class CheckingEngine(ScriptedEngine):
    """A scripted engine that judges members too."""

    on_check: Callable[[ThemeMaterial], VerdictsDraft] = _all_belong
    shown: list[ThemeMaterial] = field(default_factory=list)

    def check_members(self, material: ThemeMaterial) -> VerdictsDraft:
        self.shown.append(material)
        return self.on_check(material)


def defined(result: ThemesResult) -> KnownTheme:
    known = as_known(result)
    return replace(known, theme=replace(known.theme, definition="水烫人的都收"))


def grown(engine: ScriptedEngine, known: KnownTheme, more: int) -> ThemesResult:
    members = crowd(12 + more)
    return build_themes(members, embedder_of(members), words, engine, RULES, [known])


def first() -> tuple[list[Member], KnownTheme]:
    members = crowd(12)
    return members, defined(build_themes(members, embedder_of(members), words, naming(), RULES))


def test_only_who_joined_is_judged_and_who_is_refused_leaves_and_stays_out() -> None:
    members, known = first()
    old = {member.insight.id for member in members}
    engine = CheckingEngine(on_check=lambda material: verdicts((material.edge[0].n, False)))
    result = grown(engine, known, 2)
    (shown,) = engine.shown
    assert shown.theme.definition == "水烫人的都收"
    assert {voice.insight_id for voice in shown.edge}.isdisjoint(old)
    assert [voice.n for voice in shown.edge] == [1, 2]
    refused = shown.edge[0].insight_id
    assert result.misfits == {known.theme.id: {refused}}
    assert result.unassigned == (refused,)
    again = replace(known, insights=frozenset(result.assignment), misfits=result.misfits[known.theme.id])
    silent = CheckingEngine()
    assert grown(silent, again, 2).unassigned == (refused,)
    assert silent.shown == [], "nobody is asked about twice"


def test_a_theme_that_people_closed_or_nobody_defined_is_not_judged() -> None:
    for change in ({"locked": True}, {"theme": replace(first()[1].theme, definition="")}):
        engine = CheckingEngine()
        grown(engine, replace(first()[1], **change), 2)
        assert engine.shown == []


def test_the_rules_are_not_asked() -> None:
    assert judge([], RULES).belongs == ()
    assert grown(naming(), first()[1], 2).unassigned == ()


def material(doubted: int) -> ThemeMaterial:
    _, known = first()
    bare = ThemeMaterial(known.theme, (), (), (), (), ())
    return to_judge(bare, crowd(doubted), {m.insight.id: float(n) for n, m in enumerate(crowd(doubted))})


def test_answers_are_tied_back_by_number() -> None:
    shown = material(3)
    engine = CheckingEngine(on_check=lambda _: verdicts((1, False), (2, True), (2, False), (77, False)))
    said = judge([shown], engine)
    assert said.belongs == ({shown.edge[0].insight_id: False},)
    assert (said.asked, said.failed) == (1, {})


def test_no_more_than_so_many_are_asked_about_at_once_the_least_sure_first() -> None:
    shown = material(AT_ONCE + 5)
    assert len(shown.edge) == AT_ONCE
    assert shown.edge[0].insight_id == crowd(1)[0].insight.id


def test_where_the_engine_fails_nobody_is_judged_and_it_is_told() -> None:
    def down(_: ThemeMaterial) -> VerdictsDraft:
        raise ModelDownError("down")

    def closed(_: ThemeMaterial) -> VerdictsDraft:
        raise ModelAccessError("no")

    shown = material(3)
    said = judge([shown, replace(shown, edge=())], CheckingEngine(on_check=down))
    assert (said.belongs, said.failed) == (({}, {}), {ModelDownError.kind: 1})
    refusing = CheckingEngine(on_check=closed, concurrency=1)
    assert judge([shown, shown, shown], refusing).failed == {ModelAccessError.kind: 3}
    assert len(refusing.shown) == 1, "after a refusal nobody is asked again"


def test_an_outsider_at_the_door_is_let_in_and_stays_in() -> None:
    members, known = first()
    lonely = replace(
        members[0].insight, id="lonely", record_id="r_lonely", quote="洗着洗着就一身鸡皮疙瘩", surface="洗澡发冷"
    )
    outsider = replace(
        members[0], insight=replace(lonely, aspect="design", deep_category="belonging"), person="p_lonely"
    )
    everyone = [*members, outsider]
    embed = embedder_of(everyone)
    engine = CheckingEngine()
    result = build_themes(everyone, embed, words, engine, RULES, [known])
    if not engine.shown:  # it fitted by itself
        assert "lonely" in result.assignment
        return
    assert result.assignment["lonely"] == known.theme.id
    taken = result.taken.get(known.theme.id, frozenset())
    again = replace(known, insights=known.insights | {"lonely"}, taken=taken)
    silent = CheckingEngine()
    later = build_themes(everyone, embed, words, silent, RULES, [again])
    assert later.assignment["lonely"] == known.theme.id
    assert silent.shown == []
