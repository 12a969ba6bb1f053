"""Who was erased and must not come in again, as digests."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, delete, insert, select

from assistant.records.database import Database, now
from assistant.records.record_store import chunks
from assistant.records.tables import bans


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
