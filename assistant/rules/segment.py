"""Knows how the customer's own words fall into sentences and clauses, with their offsets in the record's text."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from assistant.domain.records import Record, customer_spans
from assistant.rules.orders import Place, outside

_SEPARATOR = re.compile(
    r"(?P<strong>[。！？!?；;\n…]+[”’」』\"'）)】]*)"
    r"|(?P<weak>(?<!\d)[,，]+|[,，]+(?!\d)|——|[~～]+|(?<![A-Za-z0-9,.]) +|(?<=[A-Za-z0-9,.]) +(?=[^\x00-\x7f]))"
)
_EDGE = " \t\r\n\u3000,，。；;、.…~～”’」』）)】"


class Clause(NamedTuple):
    """``text[start:end]``, trimmed of outer punctuation, in sentence number `sentence` of customer span number `span`."""

    start: int
    end: int
    sentence: int
    span: int


def clauses(record: Record, orders: Sequence[Place] = ()) -> list[Clause]:
    """The clauses of the customer's own words in reading order; none crosses a turn. Empty ones are left out.

    The given `orders` (what speaks to a machine) are no clauses, and part what stands before and behind them.
    """
    found: list[Clause] = []
    sentence = 0
    own = [place for start, end in customer_spans(record) for place in outside(start, end, orders)]
    for number, (start, end) in enumerate(own):
        sentence += 1
        at = start
        for cut in _SEPARATOR.finditer(record.text, start, end):
            sentence = _add(
                found, record.text, (at, cut.end("strong") if cut["strong"] else cut.start()), sentence, number
            )
            sentence += 1 if cut["strong"] else 0
            at = cut.end()
        sentence = _add(found, record.text, (at, end), sentence, number)
    return found


def _add(found: list[Clause], text: str, bounds: tuple[int, int], sentence: int, span: int) -> int:
    start, end = trim(text, *bounds)
    if end > start:
        found.append(Clause(start, end, sentence, span))
    return sentence


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """The same piece without blanks and punctuation at its edges (a closing ``?`` or ``!`` stays)."""
    while start < end and text[start] in _EDGE:
        start += 1
    while start < end and text[end - 1] in " \t\r\n\u3000,，。；;、.…~～":
        end -= 1
    return start, end


def cut(text: str, start: int, end: int, most: int) -> int:
    """The end of a piece at most `most` characters long that cuts no masked value in two."""
    if end - start <= most:
        return end
    stop = start + most
    opened = text.rfind("⟦", start, stop)
    if opened > start and text.find("⟧", opened, stop) < 0:
        stop = opened
    return trim(text, start, stop)[1]
