"""What is counted of each customer, for tags and screenings: one pass over their records and insights."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, RowMapping, func, select

from assistant.domain.customers import CustomerFacts, Heard, Trace
from assistant.domain.filters import Filters
from assistant.domain.vocabulary import SIGNAL_NAMES
from assistant.records.database import Database
from assistant.records.lead_store import HOLD, grouped, offered
from assistant.records.persons import kin
from assistant.records.saving import chunks
from assistant.records.tables import customers, insights, records

_TOLD = ("segment", "region", "since", "bought_service")

_PAGE = 100
"""Facts of so many customers are remembered until the feedback changes."""


@dataclass(slots=True)
class _Tally:
    """Counts under way."""

    records: int = 0
    usable: int = 0
    utterances: int = 0
    characters: int = 0
    needs: set[tuple[str, str]] = field(default_factory=set)
    suggestions: int = 0
    praise: int = 0
    traces: list[Trace] = field(default_factory=list)
    signals: dict[str, list[Trace]] = field(default_factory=dict)


def facts_of(database: Database, ids: Sequence[str]) -> dict[str, CustomerFacts]:
    """Customer id → facts of the person they are of, whatever else that goes by; of those that exist."""
    if len(ids) > _PAGE:
        return _read(database, ids)
    return dict(database.settled.get("customer facts", tuple(ids), lambda: _read(database, ids)))


def _read(database: Database, ids: Sequence[str]) -> dict[str, CustomerFacts]:
    found: dict[str, CustomerFacts] = {}
    with database.reading() as connection:
        for some in chunks(ids):
            persons = kin(connection, some)
            person_of = {one: members[0] for members in persons.values() for one in members}
            known: dict[str, RowMapping] = {}
            for few in chunks(list(person_of)):
                rows = connection.execute(select(customers).where(customers.c.id.in_(few))).mappings()
                known.update((row["id"], row) for row in rows)
            tallies = _tallied(connection, person_of)
            chances = _open_leads(connection, person_of)
            for one in some:
                if of := [known[member] for member in persons[one] if member in known]:
                    person = person_of[one]
                    found[one] = _facts(person, of, tallies.get(person, _Tally()), chances.get(person, 0))
    return found


def last_day(database: Database) -> str | None:
    """The last day that records speak of: from it ages are counted, so that the same data gives the same tags."""
    with database.reading() as connection:
        day: str | None = connection.scalar(select(func.max(records.c.day)))
        return day


def _tallied(connection: Connection, person_of: Mapping[str, str]) -> dict[str, _Tally]:
    tallies: dict[str, _Tally] = {}
    ids = list(person_of)
    c = records.c
    columns = (c.id, c.external_id, c.customer_id, c.day, c.turns, c.signals, c.noise, c.near_duplicate_of)
    query = select(*columns, func.length(c.text).label("length")).where(c.customer_id.in_(ids)).order_by(c.day, c.id)
    for row in connection.execute(query).mappings():
        tally = tallies.setdefault(person_of[row["customer_id"]], _Tally())
        trace = Trace(row["id"], row["external_id"], row["day"])
        tally.records += 1
        tally.traces.append(trace)
        for name, present in (row["signals"] or {}).items():
            if present and name in SIGNAL_NAMES:
                tally.signals.setdefault(name, []).append(trace)
        if row["noise"] or row["near_duplicate_of"]:
            continue
        said = [end - start for speaker, start, end, _ in row["turns"] if speaker == "customer"]
        said = said if row["turns"] else [row["length"]]
        if said:
            tally.usable += 1
            tally.utterances += len(said)
            tally.characters += sum(said)
    _count_needs(connection, person_of, tallies)
    return tallies


def _count_needs(connection: Connection, person_of: Mapping[str, str], tallies: Mapping[str, _Tally]) -> None:
    i = insights.c
    query = select(records.c.customer_id, i.aspect, i.deep_category, i.sentiment, i.suggestion)
    for customer, aspect, deep, mood, suggestion in connection.execute(
        query.join(records, records.c.id == i.record_id).where(records.c.customer_id.in_(list(person_of)))
    ):
        tally = tallies[person_of[customer]]
        tally.needs.add((aspect, deep))
        tally.suggestions += bool(suggestion)
        tally.praise += mood == "positive"


def _open_leads(connection: Connection, ids: Iterable[str]) -> dict[str, int]:
    known = grouped(*offered(Filters(customer=tuple(ids))))
    still = known.c.shown.not_in(("won", "lost", HOLD))
    query = select(known.c.person, func.count()).where(known.c.place == 1, still)
    return dict(connection.execute(query.group_by(known.c.person)).all())


def _facts(person: str, rows: Sequence[RowMapping], tally: _Tally, chances: int) -> CustomerFacts:
    """Facts out of what each id of a person says: the first that says something, all that they own."""
    days = [trace.day for trace in tally.traces if trace.day]
    told = {name: [row[name] for row in rows if row[name] is not None] for name in _TOLD}
    return CustomerFacts(
        id=person,
        segment=next(iter(told["segment"]), None),
        region=next(iter(told["region"]), None),
        since=min(told["since"], default=None),
        bought_service=any(told["bought_service"]) if told["bought_service"] else None,
        owned=tuple(dict.fromkeys(item for row in rows for item in row["owned"])),
        **{name: getattr(tally, name) for name in ("records", "usable", "utterances", "characters")},
        needs=len(tally.needs),
        suggestions=tally.suggestions,
        praise=tally.praise,
        first_day=min(days, default=None),
        last_day=max(days, default=None),
        latest=tally.traces[-1] if tally.traces else None,
        signals={name: Heard(len(traces), traces[-1]) for name, traces in tally.signals.items()},  # type: ignore[misc]
        open_leads=chances,
    )
