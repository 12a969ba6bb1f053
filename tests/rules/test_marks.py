"""Chances are seen where somebody wants to buy, not where somebody is angry at being made to."""

import pytest

from assistant.rules.engine import RulesEngine
from tests.rules.builders import record


def _chances(text: str) -> list[str]:
    return [
        chance.type
        for insight in RulesEngine().read([record(text)]).drafts[0].insights
        for chance in insight.opportunities
    ]


@pytest.mark.parametrize(
    "text",
    [
        "滤芯才换三个月又亮红灯，一支两百多，感觉就是逼着买",
        "墨盒锁死只能用你们的，逼着人买原装耗材，太黑了",
        "滤芯贵得离谱，不就是变相收费",
    ],
)
def test_anger_at_being_made_to_buy_is_no_chance(text: str) -> None:
    assert _chances(text) == []


@pytest.mark.parametrize("text", ["尘袋在哪买，想买一包", "滤芯逼着一年换三次，能不能出个大容量的滤芯，我想买"])
def test_a_wish_to_buy_is_one_even_of_the_angry(text: str) -> None:
    assert _chances(text)
