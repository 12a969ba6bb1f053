"""What two stores hold, told so that it can be compared: everything but moments and the names of runs."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, Table, func, select

from assistant.records.tables import (
    contacts,
    customers,
    idea_themes,
    ideas,
    insights,
    leads,
    readings,
    record_versions,
    records,
    themes,
)
from vectorstore.tables import passages, vectors

Held = Mapping[str, Counter[str]]
"""Kind of thing → each thing, written out, and how often it is there."""
_ASIDE: Mapping[Table, frozenset[str]] = {
    records: frozenset({"added_at", "updated_at", "indexed_hash", "indexed_reading", "signature"}),
    record_versions: frozenset({"replaced_at"}),
    customers: frozenset(),
    contacts: frozenset(),
    readings: frozenset({"holder", "until", "tries", "at"}),
    insights: frozenset({"theme_id"}),
    leads: frozenset({"created_at", "updated_at"}),
}
"""What of each table is the run's own: moments, holders, what the index has noted."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A kind of thing of which two stores hold different ones."""

    kind: str
    here: int
    there: int
    only_here: tuple[str, ...]
    only_there: tuple[str, ...]

    def __str__(self) -> str:
        """One sentence, with an example of each."""
        examples = [f"{where}: {some[0][:300]}" for where, some in self._examples() if some]
        return f"{self.kind}: {self.here} here, {self.there} undisturbed; only {'; only '.join(examples)}"

    def _examples(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        yield "here", self.only_here
        yield "undisturbed", self.only_there


def held(connection: Connection) -> Held:
    """Everything that a full run makes."""
    found = {table.name: _rows(connection, table, aside) for table, aside in _ASIDE.items()}
    c = passages.c
    found["passages"] = _counted(connection.execute(select(c.kind, c.document_id, c.ordinal, c.text)).all())
    model = select(vectors.c.content_hash).distinct()
    found["vectors"] = _counted(connection.execute(model).all())
    found |= dict(_themes(connection))
    return found


def differences(here: Held, there: Held) -> list[Difference]:
    """Where they differ."""
    return [
        Difference(kind, here[kind].total(), there[kind].total(), tuple(here[kind] - there[kind]), tuple(there[kind] - here[kind]))
        for kind in here
        if here[kind] != there[kind]
    ]  # fmt: skip


def left_undone(connection: Connection) -> Iterator[str]:
    """A sentence for everything that the books say is not at rest: leases, readings that are not just one for each record."""
    leased = connection.scalar(select(func.count()).where(readings.c.status == "leased"))
    if leased:
        yield f"{leased} records are still leased to somebody"
    once = select(readings.c.key).where(readings.c.record_id == records.c.id, readings.c.status == "done")
    unread = select(func.count()).select_from(records).where(records.c.reading_key.not_in(once.scalar_subquery()))
    if lacking := connection.scalar(unread.where(records.c.reading_key.is_not(None))):
        yield f"{lacking} records name a reading that is not done"
    if lacking := connection.scalar(select(func.count()).where(records.c.reading_key.is_(None))):
        yield f"{lacking} records are not read"
    strays = select(func.count()).select_from(insights).where(insights.c.record_id.not_in(select(records.c.id)))
    if lacking := connection.scalar(strays):
        yield f"{lacking} needs of records that are not there"


def _rows(connection: Connection, table: Table, aside: frozenset[str]) -> Counter[str]:
    columns = [column for column in table.c if column.name not in aside]
    rows = connection.execute(select(*columns)).all()
    return _counted([[_without_moments(value) for value in row] for row in rows])


def _without_moments(value: object) -> object:
    """Of a former version of a record, what the record itself is compared by."""
    if not isinstance(value, dict):
        return value
    return {name: part for name, part in value.items() if name not in _ASIDE[records]}


def _counted(rows: object) -> Counter[str]:
    assert isinstance(rows, list)
    return Counter(json.dumps(list(row), ensure_ascii=False, sort_keys=True, default=str) for row in rows)


def _themes(connection: Connection) -> Iterator[tuple[str, Counter[str]]]:
    """Themes by their title and members, ideas by their type and themes: their ids are each store's own.

    An idea's words are a model's on the voices that it was shown first, and the ideas of a theme that has hardly changed since
    stay as they are: so their words hang on the moments at which ideas were made, and those are not the same.
    """
    members: dict[str, list[str]] = defaultdict(list)
    for insight, theme in connection.execute(select(insights.c.id, insights.c.theme_id)):
        members[theme].append(insight)
    t = themes.c
    named = {
        row.id: row
        for row in connection.execute(select(t.id, t.title, t.aspect if "aspect" in t else t.deep_category, t.active))
    }
    alive = [(row.title, sorted(members[row.id])) for row in named.values() if row.active]
    yield "themes", _counted(alive)
    of: dict[str, list[str]] = defaultdict(list)
    for idea, theme in connection.execute(select(idea_themes.c.idea_id, idea_themes.c.theme_id)):
        of[idea].append(named[theme].title if theme in named else "?")
    rows = connection.execute(select(ideas.c.id, ideas.c.nbn_type)).all()
    yield "ideas", _counted([(row.nbn_type, sorted(of[row.id])) for row in rows])
