"""Sentiment against the stars that real customers gave: low scores ought to be read as negative, praise as positive."""

import json
from collections.abc import Iterator
from pathlib import Path

from assistant.domain.drafts import ReadingDraft
from assistant.domain.records import MaskedText, Record, record_id
from evals.metrics.reading_counts import Counts

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
LOW, PRAISE = SHARED / "midea_lowscore.jsonl", SHARED / "midea_aspects.jsonl"
EVERY = 5
"""Every so many reviews are read: some 1,400 low ones and 2,800 clauses of praise."""
_SHORTEST = 4


def star_records() -> Iterator[tuple[str, Record]]:
    """``negative`` or ``positive`` with a record whose rating is not told; nothing where the files are not at hand.

    One- and two-star reviews are taken as negative. The clauses of the other file are mostly praise (weak labels), so
    what is read in them as negative is a mistake of theirs now and then.
    """
    if not (LOW.exists() and PRAISE.exists()):
        return
    seen: set[str] = set()
    for mood, path in (("negative", LOW), ("positive", PRAISE)):
        for n, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
            row = json.loads(line)
            text = str(row["text"]).strip()
            if n % EVERY or len(text) < _SHORTEST or text in seen or row.get("rating", 1) > 2:
                continue
            seen.add(text)
            yield mood, Record(record_id("stars", row["id"]), row["id"], "stars", "review", MaskedText(text))


def sentiment_counts(read: Iterator[tuple[str, ReadingDraft]]) -> list[Counts]:
    """Counts of both moods over records; a record's mood is that of its gravest need, and none where nothing is read."""
    pairs = [(true, mood_of(draft)) for true, draft in read]
    return [
        Counts(
            f"stars.{mood}",
            sum(true == said == mood for true, said in pairs),
            sum(said == mood for _, said in pairs),
            sum(true == mood for true, _ in pairs),
        )
        for mood in ("negative", "positive")
    ]


def mood_of(draft: ReadingDraft) -> str | None:
    """The feeling of the gravest need."""
    gravest = max(draft.insights, key=lambda insight: insight.severity, default=None)
    return gravest.sentiment if gravest else None
