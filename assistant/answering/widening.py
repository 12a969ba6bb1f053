"""Further words of a record that is cited: where a sentence says more than the quote, the customer may have said it too."""

import re
from collections.abc import Iterator
from dataclasses import replace

from assistant.answering.lexicon import normalise
from assistant.answering.matching import grams
from assistant.answering.numbers import numbers
from assistant.domain.records import Record, customer_spans
from assistant.domain.themes import Voice
from assistant.rules.orders import holds_order

_CLAUSE = re.compile(r"[^。！？!?；;\n]+[。！？!?；;]*")
_MOST_CHARS = 160


def further_words(voice: Voice, record: Record) -> Iterator[Voice]:
    """Other sentences of the customer in the same record, of those an engine was shown around the quote.

    Letter for letter as they stand in the record; none that holds an order to a machine.
    """
    for start, end in customer_spans(record):
        for match in _CLAUSE.finditer(record.text, start, end):
            said = match.group().strip()
            at = match.start() + match.group().index(said)
            if 0 < len(said) <= _MOST_CHARS and said in voice.context and not holds_order(said):
                yield replace(voice, quote=said, start=at, end=at + len(said))


def likeness(said: str, text: str) -> int:
    """How many pairs of characters, and numbers with their unit, some words share with a sentence; 0 where only a bare
    number is the same."""
    plain = normalise(said)
    spoken = sum(number.words.strip() in plain for number in numbers(text))
    shared = len(grams(said) & grams(text))
    return shared + spoken if shared else 0
