"""Knows how a section of a house's document falls into clauses, which are quoted whole or not at all: items of a list, and
sentences elsewhere."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_SENTENCE = re.compile(r"[^。！？!?\n]+[。！？!?]*[”」』）)]*")
_NUMBER = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
_STEP = re.compile(
    rf"[ \t　]*(?:第?{_NUMBER}(?:[、．]|[.](?!\d)|[)）]|步[：:、])|[(（]{_NUMBER}[)）]|[①-⑳])[ \t　]*(?=\S)"
)
_ITEM = re.compile(r"[ \t　]*(?:[-*+•·●▪■□◆]|—{1,2})[ \t　]+(?=\S)|[ \t　]*[•·●▪■□◆][ \t　]*(?=\S)")
_ENDED = ("。", "！", "？", "!", "?", "；", ";")
_CODE = r"[A-Za-z]{1,3}-?\d{1,4}"
_LED_BY_CODES = re.compile(rf"[|｜\s“「]*({_CODE}(?:\s*[/、，,或和]\s*{_CODE})*)[”」\s]*(?:[：:|｜，,（(—-]|\s|$)")
_NAMED_CODES = re.compile(rf"(?<![A-Za-z0-9-]){_CODE}(?![A-Za-z0-9])")


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of a text, without the mark of its list; `step`: it was numbered; `listed`: it is an item of a list."""

    start: int
    end: int
    text: str
    step: bool = False
    listed: bool = False

    @property
    def codes(self) -> frozenset[str]:
        """The codes that it explains: those it begins with, in capitals (``E4：…``)."""
        led = _LED_BY_CODES.match(self.text)
        return codes_in(led[1]) if led else frozenset()


def codes_in(text: str) -> frozenset[str]:
    """What looks like a code of a fault or model (``E4``, ``F-21``) in a text, in capitals without hyphens."""
    return frozenset(code.upper().replace("-", "") for code in _NAMED_CODES.findall(text))


def clauses(text: str) -> list[Clause]:
    """The clauses of a text in order: each item of a list with the lines that go on with it, each sentence elsewhere."""
    found: list[Clause] = []
    for start, end, mark, step in _blocks(text):
        if mark:
            found.append(_clause(text, start + mark, end, step=step, listed=True))
        else:
            found += [_clause(text, *m.span()) for m in _SENTENCE.finditer(text, start, end)]
    return [clause for clause in found if any(c.isalnum() for c in clause.text)]


def _blocks(text: str) -> Iterator[tuple[int, int, int, bool]]:
    """(start, end, length of the mark, numbered) of the items and of the lines between them."""
    open_item: tuple[int, int, int, bool] | None = None
    for line in re.finditer(r"[^\n]+", text):
        step = _STEP.match(line.group())
        mark = step or _ITEM.match(line.group())
        if mark:
            if open_item:
                yield open_item
            open_item = (line.start(), line.end(), mark.end(), step is not None)
        elif open_item and _goes_on(text, open_item[1], line.start(), line.group()):
            open_item = (open_item[0], line.end(), *open_item[2:])
        else:
            if open_item:
                yield open_item
            open_item = None
            yield line.start(), line.end(), 0, False
    if open_item:
        yield open_item


def _goes_on(text: str, end: int, start: int, line: str) -> bool:
    """Whether a line belongs to the item before it: it is set in, or the item had not ended."""
    apart = text.count("\n", end, start) > 1
    return not apart and (line[:1] in " \t　" or not text[:end].rstrip().endswith(_ENDED))


def _clause(text: str, start: int, end: int, *, step: bool = False, listed: bool = False) -> Clause:
    words = text[start:end]
    start += len(words) - len(words.lstrip())
    return Clause(start, start + len(words.strip()), words.strip(), step, listed)
