"""Two levels: like themes get one parent, unlike ones none, and a parent is known again."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from random import Random

import numpy as np
from numpy.typing import NDArray

from assistant.domain.themes import ThemeMaterial, ThemeParent
from assistant.insight.hierarchy import adopted, parents_of
from assistant.insight.members import Member
from assistant.insight.themes import build_themes
from tests.insight.samples import embedder, embedder_of, member, planted, words
from tests.insight.scripted import ScriptedEngine

SORTS = {
    "打印": ("P2", "software", "achievement", "enterprise", "打印机掉线误了交单"),
    "粉盒": ("P2", "consumables", "achievement", "enterprise", "打印机粉盒贵还锁死"),
    "扫地": ("R8", "usability", "ease", "consumer", "扫地机刷子缠毛天天拆"),
    "充电": ("R8", "usability", "ease", "consumer", "扫地机找不到充电座"),
    "压货": ("P2", "price", "fairness", "dealer", "线上比进货还便宜"),
}


@cache
def materials() -> tuple[list[ThemeMaterial], list[Member]]:
    members: list[Member] = []
    for at, (product, aspect, deep, segment, said) in enumerate(SORTS.values()):
        members += [
            member(
                100 * at + n, product=product, aspect=aspect, deep_category=deep, segment=segment, surface=said,
                quote=f"{said}第{n}回", secondary=said, deep=said,
            )
            for n in range(6)
        ]  # fmt: skip
    engine = ScriptedEngine(name="rules")
    found = build_themes(members, embedder_of(members), words, engine, engine)
    return list(found.materials.values()), members


def embed(asked: list[str]) -> NDArray[np.float32]:
    told = [f"{m.theme.title}。{m.theme.surface}。{m.theme.secondary}。{m.theme.deep}" for m in materials()[0]]
    return embedder(told)(asked)


def families(parents: Sequence[ThemeParent]) -> set[frozenset[str]]:
    surface = {m.theme.id: m.voices[0].surface[:3] for m in materials()[0]}
    return {frozenset(surface[child] for child in parent.children) for parent in parents}


def test_themes_of_one_product_and_motive_share_a_parent_and_a_dealer_has_none() -> None:
    parents = parents_of(materials()[0], embed, {})
    assert families(parents) <= {frozenset({"打印机"}), frozenset({"扫地机"})}
    assert len(parents) == 2
    assert {parent.title[:2] for parent in parents} == {"P2", "R8"}
    assert all(parent.id.startswith("tp_") and parent.engine == "rules" for parent in parents)
    assert not any("第" in parent.definition for parent in parents), "no word of a customer"


def test_order_does_not_matter_and_a_parent_keeps_its_id_while_it_keeps_its_themes() -> None:
    parents = parents_of(materials()[0], embed, {})
    shuffled = Random(1).sample(materials()[0], len(materials()[0]))
    assert parents_of(shuffled, embed, {}) == parents
    known = {f"tp_old{n}": frozenset(parent.children) for n, parent in enumerate(parents)}
    again = parents_of(materials()[0], embed, known)
    assert {parent.id: frozenset(parent.children) for parent in again} == known
    fewer = [m for m in materials()[0] if m.theme.id != min(parents[0].children)]
    assert all(parent.id in known for parent in parents_of(fewer, embed, known))


def test_nothing_and_one_theme_have_no_parent() -> None:
    assert parents_of([], embed, {}) == ()
    assert parents_of(materials()[0][:1], embed, {"tp_x": frozenset({materials()[0][0].theme.id})}) == ()


def test_parents_of_the_planted_needs_are_unlike_in_name_and_never_mix_who_speaks() -> None:
    members, _ = planted()
    engine = ScriptedEngine(name="rules")
    found = build_themes(members, embedder_of(members), words, engine, engine)
    told = [replace(m, theme=replace(m.theme, title=m.voices[0].surface)) for m in found.materials.values()]
    texts = [f"{m.theme.title}。{m.theme.surface}。{m.theme.secondary}。{m.theme.deep}" for m in told]
    parents = parents_of(told, embedder(texts), {})
    assert 2 <= len(parents) < len(told)
    assert len({parent.title for parent in parents}) == len(parents)
    party = {m.theme.id: (m.segments[0][0] if m.segments else "") in ("dealer", "service_provider") for m in told}
    for parent in parents:
        assert len(parent.children) >= 2
        assert len({party[child] for child in parent.children}) == 1
    children = [child for parent in parents for child in parent.children]
    assert len(children) == len(set(children)), "one parent at most"


def test_a_founded_theme_goes_under_the_parent_it_is_like_and_never_under_another_partys() -> None:
    """Each theme in turn comes last: it is put where it was when all were grouped together."""
    parents = {child: parent.id for parent in parents_of(materials()[0], embed, {}) for child in parent.children}
    placed = [replace(m, theme=replace(m.theme, parent_id=parents.get(m.theme.id))) for m in materials()[0]]
    for last in placed:
        others = [m for m in placed if m is not last]
        found = adopted([replace(last, theme=replace(last.theme, parent_id=None))], others, embed)
        assert found.get(last.theme.id) == last.theme.parent_id
    assert adopted(materials()[0][:1], [], embed) == {}
