"""Numbers in a text, Arabic and Chinese, and whether somebody counted or said them."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

_DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10_000}
_HAN = "零〇一二两三四五六七八九十百千万"
_COUNTED = "名|位|条|户|家|起|例|单|人|台|次|个(?:客户|用户|记录|反馈|投诉|经销商|服务商)|份|件|customers?|records?|people|users?|complaints?|dealers?|cases?"
_SHARES = ("%", "‰", "倍", "个百分点")
_UNIT = rf"(?P<big>[万亿])?(?:多|余)?\s*(?P<unit>%|‰|成|倍|个百分点|{_COUNTED})?"
_ARABIC = re.compile(rf"(?<![A-Za-z0-9.\-_])(?P<number>\d[\d,]*(?:\.\d+)?)(?![A-Za-z0-9])\s*(?:多|余)?{_UNIT}")
_CHINESE = re.compile(rf"(?<!\d)(?P<number>[{_HAN}]+)(?:多|余)?(?P<unit>成|倍|{_COUNTED})")
_PER_HUNDRED = re.compile(rf"百分之(?P<number>[{_HAN}]+)")
_ONES = dict(
    zip(
        [
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ],
        range(1, 20),
        strict=True,
    )
)
_TENS = dict(
    zip(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], range(20, 100, 10), strict=True)
)
_ENGLISH = re.compile(
    rf"\b(?:(?P<tens>{'|'.join(_TENS)})(?:[- ](?P<rest>{'|'.join([*_ONES][:9])}))?|(?P<ones>{'|'.join(_ONES)}))"
    r"\s+(?P<unit>per\s?cent|customers?|records?|people|users?|complaints?|dealers?|cases?)\b",
    re.IGNORECASE,
)
_BIG = {"万": 1e4, "亿": 1e8}
_FEW = 10
"""Up to which a Chinese numeral may merely list things: 三条规则, 两件事."""
_POINTED = re.compile(r"(?:这|那|第|以下|下列|以上|上述|如下|约法|约定|定下?|写明|写下|列出|列)$")
_OF_RECORDS = re.compile(
    r"(?:负面|正面|客户|用户|已读|新增)?的?(?:反馈|记录|工单|投诉|评价|评论|声音|原话|留言|差评|好评|说法)"
    r"|[，。；、！？,;!?)）]|说|提到|讲|来自|是|都|里|中的?|属|占|$"
)
_DATE = re.compile(
    r"(?<![\dA-Za-z.])(?:(?P<year>(?:19|20)\d\d)\s*(?:年|[-/.])\s*(?P<month>1[0-2]|0?[1-9])(?!\d)(?:\s*月份?|(?=[-/.\s，。；、~–至到]|$|[一-龥]))"
    r"(?:[-/.]?(?:3[01]|[12]\d|0?[1-9])(?!\d)日?)?"
    r"|(?P<alone>(?:19|20)\d\d)\s*年(?!\s*\d)"
    r"|(?P<only>1[0-2]|0?[1-9])\s*月(?:份|底|初|中旬|上旬|下旬|(?:3[01]|[12]\d|0?[1-9])[日号])?)(?![A-Za-z])"
)


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it stands in a text; 三成 and 百分之三十 are 30 with the unit %."""

    value: float
    unit: str
    text: str

    @property
    def share(self) -> bool:
        """True for a percentage or a multiple."""
        return self.unit in _SHARES

    @property
    def counts(self) -> bool:
        """True for a share or a count of people and cases: what nobody may invent."""
        return self.share or re.fullmatch(_COUNTED, self.unit) is not None


@dataclass(frozen=True, slots=True)
class Date:
    """A day, month or year as it stands in a text; what it does not tell is None."""

    text: str
    year: int | None
    month: int | None

    def within(self, day: str) -> bool:
        """Whether an ISO day or month (``2026-08…``) lies in it."""
        return (self.year is None or day[:4] == f"{self.year:04}") and (
            self.month is None or day[5:7] == f"{self.month:02}"
        )


@dataclass(frozen=True, slots=True)
class Known:
    """Numbers that stand: counted ones by value, said ones by value or letter for letter; shares apart from counts."""

    counts: frozenset[float]
    percentages: frozenset[float]
    said: str
    quoted: frozenset[tuple[float, bool]]

    @classmethod
    def of(cls, counts: Iterable[float], percentages: Iterable[float], quotes: Iterable[str]) -> "Known":
        """Known numbers out of what code counted and of what customers said."""
        said = unicodedata.normalize("NFKC", "\n".join(quotes))
        return cls(
            frozenset(round(value, 4) for value in counts),
            frozenset(round(value, 4) for value in percentages),
            said,
            frozenset((round(n.value, 4), n.share) for n in numbers_in(said)),
        )

    def bears(self, number: Number) -> bool:
        """Whether this number was counted or said, a share as a share and a count as a count."""
        value = round(number.value, 4)
        if value in (self.percentages if number.share else self.counts) or (value, number.share) in self.quoted:
            return True
        return re.search(rf"(?<![\d.]){re.escape(number.text)}(?![\d.%])", self.said) is not None and not number.share


def numbers_in(text: str) -> list[Number]:
    """Every number in a text but those that are part of a name (X5, 7P, v3.2), the indefinite 一 and one, and lists (三条规则).

    English words are numbers where they count people or records or are per cent.
    """
    text = unicodedata.normalize("NFKC", text)
    found = [
        _number(float(match["number"].replace(",", "").rstrip(".")), match["unit"] or "", match["number"], match["big"])
        for match in _ARABIC.finditer(text)
    ]
    found += [Number(chinese_value(match["number"]), "%", match[0]) for match in _PER_HUNDRED.finditer(text)]
    for match in _CHINESE.finditer(_PER_HUNDRED.sub("", text)):
        value = chinese_value(match["number"])
        if value <= _FEW and match["unit"] in ("条", "份", "件") and _lists(match):
            continue
        if value > 1 or match["unit"] == "成":
            found.append(_number(value, match["unit"], match["number"]))
    for match in _ENGLISH.finditer(text):
        words = {name: (match[name] or "").lower() for name in ("tens", "rest", "ones")}
        value = _TENS.get(words["tens"], 0) + _ONES.get(words["rest"], 0) + _ONES.get(words["ones"], 0)
        if value > 1:
            unit = "%" if match["unit"].lower().startswith("per") else match["unit"]
            found.append(Number(value, unit, match[0].rpartition(match["unit"])[0].strip()))
    return found


def dates_in(text: str) -> list[Date]:
    """Every date in a text, such as 2026-08, 2026年8月3日, 8月底 or 2025年; how long something takes is none."""
    found = []
    for match in _DATE.finditer(unicodedata.normalize("NFKC", text)):
        year, month = match["year"] or match["alone"], match["month"] or match["only"]
        found.append(Date(match[0], int(year) if year else None, int(month) if month else None))
    return found


def without_dates(text: str) -> str:
    """The text without its dates: they count nothing."""
    return _DATE.sub("，", unicodedata.normalize("NFKC", text))


def chinese_value(text: str) -> float:
    """Value of a Chinese numeral below 10^8, such as 三十二, 两千 or 一万五千."""
    total = section = digit = 0
    for letter in text:
        if letter in _DIGITS:
            digit = _DIGITS[letter]
        elif _SCALES[letter] == 10_000:
            total, section, digit = (total + section + digit or 1) * 10_000, 0, 0
        else:
            section, digit = section + (digit or 1) * _SCALES[letter], 0
    return float(total + section + digit)


def _lists(match: re.Match[str]) -> bool:
    """Whether so many things are merely listed, and no records counted."""
    before, after = match.string[: match.start()], match.string[match.end() :]
    return _POINTED.search(before) is not None or _OF_RECORDS.match(after) is None


def _number(value: float, unit: str, text: str, big: str | None = None) -> Number:
    value *= _BIG[big] if big else 1
    return Number(value * 10, "%", text) if unit == "成" else Number(value, unit, text)
