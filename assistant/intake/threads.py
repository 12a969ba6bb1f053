"""Group threads of several customers, parted so that each customer has a record of his own and nobody else's words."""

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from assistant.domain.vocabulary import Channel, Speaker
from assistant.intake.dates import read_moment
from assistant.intake.shapes import Person, SourceTurn
from assistant.intake.speakers import (
    is_bare_role,
    is_group_event,
    is_voice,
    role_of,
    sounds_like_staff,
    without_outside_mark,
)

_SILENCE = timedelta(hours=12)
"""A customer who was silent for so long begins a new record: a room lives for years, an affair for days."""
_LEAD_IN = 2
"""Utterances before a customer's own that are kept: what he answers to."""
_REPLIES = 5
"""Staff's lines after a customer's last word that are kept."""
_STAFF_PHRASES = 2
_NOBODY = "?"


@dataclass(frozen=True, slots=True)
class Share:
    """One customer's part of a group thread.

    `turns` are his own words (`speaker` is `label`), the two lines he answers to, and what staff said meanwhile and
    next, but not to somebody else by name. More of the others' words would make every record of a busy group alike,
    and would have to be erased with each of them.
    """

    suffix: str
    """What the thread's id gets to be the share's: the same at every export, also when the thread has grown."""
    label: str
    person: Person
    staff: frozenset[str]
    others: frozenset[str]
    turns: tuple[SourceTurn, ...]


def is_group_talk(turns: Sequence[SourceTurn], members: Collection[str] = ()) -> bool:
    """True where several people who are no staff talk, and their number, an event or ``@name`` says that it is a group."""
    names = {turn.speaker for turn in turns if turn.speaker and not is_voice(turn.speaker)}
    unknown = [name for name in names if name not in members and role_of(name) is None]
    outside = [name for name in names if without_outside_mark(name) != name]
    called = [f"@{without_outside_mark(name)}" for name in (*unknown, *outside)]
    hints = any(is_group_event(turn.text) or any(name in turn.text for name in called) for turn in turns)
    return len(outside) > 1 or len(unknown) > 2 or (len(unknown) + len(outside) > 1 and hints)


def shares_of(
    turns: Sequence[SourceTurn],
    channel: Channel,
    *,
    members: Collection[str] = (),
    staff: Collection[str] = (),
    owned: bool = False,
) -> list[Share]:
    """The thread parted by customer; empty where it is one customer's and can stay whole.

    Args:
        turns: the thread in its order.
        channel: in a group everybody who is neither staff nor system is a customer; elsewhere only those whom the
            source calls customers and tells apart by ids or names, and the first keeps the thread's own id.
        members: the customers whom the thread's header names. One alone owns the thread, the others are neighbours;
            they don't count where the messages themselves tell people apart.
        staff: the agents whom it names.
        owned: the thread itself says whose it is: ``客户: …`` without a name is that customer then.
    """
    if not turns:
        return []
    cast = _Cast(turns, channel, staff)
    owners = cast.customers()
    told = any(turn.who is not None for turn in turns)
    alone = len(members) == 1 and any(cast.label(key) in members for key in owners)
    if not told and (alone or (owned and _NOBODY in owners)):
        return []
    if not owners or (channel != "group" and len(owners) < 2):
        return []
    if channel == "group":
        return [share for key in owners for share in _sessions(cast, key)]
    cast.give_unnamed_to(owners[0])
    whole = [_share(cast, key, [at for at, k in enumerate(cast.keys) if k == key], len(turns)) for key in owners]
    return [replace(whole[0], suffix=""), *(replace(share, suffix=share.suffix.split("@")[0]) for share in whole[1:])]


class _Cast:
    """Who is who in one thread."""

    def __init__(self, turns: Sequence[SourceTurn], channel: Channel, staff: Collection[str]) -> None:
        self._channel = channel
        self._staff = frozenset(staff) | _concluded_staff(turns)
        self._people: dict[str, Person] = {}
        self.turns = turns
        self.keys = [self._key(turn) for turn in turns]
        self.moments = [_moment(turn.at) for turn in turns]
        self.addressed = [self._addressed(turn.text) for turn in turns]

    @property
    def staff(self) -> frozenset[str]:
        return self._staff

    def customers(self) -> list[str]:
        """Their keys, in the order in which they first speak; those whom nothing names count as one more."""
        found = list(dict.fromkeys(key for key in self.keys if key))
        return [] if found == [_NOBODY] else found

    def give_unnamed_to(self, owner: str) -> None:
        """Outside a group, a customer whom nothing names is the one who began."""
        for place, turn in enumerate(self.turns):
            if not self.keys[place] and self.role(turn) == "customer":
                self.keys[place] = owner

    def person(self, key: str) -> Person:
        return self._people[key]

    def label(self, key: str) -> str:
        return self._people[key].name or key

    def _key(self, turn: SourceTurn) -> str:
        """The customer who speaks, `_NOBODY` where nothing tells which; ``""`` for staff and the system."""
        role = self.role(turn)
        if role in ("agent", "system") or is_group_event(turn.text):
            return ""
        person = turn.who if turn.who is not None and turn.who.key else None
        if person is None:
            named = role is None or not is_bare_role(turn.speaker)
            if self._channel != "group":
                return ""
            if not named or not turn.speaker or is_voice(turn.speaker):
                self._people[_NOBODY] = Person()
                return _NOBODY
            person = Person(name=without_outside_mark(turn.speaker))
        elif role is None and self._channel != "group":
            return ""
        known = self._people.setdefault(person.key, person)
        if known.name is None and person.name is not None:
            self._people[person.key] = replace(known, name=person.name)
        return person.key

    def _addressed(self, text: str) -> frozenset[str]:
        """The keys of the customers whom a line calls by ``@name``."""
        if "@" not in text:
            return frozenset()
        return frozenset(key for key, person in self._people.items() if person.name and f"@{person.name}" in text)

    def role(self, turn: SourceTurn) -> Speaker | None:
        return "agent" if turn.speaker in self._staff else role_of(turn.speaker)


def _concluded_staff(turns: Sequence[SourceTurn]) -> frozenset[str]:
    """Names without a role that must be staff: those without the mark that outsiders carry, those who talk like it."""
    unknown = {turn.speaker for turn in turns if turn.speaker and role_of(turn.speaker) is None}
    if any(without_outside_mark(turn.speaker) != turn.speaker for turn in turns):
        answers = [turn.text for turn in turns if role_of(turn.speaker) == "agent"]
        return frozenset(
            name for name in unknown if not is_voice(name) and not any(f"@{name}" in text for text in answers)
        )
    phrases: Mapping[str, int] = {
        name: sum(sounds_like_staff(turn.text) for turn in turns if turn.speaker == name) for name in unknown
    }
    return frozenset(name for name, count in phrases.items() if count >= _STAFF_PHRASES)


def _sessions(cast: _Cast, key: str) -> Iterator[Share]:
    """The customer's shares: one for each stretch of talk without a long silence of his."""
    own = [place for place, speaker in enumerate(cast.keys) if speaker == key]
    begin = 0
    for at in range(1, len(own) + 1):
        if at == len(own) or _far(cast.moments[own[at - 1]], cast.moments[own[at]]):
            yield _share(cast, key, own[begin:at], own[at] if at < len(own) else len(cast.turns))
            begin = at


def _share(cast: _Cast, key: str, own: Sequence[int], end: int) -> Share:
    label = cast.label(key)
    kept = sorted(_context(cast, own, end, key) | set(own))
    turns = tuple(_said_by(cast, place, key) for place in kept)
    moment = cast.moments[own[0]]
    return Share(
        f"#{_digest(cast.person(key))}" + (f"@{moment:%Y-%m-%d}" if moment else ""),
        label,
        cast.person(key),
        cast.staff,
        frozenset(turn.speaker for turn, place in zip(turns, kept, strict=True) if cast.keys[place] not in ("", key)),
        turns,
    )


def _context(cast: _Cast, own: Sequence[int], end: int, key: str) -> set[int]:
    """The places of other people's lines that belong to the share."""
    kept: set[int] = set()
    for place in own:
        for before in range(max(0, place - _LEAD_IN), place):
            near = not _far(cast.moments[before], cast.moments[place])
            if near and not (is_group_event(cast.turns[before].text)):
                kept.add(before)
    replies = 0
    for place in range(own[0], end):
        if cast.keys[place] or not _is_staff_line(cast, place, key):
            continue
        if place > own[-1]:
            replies += 1
            if replies > _REPLIES or _far(cast.moments[own[-1]], cast.moments[place]):
                break
        kept.add(place)
    return kept


def _is_staff_line(cast: _Cast, place: int, key: str) -> bool:
    """True for a line of staff or of a robot that is not addressed to somebody else alone."""
    addressed = cast.addressed[place]
    return (not addressed or key in addressed) and not is_group_event(cast.turns[place].text)


def _said_by(cast: _Cast, place: int, key: str) -> SourceTurn:
    """The line under its speaker's label, other customers' names taken out of what is not theirs to say."""
    turn = cast.turns[place]
    speaker = cast.keys[place]
    if speaker == key:
        return replace(turn, speaker=cast.label(key))
    text = turn.text
    for name in sorted((cast.label(other) for other in cast.addressed[place] - {key}), key=len, reverse=True):
        text = text.replace(f"@{name}", "@群友")
    return replace(turn, speaker=cast.label(speaker) if speaker else turn.speaker, text=text)


def _digest(person: Person) -> str:
    """The person in an id: as the source numbers them, or 10 hex digits of the name, which is not to be told."""
    if person.id:
        return person.id
    return hashlib.sha256((person.name or "").encode("utf-8", "replace")).hexdigest()[:10]


def _moment(at: str | None) -> datetime | None:
    moment = read_moment(at) if at else None
    return datetime.fromisoformat(moment) if moment else None


def _far(earlier: datetime | None, later: datetime | None) -> bool:
    return earlier is not None and later is not None and later - earlier > _SILENCE
