"""Plain-text transcripts: blocks that begin with a header of keys and values, and the talk below it."""

import re
from collections.abc import Iterator

from assistant.intake.columns import known_field
from assistant.intake.decoding import TextLines
from assistant.intake.dialogue import opens_turn, read_dialogue
from assistant.intake.shapes import Document, Head, SourceRow, SourceTable, SourceTurn
from assistant.intake.speakers import is_group_event, speaking_word
from assistant.intake.values import read_list

BODY = "text"
"""The name of what stands below a header and is no talk."""

_DECORATION = "=#-*—_~<> \t【】\ufeff"
_RULE = re.compile(r"^\s*[=\-*—_~#]{4,}\s*$")
_PARTED = re.compile(r"\s*[|｜\t]\s*|\s+[;；]\s*|[;；]\s+|\s{3,}")
_PAIR = re.compile(r"^\s*(?P<key>[^\s\d:：|][^:：|]{0,23}?)\s*[:：]\s*(?P<value>.*)$", re.DOTALL)
_SENTENCE = re.compile(r"[，。？！,?!]")
_SAMPLE_LINES = 400
_SHORT_VALUE = 40
_CONTACT = re.compile(
    r"[\d\-+* ]{4,20}|[\u4e00-\u9fff]{1,3}(?:先生|女士|小姐|师傅)|[\u4e00-\u9fff]{0,4}[（(]?\d{4,13}[）)]?"
)
"""Behind a role word in a header, who it is and no word of his: ``来电：13812345678``, ``车主：王先生``."""
_LABEL = re.compile(r"[^\W\d]{2,10}$")


def recognises(head: Head) -> bool:
    """True for text with block headers, or in which many lines begin an utterance."""
    lines = head.text.splitlines()[:_SAMPLE_LINES]
    if any(inline_header(line) for line in lines):
        return True
    turns = sum(1 for turn in read_dialogue(lines) if turn.speaker)
    return turns >= 2 and turns >= sum(1 for line in lines if line.strip()) * 0.2


def open_document(head: Head) -> Document:
    """The blocks in order, one in memory at a time."""
    assert head.encoding is not None
    notes: list[str] = []
    lines = TextLines(head.path, head.encoding)
    return Document("transcript", head.encoding, iter([SourceTable("", (), _rows(lines, notes))]), notes)


def inline_header(line: str) -> dict[str, str] | None:
    """The keys and values of a block header on one line; None if the line is none.

    A header has two pairs or more, at least half of them with keys we know, or is one decorated pair that names an id.
    """
    if opens_turn(line, after_blank=False) is not None and line.lstrip()[:1] not in "=#*":
        return None
    core = line.strip().strip(_DECORATION)
    matches = [_PAIR.match(part) for part in _PARTED.split(core) if part]
    pairs = {match["key"]: match["value"].strip() for match in matches if match}
    known = [field for key in pairs if (field := known_field(key))]
    if len(pairs) >= 2 and len(pairs) == len(matches) and len(known) * 2 >= len(pairs):
        return pairs
    decorated = line.lstrip()[:3] in ("===", "###", "---", "***") or line.lstrip()[:1] in "【"
    return pairs if decorated and "id" in known else None


class _Block:
    """A header and the lines below it, while they come in."""

    def __init__(self, line: int, fields: dict[str, str]) -> None:
        self.line = line
        self.fields = fields
        self.lines: list[str] = []
        self.in_header = True
        self._blank_seen = False

    def take(self, line: str) -> None:
        if _RULE.match(line):
            self.in_header = self.in_header and not self.fields
            return
        pair = self._header_pair(line) if self.in_header else None
        if pair is not None:
            self.fields[pair[0]] = pair[1]
            return
        self._blank_seen = self._blank_seen or not line.strip()
        self.in_header = self.in_header and not line.strip()
        self.lines.append(line)

    def _header_pair(self, line: str) -> tuple[str, str] | None:
        match = _PAIR.match(line)
        if match is None:
            return None
        value = match["value"].strip()
        if known_field(match["key"]) is None:
            more = (
                self.fields and _LABEL.match(match["key"]) and len(value) <= _SHORT_VALUE and not _SENTENCE.search(line)
            )
            told = _CONTACT.fullmatch(value) or not _is_talk(line)
            return (match["key"].strip(), value) if more and told else None
        talk = speaking_word(match["key"]) and (
            not self.fields or self._blank_seen or len(value) > 20 or _SENTENCE.search(value)
        )
        return None if talk else (match["key"].strip(), value)

    def row(self) -> SourceRow | None:
        """The block as a row; None if there is nothing in it."""
        members = next((read_list(v) for k, v in self.fields.items() if known_field(k) == "customer.name"), ())
        turns = read_dialogue(self.lines, members)
        body = "\n".join(self.lines).strip()
        if not self.fields and not body:
            return None
        if not self.fields and all(is_group_event(turn.text) for turn in turns):
            return None
        if any(turn.speaker for turn in turns):
            return SourceRow(self.line, self.fields, _without_opening_words(turns))
        fields: dict[str, object] = dict(self.fields)
        if body:
            key = next((key for key in self.fields if known_field(key) == "text"), BODY)
            fields[key] = f"{fields.get(key, '')}\n{body}".strip()
        return SourceRow(self.line, fields)


def _is_talk(line: str) -> bool:
    return opens_turn(line, after_blank=False) is not None


def _without_opening_words(turns: tuple[SourceTurn, ...]) -> tuple[SourceTurn, ...]:
    """Words before the first utterance belong to nobody: the system said them."""
    first = turns[0]
    return turns if first.speaker else (SourceTurn("system", first.text, first.at), *turns[1:])


def _rows(lines: TextLines, notes: list[str]) -> Iterator[SourceRow]:
    block = _Block(1, {})
    for number, line in enumerate(lines, 1):
        bare = line.rstrip("\r\n")
        header = inline_header(bare)
        if header is None and not _begins_block(bare, block):
            block.take(bare)
            continue
        if (row := block.row()) is not None:
            yield row
        block = _Block(number, header or {})
        if header is None and not _RULE.match(bare):
            block.take(bare)
    if (row := block.row()) is not None:
        yield row
    if lines.note:
        notes.append(lines.note)


def _begins_block(line: str, block: _Block) -> bool:
    """True for a rule between blocks, and for an id on a line of its own below talk."""
    if _RULE.match(line):
        return bool(block.lines) and any(text.strip() for text in block.lines)
    match = _PAIR.match(line)
    return (
        match is not None
        and not block.in_header
        and known_field(match["key"]) == "id"
        and len(match["value"].strip()) <= 40
    )
