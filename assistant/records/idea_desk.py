"""What people decide about ideas: votes, words, rejection, merging; every decision is logged and can be taken back."""

import secrets
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from sqlalchemy import Connection, delete, func, insert, select, update

from assistant.domain.vocabulary import NbnType, RouteKind
from assistant.errors import NotFoundError, UsageError
from assistant.records.database import Database, now
from assistant.records.tables import idea_events, idea_themes, idea_votes, ideas

IDEA_TEXTS: Mapping[str, int] = {
    "title": 40, "audience": 200, "job_to_be_done": 400, "concept": 400, "how_it_differs": 400, "route_why": 400,
    "changes_surface": 400, "changes_secondary": 400, "changes_deep": 400,
}  # fmt: skip
"""Words of an idea that a person may write, with the most characters."""
IDEA_LISTS: Mapping[str, int] = {"features": 8, "assumptions": 8, "tests": 8, "next_needs": 5}
"""Lists of sentences that a person may write, with the most entries."""
IDEA_CHOICES: Mapping[str, tuple[str, ...]] = {"nbn_type": get_args(NbnType), "route": get_args(RouteKind)}
_LINE = 400


@dataclass(frozen=True, slots=True)
class IdeaEdit:
    """One decision: its id is what `undo_idea_edit` takes; `ideas` are those it touched."""

    id: str
    ideas: tuple[str, ...]


class IdeaDesk:
    """The part of the store that keeps what people decide about ideas.

    Every method that changes something is one transaction, returns the `IdeaEdit`, and raises `NotFoundError` where an
    idea is not there, `UsageError` where the wish makes no sense.
    """

    def __init__(self, database: Database) -> None:
        self.database = database

    def vote_idea(self, idea_id: str, value: int, why: str | None, actor: str) -> IdeaEdit:
        """One person's vote: 1 for, -1 against, 0 takes it back. It takes the place of the vote that person gave before."""
        if value not in (-1, 0, 1):
            raise UsageError("a vote is 1 (for), -1 (against) or 0 (taken back)")
        with self.database.writing() as connection:
            _row(connection, idea_id)
            before = _vote(connection, idea_id, actor)
            after = {"value": value, "why": why} if value else None
            if before == after:
                raise UsageError(f"{actor} has voted so on {idea_id} already")
            _set_vote(connection, idea_id, actor, after)
            return _logged(connection, actor, why, [(idea_id, "voted", {"vote": before}, {"vote": after})])

    def edit_idea(self, idea_id: str, words: Mapping[str, Any], why: str | None, actor: str) -> IdeaEdit:
        """Write some of an idea's words by hand; no run writes over the idea from then on."""
        clean = checked_words(words)
        with self.database.writing() as connection:
            row = _row(connection, idea_id)
            content = dict(row["content"])
            before = {name: _get(content, name) for name in clean}
            if before == clean:
                raise UsageError(f"idea {idea_id} has these words already")
            was = {"words": before, "edited": row["edited"]}
            _write_words(connection, idea_id, content, clean, edited=True)
            return _logged(connection, actor, why, [(idea_id, "edited", was, {"words": clean, "edited": True})])

    def reject_idea(self, idea_id: str, why: str, actor: str) -> IdeaEdit:
        """Put an idea away with a reason; later runs refuse what is like it."""
        if not why.strip():
            raise UsageError("say why it is rejected: later runs and other people are told")
        return self._put(idea_id, "proposed", "rejected", why, actor)

    def restore_idea(self, idea_id: str, why: str | None, actor: str) -> IdeaEdit:
        """Bring back an idea that was rejected; one that was merged away comes back when its merging is undone."""
        with self.database.reading() as connection:
            status = _row(connection, idea_id)["status"]
        if status == "merged":
            raise UsageError(f"idea {idea_id} was merged: undo the merging, as `voc idea history {idea_id}` names it")
        if status != "rejected":
            raise UsageError(f"idea {idea_id} is {status}: there is nothing to restore")
        return self._put(idea_id, status, "proposed", why, actor)

    def merge_ideas(self, idea_ids: Sequence[str], into: str, why: str | None, actor: str) -> IdeaEdit:
        """Put ideas away as part of another one, which takes over their themes and evidence."""
        sources = [one for one in dict.fromkeys(idea_ids) if one != into]
        if not sources:
            raise UsageError("merging takes at least one idea besides the one to merge into")
        with self.database.writing() as connection:
            target = _row(connection, into)
            if target["status"] != "proposed":
                raise UsageError(f"idea {into} is {target['status']}: merge into one that stands")
            content = dict(target["content"])
            rows = [_row(connection, one) for one in sources]
            for row in rows:
                if row["status"] != "proposed":
                    raise UsageError(f"idea {row['id']} is {row['status']}: restore it first")
            was = {name: content[name] for name in ("theme_ids", "evidence")}
            joined = {
                name: list(dict.fromkeys([*content[name], *(one for row in rows for one in row["content"][name])]))
                for name in was
            }
            _write_links(connection, into, content, joined)
            _set(connection, into, edited=True)
            events = [(into, "merged_from", {**was, "edited": target["edited"]}, {**joined, "edited": True})]
            for row in rows:
                _set(connection, row["id"], status="merged")
                events.append((row["id"], "merged", {"status": row["status"]}, {"status": "merged", "into": into}))
            return _logged(connection, actor, why, events)

    def idea_history(
        self, idea_id: str | None = None, limit: int | None = None, offset: int = 0
    ) -> tuple[list[dict[str, Any]], int]:
        """What people did to one idea or to all, newest first; and how many decisions there are."""
        ids = select(idea_events.c.edit).group_by(idea_events.c.edit)
        if idea_id is not None:
            ids = ids.where(idea_events.c.idea_id == idea_id)
        with self.database.reading() as connection:
            total = connection.scalar(select(func.count()).select_from(ids.subquery())) or 0
            ordered = ids.order_by(func.max(idea_events.c.id).desc()).limit(limit).offset(offset)
            chosen = list(connection.scalars(ordered))
            events = _events(connection, chosen)
        return [_told(events[edit]) for edit in chosen], total

    def idea_votes(self, idea_id: str) -> list[dict[str, Any]]:
        """Who voted how, when and why, oldest first."""
        v = idea_votes.c
        query = select(v.actor, v.value, v.why, v.at).where(v.idea_id == idea_id).order_by(v.at, v.actor)
        with self.database.reading() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def undo_idea_edit(self, edit_id: str, actor: str) -> IdeaEdit:
        """Take a decision back; what was decided later about the same ideas comes first."""
        with self.database.writing() as connection:
            events = _events(connection, [edit_id])[edit_id]
            if not events:
                raise NotFoundError(f"there is no edit {edit_id!r}: `voc idea history` shows which there are")
            if events[0]["undone_at"] is not None or events[0]["kind"] == "undone":
                raise UsageError(f"edit {edit_id} was undone already")
            _nothing_later(connection, events)
            for event in events:
                _put_back(connection, event["idea_id"], event["actor"], event["detail"]["before"])
            connection.execute(update(idea_events).where(idea_events.c.edit == edit_id).values(undone_at=now()))
            touched = dict.fromkeys(event["idea_id"] for event in events)
            return _logged(connection, actor, None, [(one, "undone", {}, {"undoes": edit_id}) for one in touched])

    def _put(self, idea_id: str, was: str, status: str, why: str | None, actor: str) -> IdeaEdit:
        with self.database.writing() as connection:
            row = _row(connection, idea_id)
            if row["status"] != was:
                raise UsageError(f"idea {idea_id} is {row['status']}: restore it first")
            _set(connection, idea_id, status=status)
            kind = status if status != "proposed" else "restored"
            return _logged(connection, actor, why, [(idea_id, kind, {"status": was}, {"status": status})])


def checked_words(words: Mapping[str, Any]) -> dict[str, Any]:
    """The words as they are kept.

    Raises:
        UsageError: one is unknown, blank, too long, or not one of the choices.
    """
    if not words:
        every = ", ".join([*IDEA_TEXTS, *IDEA_LISTS, *IDEA_CHOICES])
        raise UsageError(f"nothing to write: give at least one of {every}")
    return {name: _checked(name, value) for name, value in words.items()}


def _checked(name: str, value: Any) -> Any:
    if name in IDEA_LISTS:
        lines = [" ".join(str(line).split()) for line in value]
        lines = [line for line in lines if line]
        if len(lines) > IDEA_LISTS[name] or any(len(line) > _LINE for line in lines):
            raise UsageError(f"{name} takes at most {IDEA_LISTS[name]} sentences of {_LINE} characters")
        return lines
    text = " ".join(str(value).split())
    if name in IDEA_CHOICES:
        if text not in IDEA_CHOICES[name]:
            raise UsageError(f"{name} is none of {', '.join(IDEA_CHOICES[name])}")
    elif name not in IDEA_TEXTS:
        raise UsageError(f"{name} of an idea can't be written")
    elif not text or len(text) > IDEA_TEXTS[name]:
        raise UsageError(f"{name} must have 1 to {IDEA_TEXTS[name]} characters")
    return text


def _row(connection: Connection, idea_id: str) -> Mapping[str, Any]:
    row = connection.execute(select(ideas).where(ideas.c.id == idea_id)).mappings().first()
    if row is None:
        raise NotFoundError(f"there is no idea {idea_id!r}: `voc list ideas` shows which there are")
    return dict(row)


def _set(connection: Connection, idea_id: str, **values: Any) -> None:
    connection.execute(update(ideas).where(ideas.c.id == idea_id).values(**values))


def _get(content: Mapping[str, Any], name: str) -> Any:
    if name.startswith("changes_"):
        return content["changes"].get(name.removeprefix("changes_"), "")
    return content.get(name, [] if name in IDEA_LISTS else "")


def _write_words(
    connection: Connection, idea_id: str, content: dict[str, Any], words: Mapping[str, Any], *, edited: bool
) -> None:
    changes = {name.removeprefix("changes_"): text for name, text in words.items() if name.startswith("changes_")}
    plain = {name: value for name, value in words.items() if not name.startswith("changes_")}
    content = {**content, **plain, "changes": {**content["changes"], **changes}}
    _set(connection, idea_id, content=content, title=content["title"], nbn_type=content["nbn_type"], edited=edited)


def _write_links(connection: Connection, idea_id: str, content: dict[str, Any], links: Mapping[str, Any]) -> None:
    _set(connection, idea_id, content={**content, **links})
    connection.execute(delete(idea_themes).where(idea_themes.c.idea_id == idea_id))
    connection.execute(insert(idea_themes), [{"idea_id": idea_id, "theme_id": one} for one in links["theme_ids"]])


def _vote(connection: Connection, idea_id: str, actor: str) -> dict[str, Any] | None:
    where = idea_votes.c.idea_id == idea_id, idea_votes.c.actor == actor
    row = connection.execute(select(idea_votes.c.value, idea_votes.c.why).where(*where)).mappings().first()
    return dict(row) if row is not None else None


def _set_vote(connection: Connection, idea_id: str, actor: str, vote: Mapping[str, Any] | None) -> None:
    connection.execute(delete(idea_votes).where(idea_votes.c.idea_id == idea_id, idea_votes.c.actor == actor))
    if vote is not None:
        connection.execute(insert(idea_votes).values(idea_id=idea_id, actor=actor, at=now(), **vote))


def _logged(
    connection: Connection,
    actor: str,
    why: str | None,
    events: Sequence[tuple[str, str, Mapping[str, Any], Mapping[str, Any]]],
) -> IdeaEdit:
    edit = f"ie_{secrets.token_hex(6)}"
    rows: list[dict[str, Any]] = [
        {"idea_id": idea_id, "edit": edit, "kind": kind, "actor": actor, "why": why, "at": now(),
         "detail": {"before": dict(before), "after": dict(after)}}
        for idea_id, kind, before, after in events
    ]  # fmt: skip
    connection.execute(insert(idea_events), rows)
    return IdeaEdit(edit, tuple(dict.fromkeys(row["idea_id"] for row in rows)))


def _events(connection: Connection, edits: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    query = select(idea_events).where(idea_events.c.edit.in_(edits)).order_by(idea_events.c.id)
    for row in connection.execute(query).mappings():
        found[row["edit"]].append(dict(row))
    return found


def _told(events: Sequence[dict[str, Any]]) -> dict[str, Any]:
    first = events[0]
    return {
        "edit_id": first["edit"],
        "at": first["at"],
        "actor": first["actor"],
        "why": first["why"],
        "undone_at": first["undone_at"],
        "events": [{name: event[name] for name in ("idea_id", "kind", "detail")} for event in events],
    }


def _nothing_later(connection: Connection, events: Sequence[Mapping[str, Any]]) -> None:
    votes = all(event["kind"] == "voted" for event in events)
    last = max(event["id"] for event in events)
    e = idea_events.c
    query = select(e.edit).where(e.idea_id.in_([event["idea_id"] for event in events]), e.id > last)
    query = query.where(e.undone_at.is_(None), e.kind != "undone")
    query = query.where(e.kind == "voted", e.actor == events[0]["actor"]) if votes else query.where(e.kind != "voted")
    if (later := connection.scalar(query.limit(1))) is not None:
        raise UsageError(f"edit {later} came later and touches the same: undo that first")


def _put_back(connection: Connection, idea_id: str, actor: str, before: Mapping[str, Any]) -> None:
    if "vote" in before:
        _set_vote(connection, idea_id, actor, before["vote"])
        return
    content = dict(_row(connection, idea_id)["content"])
    if "words" in before:
        _write_words(connection, idea_id, content, before["words"], edited=before["edited"])
    elif "theme_ids" in before:
        _write_links(connection, idea_id, content, {name: before[name] for name in ("theme_ids", "evidence")})
        _set(connection, idea_id, edited=before["edited"])
    elif "status" in before:
        _set(connection, idea_id, status=before["status"])
