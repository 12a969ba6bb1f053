"""Which rows belong to somebody, and how they go: records and all that hangs on them, in the caller's transaction."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, delete, func, or_, select, update

from assistant.records import audit_book
from assistant.records.conversation_store import remove_empty, remove_told
from assistant.records.database import Database
from assistant.records.persons import counted_as, leaving, spread
from assistant.records.record_store import chunks
from assistant.records.tables import (
    answers,
    audit,
    contacts,
    customers,
    feedback,
    insights,
    jobs,
    lead_events,
    leads,
    model_calls,
    outcomes,
    readings,
    record_versions,
    records,
    requests,
    stages,
    theme_events,
    vault,
)
from assistant.records.traces import Collector, Traces, texts_in

ERASED_NOTE = "erased"
"""What stands in place of a note that told of somebody."""
_SHOWN = ("title", "text", "metadata", "external_id", "customer_id", "source", "product", "model", "region")
"""What a record says that may hold a fragment of another's."""


@dataclass(frozen=True, slots=True)
class Belongings:
    """What is to go: whole records, the customer, and earlier versions of records that are somebody else's by now."""

    record_ids: tuple[str, ...]
    customer_id: str | None = None
    versions: tuple[tuple[str, int], ...] = ()
    insight_ids: frozenset[str] = frozenset()
    since: str | None = None
    """When the first of the records came in: no model was shown any of them before."""
    aliases: tuple[str, ...] = ()
    """By what else the customer is called."""

    @property
    def empty(self) -> bool:
        """True where nothing of them is stored."""
        return not self.record_ids and not self.versions


def belongings(
    database: Database, record_ids: Sequence[str], customer_id: str | None = None, aliases: Sequence[str] = ()
) -> Belongings:
    """What hangs on these records; with a customer, also the earlier versions of others' records that were theirs."""
    versions: list[tuple[str, int]] = []
    ids, firsts = set(record_ids), []
    found: set[str] = set()
    with database.reading() as connection:
        for some in chunks(list(record_ids)):
            found.update(connection.scalars(select(insights.c.id).where(insights.c.record_id.in_(some))))
            for stored in connection.scalars(select(readings.c.insights).where(readings.c.record_id.in_(some))):
                found.update(item["id"] for item in stored)
            firsts.append(connection.scalar(select(func.min(records.c.added_at)).where(records.c.id.in_(some))))
        if customer_id is not None:
            query = select(record_versions.c.record_id, record_versions.c.version, record_versions.c.content)
            for record_id, version, content in connection.execute(query):
                if content.get("customer_id") == customer_id and record_id not in ids:
                    versions.append((record_id, version))
                    firsts.append(content.get("added_at"))
    since = min((first for first in firsts if first), default=None)
    return Belongings(tuple(record_ids), customer_id, tuple(versions), frozenset(found), since, tuple(aliases))


def record_ids_of(database: Database, customer_id: str) -> list[str]:
    """Ids of a customer's records, sorted."""
    with database.reading() as connection:
        query = select(records.c.id).where(records.c.customer_id == customer_id)
        return list(connection.scalars(query.order_by(records.c.id)))


def is_known(database: Database, customer_id: str) -> bool:
    """Whether there is such a customer."""
    with database.reading() as connection:
        return connection.scalar(select(func.count()).where(customers.c.id == customer_id)) != 0


def traces_of(database: Database, theirs: Belongings) -> Traces:
    """What would betray them: fragments of their texts, quotes, ids and masks that stand in no record that remains."""
    collector = Collector()
    collector.add_id(theirs.customer_id)
    for identity in (*theirs.aliases, *theirs.record_ids):
        collector.add_id(identity)
    for insight_id in theirs.insight_ids:
        collector.add_id(insight_id)
    gone, old = set(theirs.record_ids), set(theirs.versions)
    with database.reading() as connection:
        for content in contents_of(connection, theirs):
            collector.add_id(content["external_id"])
            collector.add_value([content["title"], content["text"], content["metadata"]])
            if theirs.customer_id is None:
                collector.add_id(content["customer_id"])
        for some in chunks(theirs.record_ids):
            for table in (insights, leads):
                for quote in connection.scalars(select(table.c.quote).where(table.c.record_id.in_(some))):
                    collector.add_quote(quote)
        collector.drop_shared(_others(connection, gone, old, theirs.customer_id))
    return collector.traces()


def contents_of(connection: Connection, theirs: Belongings) -> Iterator[Mapping[str, Any]]:
    """Every record of theirs as it stands, and every earlier version."""
    for some in chunks(theirs.record_ids):
        yield from (dict(row) for row in connection.execute(select(records).where(records.c.id.in_(some))).mappings())
        yield from connection.scalars(select(record_versions.c.content).where(record_versions.c.record_id.in_(some)))
    for record_id, version in theirs.versions:
        where = (record_versions.c.record_id == record_id, record_versions.c.version == version)
        yield from connection.scalars(select(record_versions.c.content).where(*where))


def _others(
    connection: Connection, gone: set[str], old: set[tuple[str, int]], customer_id: str | None
) -> Iterator[str]:
    columns = [records.c[name] for name in _SHOWN]
    for row in connection.execute(select(records.c.id, *columns).execution_options(yield_per=500)):
        if row[0] not in gone:
            yield from texts_in(list(row))
    query = select(record_versions.c.record_id, record_versions.c.version, record_versions.c.content)
    for record_id, version, content in connection.execute(query.execution_options(yield_per=500)):
        if record_id not in gone and (record_id, version) not in old:
            yield from texts_in(content)
    query_contacts = select(contacts.c.alias).where(contacts.c.customer_id != (customer_id or ""))
    yield from connection.scalars(query_contacts)


def remove_records(connection: Connection, theirs: Belongings) -> dict[str, int]:
    """Take out the records, their history, readings, insights and leads, and customers who have no others."""
    owners: set[str] = set() if theirs.customer_id is None else {theirs.customer_id}
    for some in chunks(theirs.record_ids):
        found = connection.scalars(select(records.c.customer_id).where(records.c.id.in_(some)))
        owners.update(owner for owner in found if owner)
    with leaving(connection, owners):
        return _remove(connection, theirs, owners)


def _remove(connection: Connection, theirs: Belongings, owners: Collection[str]) -> dict[str, int]:
    counts = dict.fromkeys(("records", "versions", "readings", "insights", "leads", "sealed", "relinked"), 0)
    for some in chunks(theirs.record_ids):
        counts["relinked"] += _relink(connection, some, set(theirs.record_ids))
        for name, table in (("leads", leads), ("insights", insights), ("readings", readings), ("sealed", vault)):
            counts[name] += _gone(connection, table, table.c.record_id.in_(some))
        counts["versions"] += _gone(connection, record_versions, record_versions.c.record_id.in_(some))
        counts["records"] += _gone(connection, records, records.c.id.in_(some))
    for record_id, version in theirs.versions:
        where = (record_versions.c.record_id == record_id, record_versions.c.version == version)
        counts["versions"] += _gone(connection, record_versions, *where)
        current = select(records.c.reading_key).where(records.c.id == record_id).scalar_subquery()
        stale = or_(current.is_(None), readings.c.key != current)
        counts["readings"] += _gone(connection, readings, readings.c.record_id == record_id, stale)
    if theirs.customer_id is not None:
        counts["leads"] += _gone(connection, leads, leads.c.customer_id == theirs.customer_id)
        _gone(connection, customers, customers.c.id == theirs.customer_id)
        _gone(connection, contacts, contacts.c.customer_id == theirs.customer_id)
    for few in chunks(sorted(owners)):
        heard = select(records.c.customer_id).where(records.c.customer_id.in_(few))
        for column in (customers.c.id, contacts.c.customer_id):
            _gone(connection, column.table, column.in_(few), column.not_in(heard))
    return counts


def _gone(connection: Connection, table: Table, *where: Any) -> int:
    return connection.execute(delete(table).where(*where)).rowcount


def _relink(connection: Connection, ids: Sequence[str], gone: set[str]) -> int:
    """Records that nearly repeat one of these repeat the first that remains among them instead, and count as whom it
    counts; two known and different customers never repeat one another."""
    c = records.c
    query = select(c.id, c.near_duplicate_of, c.customer_id).where(c.near_duplicate_of.in_(ids))
    first: dict[str, tuple[str, str | None]] = {}
    changed = 0
    rows = [row for row in connection.execute(query.order_by(c.added_at, c.id)).all() if row[0] not in gone]
    joined = counted_as(connection, {customer_id for *_, customer_id in rows if customer_id})
    for record_id, repeated, customer_id in rows:
        known = joined.get(customer_id, customer_id) if customer_id and not customer_id.startswith("u_") else None
        head, person = first.setdefault(repeated, (record_id, known))
        near = None if head == record_id or (known and person and known != person) else head
        values = {"near_duplicate_of": near, "person": known or (person if near else None) or near or record_id}
        changed += connection.execute(update(records).where(c.id == record_id).values(**values)).rowcount
        spread(connection, c.id == record_id)
    return changed


def remove_answers(connection: Connection, theirs: Belongings, traces: Traces) -> int:
    """Take out answers that cite the records or hold their words, with the feedback on them, from conversations too."""
    gone = set(theirs.record_ids)
    held = []
    for row in connection.execute(select(answers.c.id, answers.c.question, answers.c.content)):
        cited = any(citation["record_id"] in gone for citation in row.content["citations"])
        if cited or traces.within([row.question, row.content]):
            held.append(row.id)
    removed = sum(_gone(connection, answers, answers.c.id.in_(some)) for some in chunks(held))
    remove_told(connection, traces.stand_in)
    remove_empty(connection)
    return removed


def remove_calls(connection: Connection, theirs: Belongings) -> int:
    """Take out every remembered model answer since the first of the records came in.

    A call is kept under a digest of what was asked: which records it was shown can't be told, and an answer may tell
    of one in other words. Earlier calls were shown none of them; what was made of later ones stands in the ledger.
    """
    if theirs.since is None:
        return 0
    return _gone(connection, model_calls, func.substr(model_calls.c.at, 1, 19) >= theirs.since[:19])


def forget_stages(connection: Connection) -> None:
    """Have the whole-corpus stages look again when they are run next."""
    connection.execute(delete(stages))


def clean_events(connection: Connection, theirs: Belongings, traces: Traces) -> None:
    """Take the insights out of the themes' lineage, and titles that hold their words."""
    for row in connection.execute(select(theme_events)).mappings().all():
        detail = _without(row["detail"], theirs.insight_ids, traces)
        if detail != row["detail"]:
            where = theme_events.c.id == row["id"]
            connection.execute(update(theme_events).where(where).values(detail=detail))


def _without(value: Any, insight_ids: Collection[str], traces: Traces) -> Any:
    """A JSON value without their insights, and without texts that hold a trace; what held them stays, emptier."""
    if isinstance(value, dict):
        return {
            name: _without(item, insight_ids, traces)
            for name, item in value.items()
            if not _is_gone(name, insight_ids, traces) and not _is_gone(item, insight_ids, traces)
        }
    if isinstance(value, list):
        return [_without(item, insight_ids, traces) for item in value if not _is_gone(item, insight_ids, traces)]
    return value


def _is_gone(value: Any, insight_ids: Collection[str], traces: Traces) -> bool:
    return isinstance(value, str) and (value in insight_ids or traces.stand_in(value))


def clean_notes(connection: Connection, traces: Traces) -> None:
    """Blank what staff wrote beside leads and answers where it holds their words or ids."""
    for table, names in ((leads, ("note",)), (lead_events, ("before", "after")), (feedback, ("comment",))):
        for row in connection.execute(select(table)).mappings().all():
            if held := [name for name in names if row[name] and traces.stand_in(row[name])]:
                connection.execute(
                    update(table).where(table.c.id == row["id"]).values(dict.fromkeys(held, ERASED_NOTE))
                )


def clean_audit(connection: Connection, traces: Traces, pseudonyms: Collection[str]) -> None:
    """Blank what the book says of them: that something was looked at stays, not whose."""
    for row in connection.execute(select(audit)).mappings().all():
        if row["subject"].rpartition(":")[2] in pseudonyms or traces.within([row["subject"], row["reason"]]):
            audit_book.blank(connection, row["id"])


def clean_work(connection: Connection, traces: Traces) -> None:
    """Blank their words and ids in what is kept of jobs and outcomes, such as a file's name; forget requests that hold any."""
    for row in connection.execute(select(jobs)).mappings().all():
        if traces.within([row["wish"], row["stages"], row["problem"]]):
            told = [{name: _blanked(stage[name], traces) for name in ("receipt", "problem")} for stage in row["stages"]]
            values = {
                "wish": {**row["wish"], "paths": [], "reading": {}}, "problem": _blanked(row["problem"], traces),
                "stages": [{**stage, **blanked} for stage, blanked in zip(row["stages"], told, strict=True)],
            }  # fmt: skip
            connection.execute(update(jobs).where(jobs.c.id == row["id"]).values(**values))
    for number, content in connection.execute(select(outcomes.c.id, outcomes.c.content)).all():
        if traces.within(content):
            blanked = _blanked(content, traces)
            connection.execute(update(outcomes).where(outcomes.c.id == number).values(content=blanked))
    for key, answer in connection.execute(select(requests.c.key, requests.c.answer)).all():
        if traces.within(answer):
            _gone(connection, requests, requests.c.key == key)


def _blanked(value: Any, traces: Traces) -> Any:
    if isinstance(value, dict):
        return {name: _blanked(item, traces) for name, item in value.items() if not traces.stand_in(name)}
    if isinstance(value, list):
        return [_blanked(item, traces) for item in value]
    return ERASED_NOTE if isinstance(value, str) and traces.stand_in(value) else value
