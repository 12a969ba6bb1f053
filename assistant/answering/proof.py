"""Whether the numbers, dates, quotations and directions of a sentence stand in what it cites."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from assistant.answering.lexicon import cues, normalise
from assistant.answering.numbers import Number, numbers, whole
from assistant.domain.answers import AnswerMaterial, Figure
from assistant.domain.knowledge import Backing
from assistant.domain.naming import without_named
from assistant.domain.themes import Voice

_SAID = re.compile(r"“([^”]+)”|「([^」]+)」|『([^』]+)』|\"([^\"]+)\"")
_SAID_LEAST = 2
_ALL = 99.95
"""Per cent from which all may be said."""
_TITLE = re.compile(r"「[^」]*」")
_UP = re.compile(r"增长|增加|上升|上涨|变多|升高|走高|多了")
_DOWN = re.compile(r"下降|减少|下跌|变少|降低|回落|少了")
_UNIT_OF = {"条": "records", "位": "customers", "%": "%", "倍": "times"}
_PAIR = 2
_TOTAL = re.compile(r"共|总|合计|全部|一起|占")
"""Beside these a number counts all there is, not the voices that a sentence cites."""
_FEW = r"\d{1,3}|[一二三四五六七八九十两]{1,3}"
_DATES = (
    re.compile(r"(?P<y>20\d\d)-(?P<m>\d\d?)(?:-(?P<d>\d\d?))?(?!\d)", re.ASCII),
    re.compile(rf"(?:(?P<y>20\d\d) ?年 ?)?(?P<m>{_FEW}) ?月(?: ?(?P<d>{_FEW}) ?[日号])?", re.ASCII),
    re.compile(r"(?P<y>20\d\d) ?年", re.ASCII),
)
_STRETCH = re.compile(rf"(?P<n>{_FEW}) ?个?(?P<unit>月|天|日|周|星期|年|季度)(?![份初中底末日号])", re.ASCII)
_DEGREE = re.compile(r"95 ?[%％](?= ?(?:的)?(?:置信)?区间)")
SPEECH = re.compile(
    r"[两二三四五](?:件事|个?方面|点(?![零一二三四五六七八九十\d])|类|种|层|个(?:原因|问题|需求|主题|办法)|者|边|头)"
)
"""Things told one by one are counted by who tells them: these are no figures."""
_MEETING = re.compile(
    r"(?:区间|范围).{0,6}(?:相交|重叠|交叠)|差别.{0,4}(?:分不清|不明显|不大|看不出)|(?:分不清|看不出).{0,6}(?:谁|哪|差别|高低)"
)
_APART = re.compile(
    r"(?:明显|显著|远远?)(?:地)?(?:更?[高多低少]于|更[高多低少]|[高多低少]出)|(?:区间|范围).{0,4}(?:不|没有)(?:相交|重叠)"
)


Day = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Cited:
    """What a sentence stands on."""

    voices: tuple[Voice, ...] = ()
    figures: tuple[Figure, ...] = ()
    house: tuple[Backing, ...] = ()

    @property
    def quotes(self) -> list[str]:
        """The words cited, the customers' and the house's, these with their headings."""
        return [*(v.quote for v in self.voices), *(f"{b.title}\n{b.heading}\n{b.quote}" for b in self.house)]


def without_names(text: str, cited: Cited, material: AnswerMaterial) -> str:
    """The sentence without what holds digits that count nothing: labels and titles it cites, names of the store, days and
    stretches of time that were shown or asked about, the degree of its intervals, and numbers of speech (两件事)."""
    titles = [title for f in cited.figures for title in _TITLE.findall(f.label)]
    names = [*(f.label for f in cited.figures), *titles, *(f"《{title[1:-1]}》" for title in titles)]
    names += [f"《{backing.title}》" for backing in cited.house]
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, " ")
    text = without_named(text, known_names(cited, material))
    if any(figure.interval for figure in cited.figures):
        text = _DEGREE.sub(" ", text)
    return without_dates(SPEECH.sub(" ", text), shown_days(cited, material), _stretches(material))


def known_names(cited: Cited, material: AnswerMaterial) -> tuple[str, ...]:
    """Names that a sentence may say though their digits were never counted: those of the store, of the records it cites
    and of the filters in force."""
    filters = material.plan.filters
    told = [voice.product for voice in cited.voices if voice.product]
    return (*material.names, *told, *filters.product, *filters.region)


def proved(number: Number, cited: Cited, text: str) -> bool:
    """Whether a number is a value or interval end of a figure cited, in a fitting unit, stands in words cited, or
    counts the people or records that the sentence cites; `text` is what it was read from."""
    if any(number.value == said.value and _may_mean(said, number) for quote in cited.quotes for said in numbers(quote)):
        return number.value >= 0 or any(number.words.strip() in normalise(quote) for quote in cited.quotes)
    if number.unit == "date":
        return number.value in {Decimal(p) for f in cited.figures for p in re.findall(r"\d+", f.label)}
    if _counts_the_cited(number, cited, text):
        return True
    return any(
        number.value in forms(figure)
        and (not number.unit or _UNIT_OF.get(figure.unit, "") in {number.unit, ""} or number.unit == "times")
        for figure in cited.figures
    )


def _may_mean(said: Number, number: Number) -> bool:
    """Whether a number in words cited can be the one stated: the fifth of a month is no five minutes."""
    return said.unit != "date" or number.unit == "date"


def _counts_the_cited(number: Number, cited: Cited, text: str) -> bool:
    before = normalise(text)[max(0, number.start - 4) : number.start]
    if number.unit not in {"records", "customers", ""} or _TOTAL.search(before):
        return False
    if not number.unit and number.words[0] not in "两三四五六七八九十":
        return False
    people = {voice.customer_id or voice.record_id for voice in cited.voices}
    records = {voice.record_id for voice in cited.voices}
    return number.value == (len(people) if number.unit == "customers" else len(records))


def forms(figure: Figure) -> set[Decimal]:
    """The value and interval ends as they may be written: as given, and a change without its sign."""
    given = [figure.value, *(figure.interval or ())]
    return {Decimal(repr(v)).normalize() for value in given for v in (value, abs(value))}


def shown_days(cited: Cited, material: AnswerMaterial) -> set[Day]:
    """Days that were shown, as (year, month, day), with 0 for what is left open."""
    shown = [*(f.label for f in cited.figures), *((v.created_at or "")[:10] for v in cited.voices), *cited.quotes]
    shown += [day for period in _periods(material) for day in period]
    return {day for text in shown for _, _, day in _days(text)}


def days_hold(text: str, cited: Cited, material: AnswerMaterial) -> bool:
    """Whether every day of a month that a sentence names was shown, as a day and not only in its parts."""
    known = shown_days(cited, material) | {day for _, _, day in _days(material.question)}
    named = [day for _, _, day in _days(text) if day[1] and day[2]]
    return all(any(year in {0, y} and (month, day) == (m, d) for y, m, d in known) for year, month, day in named)


def _periods(material: AnswerMaterial) -> list[tuple[str, str]]:
    plan = material.plan
    return [(plan.filters.since or "", plan.filters.until or ""), *plan.periods]


def _days(text: str) -> Iterable[tuple[int, int, Day]]:
    for pattern in _DATES:
        for match in pattern.finditer(text):
            parts = match.groupdict()
            year, month, day = (_whole(parts.get(part) or "0") for part in "ymd")
            yield match.start(), match.end(), (year, month, day)


def _stretches(material: AnswerMaterial) -> set[tuple[int, str]]:
    """Lengths of time that the question names, or that its first and last days span in months."""
    asked = {(_whole(m["n"]), m["unit"]) for m in _STRETCH.finditer(material.question)}
    for first, last in _periods(material):
        if first and last:
            years, months = int(last[:4]) - int(first[:4]), int(last[5:7]) - int(first[5:7])
            asked.add((12 * years + months + 1, "月"))
    return asked


def without_dates(text: str, known: set[Day], stretches: set[tuple[int, str]]) -> str:
    """The text with every day, month and year blanked that a known day lies in, and every stretch of time known."""
    spans = [
        (start, end)
        for start, end, (year, month, day) in _days(text)
        if any(year in {0, y} and month in {0, m} and day in {0, d} for y, m, d in known)
    ]
    spans += [m.span() for m in _STRETCH.finditer(text) if (_whole(m["n"]), m["unit"]) in stretches]
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _whole(word: str) -> int:
    return int(word) if word.isdigit() and word.isascii() else whole(word)


def said_by(text: str, cited: Cited, material: AnswerMaterial) -> bool:
    """Whether everything in quotation marks stands in words cited, a label, a need's name or the question."""
    sources = [*cited.quotes, *(f.label for f in cited.figures)]
    sources += [f"{n.surface}\n{n.secondary}\n{n.deep}" for n in material.needs]
    sources += [material.question, material.plan.query]
    spoken = [next(filter(None, groups)) for groups in _SAID.findall(text)]
    whole = [_bare(source) for source in sources]
    return all(len(_bare(words)) < _SAID_LEAST or any(_bare(words) in source for source in whole) for words in spoken)


def _bare(text: str) -> str:
    """The text without punctuation at which quoting legitimately differs, but with every letter."""
    return re.sub(r"[\s,，。.!！?？…、;；:：]+", "", normalise(text))


def quantifiers_hold(text: str, cited: Cited) -> bool:
    """Whether most, few and all have a percentage behind them, and none a nought, or stand so in a document of the house."""
    if any(word.group() in backing.quote for backing in cited.house for word in cues().majority.finditer(text)):
        return True
    shares = [f.value for f in cited.figures if f.unit == "%"]
    if not _universals_hold(text, cited):
        return False
    if cues().majority.search(text):
        return any(share > 50 for share in shares)
    return not cues().minority.search(text) or any(share < 50 for share in shares)


def _universals_hold(text: str, cited: Cited) -> bool:
    """Whether what is said of all customers, or of none, has a figure of all or none of them.

    Of so many (三位客户都说) it is not said of all. What the house's documents alone are to prove is judged as theirs.
    """
    if cited.house and not cited.voices and not cited.figures:
        return True
    plain = normalise(_SAID.sub("“”", text))
    if cues().no_one.search(plain):
        return any(f.value == 0 for f in cited.figures)
    of_all = cues().everyone.search(cues().so_many.sub("位", plain))
    return not of_all or any(f.unit == "%" and f.value >= _ALL for f in cited.figures)


def directions_hold(text: str, cited: Cited) -> bool:
    """False where a sentence says up and every change among its figures went down, or the other way about."""
    changes = [f.value for f in cited.figures if f.unit == "%" and f.label.endswith("变化")]
    up, down = bool(_UP.search(text)), bool(_DOWN.search(text))
    if not changes or up == down:
        return True
    return any(change > 0 for change in changes) if up else any(change < 0 for change in changes)


def compares(text: str) -> bool:
    """Whether a sentence says of intervals that they meet, or lie apart."""
    return bool(_MEETING.search(text) or _APART.search(text))


def intervals_hold(text: str, cited: Cited) -> bool:
    """False where a sentence says that shares differ, or can't be told apart, and the intervals of its figures say other."""
    ends = [figure.interval for figure in cited.figures if figure.interval is not None]
    if len(ends) < _PAIR:
        return True
    meet = max(low for low, _ in ends) <= min(high for _, high in ends)
    apart = _APART.search(text)
    return not meet if apart else meet or not _MEETING.search(text)
