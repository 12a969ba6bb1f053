"""Themes are thought about together where one need is several products', or a delight could help a friction."""

import hashlib

import numpy as np
import pytest
from numpy.typing import NDArray

from assistant.domain.insights import LadderStanding
from assistant.domain.themes import Theme, ThemeMaterial
from assistant.domain.vocabulary import DeepCategory
from assistant.insight.crossing import FEWEST, find_groups, joined, of_partners
from assistant.insight.portrait import portray
from tests.insight.samples import member


def material(
    name: str, product: str, deep: DeepCategory = "security", aspect: str = "privacy", mood: str = "negative", segment: str = "consumer",
    customers: int = 4,
) -> ThemeMaterial:  # fmt: skip
    start = int(hashlib.sha256(name.encode()).hexdigest()[:6], 16)
    members = [
        member(
            start + n,
            quote=f"{name}第{n}句话讲得各不相同{n * 7}",
            product=product,
            segment=segment,
            aspect=aspect,
            sentiment=mood,
        )
        for n in range(customers)
    ]
    theme = Theme(
        f"th_{name}", name, "", name, "", "", LadderStanding(), deep, "llm", records=customers, customers=customers
    )
    return portray(theme, members)


def embed(texts: list[str]) -> NDArray[np.float32]:
    """Texts of one first letter are alike."""
    rows = []
    for text in texts:
        own, kind = (int(hashlib.sha256(part.encode()).hexdigest()[:8], 16) for part in (text, text[0]))
        rows.append(
            np.random.default_rng(kind).standard_normal(64) * 2 + np.random.default_rng(own).standard_normal(64)
        )
    found = np.stack(rows)
    return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), np.float32)


def groups(*materials: ThemeMaterial, most: int = 10) -> list[tuple[str, tuple[str, ...]]]:
    return [(group.link, group.themes) for group in find_groups(materials, embed, most)]


def test_one_motive_of_two_products_is_a_shared_need() -> None:
    one, other = material("甲存硬盘", "P2", customers=5), material("乙偷拍", "R8")
    assert groups(other, one) == [("shared", ("th_甲存硬盘", "th_乙偷拍"))]


@pytest.mark.parametrize(
    "other",
    [
        material("乙偷拍", "P2"),
        material("乙偷拍", "R8", deep="fairness"),
        material("乙打滑", "R8", aspect="quality"),
        material("乙偷拍", "R8", segment="service_provider"),
        material("乙偷拍", "R8", customers=FEWEST - 1),
    ],
    ids=["same product", "other motive", "other job", "partners", "too few"],
)
def test_what_is_no_shared_need(other: ThemeMaterial) -> None:
    assert groups(material("甲存硬盘", "P2"), other) == []


def test_a_delight_is_moved_to_a_friction_of_its_kind() -> None:
    glad = material("甲师傅耐心", "X5", "trust", "staff", "positive")
    sore = material("乙师傅敷衍", "L3", "trust", "staff")
    far = material("丙断网", "N7", "achievement", "performance")
    assert groups(sore, glad, far) == [("transfer", ("th_甲师傅耐心", "th_乙师傅敷衍"))]


def test_no_theme_is_in_two_shared_needs_and_the_number_is_bounded() -> None:
    many = [material(f"{name}同类{n}", f"P{n}") for n, name in enumerate("甲乙丙丁戊己庚辛壬癸")]
    found = groups(*many)
    names = [one for _, themes in found for one in themes]
    assert len(names) == len(set(names))
    assert all(2 <= len(themes) <= 4 for _, themes in found)
    assert len(groups(*many, most=1)) == 1
    assert groups(*many, most=0) == []


def test_groups_do_not_depend_on_the_order_of_themes() -> None:
    many = [material(f"{name}同类", f"P{n}") for n, name in enumerate("甲乙丙丁")]
    ids = {group.id for group in find_groups(many, embed, 5)}
    assert ids == {group.id for group in find_groups(many[::-1], embed, 5)}


def test_joined_material_numbers_its_voices_through_and_sums_its_counts() -> None:
    one, other = material("甲存硬盘", "P2", customers=9), material("乙偷拍", "R8")
    (group,) = find_groups([one, other], embed, 5)
    whole, spans = joined(group, [other, one])
    assert [voice.n for voice in whole.voices] == list(range(1, len(whole.voices) + 1))
    assert spans == ((1, 7), (8, 11))
    assert whole.products == (("P2", 9), ("R8", 4))
    assert whole.theme.id == group.id
    assert whole.theme.id.startswith("tg_")
    assert not of_partners(whole)
