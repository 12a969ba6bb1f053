"""One customer as the staff may see them: pseudonymous, with what we have heard of them, counted."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from assistant.domain.filters import Filters
from assistant.records.customer_facts import facts_of, last_day
from assistant.records.customer_rules import read_rules
from assistant.records.database import Database
from assistant.records.repository import Repository
from assistant.records.tables import insights, records
from assistant.records.tagging import richness_of, tags_of

LATEST = 20
"""Records listed, the newest first; all of them are in the list of records, filtered by customer."""


def customer_detail(store: Repository, customer_id: str) -> dict[str, Any]:
    """What is known of a customer, and how many records, insights, signals and leads there are of them.

    One who goes by several ids is one person: by any of them all is shown.

    Raises:
        NotFoundError: there is none.
    """
    store.customer(customer_id)
    ids = store.person_ids(customer_id)
    theirs = records.c.customer_id.in_(ids)
    own = select(records.c.id).where(theirs)
    with store.database.reading() as connection:
        found = connection.scalar(select(func.count()).where(insights.c.record_id.in_(own))) or 0
        first, last = connection.execute(select(func.min(records.c.day), func.max(records.c.day)).where(theirs)).one()
        heard = {
            "channels": _by(connection, records.c.channel, theirs),
            "products": _by(connection, records.c.product, theirs),
            "aspects": _by(connection, insights.c.aspect, insights.c.record_id.in_(own)),
            "deep_categories": _by(connection, insights.c.deep_category, insights.c.record_id.in_(own)),
        }
        columns = [records.c[name] for name in ("id", "external_id", "channel", "created_at", "product", "status")]
        query = select(*columns, records.c.signals).where(theirs)
        rows = connection.execute(query.order_by(records.c.created_at.desc(), records.c.id)).mappings().all()
    signals: dict[str, int] = {}
    for row in rows:
        for name, present in (row["signals"] or {}).items():
            signals[name] = signals.get(name, 0) + bool(present)
    facts = facts_of(store.database, ids[:1])[ids[0]]
    rules, today = read_rules(store.database.folder), last_day(store.database) or ""
    mine = Filters(customer=tuple(ids))
    chances, total = store.list_leads(mine, LATEST)
    latest = [{"record_id": row["id"], **{c.name: row[c.name] for c in columns[1:]}} for row in rows[:LATEST]]
    counts = {
        "insights": found, "leads": total, "leads_held": store.held_leads(mine), "latest_leads": chances,
        "tags": [asdict(tag) for tag in tags_of(facts, rules, today)], "richness": asdict(richness_of(facts)),
    }  # fmt: skip
    told = {"signals": {name: n for name, n in signals.items() if n}}
    return {
        "customer_id": ids[0],
        "also_known_as": ids[1:],
        **{name: getattr(facts, name) for name in ("segment", "region", "since", "bought_service", "records")},
        "owned": list(facts.owned),
        **counts, **told, "first_day": first, "last_day": last, **heard, "latest": latest,
    }  # fmt: skip


def with_tags(database: Database, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of customers, each with its tags and how rich its voice is.

    Raises:
        SettingError: the house's file of customer rules has a mistake.
    """
    rules, today = read_rules(database.folder), last_day(database) or ""
    facts = facts_of(database, [row["id"] for row in rows])
    return [
        {
            **row,
            **{name: getattr(facts[row["id"]], name) for name in ("segment", "region", "since", "bought_service")},
            "owned": list(facts[row["id"]].owned),
            "tags": [asdict(tag) for tag in tags_of(facts[row["id"]], rules, today)],
            "richness": asdict(richness_of(facts[row["id"]])),
        }
        for row in rows
    ]


def _by(connection: Connection, column: ColumnElement[Any], where: ColumnElement[bool]) -> dict[str, int]:
    query = select(column, func.count()).where(where, column.is_not(None)).group_by(column)
    return {str(key): count for key, count in connection.execute(query.order_by(func.count().desc(), column))}
