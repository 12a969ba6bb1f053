"""What the last run of a whole-corpus stage was made of, so that an unchanged corpus costs nothing."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, insert, select

from assistant.records.database import Database, now
from assistant.records.tables import stages


class StageStore:
    """The part of the store that remembers stages."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def stage_receipt(self, name: str, shaped_by: str) -> dict[str, Any] | None:
        """The receipt of the last run, where it was made of exactly this; else None."""
        query = select(stages.c.receipt).where(stages.c.name == name, stages.c.shaped_by == shaped_by)
        with self.database.reading() as connection:
            return connection.scalar(query)

    def save_stage(self, name: str, shaped_by: str, receipt: Mapping[str, Any]) -> None:
        """Remember a finished run."""
        with self.database.writing() as connection:
            connection.execute(delete(stages).where(stages.c.name == name))
            connection.execute(insert(stages).values(name=name, shaped_by=shaped_by, receipt=dict(receipt), at=now()))
