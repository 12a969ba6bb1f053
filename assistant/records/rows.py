"""How domain types and table rows turn into each other; the only place that knows both shapes."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any, cast

from sqlalchemy import RowMapping

from assistant.domain.insights import FailureContext, Insight, LadderStanding, Opportunity, Quote
from assistant.domain.records import Customer, MaskedSpan, MaskedText, Record, Turn
from assistant.domain.themes import Theme

Row = Mapping[str, Any]
_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
_CUSTOMER = tuple(field.name for field in fields(Customer))


def digest(*parts: object) -> str:
    """SHA-256 (hex) over the canonical JSON of the parts."""
    return hashlib.sha256(_CANONICAL.encode(parts).encode("utf-8", "surrogatepass")).hexdigest()


def record_values(record: Record, at: str) -> dict[str, Any]:
    """The column values of a record."""
    customer = record.customer
    values: dict[str, Any] = {
        "id": record.id,
        "source": record.source,
        "external_id": record.external_id,
        "channel": record.channel,
        "created_at": record.created_at,
        "day": record.day,
        "month": record.created_at[:7] if record.created_at else None,
        "product": record.product,
        "model": record.model,
        "customer_id": customer.id if customer else None,
        "segment": customer.segment if customer else None,
        "region": customer.region if customer else None,
        "rating": record.rating,
        "status": record.status,
        "title": record.title,
        "text": record.text,
        "turns": [[t.speaker, t.start, t.end, t.at] for t in record.turns],
        "masked": [[m.type, m.start, m.end] for m in record.masked],
        "metadata": dict(record.metadata),
        "script": record.script,
    }
    shown = ("channel", "created_at", "product", "model", "segment", "rating", "title", "text", "turns")
    return {
        **values,
        "content_hash": digest(values, {name: getattr(customer, name) for name in _CUSTOMER} if customer else None),
        "reading_hash": digest([values[name] for name in shown]),
        "person": (customer.id if customer and customer.known else None) or record.near_duplicate_of or record.id,
        "near_duplicate_of": record.near_duplicate_of,
        "added_at": at,
        "updated_at": at,
    }


def to_record(row: RowMapping | Row) -> Record:
    """A record as stored (the customer with the facts that stand on the record)."""
    text = row["text"]
    customer = (
        Customer(id=row["customer_id"], segment=row["segment"], region=row["region"])
        if row["customer_id"] or row["segment"] or row["region"]
        else None
    )
    return Record(
        id=row["id"],
        external_id=row["external_id"],
        source=row["source"],
        channel=row["channel"],
        text=MaskedText(text),
        created_at=row["created_at"],
        product=row["product"],
        model=row["model"],
        customer=customer,
        rating=row["rating"],
        status=row["status"],
        title=MaskedText(row["title"]) if row["title"] is not None else None,
        turns=tuple(Turn(s, MaskedText(text[a:b]), a, b, at) for s, a, b, at in row["turns"]),
        masked=tuple(MaskedSpan(kind, a, b) for kind, a, b in row["masked"]),
        metadata=row["metadata"],
        script=row["script"],
        near_duplicate_of=row["near_duplicate_of"],
        noise=row["noise"],
    )


def insight_values(insight: Insight) -> dict[str, Any]:
    """The column values of an insight."""
    values = {
        name: getattr(insight, name)
        for name in (
            "id", "record_id", "theme_id", "surface", "secondary", "deep", "deep_category", "deep_category_alt", "aspect",
            "sentiment", "severity", "effort", "journey_stage", "quote", "start", "end", "suggestion", "engine",
        )
    }  # fmt: skip
    return {
        **values,
        "standing_surface": insight.standing.surface,
        "standing_secondary": insight.standing.secondary,
        "standing_deep": insight.standing.deep,
        "more_quotes": [asdict(quote) for quote in insight.more_quotes],
        "failure_context": asdict(insight.failure_context) if insight.failure_context else None,
        "opportunities": [asdict(o) for o in insight.opportunities],
        "signals": dict(insight.signals),
    }


def to_insight(row: RowMapping | Row) -> Insight:
    """An insight as stored."""
    context = row["failure_context"]
    return Insight(
        id=row["id"],
        record_id=row["record_id"],
        theme_id=row["theme_id"],
        surface=row["surface"],
        secondary=row["secondary"],
        deep=row["deep"],
        standing=LadderStanding(row["standing_surface"], row["standing_secondary"], row["standing_deep"]),
        deep_category=row["deep_category"],
        deep_category_alt=row["deep_category_alt"],
        aspect=row["aspect"],
        sentiment=row["sentiment"],
        severity=row["severity"],
        effort=row["effort"],
        more_quotes=tuple(Quote(**quote) for quote in row["more_quotes"] or ()),
        journey_stage=row["journey_stage"],
        quote=row["quote"],
        start=row["start"],
        end=row["end"],
        suggestion=row["suggestion"],
        failure_context=FailureContext(**context) if context else None,
        opportunities=tuple(Opportunity(**o) for o in row["opportunities"]),
        signals=cast("Any", row["signals"]),
        engine=row["engine"],
    )


def insight_from(item: dict[str, Any], record_id: str) -> Insight:
    """An insight as the ledger keeps it, of this record."""
    context = item["failure_context"]
    return Insight(
        **{
            **item,
            "record_id": record_id,
            "standing": LadderStanding(**item["standing"]),
            "more_quotes": tuple(Quote(**quote) for quote in item.get("more_quotes", ())),
            "failure_context": FailureContext(**context) if context else None,
            "opportunities": tuple(Opportunity(**o) for o in item["opportunities"]),
        }
    )


def to_theme(row: RowMapping | Row) -> Theme:
    """A theme as stored, with its counts."""
    return Theme(
        id=row["id"],
        title=row["title"],
        definition=row["definition"],
        surface=row["surface"],
        secondary=row["secondary"],
        deep=row["deep"],
        standing=LadderStanding(row["standing_surface"], row["standing_secondary"], row["standing_deep"]),
        deep_category=row["deep_category"],
        engine=row["engine"],
        records=row["records"],
        customers=row["customers"],
        trend=row["trend"],
        parent_id=row["parent_id"],
        edited=row["edited"],
        locked=row["locked"],
        archived=row["archived"],
        weak_signal=row["weak_signal"],
    )
