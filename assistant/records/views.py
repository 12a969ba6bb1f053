"""Things of the store as rows of the public contract: the shapes that lists, exports and `show` share."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any, Literal

from assistant.domain.filters import Filters
from assistant.domain.ideas import Idea
from assistant.domain.insights import Insight
from assistant.domain.proposals import Proposal
from assistant.domain.records import Record
from assistant.domain.themes import Theme
from assistant.errors import NotFoundError, UsageError
from assistant.records.customer_view import customer_detail, with_tags
from assistant.records.repository import Repository

Kind = Literal[
    "records",
    "insights",
    "themes",
    "ideas",
    "proposals",
    "leads",
    "customers",
    "refused",
    "unanswered",
    "answered",
    "feedback",
    "pinned",
]
LEARNT: frozenset[Kind] = frozenset({"unanswered", "answered", "feedback", "pinned"})
"""What was learnt from answers; no filter narrows it."""
PAGE = 5_000


def record_row(record: Record) -> dict[str, Any]:
    """A record as exported."""
    return {
        "record_id": record.id,
        "external_id": record.external_id,
        "channel": record.channel,
        "created_at": record.created_at,
        "product": record.product,
        "model": record.model,
        "segment": record.customer.segment if record.customer else None,
        "region": record.customer.region if record.customer else None,
        "customer_id": record.customer.id if record.customer else None,
        "rating": record.rating,
        "status": record.status,
        "title": record.title,
        "text": record.text,
        "masked": [asdict(span) for span in record.masked],
        "near_duplicate_of": record.near_duplicate_of,
        "noise": record.noise,
    }


def insight_row(insight: Insight, external_id: str) -> dict[str, Any]:
    """An insight as exported."""
    row = asdict(insight)
    return {"insight_id": row.pop("id"), "record_id": row.pop("record_id"), "external_id": external_id, **row}


def theme_row(theme: Theme, record_ids: Sequence[str] | None = None) -> dict[str, Any]:
    """A theme as exported; `record_ids` only where given."""
    row = asdict(theme)
    members = {} if record_ids is None else {"record_ids": list(record_ids)}
    return {"theme_id": row.pop("id"), **row, **members}


def idea_row(idea: Idea) -> dict[str, Any]:
    """An idea as exported."""
    row = asdict(idea)
    return {"idea_id": row.pop("id"), **row}


def proposal_row(proposal: Proposal) -> dict[str, Any]:
    """A proposal as exported."""
    return asdict(proposal)


def page(
    store: Repository, kind: Kind, filters: Filters, limit: int | None, offset: int = 0
) -> tuple[list[dict[str, Any]], int]:
    """One page of rows of a kind, and how many there are in all.

    Raises:
        UsageError: the kind is one that no filter narrows, and there is one.
    """
    if kind in LEARNT and not filters.empty:
        raise UsageError(f"no filter narrows {kind}: leave the filters out")
    match kind:
        case "records":
            found, total = store.list_records(filters, limit, offset)
            return [record_row(record) for record in found], total
        case "insights":
            insights, total = store.list_insights(filters, limit, offset)
            ids = store.external_ids([insight.record_id for insight in insights])
            return [insight_row(insight, ids[insight.record_id]) for insight in insights], total
        case "themes":
            themes, total = store.list_themes(filters, limit, offset)
            return [theme_row(theme, store.theme_record_ids(theme.id)) for theme in themes], total
        case "ideas":
            ideas, total = store.ideas(filters, limit, offset)
            return [idea_row(idea) for idea in ideas], total
        case "proposals":
            proposals, total = store.list_proposals(filters, limit, offset)
            return [proposal_row(proposal) for proposal in proposals], total
        case "leads":
            return store.list_leads(filters, limit, offset)
        case "customers":
            found_customers, total = store.list_customers(filters, limit, offset)
            return with_tags(store.database, found_customers), total
        case "refused":
            return store.list_refused(filters, limit, offset)
        case "unanswered":
            return store.list_unanswered(limit, offset)
        case "answered":
            return store.list_unanswered(limit, offset, answered=True)
        case "feedback":
            return store.list_feedback(limit, offset)
        case "pinned":
            return store.list_pinned(limit, offset)


def every_row(store: Repository, kind: Kind, filters: Filters) -> Iterator[dict[str, Any]]:
    """All rows of a kind, fetched page by page."""
    offset = 0
    while True:
        rows, total = page(store, kind, filters, PAGE, offset)
        yield from rows
        offset += len(rows)
        if not rows or offset >= total:
            return


def thing(store: Repository, any_id: str) -> dict[str, Any]:
    """Any one thing, whole, by its id: record (either id), insight, theme, idea, proposal, lead, answer, customer.

    Raises:
        NotFoundError: nothing has this id.
    """
    if any_id.startswith("th_"):
        theme = store.theme(any_id)
        voices = [asdict(voice) for voice in store.theme_voices(any_id)]
        history = store.theme_history(any_id)
        return {**theme_row(theme, store.theme_record_ids(any_id)), "voices": voices, "history": history}
    if any_id.startswith("id_"):
        return idea_row(store.idea(any_id))
    if any_id.startswith("pr_"):
        return proposal_row(store.proposal(any_id))
    if any_id.startswith("an_"):
        return asdict(store.answer(any_id))
    if any_id.startswith("in_") and (insight := store.insight(any_id)) is not None:
        return insight_row(insight, store.external_ids([insight.record_id])[insight.record_id])
    if any_id.startswith("ld_") and (lead := store.lead(any_id)) is not None:
        return lead
    try:
        return record_detail(store, any_id)
    except NotFoundError:
        try:
            return customer_detail(store, any_id)
        except NotFoundError:
            raise NotFoundError(f"nothing has the id {any_id!r}: `voc list` shows what there is") from None


def record_detail(store: Repository, any_id: str) -> dict[str, Any]:
    """A record with its turns and insights.

    Raises:
        NotFoundError: there is none.
    """
    record = store.record(any_id)
    insights = store.insights_of([record.id])
    return {
        **record_row(record),
        "source": record.source,
        "metadata": dict(record.metadata),
        "turns": [asdict(turn) for turn in record.turns],
        "history": store.versions(record.id),
        "insights": [insight_row(insight, record.external_id) for insight in insights],
    }
