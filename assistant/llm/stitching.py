"""Knows how the readings of one record's windows become one reading: the same need in two windows is one need."""

from collections.abc import Sequence
from itertools import pairwise

from assistant.domain.drafts import InsightDraft, ReadingDraft, SignalsDraft

ALIKE = 0.5
"""Two surfaces that share this part of the shorter one's letter pairs, of one aspect or motive, say one need."""


def stitched(record_id: str, drafts: Sequence[ReadingDraft]) -> ReadingDraft:
    """One reading of the readings of a record's windows, in order; there is at least one.

    A signal holds where it holds in any window; the stage is that of the first window that is no noise; the record
    is noise where every window is. Of a need read twice the severer words are kept, and the others' quote beside.
    """
    needs: list[InsightDraft] = []
    for draft in drafts:
        for need in draft.insights:
            twin = next((n for n, other in enumerate(needs) if same_need(need, other)), None)
            if twin is None:
                needs.append(need)
            else:
                needs[twin] = _joined(needs[twin], need)
    telling = [draft for draft in drafts if not draft.noise] or list(drafts)
    names = SignalsDraft.model_fields
    return ReadingDraft(
        record_id=record_id,
        noise=all(draft.noise for draft in drafts),
        journey_stage=telling[0].journey_stage,
        signals=SignalsDraft(**{name: any(getattr(draft.signals, name) for draft in drafts) for name in names}),
        insights=needs,
    )


def same_need(one: InsightDraft, other: InsightDraft) -> bool:
    """Whether two drafts of one record tell the same need: alike in words, and of one feeling and aspect or motive."""
    if one.sentiment != other.sentiment:
        return False
    if one.aspect != other.aspect and one.deep_category != other.deep_category:
        return False
    if one.quote.strip() == other.quote.strip():
        return True
    mine, theirs = _pairs(one.surface), _pairs(other.surface)
    return len(mine & theirs) >= ALIKE * max(1, min(len(mine), len(theirs)))


def _joined(first: InsightDraft, second: InsightDraft) -> InsightDraft:
    kept, other = (second, first) if second.severity > first.severity else (first, second)
    quotes = [*kept.more_quotes, other.quote, *other.more_quotes]
    chances = [*kept.opportunities, *(one for one in other.opportunities if one not in kept.opportunities)]
    return kept.model_copy(
        update={
            "more_quotes": list(dict.fromkeys(quote for quote in quotes if quote != kept.quote)),
            "effort": max(kept.effort, other.effort),
            "suggestion": kept.suggestion or other.suggestion,
            "failure_context": kept.failure_context or other.failure_context,
            "opportunities": chances,
        }
    )


def _pairs(text: str) -> set[str]:
    letters = [character for character in text if character.isalnum()]
    return {one + other for one, other in pairwise(letters)}
