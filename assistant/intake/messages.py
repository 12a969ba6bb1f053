"""Conversations inside JSON exports: which list holds the messages, and each message's speaker, time and text."""

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from assistant.intake.shapes import Person, SourceTurn
from assistant.intake.speakers import is_bare_role, role_of
from assistant.intake.values import cell_text
from assistant.intake.wordlists import word_list

_MEDIA = re.compile(r"(?:https?://|/)\S+\.(\w{2,4})(?:\?\S*)?")
_LONGEST_RECORDING = 24 * 3_600_000
_VOICES = ("speaker", "speaker_id", "speakerid", "channelid", "channel_id", "channel", "rl", "role")


@cache
def _keys(name: str) -> tuple[str, ...]:
    return tuple(word_list("speakers")["message"][name])


@cache
def _list_paths() -> tuple[tuple[str, str], ...]:
    """Where lists of messages stand: a key, and what follows it inside the object there, if anything."""
    return tuple((first, rest) for path in _keys("lists") for first, _, rest in (path.partition("."),))


def is_message_key(key: str) -> bool:
    """True for a key under which exports keep the messages of one conversation."""
    return key.casefold() in _keys("lists")


def find_messages(record: Mapping[str, Any]) -> tuple[str, tuple[SourceTurn, ...]] | None:
    """The path of the record's message list and its utterances; None where it holds no conversation."""
    folded = {key.casefold().rpartition(".")[2]: key for key in reversed(list(record))}
    for first, rest in _list_paths():
        if first not in folded:
            continue
        value = record[folded[first]]
        if rest and isinstance(value, Mapping):
            value = value.get(rest)
        turns = read_messages(value)
        if turns:
            return folded[first], turns
    return None


def read_messages(value: object) -> tuple[SourceTurn, ...]:
    """Utterances of a list of message objects; empty if `value` is no such list."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        return ()
    messages = [_Message(item) for item in value if isinstance(item, Mapping)]
    if len(messages) != len(value) or not messages:
        return ()
    turns = (message.turn() for message in messages if not message.is_hidden())
    return tuple(turn for turn in turns if turn.text)


class _Message:
    """One message object, its keys looked up without case."""

    def __init__(self, fields: Mapping[str, Any]) -> None:
        self._fields = _folded(fields)

    def turn(self) -> SourceTurn:
        return SourceTurn(self._speaker(), self._text(), self._at(), self._person())

    def is_hidden(self) -> bool:
        """True for a note among staff and for a message that was taken back: the customer does not see it."""
        return any(self._fields.get(key) in (True, 1, "true", "1") for key in _keys("hidden"))

    def _value(self, path: str) -> object:
        value: object = self._fields
        for step in path.split("."):
            if not isinstance(value, Mapping):
                return None
            value = value.get(step) if value is self._fields else _folded(value).get(step)
        return value

    def _first(self, what: str) -> str:
        for path in _keys(what):
            value = self._value(path)
            if value is not None and not isinstance(value, (Mapping, list)) and (text := cell_text(value)):
                return text
        return ""

    def _text(self) -> str:
        text = self._first("text")
        if text.startswith("{"):
            try:
                inner = json.loads(text)
            except (ValueError, RecursionError):
                return text
            return (_Message(inner)._first("text") if isinstance(inner, dict) else "") or text
        return without_address(text)

    def _at(self) -> str | None:
        """A moment as written; milliseconds from a recording's start as ``h:mm:ss``."""
        for path in _keys("offset"):
            value = cell_text(self._value(path))
            if value.isdigit() and int(value) < _LONGEST_RECORDING:
                seconds = int(value) // 1000
                return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
        return self._first("at") or None

    def _person(self) -> Person | None:
        """Who wrote the message, where it tells more than the role."""
        number, name = self._first("person_id") or None, self._first("person_name") or None
        if name is not None and is_bare_role(name):
            name = None
        return Person(number, name) if number or name else None

    def _speaker(self) -> str:
        """The first value that tells the role, else the first that names somebody; a machine's number is a voice."""
        named = ""
        for path in _keys("speaker"):
            value = self._value(path)
            if value is None or isinstance(value, (Mapping, list, float)):
                continue
            role = role_of(value) if isinstance(value, (str, int)) else None
            if role is not None and (not isinstance(value, int) or path == "message_type"):
                return role if isinstance(value, int) else str(value)
            text = cell_text(value) if path != "type" else ""
            named = named or (f"说话人{text}" if path in _VOICES and text.isdigit() else text)
        return named


def _folded(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {key.casefold(): value for key, value in fields.items()}


def without_address(text: str) -> str:
    """``[图片]`` and the like for a message that is nothing but the address of a picture, sound, film or file."""
    match = _MEDIA.fullmatch(text)
    if match is None:
        return text
    ending = match[1].casefold()
    return next((f"[{kind}]" for kind, endings in _keys_of_media().items() if ending in endings), text)


@cache
def _keys_of_media() -> Mapping[str, list[str]]:
    return dict(word_list("speakers")["media"])
