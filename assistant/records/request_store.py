"""What was answered to requests with an idempotency key, so that one sent again is answered and not done again."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from assistant.records.database import Database, now
from assistant.records.tables import requests

KEPT_DAYS = 7
"""For how long a key is remembered."""


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer that was given: digest of the body it was given to, HTTP status and JSON."""

    body: str
    status: int
    answer: Mapping[str, Any]


class RequestStore:
    """The part of the store that remembers answered requests by keyed digests."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def answered(self, key: str) -> Answered | None:
        """What was answered to a key, if it is still remembered."""
        query = select(requests.c.body, requests.c.status, requests.c.answer).where(requests.c.key == key)
        with self.database.reading() as connection:
            row = connection.execute(query.where(requests.c.at > _long_ago())).first()
        return None if row is None else Answered(*row)

    def remember(self, key: str, answered: Answered) -> None:
        """Remember an answer; those that are old are forgotten."""
        values = {"key": key, "body": answered.body, "status": answered.status, "answer": dict(answered.answer)}

        def put(connection: Connection) -> None:
            connection.execute(delete(requests).where((requests.c.key == key) | (requests.c.at <= _long_ago())))
            connection.execute(insert(requests).values(**values, at=now()))

        self.database.beside(put)


def _long_ago() -> str:
    return (dt.datetime.now(dt.UTC) - dt.timedelta(days=KEPT_DAYS)).isoformat(timespec="seconds")
