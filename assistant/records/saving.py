"""How records are written: what is new or another now, what it repeats, and what was there before kept as history."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from assistant.domain.records import Customer, Record
from assistant.records.database import CHUNK, chunks, now
from assistant.records.leads import drop_leads
from assistant.records.persons import counted_as, settle, spread
from assistant.records.rows import record_values
from assistant.records.tables import customers, insights, record_versions, records

__all__ = ["CHUNK", "Link", "Linked", "Saved", "chunks", "save_batch"]


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a batch; added + updated + unchanged = records given."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    duplicates: int = 0
    joined: int = 0
    """Customers who count as another now, see `persons`."""

    @property
    def total(self) -> int:
        """Records given."""
        return self.added + self.updated + self.unchanged

    def __add__(self, other: "Saved") -> "Saved":
        return Saved(
            self.added + other.added,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
            self.duplicates + other.duplicates,
            self.joined + other.joined,
        )


@dataclass(frozen=True, slots=True)
class Linked:
    """What new and changed records nearly repeat."""

    signatures: Sequence[bytes | None]
    """In the order of the records."""
    joined: Sequence[bool]
    """Whether each was linked to others when it came."""
    heads: Mapping[str, str | None]
    """For each of them, and every other record whose link is another now: the record it is linked to, or None."""


Link = Callable[[Sequence[Record]], Linked]


def save_batch(connection: Connection, batch: Sequence[Record], link: Link) -> Saved:
    """Save records in the caller's transaction; `link` is asked once, about those that are new or changed, in order."""
    at, begun = now(), datetime.now(UTC)
    known = _known(connection, list(dict.fromkeys(record.id for record in batch)))
    rows = [record_values(record, _moment(begun, place)) for place, record in enumerate(batch)]
    total, last = _compared(rows, {one: old["content_hash"] for one, old in known.items()})
    changed = [batch[place] for place in last]
    linked = link(changed)
    persons = _persons(connection, changed, linked.heads)
    links = {one: {"near_duplicate_of": head, "person": persons[one]} for one, head in linked.heads.items()}
    fresh = []
    for place, signature in zip(last, linked.signatures, strict=True):
        values = {**rows[place], "signature": signature, **links.pop(rows[place]["id"])}
        if values["id"] in known:
            _replace(connection, values, known[values["id"]], at)
        else:
            fresh.append(values)
    if fresh:
        connection.execute(insert(records), fresh)
    for one, changed_link in links.items():
        connection.execute(update(records).where(records.c.id == one).values(**changed_link))
    for some in chunks([*links, *(record.id for record in changed if record.id in known)]):
        spread(connection, records.c.id.in_(some))
    _save_customers(connection, changed)
    joined = settle(connection, _customers(changed, known))
    return total + Saved(duplicates=sum(linked.joined), joined=joined)


def _compared(rows: Sequence[Mapping[str, Any]], stored: Mapping[str, str]) -> tuple[Saved, list[int]]:
    """What becomes of each row, and the places of those to be written.

    The last row of an id is the one that counts. Where that is what is stored, those before it change nothing, so that
    a file with two states of one ticket can be read again and again.
    """
    last = {row["id"]: place for place, row in enumerate(rows)}
    same = {one for one, place in last.items() if stored.get(one) == rows[place]["content_hash"]}
    hashes = dict(stored)
    added = updated = 0
    for row in rows:
        one, content = row["id"], row["content_hash"]
        if one not in same and hashes.get(one) != content:
            added += one not in hashes
            updated += one in hashes
            hashes[one] = content
    places = [place for one, place in last.items() if one not in same]
    return Saved(added, updated, len(rows) - added - updated), sorted(places)


def _known(connection: Connection, ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    found: dict[str, Mapping[str, Any]] = {}
    for some in chunks(ids):
        columns = [records.c[name] for name in ("id", "content_hash", "reading_hash", "customer_id")]
        query = select(*columns).where(records.c.id.in_(some))
        found.update((str(row["id"]), dict(row)) for row in connection.execute(query).mappings())
    return found


def _moment(begun: datetime, place: int) -> str:
    """When the record at this place of a batch was added: a microsecond apart, so that its order is kept."""
    return (begun + timedelta(microseconds=place)).isoformat(timespec="microseconds")


def _customers(changed: Sequence[Record], known: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """Customers of new and changed records, and those whose the changed ones were before."""
    before = (known[record.id]["customer_id"] for record in changed if record.id in known)
    return {one for one in (*(r.customer.id for r in changed if r.customer), *before) if one}


def _persons(connection: Connection, changed: Sequence[Record], heads: Mapping[str, str | None]) -> dict[str, str]:
    """record id → whom it counts as: its own customer, else the customer whose words it repeats, else the head.

    A customer is the person that they count as, see `persons`.
    """
    own = {r.id: r.customer.id if r.customer and r.customer.known else None for r in changed}
    named = {*heads, *(head for head in heads.values() if head)} - set(own)
    for some in chunks(sorted(named)):
        rows = connection.execute(select(records.c.id, records.c.customer_id).where(records.c.id.in_(some))).all()
        own |= {one: customer if customer and Customer(customer).known else None for one, customer in rows}
    joined = counted_as(connection, {customer for customer in own.values() if customer})
    found = {}
    for one, head in heads.items():
        repeated = head or one
        while not own.get(repeated) and (further := heads.get(repeated)):
            repeated = further
        customer = own.get(one) or own.get(repeated)
        found[one] = joined.get(customer, customer) if customer else repeated
    return found


def _replace(connection: Connection, values: Mapping[str, Any], old: Mapping[str, Any], at: str) -> None:
    """Put new content in the place of old, and drop what was read out of other words than it has now."""
    _keep_version(connection, values["id"], at)
    changed = {name: value for name, value in values.items() if name not in ("id", "added_at")}
    if old["reading_hash"] != values["reading_hash"]:
        changed |= {"reading_key": None, "noise": None, "signals": None}
        connection.execute(delete(insights).where(insights.c.record_id == values["id"]))
        drop_leads(connection, values["id"])
    connection.execute(update(records).where(records.c.id == values["id"]).values(**changed))


def _keep_version(connection: Connection, record_id: str, at: str) -> None:
    row = connection.execute(select(records).where(records.c.id == record_id)).mappings().one()
    last = connection.scalar(
        select(func.max(record_versions.c.version)).where(record_versions.c.record_id == record_id)
    )
    dropped = ("signature", "indexed_hash", "indexed_reading", "reading_key", "person")
    content = {name: value for name, value in row.items() if name not in dropped}
    connection.execute(
        insert(record_versions).values(record_id=record_id, version=(last or 0) + 1, replaced_at=at, content=content)
    )


def _save_customers(connection: Connection, batch: Sequence[Record]) -> None:
    """What the records say of their customers over what is known; nothing known is lost where a record is silent."""
    ids = list(dict.fromkeys(record.customer.id for record in batch if record.customer and record.customer.id))
    known: dict[str, dict[str, Any]] = {}
    for some in chunks(ids):
        query = select(customers).where(customers.c.id.in_(some))
        known.update((row["id"], dict(row)) for row in connection.execute(query).mappings())
    merged = dict(known)
    for record in batch:
        if record.customer and record.customer.id:
            merged[record.customer.id] = _merged(merged.get(record.customer.id, {}), record.customer)
    fresh = [values for customer_id, values in merged.items() if customer_id not in known]
    if fresh:
        connection.execute(insert(customers), fresh)
    for customer_id, old in known.items():
        if any(old[name] != value for name, value in merged[customer_id].items()):
            connection.execute(update(customers).where(customers.c.id == customer_id).values(**merged[customer_id]))


def _merged(old: Mapping[str, Any], customer: Customer) -> dict[str, Any]:
    values = {
        "id": customer.id,
        "segment": customer.segment,
        "region": customer.region,
        "since": customer.since,
        "owned": list(customer.owned),
        "bought_service": customer.bought_service,
    }
    return {name: old.get(name) if value in (None, []) and name in old else value for name, value in values.items()}
