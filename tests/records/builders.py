"""Small records and insights for tests of the store."""

import json
from typing import Any

from assistant.domain.insights import Insight, LadderStanding, Opportunity, Reading, Refused
from assistant.domain.records import Customer, MaskedText, Record, record_id


def record(
    external_id: str,
    text: str = "水温忽冷忽热，洗到一半变凉",
    *,
    product: str | None = "X5",
    customer: str | None = "C1",
    segment: str = "consumer",
    channel: str = "ticket",
    created_at: str | None = "2026-03-05T10:00:00+08:00",
    near_duplicate_of: str | None = None,
    status: str | None = None,
) -> Record:
    """A ticket by default."""
    return Record(
        id=record_id("test", external_id),
        external_id=external_id,
        source="test",
        channel=channel,  # type: ignore[arg-type]
        text=MaskedText(text),
        created_at=created_at,
        product=product,
        customer=Customer(customer, segment) if customer else None,  # type: ignore[arg-type]
        near_duplicate_of=near_duplicate_of,
        status=status,
    )


def insight(of: Record, *, aspect: str = "performance", deep: str = "security", sentiment: str = "negative") -> Insight:
    """An insight that quotes the record's first four characters."""
    return Insight(
        id=f"in_{of.external_id}_{aspect}",
        record_id=of.id,
        surface="水温不稳",
        secondary="在家人面前没面子",
        deep="洗得安心",
        standing=LadderStanding("stated", "implied", "hypothesis"),
        deep_category=deep,  # type: ignore[arg-type]
        aspect=aspect,  # type: ignore[arg-type]
        sentiment=sentiment,  # type: ignore[arg-type]
        severity=3,
        journey_stage="after_sale",
        quote=of.text[:4],
        start=0,
        end=4,
        engine="rules",
        opportunities=(Opportunity("accessory", of.text[:2], 0, 2),),
        signals={"churn_risk": True},
    )


def reading(of: Record, *insights: Insight) -> Reading:
    """A reading of a record."""
    return Reading(
        of.id,
        not insights,
        insights,
        {"churn_risk": True},
        (Refused("quote_not_found", "quote", "没说过的话", "表象"),),
    )


def parsed(column: Any) -> Any:
    """A JSON column as a bare query gives it: SQLite's driver leaves it as text."""
    return json.loads(column) if isinstance(column, str) else column
