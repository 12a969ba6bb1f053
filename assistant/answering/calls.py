"""Which of a planner's calls stand: every name checked against what the store holds, every day against the calendar."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, timedelta

from assistant.answering.leaning import laid_over
from assistant.answering.lexicon import Names, normalise
from assistant.answering.matching import grams
from assistant.answering.plan import Catalogue
from assistant.answering.triage import PERSON
from assistant.answering.values import find_kinds, find_models, find_products, find_regions, find_values
from assistant.domain.answers import Intent, Plan, Step
from assistant.domain.drafts import CallDraft, ConditionDraft, DaysDraft, PlanDraft, Tool
from assistant.domain.filters import Filters
from assistant.domain.planning import PlanMaterial
from assistant.domain.vocabulary import ASPECTS, CHANNELS, DEEP_CATEGORIES, SEGMENTS, SENTIMENTS, Dimension, zh
from assistant.rules.harmless import harmless, without_harm
from assistant.rules.topics import known_words
from vectorstore.text import simplified

MOST = 5
"""So many calls of one plan are looked at."""
_WORDS, _LONG = 8, 24
"""Words to search at most, and their letters."""
_USUAL, _ROWS = 8, 20
_INTENT: dict[Tool, Intent] = {
    "search_feedback": "find", "count_feedback": "count", "trend_feedback": "trend", "compare_feedback": "compare",
    "list_themes": "count", "explain_need": "explain", "draft_reply": "reply", "propose": "propose",
}  # fmt: skip
_CLOSED: dict[str, tuple[str, ...]] = {
    "segment": SEGMENTS, "channel": CHANNELS, "aspect": ASPECTS, "deep_category": DEEP_CATEGORIES,
    "sentiment": SENTIMENTS,
}  # fmt: skip
_COMPARED: tuple[Dimension, ...] = ("segment", "product", "channel", "region", "aspect", "deep_category")
_BEGINNING = "1970-01-01"
_DAY = re.compile(r"20\d\d-\d\d-\d\d")
_VERSION = re.compile(r"v?(\d{1,3}(?:\.\d{1,4}){1,3})", re.IGNORECASE)
_THEME = re.compile(r"[Tt]?(\d{1,3})")
_KIND = re.compile(r"(?<=.)[(（][^()（）]*[)）]$")
"""What a value is, in brackets behind it, as it was shown."""
_MASK = re.compile(r"⟦[^⟧]*⟧?")
_TIME = re.compile(
    r"\d|[年月周季天日号旬春夏秋冬今昨节假]|前|近|以来|去年|之后|以后|之[前间]|以前|期间|刚|升级|更新|星期|礼拜|时候"
    r"|last|since|month|week|year|quarter|ago|recent|today|yesterday|before|after|during",
    re.IGNORECASE,
)
"""Words of time: without any of them in a question no plan for it may narrow the days."""


@dataclass(slots=True)
class _Reading:
    """What the calls are checked against, and what is to be told of them."""

    material: PlanMaterial
    catalogue: Catalogue
    masked: Callable[[str], str]
    notes: list[str] = field(default_factory=list)

    @property
    def names(self) -> Names:
        return self.catalogue.lexicon

    @property
    def said(self) -> str:
        """All that the asker has said."""
        return normalise(simplified("\n".join([*self.material.earlier, self.material.question])))

    def fitting(self, word: str) -> bool:
        """Whether a word is the asker's, of a theme's title, or one of the trades'; others come from nowhere."""
        titles = "\n".join(theme.title for theme in self.material.themes)
        near = normalise(word) in self.said or bool(grams(word) & grams(f"{self.said}\n{titles}"))
        return near or bool(known_words(word))

    def note(self, sentence: str) -> None:
        if sentence not in self.notes:
            self.notes.append(sentence)

    def sayable(self, word: str) -> bool:
        """Whether a word of the planner's may be searched for and shown."""
        if "⟦" in word or self.masked(word) != word:
            self.note(PERSON)
            return False
        return 0 < len(word) <= _LONG and harmless(word)


def plan_of(
    draft: PlanDraft, material: PlanMaterial, catalogue: Catalogue, masked: Callable[[str], str]
) -> Plan | None:
    """The plan that a draft's calls come down to; None where it has none that stands.

    What is not held is not filtered by: an unknown product or place is searched for as a word, anything else unknown
    is left out, and `notes` say so. Filters that the asker set win, and days compared lie within theirs.
    """
    reading = _Reading(material, catalogue, masked)
    read = (_step(call, reading) for call in draft.calls[:MOST])
    steps = list(dict.fromkeys(step for step in read if step is not None))
    if not steps:
        return None
    if len(draft.calls) > MOST:
        reading.note(f"问题里要的东西太多，只答前 {MOST} 样")
    whole = Plan(
        question=material.proposed.question,
        intents=tuple(dict.fromkeys(step.intent for step in steps)),
        filters=_spanning([step.filters for step in steps]),
        by=next((step.by for step in steps if step.by), None),
        query=" ".join(dict.fromkeys(word for step in steps for word in step.query.split())),
        limit=max(step.limit for step in steps),
        periods=next((step.periods for step in steps if step.periods), ()),
        made_by="llm",
    )
    notes = (*_about_days(steps, reading), *reading.notes, *_about_before(draft, material))
    return replace(whole, notes=notes, steps=() if _of_one_scope(steps) else tuple(steps))


def _of_one_scope(steps: Sequence[Step]) -> bool:
    scopes = {(step.filters, step.query, step.periods) for step in steps}
    return len(scopes) == 1 and len({step.by for step in steps if step.by}) < 2


def _spanning(each: Sequence[Filters]) -> Filters:
    """Filters that leave what any of some filters leaves."""
    spanned: dict[str, tuple[str, ...] | str | None] = {}
    for name in (f.name for f in fields(Filters)):
        values = [getattr(filters, name) for filters in each]
        if name in ("since", "until"):
            spanned[name] = (min if name == "since" else max)(values) if all(values) else None
        else:
            spanned[name] = tuple(dict.fromkeys(v for one in values for v in one)) if all(values) else ()
    return Filters(**spanned)  # type: ignore[arg-type]


def _step(call: CallDraft, reading: _Reading) -> Step | None:
    """A call as a step; None where it wants words to be looked for of which none may be."""
    values: dict[str, tuple[str, ...]] = {}
    astray: list[str] = []
    for condition in call.filters:
        known, unknown = _known(condition, reading)
        values[condition.name] = tuple(dict.fromkeys((*values.get(condition.name, ()), *known)))
        astray += unknown
    spans = _spans(call.days, reading)
    starts, ends = [since for since, _ in spans], [until for _, until in spans]
    read = Filters(
        **values,
        since=min(starts) if starts and min(starts) > _BEGINNING else None,
        until=max(filter(None, ends)) if ends and all(ends) else None,
    )
    filters = laid_over(read, reading.material.given)
    last = reading.material.anchor
    periods = _within([(a, b or last) for a, b in spans], reading.material.given) if len(spans) > 1 else ()
    listed = call.tool == "search_feedback" and "list" in reading.material.proposed.intents
    intent = "list" if listed else _INTENT[call.tool]
    by = _by(call, filters, periods)
    limit = _USUAL if call.top is None else max(1, min(call.top, _ROWS))
    query = _query(call, astray, reading)
    return None if call.words.strip() and not query else Step(intent, filters, query, by, periods, limit)


def _by(call: CallDraft, filters: Filters, periods: Sequence[object]) -> Dimension | None:
    if call.tool == "list_themes":
        return "theme"
    if call.tool == "trend_feedback":
        return "week" if call.by == "week" else "month"
    if call.tool == "compare_feedback":
        chosen = [name for name in _COMPARED if len(getattr(filters, name)) > 1]
        return "month" if len(periods) > 1 else call.by if call.by in chosen else next(iter(chosen), call.by)
    return call.by if call.tool == "count_feedback" else None


def _known(condition: ConditionDraft, reading: _Reading) -> tuple[list[str], list[str]]:
    """The stored values that a condition names, and its words for which there are none."""
    known: list[str] = []
    unknown: list[str] = []
    for value in (" ".join(value.split()) for value in condition.values):
        held = _held(condition.name, value, reading)
        known += held
        if held or not reading.sayable(value):
            continue
        if condition.name in ("product", "region") and reading.fitting(value):
            unknown.append(value)
            reading.note(f"现有数据里没有“{value}”这个{'产品' if condition.name == 'product' else '地区'}，按字面查找")
        else:
            reading.note(f"不认得“{value}”，没有按它缩小范围")
    return known, unknown


def _held(name: str, value: str, reading: _Reading) -> Sequence[str]:
    value = _KIND.sub("", value)
    catalogue, names, text = reading.catalogue, reading.names, normalise(value)
    if name == "theme":
        themes, match = reading.material.themes, _THEME.fullmatch(value)
        if match and 0 < int(match[1]) <= len(themes):
            return (themes[int(match[1]) - 1].id,)
        return tuple(theme.id for theme in themes if normalise(theme.title) == text.strip("《》"))
    if name in _CLOSED:
        exact = [word for word in _CLOSED[name] if value in (word, zh(word))]
        return exact or [v for item in find_values(text, name, names) for v in item.values if name != "aspect"]
    if name == "region":
        stored = [region for region in catalogue.regions if normalise(region) == text]
        return stored or [v for item in find_regions(text, catalogue.regions, names) for v in item.values]
    products, models = catalogue.products, catalogue.models
    for known in (products, models):
        if same := [one for one in known if normalise(one) == text]:
            return same
    found = find_models(text, products, models, names) or find_products(text, products)
    return [v for item in found or find_kinds(text, products, models, names) for v in item.values]


def _spans(days: Iterable[DaysDraft], reading: _Reading) -> list[tuple[str, str | None]]:
    """Stretches of days that make sense, in order of time; the first day is `_BEGINNING` where open."""
    spans: list[tuple[str, str | None]] = []
    for one in days:
        since, until = _day(one.since, reading, opens=True), _day(one.until, reading, opens=False)
        if (one.since and not since) or (one.until and not until) or (since and until and since > until):
            reading.note("有一处时间读不出确切的日子，没有按它缩小范围")
        elif since or until:
            spans.append((since or _BEGINNING, until))
    if spans and not _TIME.search(reading.said):
        reading.note("问题里没有说到时间，没有按时间缩小范围")
        return []
    return sorted(set(spans), key=lambda span: (span[0], span[1] or "9"))


def _day(told: str | None, reading: _Reading, *, opens: bool) -> str | None:
    """A day as it is told, or the one on which a version is first named (the day before, where that ends something)."""
    told = (told or "").strip()
    if _DAY.fullmatch(told):
        try:
            return date.fromisoformat(told).isoformat()
        except ValueError:
            return None
    version, first_said = _VERSION.fullmatch(told), reading.catalogue.first_said
    day = first_said(version[1]) if version and first_said else None
    if version is None or day is None:
        return None
    reading.note(f"{version[1]} 在记录里最早于 {day} 提到，以这一天为界")
    return day if opens else (date.fromisoformat(day) - timedelta(days=1)).isoformat()


def _within(spans: Sequence[tuple[str, str]], given: Filters) -> tuple[tuple[str, str], ...]:
    """What of some stretches lies within the asker's own days."""
    cut = [(max(a, given.since or a), min(b, given.until or b)) for a, b in spans]
    return tuple((a, b) for a, b in cut if a <= b)


def _query(call: CallDraft, astray: Sequence[str], reading: _Reading) -> str:
    said = without_harm(simplified(call.words))
    if _MASK.search(said):
        reading.note(PERSON)
    words = [*re.sub(r"[^\w.\-]+", " ", _MASK.sub(" ", said)).split(), *astray]
    kept = [word for word in dict.fromkeys(words) if reading.sayable(word) and reading.fitting(word)][:_WORDS]
    if call.tool in ("count_feedback", "trend_feedback", "compare_feedback"):
        for word in kept:
            if normalise(word) not in reading.said:
                reading.note(f"问题里的说法按“{word}”统计")
    return " ".join(kept)


def _about_days(steps: Sequence[Step], reading: _Reading) -> list[str]:
    material, notes = reading.material, list[str]()
    for step in steps:
        since, until = step.filters.since, step.filters.until
        if (since, until) == (material.given.since, material.given.until):
            continue
        notes.append(f"时间范围按 {since or '最早'} 至 {until or '最近'} 统计")
        if (since and material.last_day and since > material.last_day) or (
            until and material.first_day and until < material.first_day
        ):
            notes.append(f"所问时间在数据之外：现有数据为 {material.first_day} 至 {material.last_day}")
    if notes and material.anchor == material.last_day:
        notes.append(f"数据止于 {material.anchor}，相对时间从这一天往前算")
    return list(dict.fromkeys(notes))


def _about_before(draft: PlanDraft, material: PlanMaterial) -> tuple[str, ...]:
    return (f"承接上一问：“{material.earlier[-1]}”",) if draft.follows and material.earlier else ()


def question_back(draft: PlanDraft, masked: Callable[[str], str]) -> tuple[str, tuple[str, ...]] | None:
    """The question back and what to choose from; None where the draft has calls, or its words may not be shown."""
    back = draft.clarify
    if draft.calls or back is None:
        return None
    texts = [" ".join(text.split()) for text in (back.question, *back.choices[:4])]
    question, *choices = [text if _showable(text, masked) else "" for text in texts]
    choices = list(dict.fromkeys(filter(None, choices)))
    return (question, tuple(choices)) if question and len(choices) > 1 else None


def _showable(text: str, masked: Callable[[str], str]) -> bool:
    return 1 < len(text) <= 80 and harmless(text) and masked(text) == text
