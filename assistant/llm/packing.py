"""Knows how many records are read in one call, and which are read alone."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files

from assistant.domain.records import Record

PACK_RECORDS = 8
PACK_CHARS = 3500
"""Characters of record text in one call: more records a call are cheaper, but needs begin to be missed."""

_UNSEEN = re.compile(
    r"[^\S\n]|[\u00ad\u115f\u1160\u200b-\u200f\u202a-\u202e\u2060-\u2069\u3164\ufe00-\ufe0f\ufeff\U000e0000-\U000e007f*~`·]"
)
"""Blanks and what can't be seen, by which an order hides from a pattern."""


def pack_records(records: Iterator[Record]) -> Iterator[Sequence[Record]]:
    """Records in packs of at most `PACK_RECORDS` and `PACK_CHARS`, every record in exactly one.

    A longer record is alone in its pack, and so is one that seems to talk to a model.
    """
    pack: list[Record] = []
    size = 0
    for record in records:
        length = len(record.text)
        if length > PACK_CHARS or addresses_a_model(record):
            yield [record]
            continue
        if pack and (len(pack) == PACK_RECORDS or size + length > PACK_CHARS):
            yield pack
            pack, size = [], 0
        pack.append(record)
        size += length
    if pack:
        yield pack


def addresses_a_model(record: Record) -> bool:
    """Whether something in the record reads like an order to a model (``suspicion.txt``)."""
    text = f"{record.title or ''}\n{record.text}"
    squeezed = _UNSEEN.sub("", unicodedata.normalize("NFKC", text))
    return any(_suspicion().search(words) for words in (text, squeezed))


@cache
def _suspicion() -> re.Pattern[str]:
    lines = (files("assistant.llm") / "suspicion.txt").read_text(encoding="utf-8").splitlines()
    patterns = [line for line in lines if line and not line.startswith("#")]
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE | re.MULTILINE)
