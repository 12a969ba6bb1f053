"""Reading needs out of records: which drafts of an engine are kept, and how packs are read side by side."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from itertools import islice

from assistant.domain.drafts import FailureContextDraft, InsightDraft, OpportunityDraft, ReadingDraft
from assistant.domain.engine import Engine, PackOutcome
from assistant.domain.insights import FailureContext, Insight, LadderStanding, Opportunity, Reading, insight_id
from assistant.domain.records import Record
from assistant.domain.vocabulary import SIGNAL_NAMES, EngineName, SignalName, Standing
from assistant.errors import ModelAccessError, ModelError
from assistant.insight.verification import Quotable
from assistant.insight.wording import tidy
from assistant.rules.orders import holds_order

MOST_INSIGHTS = 5
"""Insights kept of one record; the coding guide expects 1 to 3, long calls of dealers more."""
SAME_SPAN = 0.6
"""Two insights whose quotes share more than this part of the shorter one may be the same insight."""
_LENGTH = 160
"""Characters of a rung of the ladder or of a field of the failure context."""


@dataclass(frozen=True, slots=True)
class Read:
    """A record that was read: what is kept of it, and what was refused."""

    record: Record
    reading: Reading


@dataclass(frozen=True, slots=True)
class Unread:
    """A record that could not be read, with the short reason that receipts count."""

    record: Record
    reason: str
    problem: str | None = None
    """The same as one sentence for a person, where there is one."""


def read_needs(engine: Engine, records: Iterable[Record]) -> Iterator[Read | Unread]:
    """Read the needs out of records, `engine.concurrency` packs at once; results come as they are ready.

    Records are taken lazily, at most two packs per thread ahead. To stop early let `records` end: what is in
    flight is still yielded. Every record handed to the engine is yielded exactly once.

    Raises:
        ModelAccessError: trying again is useless; raised after everything in flight was yielded (the records of
            the refused pack as `Unread`). Records not yet handed to the engine are not yielded then.
    """
    packs = engine.packs(iter(records))
    fatal: BaseException | None = None
    with ThreadPoolExecutor(engine.concurrency, thread_name_prefix="read") as pool:
        flying: dict[Future[PackOutcome], Sequence[Record]] = {}
        try:
            while True:
                if fatal is None:
                    room = 2 * engine.concurrency - len(flying)
                    flying.update({pool.submit(engine.read, pack): pack for pack in islice(packs, room)})
                if not flying:
                    break
                for future in wait(flying, return_when=FIRST_COMPLETED).done:
                    pack = flying.pop(future)
                    error = future.exception()
                    if error is not None and (fatal is None) and not _passing(error):
                        fatal = error
                    yield from _results(engine.name, pack, future, error)
        finally:
            for future in flying:
                future.cancel()
    if fatal is not None:
        raise fatal


def accept(record: Record, draft: ReadingDraft, engine: EngineName) -> Reading:
    """What is kept of a draft: only what stands in the customer's own words; the rest is counted by reason.

    A draft that calls a record noise and yet gives insights is believed where a quote holds (then the record is
    no noise) and not where none does. Reasons counted in `refused`: those of `verification.Refusal`,
    ``order_to_a_machine`` (words that tell an assistant what to do are nobody's need), ``empty_surface``,
    ``duplicate``, ``too_many``, ``suggestion_not_verbatim`` and ``opportunity_<refusal>``.
    """
    quotable = Quotable(record)
    refused: Counter[str] = Counter()
    signals: dict[SignalName, bool] = {name: getattr(draft.signals, name) for name in SIGNAL_NAMES}
    kept: list[Insight] = []
    for proposed in draft.insights:
        insight = _accepted(record, draft, proposed, quotable, engine, refused)
        if insight is None:
            continue
        twin = next((i for i, other in enumerate(kept) if _same(insight, other)), None)
        if twin is not None:
            refused["duplicate"] += 1
            kept[twin] = _merged(kept[twin], insight)
        elif len(kept) == MOST_INSIGHTS:
            refused["too_many"] += 1
        else:
            kept.append(insight)
    noise = draft.noise and not kept
    if noise:
        signals = dict.fromkeys(SIGNAL_NAMES, False)
    insights = tuple(replace(insight, signals=signals) for insight in kept)
    return Reading(record.id, noise, insights, signals, dict(refused))


def _passing(error: BaseException) -> bool:
    return isinstance(error, ModelError) and not isinstance(error, ModelAccessError)


def _results(
    engine: EngineName, pack: Sequence[Record], future: Future[PackOutcome], error: BaseException | None
) -> Iterator[Read | Unread]:
    if error is not None:
        reason = error.kind if isinstance(error, ModelError) else "internal_error"
        yield from (Unread(record, reason, str(error) if isinstance(error, ModelError) else None) for record in pack)
        return
    outcome = future.result()
    drafts = {draft.record_id: draft for draft in reversed(outcome.drafts)}
    for record in pack:
        draft = drafts.get(record.id)
        if draft is not None:
            yield Read(record, accept(record, draft, engine))
        else:
            yield Unread(record, outcome.failed.get(record.id, "not_answered"), outcome.problem)


def _accepted(
    record: Record,
    reading: ReadingDraft,
    draft: InsightDraft,
    quotable: Quotable,
    engine: EngineName,
    refused: Counter[str],
) -> Insight | None:
    surface = tidy(draft.surface, _LENGTH)
    if not surface:
        refused["empty_surface"] += 1
        return None
    place = quotable.find(draft.quote)
    if isinstance(place, str):
        refused[place] += 1
        return None
    start, end = place
    if holds_order(record.text[start:end]):
        refused["order_to_a_machine"] += 1
        return None
    secondary, deep = tidy(draft.secondary, _LENGTH), tidy(draft.deep, _LENGTH)
    alternative = draft.deep_category_alt
    return Insight(
        id=insight_id(record.id, start, end, draft.aspect, draft.deep_category),
        record_id=record.id,
        surface=surface,
        secondary=secondary,
        deep=deep,
        standing=LadderStanding(
            "stated",
            draft.secondary_standing if secondary else "hypothesis",
            _at_most_implied(draft.deep_standing) if deep else "hypothesis",
        ),
        deep_category=draft.deep_category,
        aspect=draft.aspect,
        sentiment=draft.sentiment,
        severity=draft.severity,
        journey_stage=reading.journey_stage,
        quote=record.text[start:end],
        start=start,
        end=end,
        engine=engine,
        deep_category_alt=None if alternative == draft.deep_category else alternative,
        suggestion=_suggestion(draft.suggestion, record, quotable, refused),
        failure_context=_failure_context(draft.failure_context),
        opportunities=_opportunities(draft.opportunities, record, quotable, refused),
    )


def _suggestion(text: str | None, record: Record, quotable: Quotable, refused: Counter[str]) -> str | None:
    if text is None or not text.strip():
        return None
    place = quotable.find(text)
    if isinstance(place, str):
        refused["suggestion_not_verbatim"] += 1
        return None
    if holds_order(record.text[place[0] : place[1]]):
        refused["order_to_a_machine"] += 1
        return None
    return record.text[place[0] : place[1]]


def _opportunities(
    drafts: Sequence[OpportunityDraft], record: Record, quotable: Quotable, refused: Counter[str]
) -> tuple[Opportunity, ...]:
    kept: dict[tuple[str, int], Opportunity] = {}
    for draft in drafts:
        place = quotable.find(draft.quote)
        if isinstance(place, str):
            refused[f"opportunity_{place}"] += 1
            continue
        start, end = place
        kept.setdefault((draft.type, start), Opportunity(draft.type, record.text[start:end], start, end))
    return tuple(kept.values())


def _failure_context(draft: FailureContextDraft | None) -> FailureContext | None:
    if draft is None:
        return None
    context = FailureContext(
        tidy(draft.symptom, _LENGTH),
        tidy(draft.environment, _LENGTH),
        tidy(draft.condition, _LENGTH),
        tidy(draft.suspected_cause, _LENGTH),
    )
    return None if context == FailureContext() else context


def _at_most_implied(standing: Standing) -> Standing:
    return "hypothesis" if standing == "hypothesis" else "implied"


def _same(one: Insight, other: Insight) -> bool:
    shared = min(one.end, other.end) - max(one.start, other.start)
    shorter = min(one.end - one.start, other.end - other.start)
    alike = one.aspect == other.aspect or one.deep_category == other.deep_category
    return alike and shared > SAME_SPAN * shorter


def _merged(first: Insight, second: Insight) -> Insight:
    known = {(item.type, item.start) for item in first.opportunities}
    added = tuple(item for item in second.opportunities if (item.type, item.start) not in known)
    return replace(
        first,
        severity=max(first.severity, second.severity),
        suggestion=first.suggestion or second.suggestion,
        failure_context=first.failure_context or second.failure_context,
        opportunities=first.opportunities + added,
    )
