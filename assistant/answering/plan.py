"""What a question asks for, read by rules: intents, filters, the dimension to count by, and the words to search."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from assistant.answering.dates import Period, find_periods, reference_day
from assistant.answering.howmany import rows_asked
from assistant.answering.leaning import follow, laid_over, leans_on, names_nothing, turned
from assistant.answering.leftovers import blanked, words_left
from assistant.answering.lexicon import Cues, Names, cues, load_names, normalise
from assistant.answering.noting import days_meant, several_meant
from assistant.answering.rising import turn_asked
from assistant.answering.spans import FirstSaid, find_versions, with_same_days_before
from assistant.answering.values import (
    Named,
    find_kinds,
    find_models,
    find_products,
    find_regions,
    find_values,
    names_all,
    without_excepted,
)  # fmt: skip
from assistant.answering.within import SOLVED
from assistant.domain.answers import Intent, Plan
from assistant.domain.filters import Filters
from assistant.domain.vocabulary import Dimension
from vectorstore.text import simplified

COUNTING: frozenset[Intent] = frozenset({"count", "compare", "trend"})
"""Intents answered with counted figures."""
_ORDER: tuple[Intent, ...] = ("reply", "propose", "compare", "trend", "count", "explain", "list")
_FACTS = frozenset({"product", "segment", "channel", "region"})
_WHICH = re.compile(r"哪|谁")
_OPEN = re.compile(r"什么|啥|哪|最|为何")
"""Said of a group, it asks what the group says."""
_SAYS = re.compile(
    r"们?(?:都|又|对此|那边|这边|普遍|一般)*(?:怎么|咋|如何)(?:说|讲|看|想|反映|反应|评价|认为)"
    r"|们?(?:都|最|又)?(?:有|提了?|存在)(?:什么|啥|何|哪些)(?:怨言|意见|看法|不满|想法|要求|诉求|顾虑|建议|问题|烦恼|难处|困难)"
)
"""Said right after a group, it asks what the group says."""
_SIDES: tuple[Dimension, ...] = (
    "segment", "product", "channel", "region", "aspect", "deep_category", "sentiment",
)  # fmt: skip
_MONTHS_TOLD = "问的是解决没有：列出各月的条数来看；条数少了，不等于每一位客户的事都已了结"
"""Said where the months before and after must be seen to tell whether something is over."""
_EACH = re.compile(r"各|分别|每")
_MARKS = " ?？!！。.~，,…"
_BY_ORDER: tuple[Dimension, ...] = (
    "nbn", "week", "month", "segment", "channel", "region", "model", "product", "deep_category", "aspect",
    "journey_stage", "sentiment", "theme",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What the store holds, as far as a question can name it."""

    products: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    first_day: str | None = None
    last_day: str | None = None
    names: Names | None = None
    regions: tuple[str, ...] = ()
    first_said: FirstSaid | None = None
    """Tells when the records first name a version of software."""

    @property
    def lexicon(self) -> Names:
        """The names in use: the company's own, else those shipped."""
        return self.names or load_names()


def plan(
    question: str,
    history: Sequence[str],
    catalogue: Catalogue,
    today: date,
    given: Filters | None = None,
    *,
    searching: bool = False,
) -> Plan:
    """The plan of a question, after earlier questions of the same talk (oldest first).

    A filter given by the caller wins over the same filter read out of the question. Relative dates count from
    today, or from the last day of the data where they end more than 60 days before; `notes` say which days were
    meant. Dates and groups become filters only where the question speaks about the feedback, or where it is what
    somebody is `searching` for; in a customer's own sentence they are left among the words to search.
    """
    question = simplified(question)
    plain = question.rstrip(_MARKS)
    leans = bool(history) and leans_on(plain)
    if leans:
        question = turned(plain)
    told = leans or (searching and not cues().own.search(normalise(question)))
    read = _read(question, catalogue, today, told=told, searching=searching)
    if leans:
        read = follow(_folded(history, catalogue, today), read)
    elif history and names_nothing(read):
        read = follow(replace(_folded(history, catalogue, today), by=None, periods=()), read)
    filters = laid_over(read.filters, given) if given is not None else read.filters
    return replace(read, filters=filters)


def _folded(history: Sequence[str], catalogue: Catalogue, today: date) -> Plan:
    return plan(history[-1], history[:-1], catalogue, today)


def _read(question: str, catalogue: Catalogue, today: date, *, told: bool, searching: bool) -> Plan:
    """`told`: it is known to speak about the feedback, whatever its words; `searching` leaves all but filters in."""
    text, words = normalise(question), cues()
    intents = tuple(name for name in _ORDER if words.intents[name].search(text)) or ("find",)
    asking = told or bool((COUNTING | {"propose", "list"}) & set(intents) or words.asking.search(text))
    asking = asking or _asks_a_group(text, catalogue.lexicon)
    made = _made(question, intents, catalogue, today, asking=asking, searching=searching)
    if asking or words.own.search(text):
        return made
    asked = _made(question, intents, catalogue, today, asking=True, searching=searching)
    return asked if _understood(asked, text) else made


def _understood(asked: Plan, text: str) -> bool:
    """Whether every word of a question has been heard as one about the feedback: then it is one."""
    beyond = not replace(asked.filters, product=()).empty  # a product by itself is looked for
    return not asked.query and (asked.by is not None or beyond or cues().overview.search(text) is not None)


def _made(
    question: str, told: tuple[Intent, ...], catalogue: Catalogue, today: date, *, asking: bool, searching: bool
) -> Plan:
    text, words, intents = normalise(question), cues(), told
    counting = bool(COUNTING & set(intents))
    anchor, stale = reference_day(today, catalogue.last_day)
    plain = blanked(text, products_named(text, catalogue), [])  # 云雀26 names no day, and no version
    versions = find_versions(plain, catalogue.first_said) if asking and catalogue.first_said else []
    told_days = [period for _, period in versions]
    periods = told_days + [
        p for p in find_periods(plain, anchor, today) if not any(_meet(p, other) for other in told_days)
    ]
    periods = with_same_days_before(plain, periods, anchor)
    turned_to = len(periods) > 1 and turn_asked(text) is not None
    asking, counting = asking or turned_to, counting or turned_to
    if counting and len(periods) > 1 and "compare" not in intents:
        intents = ("compare", *intents)  # more than one stretch of time is counted each by itself
    named = _named(text, catalogue, asking=asking, counting=counting and not searching)
    general = [item for item in named if names_all(item, text, catalogue.products)]
    if intents[0] == "count" and _WHICH.search(text) and _several(named):
        intents = ("compare", *intents)
    if searching:  # what is read out of insights is no fact to narrow a search by: the words find it too
        named = [item for item in named if item.field in _FACTS]
    over = "trend" in intents and len(periods) == 1 and SOLVED.search(plain) is not None
    filters = _filters([item for item in named if item not in general], periods if asking and not over else [])
    shifted = stale and find_periods(plain, anchor, today) != find_periods(plain, today)
    notes = (
        (_MONTHS_TOLD,)
        if over
        else days_meant(
            filters, periods, (catalogue.first_day, catalogue.last_day), anchor if shifted else None, asking=asking
        )
    )
    notes += tuple(f"“{text[n.start : n.end]}”是这里所有产品的统称，没有用来缩小范围" for n in general[:1])
    notes += tuple(f"{version} 在记录里最早于 {period.since} 提到，从这一天起算" for version, period in versions)
    notes += several_meant(text, [item for item in named if item not in general]) if counting else ()
    by = _by(blanked(text, [], periods), words, filters, intents, len(periods))
    if by in {"theme", "month"} and not COUNTING & set(intents):
        by = None
    days = periods if asking else []
    if searching:
        query = " ".join(blanked(text, [item for item in named if item.field != "product"], days).split())
    else:
        query = words_left(text, named, days, words, intents, by) if asking or intents != ("find",) else text
    return Plan(
        question=question,
        intents=intents,
        filters=filters,
        by=by,
        query=query,
        limit=rows_asked(plain),
        periods=tuple(_days(p, anchor) for p in periods) if asking and len(periods) > 1 else (),
        notes=notes,
    )


def _several(named: Sequence[Named]) -> bool:
    """Whether more than one product, group, channel or region is named."""
    return any(len({item.values for item in named if item.field == field}) > 1 for field in _FACTS)


def _asks_a_group(text: str, names: Names) -> bool:
    groups = find_values(text, "segment", names)
    return any((item.start == 0 and _OPEN.search(text)) or _SAYS.match(text, item.end) for item in groups)


def _meet(one: Period, other: Period) -> bool:
    return one.start < other.end and other.start < one.end


def _named(text: str, catalogue: Catalogue, *, asking: bool, counting: bool) -> list[Named]:
    names = catalogue.lexicon
    found = products_named(text, catalogue)
    if asking:
        found += find_values(text, "segment", names) + find_values(text, "channel", names)
        found += find_regions(text, catalogue.regions, names)
    if counting or "深层" in text or "动机" in text:
        found += find_values(text, "deep_category", names)
    if counting and not cues().by["journey_stage"].search(text):  # 售后 is a stage there
        found += find_values(text, "aspect", names)
    # Complaining words are mostly said of any feedback, praising ones of praise only.
    moods = find_values(text, "sentiment", names) if asking else []
    return found + [mood for mood in moods if counting or mood.values == ("positive",)]


def products_named(text: str, catalogue: Catalogue) -> list[Named]:
    """Products by model, name and kind; what stands beside a model (``R8 Pro 扫地机``) only says what that is."""
    held, names = catalogue, catalogue.lexicon
    models = find_models(text, held.products, held.models, names)
    called = find_products(text, held.products)
    kinds = find_kinds(text, held.products, held.models, names)  # 净水器 in 净水器Pro is that one's name
    others = called + [kind for kind in kinds if not any(kind.start < p.end and p.start < kind.end for p in called)]
    apart = [item for item in others if all(item.end < m.start - 1 or item.start > m.end + 1 for m in models)]
    return without_excepted(text, [*models, *apart], held.products)


def _filters(named: Sequence[Named], periods: Sequence[Period]) -> Filters:
    values: dict[str, tuple[str, ...]] = {}
    for item in named:
        values[item.field] = tuple(dict.fromkeys((*values.get(item.field, ()), *item.values)))
    starts = [p.since for p in periods]
    ends = [p.until for p in periods]
    since = min((s for s in starts if s), default=None) if None not in starts else None
    until = max((e for e in ends if e), default=None) if None not in ends else None
    return Filters(
        **values,
        since=since.isoformat() if since else None,
        until=until.isoformat() if until else None,
    )


def _days(period: Period, anchor: date) -> tuple[str, str]:
    since, until = period.since or date(1970, 1, 1), period.until or anchor
    return since.isoformat(), until.isoformat()


def _by(text: str, words: Cues, filters: Filters, intents: Sequence[Intent], periods: int) -> Dimension | None:
    if "compare" in intents:
        if side := _first_of_several(filters, _SIDES):
            return side
        if periods > 1:
            return "month"
    if "trend" in intents:
        return "week" if words.by["week"].search(text) else "month"
    if len(filters.sentiment) > 1:
        return "sentiment"
    if _EACH.search(text) and (side := _first_of_several(filters, ("product", "segment", "channel"))):
        return side
    found = next((name for name in _BY_ORDER if words.by[name].search(text)), None)
    return found or ("theme" if "count" in intents and "最" in text else None)


def _first_of_several(filters: Filters, among: Sequence[Dimension]) -> Dimension | None:
    return next((field for field in among if len(getattr(filters, field)) > 1), None)
