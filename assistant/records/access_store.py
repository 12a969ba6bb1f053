"""Keys, users, sessions and spendings as stored; secrets come here as digests only."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from assistant.domain.access import Key, User
from assistant.errors import NotFoundError, UsageError
from assistant.records.audit_book import Via, note
from assistant.records.database import Database, now
from assistant.records.tables import arrivals, keys, sessions, spendings, users

_KEY = tuple(field.name for field in fields(Key))
_USER = tuple(field.name for field in fields(User))
_SHOWN = [column for column in users.c if column.name in _USER]


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody who was sent to the identity provider: what must come back, and where they wanted to go."""

    browser: str
    """Digest of a cookie that only their browser has."""
    nonce: str
    verifier: str
    leads_to: str


@dataclass(frozen=True, slots=True)
class Spending:
    """What one key or user used of the model on one day."""

    who: str
    """Id of the key or user; `machine` before there were any."""
    day: str
    tokens: int
    cost: float


class AccessStore:
    """The part of the store that knows who may come in. Every change of it is noted in the audit book as it is made."""

    def __init__(self, database: Database) -> None:
        self.database = database

    @property
    def open(self) -> bool:
        """True as long as there was never a key nor a user: the service is this machine's own then."""

        def asked() -> bool:
            with self.database.reading() as connection:
                return not any(connection.execute(select(table.c.id).limit(1)).first() for table in (keys, users))

        return self.database.unchanged.get("access open", asked)

    def add_key(self, values: Mapping[str, Any], via: Via) -> Key:
        """Keep a new key.

        Raises:
            UsageError: one that still holds, or a user, has this name.
        """
        with self.database.writing() as connection:
            held = select(keys.c.id).where(keys.c.name == values["name"], keys.c.revoked_at.is_(None))
            user = select(users.c.id).where(users.c.name == values["name"])
            if connection.execute(held).first() or connection.execute(user).first():
                raise UsageError(f"a key or user is called {values['name']!r} already: revoke it, or take another name")
            connection.execute(insert(keys).values(**values))
            note(connection, values["created_by"], "keys.create", values["id"], values["role"], 1, via)
        return self.key(values["id"])

    def key(self, key_id: str) -> Key:
        """One key, by its id or prefix.

        Raises:
            NotFoundError: there is none.
        """
        found = self._keys(select(keys).where((keys.c.id == key_id) | (keys.c.prefix == key_id)))
        if not found:
            raise NotFoundError(f"there is no key {key_id!r}: `voc keys list` shows them")
        return found[0]

    def all_keys(self) -> list[Key]:
        """All keys, the newest first, revoked ones too."""
        return self._keys(select(keys).order_by(keys.c.created_at.desc(), keys.c.id))

    def key_with(self, digest: str) -> Key | None:
        """The key with this digest, whether it holds or not."""

        def asked() -> dict[str, Key]:
            with self.database.reading() as connection:
                return {row["digest"]: _key(row) for row in connection.execute(select(keys)).mappings()}

        return self.database.unchanged.get("access keys", asked).get(digest)

    def revoke_key(self, key_id: str, by: str, via: Via) -> Key:
        """Revoke a key, for good; one that is revoked already stays as it is.

        Raises:
            NotFoundError: there is none.
        """
        found = self.key(key_id)
        with self.database.writing() as connection:
            query = update(keys).where(keys.c.id == found.id, keys.c.revoked_at.is_(None)).values(revoked_at=now())
            if connection.execute(query).rowcount:
                note(connection, by, "keys.revoke", found.id, "", 1, via)
        return self.key(found.id)

    def used(self, key_id: str, day: str) -> None:
        """Remember the last day on which a key was used."""
        seen = update(keys).where(keys.c.id == key_id).values(used_on=day)
        self.database.beside(lambda connection: connection.execute(seen))

    def add_user(self, values: Mapping[str, Any], via: Via) -> User:
        """Keep a new user.

        Raises:
            UsageError: a user, or a key that holds, has this name.
        """
        held = select(keys.c.id).where(keys.c.name == values["name"], keys.c.revoked_at.is_(None))
        with self.database.writing() as connection:
            taken = connection.execute(held).first() is not None
            try:
                if not taken:
                    with connection.begin_nested():
                        connection.execute(insert(users).values(**values))
            except IntegrityError:
                taken = True
            if taken:
                raise UsageError(f"a key or user is called {values['name']!r} already: take another name")
            note(connection, values["created_by"], "users.add", values["id"], values["role"], 1, via)
        return self.user(values["id"])

    def user(self, any_id: str) -> User:
        """One user, by id or name.

        Raises:
            NotFoundError: there is none.
        """
        query = select(*_SHOWN).where((users.c.id == any_id) | (users.c.name == any_id))
        with self.database.reading() as connection:
            row = connection.execute(query).mappings().first()
        if row is None:
            raise NotFoundError("there is no such user: `voc users list` shows them")
        return User(**row)

    def all_users(self) -> list[User]:
        """All users by name, disabled ones too."""
        with self.database.reading() as connection:
            return [User(**row) for row in connection.execute(select(*_SHOWN).order_by(users.c.name)).mappings()]

    def password_of(self, name: str) -> tuple[str, str] | None:
        """Id and password hash of a user who may log in."""
        query = select(users.c.id, users.c.password).where(
            users.c.name == name, users.c.disabled_at.is_(None), users.c.issuer.is_(None)
        )
        with self.database.reading() as connection:
            row = connection.execute(query).first()
        return None if row is None else (row.id, row.password)

    def change_user(
        self, user_id: str, values: Mapping[str, Any], action: str, by: str, via: Via, *, given: bool = False
    ) -> User:
        """Change a user; whoever is logged in as them is so no more. `given`: their identity provider says so.

        Raises:
            NotFoundError: there is none.
            UsageError: nobody would be left who administers; the command line may do that too.
        """
        found = self.user(user_id)
        with self.database.writing() as connection:
            if found.role == "admin" and via != "cli" and not given and ("role" in values or values.get("disabled_at")):
                others = (users.c.role == "admin", users.c.disabled_at.is_(None), users.c.id != found.id)
                if values.get("role") != "admin" and not connection.execute(select(users.c.id).where(*others)).first():
                    raise UsageError(f"{found.name} is the last administrator: make another one first")
            connection.execute(update(users).where(users.c.id == found.id).values(**values))
            connection.execute(delete(sessions).where(sessions.c.user_id == found.id))
            note(connection, by, action, found.id, str(values.get("role", "")), 1, via)
        return self.user(found.id)

    def rehash(self, user_id: str, password: str) -> None:
        """Keep the same password's hash at a newer cost."""
        with self.database.writing() as connection:
            connection.execute(update(users).where(users.c.id == user_id).values(password=password))

    def user_of(self, issuer: str, subject: str) -> User | None:
        """Whom an identity provider knows as `subject`, disabled or not."""
        query = select(*_SHOWN).where(users.c.issuer == issuer, users.c.subject == subject)
        with self.database.reading() as connection:
            row = connection.execute(query).mappings().first()
        return None if row is None else User(**row)

    def expect(self, digest: str, arrival: Arrival, until: str) -> None:
        """Remember who was sent to the identity provider; those who did not come back in time are forgotten."""
        with self.database.writing() as connection:
            connection.execute(delete(arrivals).where(arrivals.c.expires_at <= now()))
            connection.execute(insert(arrivals).values(digest=digest, expires_at=until, **asdict(arrival)))

    def arrived(self, digest: str) -> Arrival | None:
        """Who comes back with this state; None where nobody is expected with it. It serves once."""
        expected = select(arrivals).where(arrivals.c.digest == digest, arrivals.c.expires_at > now())
        with self.database.writing() as connection:
            row = connection.execute(expected).mappings().first()
            if row is None or not connection.execute(delete(arrivals).where(arrivals.c.digest == digest)).rowcount:
                return None
            return Arrival(**{field.name: row[field.name] for field in fields(Arrival)})

    def begin_session(self, digest: str, user_id: str, until: str) -> None:
        """Remember that somebody is logged in; sessions that have ended are forgotten."""
        values = {"digest": digest, "user_id": user_id, "created_at": now(), "expires_at": until}
        with self.database.writing() as connection:
            connection.execute(delete(sessions).where(sessions.c.expires_at <= now()))
            connection.execute(insert(sessions).values(**values))
            connection.execute(update(users).where(users.c.id == user_id).values(seen_at=now()))

    def session(self, digest: str) -> tuple[User, str] | None:
        """Whose session it is and when it ends; None where there is none, or the user may not come in."""
        query = (
            select(*_SHOWN, sessions.c.expires_at)
            .join(sessions, sessions.c.user_id == users.c.id)
            .where(sessions.c.digest == digest, users.c.disabled_at.is_(None))
        )
        with self.database.reading() as connection:
            row = connection.execute(query).mappings().first()
        return None if row is None else (User(**{name: row[name] for name in _USER}), row["expires_at"])

    def end_session(self, digest: str) -> None:
        """Log somebody out."""
        with self.database.writing() as connection:
            connection.execute(delete(sessions).where(sessions.c.digest == digest))

    def spend(self, who: str, tokens: int, cost: float) -> None:
        """Add to what somebody used of the model today."""
        mine = (spendings.c.who == who) & (spendings.c.day == now()[:10])

        def spend(connection: Connection) -> None:
            added = {"tokens": spendings.c.tokens + tokens, "cost": spendings.c.cost + cost}
            if not connection.execute(update(spendings).where(mine).values(**added)).rowcount:
                connection.execute(insert(spendings).values(who=who, day=now()[:10], tokens=tokens, cost=cost))

        self.database.beside(spend)

    def spent(self, who: str | None = None) -> tuple[int, float]:
        """Tokens and cost that somebody (None: everybody, ever) used; of one person, today."""
        query = select(func.coalesce(func.sum(spendings.c.tokens), 0), func.coalesce(func.sum(spendings.c.cost), 0.0))
        if who is not None:
            query = query.where(spendings.c.who == who, spendings.c.day == now()[:10])
        with self.database.reading() as connection:
            tokens, cost = connection.execute(query).one()
        return int(tokens), float(cost)

    def spendings(self, since: str) -> list[Spending]:
        """What each key and user used of the model on each day from ``YYYY-MM-DD`` on, by day."""
        query = select(spendings).where(spendings.c.day >= since).order_by(spendings.c.day, spendings.c.who)
        with self.database.reading() as connection:
            return [Spending(**row) for row in connection.execute(query).mappings()]

    def _keys(self, query: Select[Any]) -> list[Key]:
        with self.database.reading() as connection:
            return [_key(row) for row in connection.execute(query).mappings()]


def _key(row: RowMapping) -> Key:
    values = {name: row[name] for name in _KEY}
    scopes = values["scopes"]
    return Key(**{**values, "scopes": tuple(json.loads(scopes) if isinstance(scopes, str) else scopes)})
