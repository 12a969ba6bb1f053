"""Knows which drafts of a reading are accepted: only what stands in the customer's own words of that record."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from assistant.domain.drafts import FailureContextDraft, InsightDraft, OpportunityDraft, ReadingDraft
from assistant.domain.engine import Misquote
from assistant.domain.insights import (
    FailureContext,
    Insight,
    LadderStanding,
    Opportunity,
    Quote,
    Reading,
    Refused,
    insight_id,
)
from assistant.domain.records import Record
from assistant.domain.vocabulary import SIGNAL_NAMES, EngineName, SignalName, Standing
from assistant.insight.verification import Quotable, fold
from assistant.insight.wording import letter_pairs, tidy, told
from assistant.rules.harmless import Orders
from assistant.rules.orders import holds_order

MOST_INSIGHTS = 5
"""Insights kept of one record; the coding guide expects 1 to 3, dealers more."""
LONG_CALL = 8000
"""Characters beyond which a record may hold one insight more per `LONG_CALL` / 2."""
MOST_QUOTES = 3
"""Further quotes kept of one insight."""
SAME_SPAN = 0.6
"""Two insights whose quotes share more than this part of the shorter one may be the same insight."""
SAME_WORDS = 0.75
"""… and so may two whose surfaces share this part of the shorter one's letter pairs."""
_LENGTH = 160
"""Characters of a rung of the ladder or of a field of the failure context."""


def accept(record: Record, draft: ReadingDraft, engine: EngineName, others: Sequence[Record] = ()) -> Reading:
    """What is kept of a draft: only what stands in the customer's own words; the rest is named with its reason.

    A draft that calls a record noise and yet gives insights is believed where a quote holds (then the record is
    no noise) and not where none does. Reasons in `refusals`: those of `verification.Refusal`,
    ``quote_of_another_record`` (it stands in one of `others`, read in the same call), ``order_to_a_machine`` (words
    that tell an assistant what to do are nobody's need), ``empty_surface``, ``duplicate``, ``too_many``,
    ``suggestion_not_verbatim`` and ``more_`` or ``opportunity_`` with one of the first kind.
    """
    desk = _Desk(record, draft, engine, others)
    kept: list[Insight] = []
    most = MOST_INSIGHTS + max(0, 2 * (len(record.text) - LONG_CALL) // LONG_CALL)
    for proposed in draft.insights:
        insight = desk.insight(proposed)
        if insight is None:
            continue
        twin = next((i for i, other in enumerate(kept) if _same(insight, other)), None)
        if twin is not None:
            desk.refuse("duplicate", "insight", insight.quote, insight.surface)
            kept[twin] = _merged(kept[twin], insight)
        elif len(kept) >= most:
            desk.refuse("too_many", "insight", insight.quote, insight.surface)
        else:
            kept.append(insight)
    noise = draft.noise and not kept
    signals: dict[SignalName, bool] = {name: not noise and getattr(draft.signals, name) for name in SIGNAL_NAMES}
    insights = tuple(replace(insight, signals=signals) for insight in kept)
    return Reading(record.id, noise, insights, signals, tuple(desk.refusals))


def misquotes(record: Record, draft: ReadingDraft) -> list[Misquote]:
    """The quotes of a draft that would be refused: what an engine may be asked for once more."""
    quotable = Quotable(record)
    found: list[Misquote] = []
    for n, insight in enumerate(draft.insights):
        if isinstance(why := quotable.find(insight.quote), str):
            found.append(Misquote(n, "quote", 0, insight.surface, insight.quote, why))
        for place, chance in enumerate(insight.opportunities):
            if isinstance(why := quotable.find(chance.quote), str):
                found.append(Misquote(n, "opportunity", place, insight.surface, chance.quote, why))
        wish = insight.suggestion
        if wish is not None and wish.strip() and isinstance(why := quotable.find(wish), str):
            found.append(Misquote(n, "suggestion", 0, insight.surface, wish, why))
    return found


@dataclass(slots=True)
class _Desk:
    """One record's drafts under examination."""

    record: Record
    reading: ReadingDraft
    engine: EngineName
    others: Sequence[Record]
    refusals: list[Refused] = field(default_factory=list)
    quotable: Quotable = field(init=False)
    orders: Orders = field(init=False)

    def __post_init__(self) -> None:
        self.quotable = Quotable(self.record)
        self.orders = Orders([self.record.text, self.record.title or ""])

    def refuse(self, reason: str, part: str, text: str, surface: str) -> None:
        shown = "" if reason.endswith("of_another_record") else tidy(text, _LENGTH)
        self.refusals.append(Refused(reason, part, shown, tidy(surface, _LENGTH)))  # type: ignore[arg-type]

    def insight(self, draft: InsightDraft) -> Insight | None:
        surface = self._told(draft.surface)
        if not surface:
            self.refuse("empty_surface", "insight", draft.quote, "")
            return None
        place = self._place(draft.quote)
        if isinstance(place, str):
            self.refuse(place, "quote", draft.quote, surface)
            return None
        start, end = place
        secondary, deep = self._told(draft.secondary), self._told(draft.deep)
        alternative = draft.deep_category_alt
        return Insight(
            id=insight_id(self.record.id, start, end, draft.aspect, draft.deep_category),
            record_id=self.record.id,
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
            journey_stage=self.reading.journey_stage,
            quote=self.record.text[start:end],
            start=start,
            end=end,
            engine=self.engine,
            effort=draft.effort,
            more_quotes=self._more_quotes(draft, (start, end)),
            deep_category_alt=None if alternative == draft.deep_category else alternative,
            suggestion=self._suggestion(draft),
            failure_context=self._failure_context(draft.failure_context),
            opportunities=self._opportunities(draft.opportunities, surface),
        )

    def _told(self, text: str) -> str:
        """What the engine words, tidied; nothing where it is harmful or repeats an order that stands in the record."""
        return "" if self.orders.repeated_by(text) else told(text, _LENGTH)

    def _failure_context(self, draft: FailureContextDraft | None) -> FailureContext | None:
        if draft is None:
            return None
        context = FailureContext(
            self._told(draft.symptom),
            self._told(draft.environment),
            self._told(draft.condition),
            self._told(draft.suspected_cause),
        )
        return None if context == FailureContext() else context

    def _place(self, quote: str) -> tuple[int, int] | str:
        """Where a quote stands, or why it is refused."""
        place = self.quotable.find(quote)
        if not isinstance(place, str):
            return "order_to_a_machine" if holds_order(self.record.text[place[0] : place[1]]) else place
        if place == "quote_not_found" and any(_holds(other, quote) for other in self.others):
            return "quote_of_another_record"
        return place

    def _more_quotes(self, draft: InsightDraft, first: tuple[int, int]) -> tuple[Quote, ...]:
        taken, kept = [first], list[Quote]()
        for text in draft.more_quotes:
            place = self._place(text)
            if isinstance(place, str):
                self.refuse(f"more_{place}", "more_quote", text, draft.surface)
            elif len(kept) < MOST_QUOTES and not any(place[0] < end and start < place[1] for start, end in taken):
                taken.append(place)
                kept.append(Quote(self.record.text[place[0] : place[1]], *place))
        return tuple(kept)

    def _suggestion(self, draft: InsightDraft) -> str | None:
        text = draft.suggestion
        if text is None or not text.strip():
            return None
        place = self._place(text)
        if isinstance(place, str):
            reason = place if place == "order_to_a_machine" else "suggestion_not_verbatim"
            self.refuse(reason, "suggestion", text, draft.surface)
            return None
        return self.record.text[place[0] : place[1]]

    def _opportunities(self, drafts: Sequence[OpportunityDraft], surface: str) -> tuple[Opportunity, ...]:
        kept: dict[tuple[str, int], Opportunity] = {}
        for draft in drafts:
            place = self._place(draft.quote)
            if isinstance(place, str):
                self.refuse(f"opportunity_{place}", "opportunity", draft.quote, surface)
                continue
            start, end = place
            kept.setdefault((draft.type, start), Opportunity(draft.type, self.record.text[start:end], start, end))
        return tuple(kept.values())


def _holds(other: Record, quote: str) -> bool:
    return fold(quote).letters.strip("·") in fold(other.text).letters


def _at_most_implied(standing: Standing) -> Standing:
    return "hypothesis" if standing == "hypothesis" else "implied"


def _same(one: Insight, other: Insight) -> bool:
    if one.aspect != other.aspect and one.deep_category != other.deep_category:
        return False
    shared = min(one.end, other.end) - max(one.start, other.start)
    if shared > SAME_SPAN * min(one.end - one.start, other.end - other.start):
        return True
    mine, theirs = letter_pairs(one.surface), letter_pairs(other.surface)
    shorter = min(len(mine), len(theirs))
    return one.sentiment == other.sentiment and shorter > 3 and len(mine & theirs) >= SAME_WORDS * shorter


def _merged(first: Insight, second: Insight) -> Insight:
    """The first insight with what the second adds: its places, its chances, the graver of two judgements."""
    known = {(item.type, item.start) for item in first.opportunities}
    added = tuple(item for item in second.opportunities if (item.type, item.start) not in known)
    quotes = list(first.more_quotes)
    for quote in (Quote(second.quote, second.start, second.end), *second.more_quotes):
        taken = [(first.start, first.end), *((q.start, q.end) for q in quotes)]
        if not any(quote.start < end and start < quote.end for start, end in taken):
            quotes.append(quote)
    efforts = [effort for effort in (first.effort, second.effort) if effort is not None]
    return replace(
        first,
        severity=max(first.severity, second.severity),
        effort=max(efforts, default=None),
        more_quotes=tuple(quotes[:MOST_QUOTES]),
        suggestion=first.suggestion or second.suggestion,
        failure_context=first.failure_context or second.failure_context,
        opportunities=first.opportunities + added,
    )
