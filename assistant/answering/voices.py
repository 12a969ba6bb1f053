"""Voices ready to be shown: numbered, free of personal data and of orders, with the needs and chances behind them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from assistant.answering.ports import Masker, Store
from assistant.domain.answers import Need
from assistant.domain.filters import Filters
from assistant.domain.insights import Insight
from assistant.domain.records import Record
from assistant.domain.themes import Theme, Voice
from assistant.errors import NotFoundError
from assistant.rules.orders import holds_order, without_orders

_BESIDE = 4
"""A need borne by less than one in so many of what bears the first is beside the question."""
_LOOKED_AT = 300
"""So many needs are looked at for the most telling ones."""


@dataclass(slots=True)
class Found:
    """Voices numbered from 1, needs behind them, and what a reader must know."""

    voices: list[Voice] = field(default_factory=list)
    needs: list[Need] = field(default_factory=list)
    opportunities: list[dict[str, object]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    support: float = 1.0
    """Which share of the question's words stands in what was found."""
    together: float = 1.0
    """Which share of them stands in one passage."""


def voices_of_themes(theme_ids: Sequence[str], filters: Filters, limit: int, store: Store, masker: Masker) -> Found:
    """The most telling voices of themes, in turn, as far as the filters allow them, with the themes as needs."""
    found = Found()
    allowed = store.record_ids(filters)
    queues = [
        [replace(v, theme_id=theme) for v in store.theme_voices(theme, 24) if allowed is None or v.record_id in allowed]
        for theme in theme_ids
    ]
    for place in range(max(map(len, queues), default=0)):
        for queue in queues:
            if place < len(queue) and len(found.voices) < limit and queue[place].quote not in quotes_of(found.voices):
                add_voice(queue[place], masker, found)
    found.needs = [need for theme in theme_ids[:5] if (need := _need(theme, store)) is not None]
    found.opportunities = opportunities_of(found.voices, store.insights_of([v.record_id for v in found.voices]))
    return found


def merged(first: Found, second: Found, limit: int) -> Found:
    """The voices of the first, filled up to a limit with those of the second that speak for other records."""
    heard = {voice.record_id for voice in first.voices}
    voices = [*first.voices, *(voice for voice in second.voices if voice.record_id not in heard)][:limit]
    needs = list(dict.fromkeys([*first.needs, *second.needs]))[:3]
    shown = {voice.record_id for voice in voices}
    chances = [o for o in [*first.opportunities, *second.opportunities] if o["record_id"] in shown]
    return Found(
        voices=[replace(voice, n=n) for n, voice in enumerate(voices, 1)],
        needs=needs,
        opportunities=[o for place, o in enumerate(chances) if o not in chances[:place]],
        warnings=list(dict.fromkeys([*first.warnings, *second.warnings])),
        support=max(first.support, second.support),
        together=max(first.together, second.together),
    )


def voices_of_needs(filters: Filters, limit: int, store: Store, masker: Masker) -> Found:
    """The most severe needs that the filters leave, one a customer, in the customers' words."""
    insights = store.list_insights(filters, _LOOKED_AT)[0]
    records = store.records_by_id(list({i.record_id for i in insights}))
    found, heard = Found(), set[str]()
    for insight in sorted(insights, key=lambda i: -i.severity):
        record = records.get(insight.record_id)
        speaker = record.customer.id if record and record.customer else insight.record_id
        if record is not None and speaker not in heard and len(found.voices) < limit:
            heard.add(speaker)
            add_voice(voice_of(record, insight.start, insight.end, insight), masker, found)
    chosen = [i for i in insights if i.record_id in {v.record_id for v in found.voices}]
    found.needs, found.opportunities = needs_of(found.voices, chosen, store), opportunities_of(found.voices, chosen)
    return found


def voice_of(record: Record, start: int, end: int, insight: Insight | None, context: str = "") -> Voice:
    """A stretch of a record as a voice without a number yet, with the need read out of it."""
    customer = record.customer
    return Voice(
        n=0,
        record_id=record.id,
        quote=record.text[start:end],
        start=start,
        end=end,
        channel=record.channel,
        product=record.product,
        created_at=record.created_at,
        segment=customer.segment if customer else None,
        customer_id=customer.id if customer else None,
        surface=insight.surface if insight else "",
        secondary=insight.secondary if insight else "",
        deep=insight.deep if insight else "",
        suggestion=insight.suggestion if insight else None,
        context=context,
        theme_id=(insight.theme_id or "") if insight else "",
    )


def add_voice(voice: Voice, masker: Masker, found: Found) -> None:
    """Append a voice under the next number, unless the masker still finds personal data in it."""
    if holds_order(voice.quote):
        return
    if masker.mask_text(voice.quote)[0] != voice.quote:
        sentence = "有原话疑似仍含个人信息，没有引用"
        if sentence not in found.warnings:
            found.warnings.append(sentence)
        return
    context = without_orders(voice.context)
    safe_context = context if masker.mask_text(context)[0] == context else ""
    found.voices.append(replace(voice, n=len(found.voices) + 1, context=safe_context))


def quotes_of(voices: Sequence[Voice]) -> set[str]:
    """What some voices say."""
    return {voice.quote for voice in voices}


def needs_of(voices: Sequence[Voice], insights: Sequence[Insight], store: Store) -> list[Need]:
    """The themes of the quoted records' needs, those behind the first voices and of the quoted words first."""
    weight: Counter[str] = Counter()
    for voice in voices:
        for insight in insights:
            if insight.record_id == voice.record_id and insight.theme_id is not None:
                quoted = insight.start < voice.end and voice.start < insight.end
                weight[insight.theme_id] += (3 if quoted else 1) * 1000 // (voice.n + 2)
    ranked = weight.most_common(3)
    told = [theme for theme, own in ranked if own * _BESIDE >= ranked[0][1]]
    return [need for theme in told if (need := _need(theme, store)) is not None]


def most_spoken_of(needs: Sequence[Need], voices: Sequence[Voice], store: Store) -> list[Need]:
    """Needs, those first that most of some voices speak of in the very words quoted; else as they came."""
    insights = store.insights_of([voice.record_id for voice in voices])
    spoken: Counter[str] = Counter()
    for voice in voices:
        own = [i for i in insights if i.record_id == voice.record_id and i.start < voice.end and voice.start < i.end]
        spoken.update({i.theme_id for i in own if i.theme_id is not None})
    return sorted(needs, key=lambda need: -spoken[need.theme_id])


def _need(theme_id: str, store: Store) -> Need | None:
    try:
        theme = store.theme(theme_id)
    except NotFoundError:
        return None
    return Need(theme.id, _told_apart(theme), theme.secondary, theme.deep)


def _told_apart(theme: Theme) -> str:
    """A theme's surface under its whole title where that only adds to it what tells it from another: `…（水漏）`."""
    head, colon, rest = theme.surface.partition("：")
    return f"{theme.title}{colon}{rest}" if theme.title.startswith(f"{head}（") else theme.surface


def opportunities_of(voices: Sequence[Voice], insights: Sequence[Insight]) -> list[dict[str, object]]:
    """Chances seen in the quoted records, none of a record or customer that resents being sold something."""
    shown = {voice.record_id: voice for voice in voices}
    averse = {i.record_id for i in insights if i.signals.get("resale_aversion")}
    averse_customers = {v.customer_id for v in voices if v.record_id in averse and v.customer_id}
    return [
        {"type": o.type, "record_id": i.record_id, "quote": o.quote, "start": o.start, "end": o.end}
        for i in insights
        if i.record_id in shown and i.record_id not in averse
        and shown[i.record_id].customer_id not in averse_customers
        for o in i.opportunities
    ]  # fmt: skip
