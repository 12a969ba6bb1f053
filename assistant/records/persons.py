"""Who counts as one person: an id that a system gave, and the telephones by which that customer is known elsewhere.

A telephone (or e-mail) joins what goes by it into one person only where nothing speaks against it:

- there is one id that a system gave: two of them with one telephone are a household, a shop, a switchboard;
- their segments, where known, are the same: a dealer who leaves the shop's number in a consumer's ticket stays himself;
- they are few, at most `MOST_IDS`.

What holds for each telephone must hold for all that they tie together; else nobody of them is joined.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from sqlalchemy import ColumnElement, Connection, and_, func, insert, or_, select, update

from assistant.domain.records import Customer
from assistant.domain.vocabulary import PiiType
from assistant.records.database import Database, chunks
from assistant.records.tables import contacts, customers, insights, records

TELLING: tuple[PiiType, ...] = (
    "phone", "landline", "id_card", "bank_card", "email", "plate", "wechat", "qq", "passport"
)  # fmt: skip
"""Kinds whose value is one person's; a name or an order may be another's."""
CONTACT = re.compile(rf"({'|'.join(TELLING)})-([0-9a-f]{{16}})")
"""An id that is a pseudonym of such a value."""
MOST_IDS = 4
"""Ids that one person may go by; a contact of more is one that many share."""


class PersonStore:
    """The part of the store that knows by what else customers are called, and who of them is one person."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def save_contacts(self, pairs: Iterable[tuple[str, str]]) -> int:
        """Keep (alias, customer id) pairs, those that are there already stay; how many customers count as another now."""
        fresh = dict.fromkeys(pairs)
        if not fresh:
            return 0
        with self.database.writing() as connection:
            before: dict[str, set[str]] = defaultdict(set)
            for some in chunks([alias for alias, _ in fresh]):
                query = select(contacts.c.alias, contacts.c.customer_id).where(contacts.c.alias.in_(some))
                for alias, customer_id in connection.execute(query).all():
                    fresh.pop((alias, customer_id), None)
                    before[alias].add(customer_id)
            rows = [{"alias": alias, "customer_id": customer_id} for alias, customer_id in fresh]
            if rows:
                connection.execute(insert(contacts), rows)
            few = ({alias, *ids} for alias, ids in before.items() if len(ids) <= MOST_IDS)
            return settle(connection, {one for _, one in fresh}.union(*few))

    def aliases_of(self, customer_id: str) -> list[str]:
        """By what else a customer is called, sorted."""
        with self.database.reading() as connection:
            query = select(contacts.c.alias).where(contacts.c.customer_id == customer_id)
            return list(connection.scalars(query.order_by(contacts.c.alias)))

    def called(self, aliases: Sequence[str]) -> list[str]:
        """The customers who are called by one of these too, sorted."""
        with self.database.reading() as connection:
            query = select(contacts.c.customer_id).where(contacts.c.alias.in_(aliases)).distinct()
            return list(connection.scalars(query.order_by(contacts.c.customer_id)))

    def sharing(self, customer_id: str) -> list[str]:
        """Other customers who go by a contact of this one, joined with them or not, sorted."""
        with self.database.reading() as connection:
            return sorted(sharing(connection, [customer_id]) - {customer_id})

    def person_ids(self, customer_id: str) -> list[str]:
        """All ids of the person a customer is, the one that they count as first; the id alone of one not known."""
        with self.database.reading() as connection:
            return kin(connection, [customer_id])[customer_id]

    def joined(self) -> tuple[int, int]:
        """(persons who go by several ids, ids they go by together)."""
        query = select(func.count(customers.c.counts_as.distinct()), func.count(customers.c.counts_as))
        with self.database.reading() as connection:
            persons, others = connection.execute(query).one()
            return persons, persons + others


def joined_by(ties: Iterable[Collection[str]], segments: Mapping[str, str | None]) -> dict[str, str]:
    """Id → the id it counts as, of all that are joined (the one they count as too); see the module for the rule.

    Args:
        ties: for each contact, the ids that go by it.
        segments: the segment of each id, where it is known.
    """
    group: dict[str, frozenset[str]] = {}
    for tied in ties:
        if _one_person(tied, segments):
            whole = frozenset().union(tied, *(group.get(one, ()) for one in tied))
            group.update(dict.fromkeys(whole, whole))
    return {one: min(ids, key=_first) for one, ids in group.items() if _one_person(ids, segments)}


def _one_person(ids: Collection[str], segments: Mapping[str, str | None]) -> bool:
    given = sum(not is_contact(one) for one in ids)
    return 1 < len(ids) <= MOST_IDS and given <= 1 and len({segments.get(one) for one in ids} - {None}) <= 1


def _first(identity: str) -> tuple[bool, str]:
    """An id of a source goes before a telephone."""
    return is_contact(identity), identity


def is_contact(identity: str) -> bool:
    """Whether an id stands for a telephone, an e-mail or the like."""
    return CONTACT.fullmatch(identity) is not None


def settle(connection: Connection, customer_ids: Iterable[str]) -> int:
    """Bring level whom these customers, and all who are tied to them, count as; how many count as another now."""
    ties, involved = _ties(connection, {one for one in customer_ids if Customer(one).known})
    if not involved:
        return 0
    stored = counted_as(connection, involved)
    several = [ids for ids in ties if len(ids) > 1]
    segments = _segments(connection, set[str]().union(*several)) if several else {}
    wanted = joined_by(several, segments)
    changed = {one: person for one in involved if (person := wanted.get(one, one)) != stored.get(one, one)}
    for one, person in changed.items():
        _count(connection, one, stored.get(one, one), person)
    return sum(one != person for one, person in changed.items())


@contextmanager
def leaving(connection: Connection, customer_ids: Collection[str]) -> Iterator[None]:
    """While rows of these customers go, in the caller's transaction: afterwards whoever stays counts as they should."""
    aliases = _aliases(connection, customer_ids)
    staying = set(customer_ids).union(*kin(connection, sorted(customer_ids)).values())
    yield
    settle(connection, staying.union(*_carriers(connection, aliases, MOST_IDS + 1).values()))


def counted_as(connection: Connection, ids: Collection[str]) -> dict[str, str]:
    """Id → the id it counts as, of those that count as another."""
    found: dict[str, str] = {}
    for some in chunks(sorted(ids)):
        query = select(customers.c.id, customers.c.counts_as)
        found.update(
            connection.execute(query.where(customers.c.id.in_(some), customers.c.counts_as.is_not(None))).all()
        )
    return found


def kin(connection: Connection, ids: Sequence[str]) -> dict[str, list[str]]:
    """Id → all ids of the person it is of, the one that they count as first."""
    heads = counted_as(connection, ids)
    persons = {one: heads.get(one, one) for one in ids}
    others: dict[str, list[str]] = defaultdict(list)
    for some in chunks(sorted(set(persons.values()))):
        query = select(customers.c.counts_as, customers.c.id).where(customers.c.counts_as.in_(some))
        for person, one in connection.execute(query.order_by(customers.c.id)):
            others[person].append(one)
    return {one: [person, *others[person]] for one, person in persons.items()}


def sharing(connection: Connection, ids: Sequence[str]) -> set[str]:
    """Everybody who goes by a contact of these customers, themselves among them."""
    aliases = _aliases(connection, ids)
    return set(ids).union(*_carriers(connection, aliases).values())


def spread(connection: Connection, *where: ColumnElement[bool]) -> None:
    """Put into the insights of these records whom the records count as, and their region."""
    person, region = (
        select(column).where(records.c.id == insights.c.record_id).scalar_subquery()
        for column in (records.c.person, records.c.region)
    )
    meant = select(records.c.id).where(*where)
    connection.execute(update(insights).where(insights.c.record_id.in_(meant)).values(whose=person, region=region))


def _aliases(connection: Connection, ids: Iterable[str]) -> set[str]:
    found = {one for one in ids if is_contact(one)}
    for some in chunks(sorted(ids)):
        found.update(connection.scalars(select(contacts.c.alias).where(contacts.c.customer_id.in_(some))))
    return found


def _carriers(connection: Connection, aliases: Collection[str], most: int | None = None) -> dict[str, set[str]]:
    """Alias → the customers who go by it, the one who is stored under it among them; with `most`, of rarer ones alone."""
    found: dict[str, set[str]] = {}
    for some in chunks(sorted(aliases)):
        rare = list(some)
        if most is not None:
            counted = select(contacts.c.alias).where(contacts.c.alias.in_(some)).group_by(contacts.c.alias)
            crowded = set(connection.scalars(counted.having(func.count() > most)))
            rare = [alias for alias in some if alias not in crowded]
        for alias in connection.scalars(select(customers.c.id).where(customers.c.id.in_(rare))):
            found.setdefault(alias, set()).add(alias)
        for alias, one in connection.execute(select(contacts).where(contacts.c.alias.in_(rare))):
            found.setdefault(alias, set()).add(one)
    return found


def _ties(connection: Connection, ids: Collection[str]) -> tuple[list[set[str]], set[str]]:
    """(who goes by each contact of these customers and of whoever is tied to them, all of them together).

    A contact of many ties nobody, and is looked at only as long as it may have tied somebody before.
    """
    ties: dict[str, set[str]] = {}
    reached: set[str] = set()
    fresh = set(ids)
    while fresh:
        reached |= fresh
        aliases = _aliases(connection, fresh)
        found = _carriers(connection, aliases - ties.keys(), MOST_IDS + 1)
        ties |= found
        fresh = set[str]().union(*found.values()) - reached
    return list(ties.values()), reached


def _segments(connection: Connection, ids: Collection[str]) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for some in chunks(sorted(ids)):
        query = select(customers.c.id, customers.c.segment).where(customers.c.id.in_(some))
        found.update(connection.execute(query).all())
    return found


def _count(connection: Connection, customer_id: str, before: str, person: str) -> None:
    """Have a customer, their records, and those of nobody that repeat them count as this person."""
    theirs = records.c.customer_id == customer_id
    nobodys = or_(records.c.customer_id.is_(None), records.c.customer_id.startswith("u_", autoescape=True))
    repeated = records.alias("repeated")
    heads = select(repeated.c.id).where(repeated.c.customer_id == customer_id)
    following = and_(records.c.person == before, nobodys, records.c.near_duplicate_of.in_(heads))
    connection.execute(update(records).where(following).values(person=person))
    connection.execute(update(records).where(theirs).values(person=person))
    other = person if person != customer_id else None
    connection.execute(update(customers).where(customers.c.id == customer_id).values(counts_as=other))
    spread(connection, or_(theirs, and_(records.c.person == person, nobodys, records.c.near_duplicate_of.in_(heads))))
