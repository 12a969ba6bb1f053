"""JSON: an array of records, an object that holds such an array somewhere, one record, or JSON Lines."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from assistant.intake.decoding import TextLines, open_text
from assistant.intake.json_stream import JsonStream, JsonStreamError
from assistant.intake.messages import find_messages, is_message_key
from assistant.intake.platforms.desks import desk_of
from assistant.intake.shapes import BadRow, Document, Head, SourceRow, SourceTable
from assistant.intake.values import cell_text
from assistant.intake.wordlists import word_list

_BAD = "is not valid JSON; correct it or export it again"


def recognises(head: Head) -> bool:
    """True for text that begins as a JSON object, or as an array of objects."""
    text = head.text.lstrip()
    after = text[1:].lstrip()[:1]
    return (text[:1] == "{" and after in ('"', "}", "")) or (text[:1] == "[" and after in ("{", "]", ""))


def open_document(head: Head) -> Document:
    """JSON Lines where the first line is an object by itself, else one streamed document."""
    assert head.encoding is not None
    notes: list[str] = []
    if _is_lines(head.text):
        lines = TextLines(head.path, head.encoding)
        return Document("jsonl", head.encoding, iter([SourceTable("", (), _lines(lines, notes))]), notes)
    return Document("json", head.encoding, _streamed(head, notes), notes)


def row_from(record: object, line: int | None) -> SourceRow | BadRow:
    """One JSON object as a row: nested objects become dotted paths, the list of messages becomes utterances.

    Records of known service desks are rewritten into our fields first.
    """
    if not isinstance(record, Mapping):
        return BadRow(line, "bad_json", "is no JSON object; each record must be one", {"value": cell_text(str(record))})
    record = _unwrapped(record)
    if (desk := desk_of(record)) is not None:
        record = desk.rewrite(record)
    found = find_messages(record)
    rest = {key: value for key, value in record.items() if found is None or key != found[0]}
    return SourceRow(line, dict(_flat(rest, "")), found[1] if found else ())


def _unwrapped(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """A service desk's record taken out of the object around it, with what was sent along."""
    for key in ("ticket", "conversation"):
        inner = record.get(key)
        if isinstance(inner, Mapping) and desk_of({**record, **inner}) is not None:
            return {**{name: value for name, value in record.items() if name != key}, **inner}
    return record


def _flat(record: Mapping[str, Any], prefix: str, depth: int = 0) -> Iterator[tuple[str, object]]:
    for key, value in record.items():
        path = f"{prefix}{key}"
        if isinstance(value, str):
            yield path, value
        elif isinstance(value, Mapping) and depth < 8:
            yield from _flat(value, f"{path}.", depth + 1)
        elif isinstance(value, Mapping) or (
            isinstance(value, list) and any(isinstance(v, (Mapping, list)) for v in value)
        ):
            yield path, json.dumps(value, ensure_ascii=False)
        elif value is not None and value != []:
            yield path, value


def _is_lines(text: str) -> bool:
    first = next((line for line in text.splitlines() if line.strip()), "")
    try:
        return isinstance(json.loads(first), dict) and len(text.strip()) > len(first.strip())
    except (ValueError, RecursionError):
        return False


def _lines(lines: TextLines, notes: list[str]) -> Iterator[SourceRow | BadRow]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield row_from(json.loads(line, parse_constant=lambda _: None), number)
        except (ValueError, RecursionError):
            yield BadRow(number, "bad_json", _BAD, {"line": line.strip()})
    if lines.note:
        notes.append(lines.note)


def _streamed(head: Head, notes: list[str]) -> Iterator[SourceTable]:
    assert head.encoding is not None
    with open_text(head.path, head.encoding) as file:
        stream = JsonStream(file)
        yield SourceTable("", (), _rows(stream, notes))
        if stream.unreadable:
            notes.append(f"{stream.unreadable} characters could not be decoded as {head.encoding} and stand as \ufffd")


def _rows(stream: JsonStream, notes: list[str]) -> Iterator[SourceRow | BadRow]:
    """All records of the document, or of several documents one after another."""
    try:
        while stream.peek():
            if stream.peek() == "[":
                for line, record in stream.elements():
                    yield row_from(record, line)
            else:
                yield from _Object(stream, notes).rows()
            stream.take(",")
    except JsonStreamError as error:
        yield BadRow(error.line, "bad_json", f"the file {_BAD}; what follows this line was not read")


class _Object:
    """The records in the arrays of an object (`tickets`, `data.list` …); where it has none, it is a record itself."""

    def __init__(self, stream: JsonStream, notes: list[str], path: str = "") -> None:
        self._stream = stream
        self._notes = notes
        self._path = path
        self._own: dict[str, Any] = {}
        self._found = False

    def rows(self) -> Iterator[SourceRow | BadRow]:
        line = self._stream.line
        if not self._stream.take("{"):
            yield row_from(self._stream.value(), line)
            return
        while not self._stream.take("}"):
            key = self._stream.value()
            if not isinstance(key, str) or not self._stream.take(":"):
                raise JsonStreamError(self._stream.line)
            yield from self._member(key)
            if not self._stream.take(",") and self._stream.peek() != "}":
                raise JsonStreamError(self._stream.line)
        if self._own and not self._found and not self._path:
            yield row_from(self._own, line)
        elif self._own and self._found:
            self._notes.append(f"fields beside the list of records left out: {', '.join(sorted(self._own)[:12])}")

    def _member(self, key: str) -> Iterator[SourceRow | BadRow]:
        follows = self._stream.peek()
        if follows == "[" and key.casefold() not in _words("not_records"):
            yield from self._array(key)
        elif follows == "{" and key.casefold() in _words("envelopes"):
            inner = _Object(self._stream, self._notes, f"{self._path}{key}.")
            yield from inner.rows()
            self._found = self._found or inner._found
            self._own |= {f"{key}.{name}": value for name, value in inner._own.items() if not inner._found}
        else:
            self._own[key] = self._stream.value()

    def _array(self, key: str) -> Iterator[SourceRow | BadRow]:
        """The elements as records; those of a list of messages belong to this object, unless they are conversations."""
        others: list[object] = []
        messages = is_message_key(key)
        for line, item in self._stream.elements():
            if isinstance(item, Mapping) and not (messages and not _is_conversation(item)):
                self._found = True
                yield row_from(item, line)
            else:
                others.append(item)
        if others:
            self._own[key] = others


def _is_conversation(item: Mapping[str, Any]) -> bool:
    return find_messages(item) is not None or desk_of(item) is not None


@cache
def _words(name: str) -> frozenset[str]:
    return frozenset(word_list("speakers")["message"][name])
