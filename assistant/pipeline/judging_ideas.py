"""Decisions about ideas, taken by people: never while a run is under way, and what hangs on them counted anew at once."""

from collections.abc import Callable
from dataclasses import replace

from assistant.domain.ideas import Idea
from assistant.insight.hard_rule import MARKS, marks_in
from assistant.insight.ideas import with_rank
from assistant.pipeline.context import Context
from assistant.records.idea_desk import IdeaEdit
from assistant.records.idea_weights import read_idea_weights
from assistant.records.repository import Repository


def decide(context: Context, change: Callable[[Repository], IdeaEdit]) -> IdeaEdit:
    """Make one change of the store's `IdeaDesk`; the ideas it touches are marked and ranked as they stand after it.

    Raises:
        BusyError: a run holds the data directory.
        NotFoundError, UsageError: see `IdeaDesk`.
    """
    weights = read_idea_weights(context.data_dir)
    with context.exclusive("a decision about ideas"):
        edit = change(context.store)
        touched = [_marked(context.store.idea(idea_id)) for idea_id in edit.ideas]
        context.store.refresh_ideas([with_rank(idea, weights) for idea in touched])
    return edit


def _marked(idea: Idea) -> Idea:
    """The idea with the marks that its words deserve now; marks about other things stay."""
    texts = [idea.title, idea.job_to_be_done, idea.concept, idea.how_it_differs]
    others = tuple(mark for mark in idea.marks if mark not in MARKS)
    return replace(idea, marks=(*marks_in(texts, idea.features), *others))
