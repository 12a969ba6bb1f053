"""Conversations inside JSON exports: which list holds the messages, and each message's speaker, time and text."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from assistant.intake.shapes import SourceTurn
from assistant.intake.speakers import role_of
from assistant.intake.values import cell_text
from assistant.intake.wordlists import word_list


@cache
def _keys(name: str) -> tuple[str, ...]:
    return tuple(word_list("speakers")["message"][name])


def is_message_key(key: str) -> bool:
    """True for a key under which exports keep the messages of one conversation."""
    return key.casefold() in _keys("lists")


def find_messages(record: Mapping[str, Any]) -> tuple[str, tuple[SourceTurn, ...]] | None:
    """The path of the record's message list and its utterances; None where it holds no conversation."""
    folded = {key.casefold(): key for key in record}
    for path in _keys("lists"):
        first, _, rest = path.partition(".")
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
    messages = [item for item in value if isinstance(item, Mapping)]
    if len(messages) != len(value) or not messages:
        return ()
    turns = [SourceTurn(_speaker(m), text, _first(m, "at") or None) for m in messages if (text := _first(m, "text"))]
    return tuple(turns)


def _at_path(message: Mapping[str, Any], path: str) -> object:
    value: object = message
    for step in path.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(step)
    return value


def _first(message: Mapping[str, Any], what: str) -> str:
    for path in _keys(what):
        value = _at_path(message, path)
        if value is not None and not isinstance(value, (Mapping, list)) and (text := cell_text(value)):
            return text
    return ""


def _speaker(message: Mapping[str, Any]) -> str:
    """The first value that tells the role, else the first that names somebody."""
    named = ""
    for path in _keys("speaker"):
        value = _at_path(message, path)
        if value is None or isinstance(value, (Mapping, list, float)):
            continue
        role = role_of(value) if isinstance(value, (str, int)) else None
        if role is not None and (not isinstance(value, int) or path == "message_type"):
            return role if isinstance(value, int) else str(value)
        named = named or (cell_text(value) if path != "type" else "")
    return named
