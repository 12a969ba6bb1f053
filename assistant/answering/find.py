"""Voices for a question: what customers said, found by search, quoted verbatim, near-duplicates folded."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from assistant.answering.kin import to_the_point
from assistant.answering.matching import Fit, grams, share_named, support
from assistant.answering.meant import situations_asked
from assistant.answering.ports import Finder, Hit, Masker, Store
from assistant.answering.quotes import Span, best, sentences
from assistant.answering.voices import Found, add_voice, needs_of, opportunities_of, quotes_of, voice_of
from assistant.domain.answers import Plan
from assistant.domain.filters import Filters
from assistant.domain.insights import Insight
from assistant.domain.records import Record
from assistant.domain.themes import Voice
from assistant.rules.orders import orders_in

_HALF = 0.5
_PER_CUSTOMER = 2
_CONTEXT = 240
_MEANT_BY = 10
"""So many passages say which theme some words mean."""
_INSIGHT_BONUS = 0.15
"""How much better a plain sentence must fit before it is quoted instead of the sentence a need was read from."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    record: Record
    hits: tuple[Hit, ...]


def find(
    query: str,
    plan: Plan,
    allowed: Collection[str] | None,
    store: Store,
    finder: Finder,
    masker: Masker,
    must: Sequence[str] = (),
) -> Found:
    """Voices that fit a query best among the allowed records (None = all), best first, at most ``plan.limit``.

    A record that nearly repeats another stands in for it once; a customer speaks at most twice. A quote in which
    the masker still finds personal data is left out, and said so. Where `must` names words, a record counts only
    if it holds one of them.
    """
    found = Found()
    if allowed is not None and not allowed:
        return found
    hits = finder.search(query, allowed=allowed, limit=plan.limit * 6)
    candidates = [c for c in _fold(_by_record(hits, store)) if not must or _holds(c.record.text, must, query)]
    found.support = support(query, [hit.text for hit in hits])
    found.together = max((share_named(query, hit.text) for hit in hits), default=0.0)
    insights = store.insights_of([c.record.id for c in candidates])
    asked_for = [i for i in insights if _fits(i, plan.filters)]
    if not plan.filters.sentiment and situations_asked(plan):
        candidates = _blaming(candidates, insights)
    _quote(plan, candidates, asked_for, masker, found)
    found.voices = to_the_point(query, found.voices)
    found.needs = needs_of(found.voices, asked_for, store)
    found.opportunities = opportunities_of(found.voices, insights)
    return found


def _blaming(candidates: list[_Candidate], insights: Sequence[Insight]) -> list[_Candidate]:
    """Without those who only praise, where others are left: trouble is asked about."""
    moods: dict[str, set[str]] = {}
    for insight in insights:
        moods.setdefault(insight.record_id, set()).add(insight.sentiment)
    return [c for c in candidates if moods.get(c.record.id) != {"positive"}] or candidates


def _holds(text: str, must: Sequence[str], query: str) -> bool:
    """Whether a record speaks of one of the things named, and of what is asked of it rather than in passing."""
    rest = query
    for word in sorted(must, key=len, reverse=True):
        rest = rest.replace(word, " ")
    return any(word in text for word in must) and (not grams(rest) or share_named(rest, text) >= _HALF)


def _fits(insight: Insight, filters: Filters) -> bool:
    """Whether a need is one that the filters ask for, and not merely in the same record."""
    return (
        (not filters.theme or insight.theme_id in filters.theme)
        and (not filters.deep_category or insight.deep_category in filters.deep_category)
        and (not filters.aspect or insight.aspect in filters.aspect)
        and (not filters.sentiment or insight.sentiment in filters.sentiment)
    )


def meant_theme(query: str, allowed: Collection[str] | None, store: Store, finder: Finder) -> str | None:
    """The theme that most of the best passages for some words speak of; None where they are of several minds, or do not
    say half of the words between them.

    Search only tells which theme is meant; how often it was met is counted elsewhere.
    """
    if allowed is not None and not allowed:
        return None
    hits = finder.search(query, allowed=allowed, limit=_MEANT_BY)
    if support(query, [hit.text for hit in hits]) < _HALF:
        return None
    ids = list(dict.fromkeys(hit.document_id for hit in hits))
    insights = store.insights_of(ids)
    fit = Fit(query, [f"{i.quote}{i.surface}" for i in insights])
    votes: Counter[str] = Counter()
    for insight in (max(own, key=lambda i: fit.score(f"{i.quote}{i.surface}")) for own in _grouped(insights, ids)):
        votes[insight.theme_id or ""] += 1
    theme, n = votes.most_common(1)[0] if votes else ("", 0)
    return theme if theme and n >= max(3, 0.6 * votes.total()) else None


def _grouped(insights: Sequence[Insight], ids: Sequence[str]) -> list[list[Insight]]:
    groups = [[i for i in insights if i.record_id == record_id] for record_id in ids]
    return [group for group in groups if group]


def _by_record(hits: Sequence[Hit], store: Store) -> list[_Candidate]:
    grouped: dict[str, list[Hit]] = {}
    for hit in hits:
        grouped.setdefault(hit.document_id, []).append(hit)
    records = store.records_by_id(list(grouped))
    return [_Candidate(records[name], tuple(own)) for name, own in grouped.items() if name in records]


def _fold(candidates: Sequence[_Candidate]) -> list[_Candidate]:
    kept: list[_Candidate] = []
    originals: set[str] = set()
    customers: Counter[str] = Counter()
    for candidate in candidates:
        record = candidate.record
        original = record.near_duplicate_of or record.id
        if record.noise or original in originals:
            continue
        if record.customer is not None:
            customers[record.customer.id] += 1
            if customers[record.customer.id] > _PER_CUSTOMER:
                continue
        originals.add(original)
        kept.append(candidate)
    return kept


def _quote(
    plan: Plan, candidates: Sequence[_Candidate], insights: Sequence[Insight], masker: Masker, found: Found
) -> None:
    spans = {c.record.id: _spans(c) for c in candidates}
    said = (span.of(c.record) for c in candidates for span in spans[c.record.id])
    fit = Fit(plan.query or plan.question, said)
    needs_only = any((plan.filters.theme, plan.filters.deep_category, plan.filters.aspect, plan.filters.sentiment))
    for candidate in candidates:
        if len(found.voices) >= plan.limit:
            return
        own = [i for i in insights if i.record_id == candidate.record.id]
        voice = _voice(candidate, [] if needs_only and own else spans[candidate.record.id], own, fit)
        if voice is not None and voice.quote not in quotes_of(found.voices):
            add_voice(voice, masker, found)


def _spans(candidate: _Candidate) -> list[Span]:
    """The customer's sentences within the passages found; all of them where those hold none.

    Orders to a reading machine are no customer's voice.
    """
    record = candidate.record
    orders = orders_in(record.text)
    every = [s for s in sentences(record) if not any(a < s.end and s.start < b for a, b in orders)]
    within = [s for s in every if any(s.start < hit.end and hit.start < s.end for hit in candidate.hits)]
    return within or every


def _voice(candidate: _Candidate, spans: list[Span], insights: Sequence[Insight], fit: Fit) -> Voice | None:
    record = candidate.record
    told = [Span(i.start, i.end) for i in insights if record.text[i.start : i.end] == i.quote]
    sentence = best(record, spans, [fit.score(span.of(record)) for span in spans])
    insight_span = max(told, key=lambda span: fit.score(span.of(record)), default=None)
    chosen = sentence
    if insight_span is not None and (
        sentence is None or fit.score(insight_span.of(record)) + _INSIGHT_BONUS >= fit.score(sentence.of(record))
    ):
        chosen = insight_span
    if chosen is None:
        return None
    nearest = _nearest(insights, chosen, fit)
    return voice_of(record, chosen.start, chosen.end, nearest, _context(record, chosen))


def _nearest(insights: Sequence[Insight], span: Span, fit: Fit) -> Insight | None:
    """The need whose quote overlaps the span, else the one that fits the question best."""
    return max(
        insights,
        key=lambda i: (min(i.end, span.end) - max(i.start, span.start) > 0, fit.score(f"{i.quote}{i.surface}")),
        default=None,
    )


def _context(record: Record, span: Span) -> str:
    spare = max(0, _CONTEXT - (span.end - span.start)) // 2
    start, end = max(0, span.start - spare), min(len(record.text), span.end + spare)
    opened, closed = record.text.rfind("⟦", 0, start), record.text.rfind("⟧", 0, start)
    start = opened if opened > closed else start
    if record.text.rfind("⟦", 0, end) > record.text.rfind("⟧", 0, end):
        end = record.text.find("⟧", end) + 1 or len(record.text)
    return record.text[start:end]
