"""Where masks stand that tell of one person: in which records, now or in an earlier version."""

import re
from collections.abc import Collection, Iterator

from sqlalchemy import Connection, String, cast, select

from assistant.records.database import Database
from assistant.records.erasing import Belongings, contents_of
from assistant.records.persons import CONTACT, TELLING
from assistant.records.tables import contacts, customers, record_versions, records
from assistant.records.traces import texts_in

_MARK = re.compile(rf"(?:{'|'.join(TELLING)}):[0-9a-f]{{6,16}}")
_SHORT = 6


def masks_of_id(identity: str) -> frozenset[str]:
    """The masks, as ``type:hex``, of the value that an id such as ``phone-…`` stands for; none of any other id.

    A mask is the beginning of the longer pseudonym, but where that had to begin later to hold a letter (one telephone
    in two thousand): there the short mask is not known from the id.
    """
    found = CONTACT.fullmatch(identity)
    return frozenset() if found is None else frozenset((f"{found[1]}:{found[2][:_SHORT]}", f"{found[1]}:{found[2]}"))


def own_masks(database: Database, theirs: Belongings) -> frozenset[str]:
    """The masks that tell of them: of what they are called by, and those in their records but other customers' contacts."""
    called = [*theirs.aliases, *([theirs.customer_id] if theirs.customer_id is not None else [])]
    certain = frozenset[str]().union(*map(masks_of_id, called))
    with database.reading() as connection:
        said: set[str] = set()
        for content in contents_of(connection, theirs):
            for text in texts_in([content["title"], content["text"], content["metadata"]]):
                said.update(_MARK.findall(text) if "⟦" in text else ())
        if said - certain:
            said -= _contacts_of_others(connection, called)
    return certain | said


def _contacts_of_others(connection: Connection, own: Collection[str]) -> set[str]:
    known = {*connection.scalars(select(contacts.c.alias))}
    known |= {*connection.scalars(select(customers.c.id).where(customers.c.id.contains("-")))}
    return set[str]().union(*map(masks_of_id, known.difference(own)))


def holding(database: Database, masks: Collection[str], without: Collection[str] = ()) -> tuple[str, ...]:
    """Ids of the records, but of those in `without`, that hold any of these masks, now or in an earlier version; sorted."""
    if not masks:
        return ()
    wanted, left_out = frozenset(masks), frozenset(without)
    with database.reading() as connection:
        found = {name for name, text in _texts(connection) if not wanted.isdisjoint(_MARK.findall(text))}
    return tuple(sorted(found - left_out))


def _texts(connection: Connection) -> Iterator[tuple[str, str]]:
    """Everything records say, JSON as it is written: what is looked for is ASCII, and the same with and without escapes."""
    at_once = {"yield_per": 500}
    c, old = records.c, record_versions.c
    query = select(c.id, c.text, c.title, cast(c.metadata, String))
    for name, *texts in connection.execute(query.execution_options(**at_once)):
        yield name, "\n".join(text for text in texts if text)
    yield from (
        (name, content)
        for name, content in connection.execute(
            select(old.record_id, cast(old.content, String)).execution_options(**at_once)
        )
    )
