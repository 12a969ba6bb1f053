"""Who was erased and must not come in again, as digests, and by what else customers are called."""

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import Connection, delete, insert, select

from assistant.records.database import Database, now
from assistant.records.record_store import chunks
from assistant.records.tables import bans, contacts


class BanStore:
    """The part of the store that knows who is to stay away."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def bans(self) -> frozenset[str]:
        """The digests of all who must not come in again."""
        with self.database.reading() as connection:
            return frozenset(connection.scalars(select(bans.c.digest)))

    def banned_at(self, digests: Collection[str]) -> str | None:
        """When one of these was erased, or None."""
        with self.database.reading() as connection:
            query = select(bans.c.at).where(bans.c.digest.in_(list(digests)))
            return connection.scalars(query.order_by(bans.c.at)).first()

    @staticmethod
    def lift(connection: Connection, digests: Collection[str]) -> int:
        """Forget, in the caller's transaction, every digest of the erasings that one of these is of; how many."""
        same = select(bans.c.erasure).where(bans.c.digest.in_(list(digests)))
        return connection.execute(delete(bans).where(bans.c.erasure.in_(same))).rowcount

    def save_contacts(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Keep (alias, customer id) pairs; those that are there already stay."""
        fresh = dict.fromkeys(pairs)
        if not fresh:
            return
        with self.database.writing() as connection:
            for some in chunks([alias for alias, _ in fresh]):
                query = select(contacts.c.alias, contacts.c.customer_id).where(contacts.c.alias.in_(some))
                for alias, customer_id in connection.execute(query).all():
                    fresh.pop((alias, customer_id), None)
            rows = [{"alias": alias, "customer_id": customer_id} for alias, customer_id in fresh]
            if rows:
                connection.execute(insert(contacts), rows)

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


def ban(connection: Connection, digests: Sequence[str], erasure: str) -> int:
    """Keep digests of one erasing, in the caller's transaction; how many were not there before."""
    known: set[str] = set()
    for some in chunks(digests):
        known.update(connection.scalars(select(bans.c.digest).where(bans.c.digest.in_(some))))
    fresh = [one for one in dict.fromkeys(digests) if one not in known]
    if fresh:
        at = now()
        connection.execute(insert(bans), [{"digest": one, "erasure": erasure, "at": at} for one in fresh])
    return len(fresh)
