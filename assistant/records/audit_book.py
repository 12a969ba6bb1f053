"""The audit book: lines are added to a chain of digests, so that one changed, moved or taken out is seen."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, func, insert, select, update

from assistant.records.database import Database, now
from assistant.records.dialects import BOOK
from assistant.records.rows import digest
from assistant.records.tables import audit

Via = Literal["cli", "key", "page", "machine"]
ERASED = "erased"
"""What stands for the subject and the reason of a line that told of somebody erased."""
_SHOWN = (
    audit.c.id, audit.c.at, audit.c.actor, audit.c.via, audit.c.action, audit.c.subject, audit.c.reason, audit.c.found,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a look over the whole book found: lines = those that stand + those blanked for an erasing, or where it breaks."""

    lines: int
    blanked: int
    head: str
    """The digest of the last line. Kept elsewhere, it proves later that no line before it was touched."""
    broken_at: int | None = None
    """The first line that does not follow from those before it."""
    missing_head: bool = False
    """A digest was given, and no line bears it: the end of the book was cut off, or it was written anew."""

    @property
    def stands(self) -> bool:
        """Whether nothing was changed."""
        return self.broken_at is None and not self.missing_head


@dataclass(frozen=True, slots=True)
class Lines:
    """Which lines of the book are meant; what is blank narrows nothing."""

    actor: str = ""
    action: str = ""
    """A whole action, or the part before its dot: `keys` is all that was done to keys."""
    via: str = ""
    subject: str = ""
    since: str = ""
    """``YYYY-MM-DD``, included; days are UTC's, as the book's are."""
    until: str = ""

    def where(self) -> list[ColumnElement[bool]]:
        """The same as conditions."""
        found = [audit.c[name] == value for name in ("actor", "via", "subject") if (value := getattr(self, name))]
        if self.action:
            found.append(
                (audit.c.action == self.action) | audit.c.action.startswith(f"{self.action}.", autoescape=True)
            )
        if self.since:
            found.append(audit.c.at >= self.since)
        if self.until:
            found.append(func.substr(audit.c.at, 1, 10) <= self.until)
        return found


ALL_LINES = Lines()


class AuditBook:
    """The part of the store that says who did what."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def note(self, actor: str, action: str, subject: str, reason: str, found: int, via: Via = "cli") -> None:
        """Write a line in the book."""
        self.database.beside(lambda connection: note(connection, actor, action, subject, reason, found, via), turn=BOOK)

    def noted(self, limit: int | None = None, offset: int = 0, lines: Lines = ALL_LINES) -> list[dict[str, Any]]:
        """The book, newest line first."""
        query = select(*_SHOWN).where(*lines.where()).order_by(audit.c.id.desc()).limit(limit).offset(offset)
        with self.database.reading() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def count_noted(self, lines: Lines = ALL_LINES) -> int:
        """How many lines there are."""
        query = select(func.count()).select_from(audit).where(*lines.where())
        with self.database.reading() as connection:
            return int(connection.execute(query).scalar_one())

    def noted_words(self) -> dict[str, list[str]]:
        """By column, the actors, actions and doors that the book names."""
        found: dict[str, list[str]] = {}
        with self.database.reading() as connection:
            for name in ("actor", "action", "via"):
                found[name] = list(connection.scalars(select(audit.c[name]).distinct().order_by(audit.c[name])))
        return found

    def verify_book(self, head: str | None = None) -> Verdict:
        """Look over the whole book; with `head`, a line with this digest must be in it."""
        before, lines, blanked, seen = "", 0, 0, head is None
        with self.database.reading() as connection:
            for found in connection.execute(select(audit).order_by(audit.c.id)).mappings():
                row = dict(found)
                if row["digest"] != _link(before, row) or not _sealed(row) or row["id"] != lines + 1:
                    return Verdict(lines, blanked, before, broken_at=row["id"])
                before, lines = row["digest"], lines + 1
                blanked += row["salt"] is None
                seen = seen or before == head
        return Verdict(lines, blanked, before, missing_head=not seen)


def note(
    connection: Connection, actor: str, action: str, subject: str, reason: str, found: int, via: Via = "cli"
) -> None:
    """Write a line in the book in the caller's transaction, which is a `writing` or has its turn at the book."""
    last = connection.execute(select(audit.c.id, audit.c.digest).order_by(audit.c.id.desc()).limit(1)).first()
    number, before = (last.id + 1, last.digest) if last is not None else (1, "")
    salt = secrets.token_hex(16)
    line: dict[str, Any] = {
        "id": number, "at": now(), "actor": actor, "action": action, "subject": subject, "reason": reason,
        "found": found, "via": via, "salt": salt, "sealed": digest(salt, subject, reason),
    }  # fmt: skip
    connection.execute(insert(audit).values(**line, digest=_link(before, line)))


def blank(connection: Connection, number: int) -> None:
    """Take subject and reason out of a line. Without its salt, `sealed` does not tell what they were."""
    gone = {"subject": ERASED, "reason": ERASED, "salt": None}
    connection.execute(update(audit).where(audit.c.id == number).values(**gone))


def _link(before: str, line: Mapping[str, Any]) -> str:
    parts = ("id", "at", "actor", "action", "found", "via", "sealed")
    return digest(before, *(line[part] for part in parts))


def _sealed(line: Mapping[str, Any]) -> bool:
    if line["salt"] is None:
        return (line["subject"], line["reason"]) == (ERASED, ERASED)
    return bool(line["sealed"] == digest(line["salt"], line["subject"], line["reason"]))
