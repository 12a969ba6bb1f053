"""What of a record is indexed: passages of the customer's own words under title and product, and its insights."""

import re
from collections.abc import Iterator, Sequence

from assistant.domain.insights import Insight
from assistant.domain.records import Record, customer_spans
from assistant.domain.vocabulary import by_model
from vectorstore.index import Passage

TARGET = 400
"""Characters of a passage's own words, about; cuts fall between turns or after a sentence."""

_SENTENCE = re.compile(r"[^。！？!?；;\n]*[。！？!?；;\n]+|[^。！？!?；;\n]+$")


def passages_of(record: Record) -> list[Passage]:
    """The passages of one record, in order; at least one, so that every record can be found."""
    heading = " ".join(part for part in (record.product, record.title) if part)
    found = []
    for ordinal, group in enumerate(_groups(record)):
        start, end = group[0][0], group[-1][1]
        words = "\n".join(record.text[a:b] for a, b in group)
        found.append(Passage(record.id, ordinal, start, end, f"{heading}\n{words}" if heading else words))
    return found or [Passage(record.id, 0, 0, len(record.text), heading or record.text or "-")]


def insight_passages_of(record: Record, insights: Sequence[Insight]) -> list[Passage]:
    """One passage for each insight of a model: the ladder names the need where the customer only tells a story.

    The rules' ladders are templates and make nothing findable that was not, so they stay out (measured both ways).

    `start` and `end` are those of the quote, so that what is shown of a hit is the customer's own words.
    """
    return [
        Passage(
            record.id,
            ordinal,
            insight.start,
            insight.end,
            "\n".join(part for part in (record.product, insight.surface, insight.secondary, insight.deep) if part),
            kind="insight",
        )
        for ordinal, insight in enumerate(insights)
        if by_model(insight.engine)
    ]


def _groups(record: Record) -> Iterator[list[tuple[int, int]]]:
    group: list[tuple[int, int]] = []
    size = 0
    for start, end in _pieces(record):
        if group and size + end - start > TARGET:
            yield group
            group, size = [], 0
        group.append((start, end))
        size += end - start
    if group:
        yield group


def _pieces(record: Record) -> Iterator[tuple[int, int]]:
    """Customer spans, those longer than a passage cut after sentences (and, where there are none, anywhere)."""
    for start, end in customer_spans(record):
        if end - start <= TARGET:
            if record.text[start:end].strip():
                yield start, end
            continue
        for match in _SENTENCE.finditer(record.text, start, end):
            for at in range(match.start(), match.end(), TARGET):
                yield at, min(at + TARGET, match.end())
