"""Lenses are chosen by what was counted of a theme, always the same ones, several that differ."""

from dataclasses import replace
from typing import Any

import pytest

from assistant.domain.ideas import LENS_ZH
from assistant.domain.insights import LadderStanding
from assistant.domain.themes import Theme, ThemeMaterial
from assistant.insight.lenses import FEW, LENSES, SEVERAL, fitting_lenses

THEME = Theme("th_1", "主题", "", "表象", "次深", "深层", LadderStanding(), "ease", "rules", records=8, customers=8)


def material(
    aspect: str = "usability", segment: str = "consumer", opportunity: str = "", **theme: Any
) -> ThemeMaterial:
    chances = ((opportunity, 8),) if opportunity else ()
    return ThemeMaterial(replace(THEME, **theme), (), (("X5", 8),), ((segment, 8),), ((aspect, 8),), chances)


@pytest.mark.parametrize(
    ("shown", "lens"),
    [
        (material("parts", "service_provider"), "supply_chain"),
        (material("settlement", "dealer"), "supply_chain"),
        (material("price", "enterprise", "new_business"), "product_as_service"),
        (material("installation"), "ecosystem_partner"),
        (material("after_sales", opportunity="value_added_service"), "service_income"),
        (material(deep_category="care"), "without_product"),
        (material(weak_signal=True, customers=3), "weak_signal"),
        (material(trend="new", customers=5), "weak_signal"),
        (replace(material("staff"), sentiment="positive"), "delight_moved"),
        (material("performance"), "job"),
    ],
)
def test_the_facts_of_a_theme_choose_its_lenses(shown: ThemeMaterial, lens: str) -> None:
    assert lens in fitting_lenses(shown)[:2]


def test_where_customers_resent_being_sold_to_nothing_is_sold() -> None:
    shown = material("after_sales", opportunity="value_added_service")
    assert "service_income" in fitting_lenses(shown)
    assert "service_income" not in fitting_lenses(shown, averse=0.8)


def test_a_new_need_of_many_is_no_weak_signal() -> None:
    assert "weak_signal" not in fitting_lenses(material(trend="growing", customers=24))


def test_they_are_several_and_always_the_same() -> None:
    assert len(set(fitting_lenses(material()))) == SEVERAL
    assert len(fitting_lenses(material(customers=2))) == FEW
    assert fitting_lenses(material()) == fitting_lenses(material())
    assert set(LENS_ZH) == set(LENSES)
