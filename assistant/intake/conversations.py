"""A conversation's utterances with their speakers told apart and their times made absolute."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from assistant.domain.records import RawTurn
from assistant.domain.vocabulary import Channel, Speaker
from assistant.intake.dates import read_moment
from assistant.intake.shapes import SourceTurn
from assistant.intake.speakers import is_bare_role, is_group_event, role_of, sounds_like_staff
from assistant.intake.values import cell_text

_CLOCK = re.compile(r"^(\d{1,3}):(\d{2})(?::(\d{2}))?(?:[.,]\d+)?$")
_NEAR = 600


@dataclass(frozen=True, slots=True)
class Conversation:
    """`unknown` counts the names that no word explains: who they are was concluded from who else speaks."""

    turns: tuple[RawTurn, ...]
    start: str | None
    unknown: int


def read_conversation(
    source: Sequence[SourceTurn],
    channel: Channel,
    *,
    start: str | None = None,
    members: Collection[str] = (),
    staff: Collection[str] = (),
    others: Collection[str] = (),
) -> Conversation:
    """The utterances in their order, blank ones left out.

    Args:
        source: utterances as the file has them.
        channel: in a group whose members are named, somebody else who is neither agent nor system is a neighbour.
        start: the conversation's beginning, ISO 8601; times such as ``00:01:07`` count from there, or are clock
            times of that day where the first one is near it.
        members: the customers that the header names.
        staff: the agents that it names.
        others: neighbours known as such. Neighbours' words stay, led in by ``[群友1] ``, ``[群友2] `` … instead of
            their names, and don't count as the customer's own; outside a group they are put down as the system's.
    """
    turns: list[RawTurn] = []
    neighbours: dict[str, int] = {}
    roles = {t.speaker: _role(t.speaker, members, staff) for t in source}
    unknown = [name for name, role in roles.items() if role is None and name not in others]
    concluded = _conclude(source, unknown, set(roles.values()), channel)
    clock = _Clock(start, source)
    for turn in source:
        text = cell_text(turn.text)
        if not text:
            continue
        role = roles[turn.speaker] or concluded.get(turn.speaker, "customer")
        if is_group_event(text):
            role = "system"
        elif turn.speaker in others or _is_neighbour(turn.speaker, role, members, channel):
            number = neighbours.setdefault(turn.speaker, len(neighbours) + 1)
            text = f"[群友{number}] {text}"
            role = "customer" if channel == "group" else "system"
        turns.append(RawTurn(role, text, clock.read(turn.at)))
    first = next((turn.at for turn in turns if turn.at), None)
    return Conversation(tuple(turns), start or first, 0 if others else len(unknown))


def _role(speaker: str, members: Collection[str], staff: Collection[str]) -> Speaker | None:
    return "agent" if speaker in staff else role_of(speaker, members)


def _is_neighbour(speaker: str, role: Speaker, members: Collection[str], channel: Channel) -> bool:
    """True for another customer than the members of this group whom its header names."""
    named = speaker and speaker not in members and not is_bare_role(speaker)
    return bool(channel == "group" and members and role == "customer" and named)


def _conclude(
    source: Sequence[SourceTurn], unknown: Sequence[str], known: Collection[Speaker | None], channel: Channel
) -> dict[str, Speaker]:
    """The roles of names that no word explains.

    In a group they are customers. Between two parties they are what the known one is not; where nobody is known, who
    uses most of the phrases that only staff use is the agent. Where not even phrases tell, the customer is who speaks
    first, in a call who speaks second, and all others are agents: better a quote lost than one put in his mouth.
    """
    if channel == "group" or not unknown:
        return dict.fromkeys(unknown, "customer")
    if "customer" in known and "agent" not in known:
        return dict.fromkeys(unknown, "agent")
    roles: dict[str, Speaker] = dict.fromkeys(unknown, "customer")
    if "agent" in known or len(unknown) < 2:
        return roles
    phrases = {name: sum(sounds_like_staff(t.text) for t in source if t.speaker == name) for name in unknown}
    staff = max(phrases, key=lambda name: phrases[name])
    if phrases[staff]:
        return roles | {staff: "agent"}
    customer = unknown[1 if channel == "call" else 0]
    return {name: "customer" if name == customer else "agent" for name in unknown}


class _Clock:
    """Turns the times of one conversation into moments, in order."""

    def __init__(self, start: str | None, source: Sequence[SourceTurn]) -> None:
        self._start = datetime.fromisoformat(start) if start else None
        self._last: datetime | None = None
        short = next((match for turn in source if turn.at and (match := _CLOCK.match(turn.at))), None)
        self._of_day = short is not None and self._is_near_start(short)

    def read(self, at: str | None) -> str | None:
        if at is None:
            return None
        match = _CLOCK.match(at)
        if match is None:
            return read_moment(at)
        return self._from_start(match)

    def _is_near_start(self, match: re.Match[str]) -> bool:
        if self._start is None:
            return False
        of_day = self._start.hour * 3600 + self._start.minute * 60 + self._start.second
        return of_day > 0 and abs(_seconds(match, of_day=True) - of_day) <= _NEAR

    def _from_start(self, match: re.Match[str]) -> str | None:
        if self._start is None:
            return None
        if not self._of_day:
            return (self._start + timedelta(seconds=_seconds(match, of_day=False))).isoformat()
        moment = self._start.replace(hour=0, minute=0, second=0) + timedelta(seconds=_seconds(match, of_day=True))
        if self._last is not None and moment < self._last - timedelta(hours=12):
            moment += timedelta(days=1)
        self._last = moment
        return moment.isoformat()


def _seconds(match: re.Match[str], *, of_day: bool) -> int:
    """``h:m:s``; of two parts ``h:m`` as a time of day, ``m:s`` as a duration."""
    first, second, third = int(match[1]), int(match[2]), match[3]
    if third is not None:
        return first * 3600 + second * 60 + int(third)
    return first * 3600 + second * 60 if of_day else first * 60 + second
