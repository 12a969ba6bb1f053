"""Small real stand-ins: a store, counting and finder in memory, a masker of phone numbers."""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from assistant.answering.matching import grams
from assistant.domain.answers import Answer
from assistant.domain.counts import CountRow, Totals
from assistant.domain.filters import Filters
from assistant.domain.ideas import Idea
from assistant.domain.insights import Insight, LadderStanding, insight_id
from assistant.domain.proposals import Proposal
from assistant.domain.records import Customer, MaskedText, Record, Turn
from assistant.domain.statistics import wilson
from assistant.domain.themes import Theme, Voice
from assistant.domain.vocabulary import Dimension, zh
from assistant.errors import NotFoundError

_PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")


class PhoneMasker:
    """Masks mobile numbers, every one as the same pseudonym."""

    def mask_text(self, text: str) -> tuple[MaskedText, Sequence[Any]]:
        masked = _PHONE.sub("⟦phone:7f3a9c⟧", text)
        return MaskedText(masked), list(_PHONE.finditer(text))


@dataclass
class MemoryStore:
    """The store's face over plain lists."""

    records: list[Record] = field(default_factory=list)
    insights: list[Insight] = field(default_factory=list)
    known_themes: list[Theme] = field(default_factory=list)
    known_ideas: list[Idea] = field(default_factory=list)
    proposals: dict[str, Proposal] = field(default_factory=dict)
    answers: list[Answer] = field(default_factory=list)
    feedback: list[tuple[str, str, str | None]] = field(default_factory=list)

    def record(self, any_id: str) -> Record:
        for record in self.records:
            if any_id in {record.id, record.external_id}:
                return record
        raise NotFoundError(f"no record {any_id!r}")

    def records_by_id(self, ids: Sequence[str]) -> dict[str, Record]:
        return {record.id: record for record in self.records if record.id in set(ids)}

    def record_ids(self, filters: Filters) -> set[str] | None:
        return None if filters.empty else {record.id for record in self.matching(filters)}

    def matching(self, filters: Filters) -> list[Record]:
        return [
            record for record in self.records if self._record_fits(record, filters) and self._need_fits(record, filters)
        ]

    def _record_fits(self, record: Record, filters: Filters) -> bool:
        if filters.source and not set(filters.source) & set(record.metadata.values()):
            return False
        customer, day = record.customer, record.day or ""
        return (
            (not filters.product or record.product in filters.product)
            and (not filters.channel or record.channel in filters.channel)
            and (not filters.segment or (customer is not None and customer.segment in filters.segment))
            and (not filters.customer or (customer is not None and customer.id in filters.customer))
            and (not filters.region or (customer is not None and customer.region in filters.region))
            and (not filters.since or day >= filters.since)
            and (not filters.until or "" < day <= filters.until)
        )

    def _need_fits(self, record: Record, filters: Filters) -> bool:
        wanted = replace(
            Filters(),
            theme=filters.theme,
            deep_category=filters.deep_category,
            aspect=filters.aspect,
            sentiment=filters.sentiment,
        )
        return wanted.empty or any(need_fits(i, filters) for i in self.insights if i.record_id == record.id)

    def list_records(self, filters: Filters, limit: int | None, offset: int = 0) -> tuple[list[Record], int]:
        return _page(sorted(self.matching(filters), key=lambda r: r.created_at or ""), limit, offset)

    def insights_of(self, record_ids: Sequence[str]) -> list[Insight]:
        return [insight for insight in self.insights if insight.record_id in set(record_ids)]

    def insight(self, insight_id: str) -> Insight | None:
        return next((insight for insight in self.insights if insight.id == insight_id), None)

    def wishes(self, filters: Filters, limit: int) -> tuple[list[Insight], int]:
        told = [i for r in self.matching(filters) for i in self.insights_of([r.id]) if i.suggestion]
        return told[:limit], len({insight.record_id for insight in told})

    def themes(self) -> list[Theme]:
        return self.known_themes

    def theme(self, any_id: str) -> Theme:
        for theme in self.known_themes:
            if theme.id == any_id:
                return theme
        raise NotFoundError(f"no theme {any_id!r}")

    def theme_voices(self, theme_id: str, limit: int) -> list[Voice]:
        chosen = [i for i in self.insights if i.theme_id == theme_id][:limit]
        return [voice_of(self.record(i.record_id), i, n) for n, i in enumerate(chosen, 1)]

    def products(self) -> list[str]:
        return sorted({record.product for record in self.records if record.product})

    def models(self) -> list[str]:
        return sorted({record.model for record in self.records if record.model})

    def first_day_of_version(self, version: str) -> str | None:
        return min((r.day for r in self.records if r.day and version in r.text), default=None)

    def regions(self) -> list[str]:
        return sorted({r.customer.region for r in self.records if r.customer is not None and r.customer.region})

    def origins(self) -> list[str]:
        return sorted({record.source for record in self.records})

    def span(self) -> tuple[str | None, str | None]:
        days = sorted(record.day for record in self.records if record.day)
        return (days[0], days[-1]) if days else (None, None)

    def save_answer(self, answer: Answer) -> None:
        self.answers.append(answer)

    def save_feedback(self, answer_id: str, verdict: str, comment: str | None) -> None:
        if answer_id not in {answer.id for answer in self.answers}:
            raise NotFoundError(f"no answer {answer_id!r}")
        self.feedback.append((answer_id, verdict, comment))

    def list_themes(self, filters: Filters, limit: int | None, offset: int = 0) -> tuple[list[Theme], int]:
        return _page(self.known_themes, limit, offset)

    def list_insights(self, filters: Filters, limit: int | None, offset: int = 0) -> tuple[list[Insight], int]:
        within = {record.id for record in self.matching(filters)}
        return _page([i for i in self.insights if i.record_id in within and need_fits(i, filters)], limit, offset)

    def ideas(self, filters: Filters, limit: int | None, offset: int = 0) -> tuple[list[Idea], int]:
        return _page(self.known_ideas, limit, offset)

    def proposal(self, proposal_id: str) -> Proposal:
        if proposal_id not in self.proposals:
            raise NotFoundError(f"no proposal {proposal_id!r}")
        return self.proposals[proposal_id]


def _page(items: list[Any], limit: int | None, offset: int) -> tuple[list[Any], int]:
    return items[offset : None if limit is None else offset + limit], len(items)


def need_fits(insight: Insight, filters: Filters) -> bool:
    return (
        (not filters.theme or insight.theme_id in filters.theme)
        and (not filters.deep_category or insight.deep_category in filters.deep_category)
        and (not filters.aspect or insight.aspect in filters.aspect)
        and (not filters.sentiment or insight.sentiment in filters.sentiment)
    )


def voice_of(record: Record, insight: Insight, n: int) -> Voice:
    customer = record.customer
    return Voice(
        n, record.id, insight.quote, insight.start, insight.end, record.channel, record.product, record.created_at,
        customer.segment if customer else None, customer.id if customer else None,
        insight.surface, insight.secondary, insight.deep, insight.suggestion,
    )  # fmt: skip


@dataclass
class MemoryCounting:
    """Counts over a memory store."""

    store: MemoryStore

    def totals(self, filters: Filters) -> Totals:
        return self.mentions((), filters)

    def mentions(
        self, words: Sequence[str], filters: Filters, *, any_of: Sequence[str] = (), also: Sequence[str] = ()
    ) -> Totals:
        records = [r for r in self.store.matching(filters) if all(word in r.text for word in words)]
        for group in filter(None, (any_of, also)):
            records = [r for r in records if any(word in r.text for word in group)]
        needs = [i for r in records for i in self.store.insights_of([r.id]) if need_fits(i, filters)]
        return Totals(
            len(records), len({r.customer.id if r.customer else r.id for r in records}), len(needs), len(records)
        )

    def rows(self, by: Dimension, filters: Filters, *, limit: int | None = None) -> list[CountRow]:
        records = self.store.matching(filters)
        keys: Counter[str] = Counter()
        customers: dict[str, set[str]] = {}
        for record in records:
            for key in self._keys(record, by, filters):
                keys[key] += 1
                customers.setdefault(key, set()).add(record.customer.id if record.customer else record.id)
        ordered = sorted(keys) if by == "month" else [key for key, _ in keys.most_common()]
        return [
            CountRow(
                key,
                self._label(key, by),
                keys[key],
                len(customers[key]),
                keys[key] / len(records),
                wilson(keys[key], len(records)),
            )
            for key in ordered
        ][:limit]

    def _keys(self, record: Record, by: Dimension, filters: Filters) -> set[str]:
        if by in {"theme", "deep_category", "aspect"}:
            name = "theme_id" if by == "theme" else by
            needs = [i for i in self.store.insights_of([record.id]) if need_fits(i, filters)]
            return {str(getattr(i, name)) for i in needs if getattr(i, name)}
        if by == "segment":
            return {record.customer.segment} if record.customer and record.customer.segment else set()
        if by == "region":
            return {record.customer.region} if record.customer and record.customer.region else set()
        value = record.day[:7] if by == "month" and record.day else getattr(record, by, None)
        return {value} if value else set()

    def _label(self, key: str, by: Dimension) -> str:
        return self.store.theme(key).title if by == "theme" else zh(key)


@dataclass(frozen=True)
class WordHit:
    document_id: str
    start: int
    end: int
    text: str
    score: float


@dataclass
class WordFinder:
    """Ranks whole records by shared pairs of characters; like any vector search it always finds something."""

    store: MemoryStore

    def search(self, query: str, *, allowed: Collection[str] | None, limit: int) -> list[WordHit]:
        asked = grams(query)
        hits = [
            WordHit(r.id, 0, len(r.text), r.text, len(asked & grams(r.text)) / (1 + len(asked)))
            for r in self.store.records
            if allowed is None or r.id in allowed
        ]
        return sorted(hits, key=lambda hit: -hit.score)[:limit]


def theme(theme_id: str, title: str, *, surface: str = "", deep: str = "", records: int = 5) -> Theme:
    return Theme(
        id=theme_id, title=title, definition=title, surface=surface or title, secondary="与别家一比落了下风", deep=deep or "想要安心",
        standing=LadderStanding(), deep_category="security", engine="rules", records=records, customers=records,
    )  # fmt: skip


def ticket(
    n: int,
    text: str,
    *,
    product: str | None = "P2",
    day: str = "2026-08-12",
    segment: Any = "consumer",
    customer: str | None = None,
    duplicate_of: str | None = None,
    turns: tuple[Turn, ...] = (),
    channel: Any = "ticket",
) -> Record:
    """A record with the id ``r_…n`` and the external id ``T-00n``."""
    return Record(
        id=f"r_{n:016x}", external_id=f"T-{n:03d}", source="tests", channel=channel, text=MaskedText(text),
        created_at=f"{day}T09:00:00+08:00", product=product, customer=Customer(customer or f"cu_{n}", segment),
        near_duplicate_of=duplicate_of, turns=turns,
    )  # fmt: skip


def need(record: Record, quote: str, theme_id: str | None = None, **others: Any) -> Insight:
    """An insight whose quote stands in the record."""
    start = record.text.index(quote)
    values: dict[str, Any] = {
        "surface": quote, "secondary": "", "deep": "想要安心", "standing": LadderStanding(), "deep_category": "security",
        "aspect": "software", "sentiment": "negative", "severity": 3, "journey_stage": "after_sale", "engine": "rules",
    }  # fmt: skip
    values |= others
    return Insight(
        id=insight_id(record.id, start, start + len(quote), values["aspect"], values["deep_category"]),
        record_id=record.id, quote=quote, start=start, end=start + len(quote), theme_id=theme_id, **values,
    )  # fmt: skip
