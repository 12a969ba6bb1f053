"""Groups: an insight that the rules read into the wrong trade leaves, one that a model read or that is of service stays."""

from dataclasses import replace

import pytest

from assistant.insight.grouping import grouping
from assistant.insight.members import Member
from tests.insight.samples import embedder_of, member


def read(n: int, engine: str, aspect: str, product: str | None) -> Member:
    return member(n, quote=f"水又烫人了第{n}天", engine=engine, aspect=aspect, product=product)


@pytest.mark.parametrize(
    ("engine", "aspect", "product", "stays"),
    [
        ("rules", "performance", "P2", False),
        ("rules", "performance", None, True),
        ("llm", "performance", "P2", True),
        ("rules", "staff", "P2", True),
    ],
)
def test_a_word_that_matched_in_another_trade_is_no_member(
    engine: str, aspect: str, product: str | None, stays: bool
) -> None:
    others = [read(n, engine, aspect, "X5") for n in range(12)]
    strange = read(20, engine, aspect, product)
    members = [*others, replace(strange, insight=replace(strange.insight, id="strange"))]
    (group,) = grouping(members, embedder_of(members)).groups
    assert any(m.insight.id == "strange" for m in group) is stays
