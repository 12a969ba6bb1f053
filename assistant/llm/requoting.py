"""Knows how a quote found anew is put into a draft in the place of one that did not stand."""

from assistant.domain.drafts import ReadingDraft
from assistant.domain.engine import Misquote


def replaced(draft: ReadingDraft, misquote: Misquote, quote: str) -> ReadingDraft:
    """The draft with this quote in the misquote's place; nothing else is changed."""
    insight = draft.insights[misquote.insight]
    if misquote.field == "opportunity":
        chances = list(insight.opportunities)
        chances[misquote.place] = chances[misquote.place].model_copy(update={"quote": quote})
        changed = insight.model_copy(update={"opportunities": chances})
    else:
        changed = insight.model_copy(update={misquote.field: quote})
    insights = [changed if n == misquote.insight else one for n, one in enumerate(draft.insights)]
    return draft.model_copy(update={"insights": insights})
