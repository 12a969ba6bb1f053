"""What people decide about themes: words, membership, locks; every decision is logged and can be taken back."""

import secrets
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from assistant.errors import NotFoundError, UsageError
from assistant.records.database import Database, now
from assistant.records.membership import (
    FLAGS,
    active,
    checked,
    held_among,
    held_now,
    hold,
    members_of,
    move_ideas,
    nothing_later,
    put,
    put_back,
    release,
    set_values,
    unlocked,
    untaken,
    within,
)
from assistant.records.record_store import chunks
from assistant.records.tables import idea_themes, insights, theme_events, themes


@dataclass(frozen=True, slots=True)
class Decisions:
    """What people decided about one theme."""

    edited: bool = False
    locked: bool = False
    archived: bool = False
    held: frozenset[str] = frozenset()
    """Insights that were put here by hand."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One decision: its id is what `undo_edit` takes; `themes` are those it touched, a new one last."""

    id: str
    themes: tuple[str, ...]


@dataclass(slots=True)
class _Log:
    """The events of one decision, written together."""

    actor: str
    id: str = field(default_factory=lambda: f"ed_{secrets.token_hex(6)}")
    events: list[dict[str, Any]] = field(default_factory=list)

    def add(self, theme_id: str, kind: str, **detail: Any) -> None:
        common = {"at": now(), "edit": self.id, "actor": self.actor}
        self.events.append({"theme_id": theme_id, "kind": kind, "detail": detail, **common})

    def write(self, connection: Connection) -> Edit:
        connection.execute(insert(theme_events), self.events)
        return Edit(self.id, tuple(dict.fromkeys(event["theme_id"] for event in self.events)))


class CurationStore:
    """The part of the store that keeps what people decide about themes.

    Every method that changes something is one transaction, returns the `Edit`, and raises `NotFoundError` where a theme
    or insight is not there, `UsageError` where the wish makes no sense.
    """

    def __init__(self, database: Database) -> None:
        self.database = database

    def theme_decisions(self) -> dict[str, Decisions]:
        """Theme id → what people decided, for themes about which anything was."""
        flags = [themes.c[name] for name in ("edited", *FLAGS)]
        held: dict[str, set[str]] = defaultdict(set)
        with self.database.reading() as connection:
            for insight_id, theme_id in held_now(connection).items():
                held[theme_id].add(insight_id)
            rows = connection.execute(select(themes.c.id, *flags)).all()
        return {
            row.id: Decisions(row.edited, row.locked, row.archived, frozenset(held.get(row.id, ())))
            for row in rows
            if row.edited or row.locked or row.archived or row.id in held
        }

    def reword_theme(self, theme_id: str, words: Mapping[str, str], actor: str) -> Edit:
        """Write some of a theme's words by hand; no run writes over any of them from then on."""
        clean = checked(words)
        with self.database.writing() as connection:
            row = active(connection, theme_id)
            before = {name: row[name] for name in clean}
            if clean == before:
                raise UsageError(f"theme {theme_id} has these words already")
            if "title" in clean:
                untaken(connection, theme_id, clean["title"])
            log = _Log(actor)
            log.add(theme_id, "reworded", before=before, after=clean, edited=row["edited"])
            set_values(connection, theme_id, edited=True, **clean)
            return log.write(connection)

    def flag_theme(self, theme_id: str, flag: str, value: bool, actor: str) -> Edit:
        """Lock or unlock a theme's membership, put it away or bring it back (`FLAGS`)."""
        with self.database.writing() as connection:
            row = active(connection, theme_id)
            if row[flag] is value:
                raise UsageError(f"theme {theme_id} is {'' if value else 'not '}{flag} already")
            log = _Log(actor)
            log.add(theme_id, flag if value else f"un{flag}", flag=flag, before=row[flag])
            set_values(connection, theme_id, **{flag: value})
            return log.write(connection)

    def merge_themes(self, theme_ids: Sequence[str], into: str, actor: str) -> Edit:
        """Put the members and ideas of themes into another one; they stay there."""
        sources = [theme_id for theme_id in dict.fromkeys(theme_ids) if theme_id != into]
        if not sources:
            raise UsageError("merging takes at least one theme besides the one to merge into")
        with self.database.writing() as connection:
            unlocked(active(connection, into))
            log = _Log(actor)
            own = members_of(connection, into)
            log.add(into, "merged_from", themes=sources, insights=hold(connection, own, into))
            for source in sources:
                unlocked(active(connection, source))
                moved = members_of(connection, source)
                held = held_among(connection, moved)
                ideas = move_ideas(connection, source, into)
                put(connection, moved, into)
                set_values(connection, source, active=False)
                log.add(source, "merged", into=into, insights=moved, held=held, ideas=ideas)
            return log.write(connection)

    def split_theme(self, theme_id: str, insight_ids: Collection[str], title: str, actor: str) -> Edit:
        """Take members out into a theme of their own under a title; both sides stay as divided."""
        return self.part_theme(theme_id, [(insight_ids, {"title": title})], actor)

    def part_theme(self, theme_id: str, parts: Sequence[tuple[Collection[str], Mapping[str, str]]], actor: str) -> Edit:
        """Take several groups of members out into themes of their own, each with its words; all sides stay as divided."""
        taken = [one for own, _ in parts for one in set(own)]
        if len(set(taken)) < len(taken):
            raise UsageError("an insight can't go into two parts")
        with self.database.writing() as connection:
            row = active(connection, theme_id)
            unlocked(row)
            members = members_of(connection, theme_id)
            if set(taken) >= set(members):
                raise UsageError("splitting must leave something in the theme: rename it instead")
            log = _Log(actor)
            fresh = [(_new_theme(connection, row, own, members, words), own) for own, words in parts]
            kept = hold(connection, [one for one in members if one not in set(taken)], theme_id)
            for new_id, own in fresh:
                log.add(theme_id, "split_off", into=new_id, insights=kept)
                moved = [one for one in members if one in set(own)]
                log.add(new_id, "split", out_of=theme_id, insights=moved, held=held_among(connection, moved))
                put(connection, moved, new_id)
            return log.write(connection)

    def move_insights(self, insight_ids: Collection[str], to: str, actor: str) -> Edit:
        """Put insights into a theme by hand, from wherever they are; they stay there."""
        with self.database.writing() as connection:
            unlocked(active(connection, to))
            found: dict[str, str | None] = {}
            for part in chunks(sorted(set(insight_ids))):
                query = select(insights.c.id, insights.c.theme_id).where(insights.c.id.in_(part))
                found.update(connection.execute(query).all())
            if missing := sorted(set(insight_ids) - set(found)):
                raise NotFoundError(f"there is no insight {missing[0]!r}")
            homes: dict[str | None, list[str]] = defaultdict(list)
            for insight_id, home in found.items():
                if home != to:
                    homes[home].append(insight_id)
            if not homes:
                raise UsageError(f"all of them are in theme {to} already")
            log = _Log(actor)
            for home, moved in sorted(homes.items(), key=lambda item: item[0] or ""):
                if home is not None:
                    unlocked(active(connection, home))
                log.add(to, "moved_in", out_of=home, insights=sorted(moved), held=held_among(connection, moved))
                put(connection, moved, to)
            return log.write(connection)

    def theme_edits(self, limit: int | None = None, offset: int = 0) -> tuple[list[dict[str, Any]], int]:
        """The decisions that were taken, newest first, each with its events; and how many there are."""
        newest = func.max(theme_events.c.id)
        ids = select(theme_events.c.edit).where(theme_events.c.edit.is_not(None)).group_by(theme_events.c.edit)
        with self.database.reading() as connection:
            total = connection.scalar(select(func.count()).select_from(ids.subquery())) or 0
            chosen = list(connection.scalars(ids.order_by(newest.desc()).limit(limit).offset(offset)))
            query = select(theme_events).where(theme_events.c.edit.in_(chosen)).order_by(theme_events.c.id)
            events: dict[str, list[dict[str, Any]]] = defaultdict(list)
            for row in connection.execute(query).mappings():
                events[row["edit"]].append(dict(row))
        return [_told(events[edit]) for edit in chosen], total

    def undo_edit(self, edit_id: str, actor: str) -> Edit:
        """Take a decision back, as far as what it touched is still there; what was decided later comes first."""
        with self.database.writing() as connection:
            query = select(theme_events).where(theme_events.c.edit == edit_id).order_by(theme_events.c.id)
            events = [dict(row) for row in connection.execute(query).mappings()]
            if not events:
                raise NotFoundError(f"there is no edit {edit_id!r}: `voc theme history` shows which there are")
            if events[0]["undone_at"] is not None or events[0]["kind"] == "undone":
                raise UsageError(f"edit {edit_id} was undone already")
            nothing_later(connection, events)
            for event in reversed(events):
                _undo(connection, event)
            where = theme_events.c.edit == edit_id
            connection.execute(update(theme_events).where(where).values(undone_at=now()))
            log = _Log(actor)
            for theme_id in dict.fromkeys(event["theme_id"] for event in events):
                log.add(theme_id, "undone", undoes=edit_id)
            return log.write(connection)


def _new_theme(
    connection: Connection,
    row: Mapping[str, Any],
    own: Collection[str],
    members: Collection[str],
    words: Mapping[str, str],
) -> str:
    """A theme like another one but for its words; its id."""
    within(own, members, row["id"])
    clean = checked(words)
    untaken(connection, None, clean["title"])
    new_id = f"th_{secrets.token_hex(6)}"
    values = {**{column.name: row[column.name] for column in themes.c}, "id": new_id, **clean}
    values |= {"edited": True, "created_at": now(), "updated_at": now(), "voices": []}
    connection.execute(insert(themes).values(**values))
    return new_id


def _told(events: Sequence[dict[str, Any]]) -> dict[str, Any]:
    first = events[0]
    return {
        "edit_id": first["edit"],
        "at": first["at"],
        "actor": first["actor"],
        "undone_at": first["undone_at"],
        "events": [{name: event[name] for name in ("theme_id", "kind", "detail")} for event in events],
    }


def _undo(connection: Connection, event: Mapping[str, Any]) -> None:
    theme_id, detail = event["theme_id"], event["detail"]
    match event["kind"]:
        case "reworded":
            set_values(connection, theme_id, edited=detail["edited"], **detail.get("before", {}))
        case "merged":
            set_values(connection, theme_id, active=True)
            put_back(connection, detail["insights"], detail["into"], theme_id, detail["held"])
            for idea_id in detail["ideas"]:
                where = idea_themes.c.idea_id == idea_id, idea_themes.c.theme_id == detail["into"]
                connection.execute(update(idea_themes).where(*where).values(theme_id=theme_id))
        case "split":
            put_back(connection, detail["insights"], theme_id, detail["out_of"], detail["held"])
            set_values(connection, theme_id, active=False)
        case "moved_in":
            put_back(connection, detail["insights"], theme_id, detail["out_of"], detail["held"])
        case "merged_from" | "split_off":
            release(connection, detail["insights"], theme_id)
        case _:
            set_values(connection, theme_id, **{detail["flag"]: detail["before"]})
