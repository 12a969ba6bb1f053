"""Who is reading what: leases on records, how they are taken, kept, given back, and taken over from the dead.

A record's state for an engine identity (prompt, schema, model, settings):

    pending ──claim──▶ leased(holder, until) ──▶ done | skipped(reason) | failed(reason, tries) ──▶ pending, a few times
       ▲                    │
       └── give back, or the holder died ──┘

*Pending* is what no row says otherwise of: it follows from the records, so nothing has to be kept level with them when a
record changes. Every other state is a row under the digest of record, content and identity.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Select, and_, delete, func, not_, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert

from assistant.domain.records import Record
from assistant.records.database import Database, chunks, now
from assistant.records.rows import digest, to_record
from assistant.records.tables import readings, records

MAX_TRIES = 3
"""A record that failed this often is tried again only when asked for."""
TRIED = "tried_before"
_FREE: Mapping[str, Any] = {"holder": None, "until": None}


@dataclass(frozen=True, slots=True)
class Lease:
    """What one run holds."""

    holder: str
    until: str
    """The last of its leases ends then; ISO 8601."""
    records: int


@dataclass(frozen=True, slots=True)
class LedgerCounts:
    """Every record counted once, by its state for one engine identity."""

    pending: int
    leased: int
    done: int
    skipped: Mapping[str, int] = field(default_factory=dict)
    failed: Mapping[str, int] = field(default_factory=dict)
    leases: tuple[Lease, ...] = ()

    @property
    def by_state(self) -> dict[str, int]:
        """State → records; they add up to all records."""
        return {
            "pending": self.pending,
            "leased": self.leased,
            "done": self.done,
            "skipped": sum(self.skipped.values()),
            "failed": sum(self.failed.values()),
        }


def reading_key(record_id: str, reading_hash: str, identity: str) -> str:
    """The ledger's key: the record, what the engine is shown of it, and all that shapes the engine's answer."""
    return digest(record_id, reading_hash, identity)


class LedgerStore:
    """The part of the store that knows which record is being read, by whom, and until when."""

    database: Database

    def claim(
        self, record_ids: Sequence[str], identity: str, engine: str, holder: str, until: str
    ) -> dict[str, tuple[str, Record]]:
        """Lease those of a few hundred records that are free: not read, nor leased to anybody beyond now.

        Of several processes that claim at once each record goes to one. Returns key and record by id, in the order
        asked for: the record as it was when it was leased.
        """

        def leased(connection: Connection) -> tuple[dict[str, tuple[str, Record]], set[str]]:
            free = _free_ones(connection, record_ids, identity)
            if not free:  # where others are ahead, a look is all it costs
                return {}, set()
            rows = connection.execute(select(records).where(records.c.id.in_(free))).mappings()
            found = {row["id"]: (reading_key(row["id"], row["reading_hash"], identity), to_record(row)) for row in rows}
            fresh = [
                {"key": key, "record_id": one, "engine": engine, "identity": identity, "status": "leased", "tries": 0,
                 "insights": [], "signals": {}, "refused": [], "at": now(), "holder": holder, "until": until}
                for one, (key, _) in sorted(found.items())
            ]  # fmt: skip
            return found, _lease(connection, fresh)

        found, mine = self.database.beside(leased)
        return {one: found[one] for one in record_ids if one in found and found[one][0] in mine}

    def held(self, keys: Mapping[str, str], identity: str) -> list[Record]:
        """The records that were leased under these ledger keys (by id); without those that have other words since."""
        found: list[Record] = []
        for some in chunks(list(keys)):
            with self.database.reading() as connection:
                rows = connection.execute(select(records).where(records.c.id.in_(some))).mappings()
                found += [
                    to_record(r) for r in rows if reading_key(r["id"], r["reading_hash"], identity) == keys[r["id"]]
                ]
        return found

    def renew(self, holder: str, until: str) -> None:
        """Keep what a holder has leased for longer."""
        longer = update(readings).where(_held(readings.c.holder == holder)).values(until=until)
        self.database.beside(lambda connection: connection.execute(longer))

    def give_back(self, holder: str) -> int:
        """End all leases of a holder; what was not read is pending again. Returns how many there were."""
        return self._end(readings.c.holder == holder)

    def take_over(self, place: str) -> int:
        """End the leases of the dead; returns how many there were.

        The dead are all whose holder's name begins with `place` (the caller holds the lock without which nobody there
        may read), and anybody whose lease has run out.
        """
        return self._end(or_(readings.c.holder.startswith(place, autoescape=True), readings.c.until < now()))

    def held_by(self, holders: str, record_ids: Sequence[str], identity: str) -> set[str]:
        """Those of a few hundred records that are leased to somebody whose name begins so."""
        theirs = and_(readings.c.holder.startswith(holders, autoescape=True), readings.c.until >= now())
        query = select(readings.c.record_id).where(readings.c.identity == identity, _held(theirs))
        with self.database.reading() as connection:
            return set(connection.scalars(query.where(readings.c.record_id.in_(list(record_ids)))))

    def skip(self, keys: Sequence[str], reason: str) -> None:
        """Note that leased records are not to be read as they are now, and why."""
        query = update(readings).where(readings.c.key.in_(list(keys)))
        query = query.values(status="skipped", reason=reason, at=now(), **_FREE)
        self.database.beside(lambda connection: connection.execute(query))

    def ledger(self, identity: str) -> LedgerCounts:
        """How all records stand with an engine identity, as they are now."""
        with self.database.reading() as connection:
            total = connection.scalar(select(func.count()).select_from(records)) or 0
            read = select(func.count()).select_from(records.join(readings, records.c.reading_key == readings.c.key))
            done = connection.scalar(read.where(readings.c.identity == identity)) or 0
            counts: dict[str, Counter[str]] = {"skipped": Counter(), "failed": Counter()}
            held: dict[str, list[str]] = {}
            for row in connection.execute(_unread(identity)).mappings():
                if row["key"] != reading_key(row["record_id"], row["reading_hash"], identity):
                    continue  # it told of words that the record no longer has
                if row["status"] == "leased":
                    held.setdefault(str(row["holder"]), []).append(str(row["until"]))
                else:
                    counts[row["status"]][str(row["reason"])] += 1
        leases = tuple(Lease(holder, max(ends), len(ends)) for holder, ends in sorted(held.items()))
        leased = sum(lease.records for lease in leases)
        rest = total - done - leased - sum(found.total() for found in counts.values())
        return LedgerCounts(rest, leased, done, dict(counts["skipped"]), dict(counts["failed"]), leases)

    def _end(self, whose: Any) -> int:
        """What was never tried leaves no row behind; what had failed before has failed as often as before."""

        def ended(connection: Connection) -> int:
            fresh = connection.execute(delete(readings).where(_held(whose), readings.c.tries == 0)).rowcount
            again = connection.execute(update(readings).where(_held(whose)).values(status="failed", **_FREE)).rowcount
            return fresh + again

        return self.database.beside(ended)


def settled(connection: Connection, identity: str) -> dict[str, str]:
    """Key → why an identity does not read a record by itself: the skip's reason, or `TRIED`."""
    given_up = and_(readings.c.status == "failed", readings.c.tries >= MAX_TRIES)
    query = select(readings.c.key, readings.c.status, readings.c.reason).where(
        readings.c.identity == identity, or_(given_up, readings.c.status == "skipped")
    )
    return {key: str(reason) if status == "skipped" else TRIED for key, status, reason in connection.execute(query)}


def read_elsewhere(connection: Connection, record_ids: Sequence[str], ours: Sequence[str]) -> str | None:
    """The holder of a lease on one of these records, but for those whose name begins with one of `ours`; None: nobody."""
    others = and_(readings.c.until >= now(), *(~readings.c.holder.startswith(one, autoescape=True) for one in ours))
    query = select(readings.c.holder).where(_held(others)).order_by(readings.c.holder).limit(1)
    found = (connection.scalar(query.where(readings.c.record_id.in_(some))) for some in chunks(list(record_ids)))
    return next((holder for holder in found if holder is not None), None)


def _free_ones(connection: Connection, record_ids: Sequence[str], identity: str) -> list[str]:
    """Those of these records that nobody has read or holds, as far as can be seen before one asks for them."""
    hashes = connection.execute(select(records.c.id, records.c.reading_hash).where(records.c.id.in_(record_ids)))
    keys = {reading_key(one, of, identity): one for one, of in hashes}
    query = select(readings.c.key).where(readings.c.key.in_(list(keys)), not_(_to_have(now())))
    taken = set(connection.scalars(query))
    return [one for key, one in keys.items() if key not in taken]


def _lease(connection: Connection, rows: list[dict[str, Any]]) -> set[str]:
    return set(connection.scalars(leasing(connection.dialect.name, now()), rows)) if rows else set()


def leasing(dialect: str, at: str) -> ReturningInsert[tuple[str]]:
    """The statement that inserts leases, or takes the rows that are there where they are free; it returns their keys.

    The database decides row by row, so that two who ask at once can't both get one; rows come in one order, so that
    they can't block each other.
    """
    query = sqlite.insert(readings) if dialect == "sqlite" else postgresql.insert(readings)
    theirs = query.excluded
    taken = {"status": theirs.status, "holder": theirs.holder, "until": theirs.until}
    return query.on_conflict_do_update(index_elements=[readings.c.key], set_=taken, where=_to_have(at)).returning(
        readings.c.key
    )


def _to_have(at: str) -> Any:
    """Rows that whoever asks may have: what failed, and leases that have run out."""
    return or_(readings.c.status == "failed", and_(readings.c.status == "leased", readings.c.until < at))


def _held(whose: Any) -> Any:
    return and_(readings.c.status == "leased", whose)


def _unread(identity: str) -> Select[Any]:
    columns = (readings.c.key, readings.c.record_id, readings.c.status, readings.c.reason, readings.c.holder)
    return (
        select(*columns, readings.c.until, records.c.reading_hash)
        .join(records, records.c.id == readings.c.record_id)
        .where(readings.c.identity == identity, readings.c.status != "done")
    )
