"""What hurts most and what delights most: counted parts, weighed into a ranking."""

from typing import Any

from sqlalchemy import ColumnElement, Select, case, distinct, func, or_, select

from assistant.domain.counts import ImpactRow, ImpactWeights
from assistant.domain.filters import Filters
from assistant.domain.vocabulary import Dimension, SignalName
from assistant.records.calendar import DaysBetween
from assistant.records.counting import Counting
from assistant.records.dimensions import base_conditions, dimension
from assistant.records.impact_weights import read_weights
from assistant.records.selection import insight_conditions
from assistant.records.tables import customers, insights, records

_PARTS = ("repeat_7", "repeat_30", "escalation", "churn_risk", "valued")


def friction(
    counting: Counting, by: Dimension, filters: Filters, weights: ImpactWeights | None = None
) -> list[ImpactRow]:
    """What hurts, worst first: negative and mixed insights, count × severity × reach and what came of it.

    Args:
        weights: how heavy what came of it weighs; None: as the house's file says, see `read_weights`.

    Raises:
        SettingError: that file has a mistake.
    """
    in_force = read_weights(counting.database.folder) if weights is None else weights
    return _ranked(counting, by, filters, ("negative", "mixed"), in_force)


def delight(counting: Counting, by: Dimension, filters: Filters) -> list[ImpactRow]:
    """What is praised, most first: positive insights; a customer who recommends us counts twice."""
    return _ranked(counting, by, filters, ("positive",), None)


def _ranked(
    counting: Counting, by: Dimension, filters: Filters, moods: tuple[str, ...], weights: ImpactWeights | None
) -> list[ImpactRow]:
    key = (by, filters, moods, weights)
    return counting.database.settled.get("impact", key, lambda: _counted(counting, *key))


def _counted(
    counting: Counting, by: Dimension, filters: Filters, moods: tuple[str, ...], weights: ImpactWeights | None
) -> list[ImpactRow]:
    with counting.database.reading() as connection:
        heard = select(func.count(distinct(records.c.person))).where(*base_conditions("theme", filters))
        people = connection.scalar(heard) or 0
        found = connection.execute(_parts(by, filters, moods)).mappings().all()
    labels = counting.labels(by, [row["key"] for row in found])
    rows = []
    for row in found:
        counts = {name: int(row[name] or 0) for name in (*_PARTS, "advocate")}
        n, severity = int(row["customers"]), float(row["severity"])
        if weights is None:
            score = n + float(counts["advocate"])
        else:
            score = severity * (n + sum(getattr(weights, name) * counts[name] for name in _PARTS))
        rows.append(
            ImpactRow(
                key=row["key"],
                label=labels.get(row["key"], row["key"]),
                records=int(row["records"]),
                customers=n,
                severity=severity,
                reach=n / people if people else 0.0,
                score=score,
                **counts,
            )
        )
    return sorted(rows, key=lambda row: (-row.score, row.key))


def _parts(by: Dimension, filters: Filters, moods: tuple[str, ...]) -> Select[Any]:
    of = dimension(by, filters)
    if of.of is insights:
        source, where = of.table.join(records, insights.c.record_id == records.c.id), of.where
    else:
        source = records.join(insights, insights.c.record_id == records.c.id)
        where = [*of.where, *insight_conditions(filters)]
    came_again = _next_contact().subquery("came_again")
    source = source.outerjoin(came_again, came_again.c.id == records.c.id)
    source = source.outerjoin(customers, customers.c.id == records.c.customer_id)
    days = DaysBetween(records.c.day, came_again.c.next_day)
    valued = or_(func.json_array_length(customers.c.owned) >= 2, customers.c.bought_service.is_(True))
    return (
        select(
            of.key.label("key"),
            func.count(distinct(records.c.id)).label("records"),
            func.count(distinct(records.c.person)).label("customers"),
            func.avg(insights.c.severity).label("severity"),
            _people(days <= 7).label("repeat_7"),
            _people(days <= 30).label("repeat_30"),
            _people(_signal("escalation")).label("escalation"),
            _people(_signal("churn_risk")).label("churn_risk"),
            _people(_signal("advocate")).label("advocate"),
            _people(valued).label("valued"),
        )
        .select_from(source)
        .where(*where, insights.c.sentiment.in_(moods))
        .group_by(of.key)
    )


def _people(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """Customers of the group of whom the condition holds."""
    return func.count(distinct(case((condition, records.c.person))))


def _signal(name: SignalName) -> ColumnElement[bool]:
    said: ColumnElement[bool] = records.c.signals[name].as_boolean()
    return said


def _next_contact() -> Select[Any]:
    """Of every dated record of a named customer, the day of that person's next record that repeats no other."""
    following = func.lead(records.c.day).over(partition_by=records.c.person, order_by=(records.c.day, records.c.id))
    return select(records.c.id, following.label("next_day")).where(
        records.c.customer_id.is_not(None), records.c.day.is_not(None), records.c.near_duplicate_of.is_(None)
    )
