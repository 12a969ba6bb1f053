"""How people name a stretch of time in Chinese, and which calendar days they mean by it."""

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

STALE_AFTER = timedelta(days=60)
"""Where the data end this long before today, "last month" is counted from the last day of the data."""

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "半": 0}
_N = r"(?:\d{1,2}|[一二三四五六七八九十两]{1,3})"
_YEAR = r"(?P<year>20\d{2}年|今年|去年|前年|明年|后年)"
_YEARS = {"今年": 0, "去年": -1, "前年": -2, "明年": 1, "后年": 2}
_FIRST_MONTH = {"春": 3, "夏": 6, "秋": 9, "冬": 12}
_FESTIVALS = {
    "元旦": (1, 1, 3), "五一": (5, 1, 5), "618": (6, 1, 20), "国庆": (10, 1, 7),
    "双11": (11, 1, 15), "双十一": (11, 1, 15), "双12": (12, 10, 14), "双十二": (12, 10, 14),
}  # fmt: skip
_MOVING = {
    "春节": {2023: (1, 22), 2024: (2, 10), 2025: (1, 29), 2026: (2, 17), 2027: (2, 6), 2028: (1, 26), 2029: (2, 13), 2030: (2, 3)},
    "端午": {2023: (6, 22), 2024: (6, 10), 2025: (5, 31), 2026: (6, 19), 2027: (6, 9), 2028: (5, 28), 2029: (6, 16), 2030: (6, 5)},
    "中秋": {2023: (9, 29), 2024: (9, 17), 2025: (10, 6), 2026: (9, 25), 2027: (9, 15), 2028: (10, 3), 2029: (9, 22), 2030: (9, 12)},
}  # fmt: skip
"""Festivals of the lunar calendar: year → month and day of the festival itself."""
_HOLIDAY = {"春节": (1, 6), "端午": (0, 2), "中秋": (0, 2)}
"""Days off before and after it."""
_AROUND = timedelta(days=7)
_UNIT_DAYS = {"天": 1, "日": 1, "周": 7, "星期": 7, "礼拜": 7}


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of days, either end open where None, and where the question names it."""

    since: date | None
    until: date | None
    start: int
    end: int


def reference_day(today: date, last_day: str | None) -> tuple[date, bool]:
    """The day that "last month" is counted from, and whether it is the last day of the data instead of today."""
    last = date.fromisoformat(last_day) if last_day else today
    return (last, True) if today - last > STALE_AFTER else (today, False)


def find_periods(text: str, anchor: date, today: date | None = None) -> list[Period]:
    """All stretches of time that a normalised text names, in order of place; relative ones count from `anchor`.
    Days and weeks of the calendar on the wall (昨天, 本周) count from `today`, where given; a month without a year is the
    latest begun. Names that make no day (2月30日) stay text. ``以来`` opens the end, ``之前`` the beginning.
    """
    found: list[Period] = []
    taken = [False] * len(text)
    for pattern, days_of in _READERS:
        for match in pattern.finditer(text):
            if any(taken[match.start() : match.end()]):
                continue
            try:
                days = days_of(match, today if today is not None and days_of in _BY_THE_WALL else anchor)
            except ValueError:
                continue
            since, until, end = _opened(text, match, days)
            taken[match.start() : end] = [True] * (end - match.start())
            found.append(Period(since, until, match.start(), end))
    return sorted([*found, *_other_seasons(text, found, anchor)], key=lambda period: period.start)


def _other_seasons(text: str, found: list[Period], anchor: date) -> list[Period]:
    """Seasons that are set against a period named and so need no year of their own: 今年夏天和春天相比."""
    more = []
    for match in _BARE_SEASON.finditer(text):
        beside = [p for p in found if _JOINED.fullmatch(text[p.end : match.start()])]
        beside += [p for p in found if _JOINED.fullmatch(text[match.end() : p.start])]
        if beside and all(match.end() <= p.start or match.start() >= p.end for p in found):
            year = (beside[0].since or anchor).year
            first = date(year, _FIRST_MONTH[match["s"]], 1)
            more.append(Period(first, _add_months(first, 3) - timedelta(days=1), match.start(), match.end()))
    return more


_BARE_SEASON = re.compile(r"(?P<s>[春夏秋冬])(?:天|季)")
_JOINED = re.compile(r"的?(?:和|与|跟|同|比|较|对比|、|,|相比| )+")
_AFTER = re.compile(r"(?:份)?[^,。!?;、 ]{0,6}?(?:以来|之后|以后|至今|起|开始)")
_BEFORE = re.compile(r"(?:份)?(?:以前|之前)")
_ROUND = re.compile(r"前后")
_PAST = re.compile(r"(?:之后|以后|过后|后)(?!来)")
_FROM = re.compile(r"(?:自从|自|从)$")


def _opened(text: str, match: re.Match[str], days: tuple[date, date]) -> tuple[date | None, date | None, int]:
    since, until = days
    festival = match.groupdict().get("f")
    if festival and (around := _ROUND.match(text, match.end())):
        return since - _AROUND, until + _AROUND, around.end()
    if festival and (after := _PAST.match(text, match.end())):
        return until + timedelta(days=1), None, after.end()
    if after := _AFTER.match(text, match.end()):
        bare = re.fullmatch(r"(?:份)?(?:以来|之后|以后|至今|起|开始)", after.group())
        return since, None, after.end() if bare else match.end()
    if _FROM.search(text[: match.start()]) and until - since < timedelta(days=32):
        return since, None, match.end()
    if before := _BEFORE.match(text, match.end()):
        return None, since - timedelta(days=1), before.end()
    return since, until, match.end()


def number(word: str) -> int:
    """A whole number below 100 in digits or Chinese; ValueError where it is none."""
    if word.isdigit():
        return int(word)
    if "十" in word:
        tens, _, ones = word.partition("十")
        return (_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0)
    if len(word) == 1 and word in _DIGITS:
        return _DIGITS[word]
    raise ValueError(word)


def _year(word: str | None, anchor: date) -> int | None:
    if not word:
        return None
    return anchor.year + _YEARS[word] if word in _YEARS else int(word[:4])


def _month(year: int, month: int) -> tuple[date, date]:
    first = date(year, month, 1)
    return first, date(year, month, calendar.monthrange(year, month)[1])


def _latest_year(month: int, day: int, anchor: date) -> int:
    return anchor.year if date(anchor.year, month, day) <= anchor else anchor.year - 1


def _add_months(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _iso_days(match: re.Match[str], _anchor: date) -> tuple[date, date]:
    first = date(*(int(part) for part in match["a"].replace("/", "-").replace(".", "-").split("-")))
    last = match["b"]
    return first, date(*(int(part) for part in last.replace("/", "-").replace(".", "-").split("-"))) if last else first


def _iso_month(match: re.Match[str], _anchor: date) -> tuple[date, date]:
    return _month(int(match["y"]), int(match["m"]))


def _day_range(match: re.Match[str], anchor: date) -> tuple[date, date]:
    month, day = number(match["m"]), number(match["d"])
    year = _year(match["year"], anchor) or _latest_year(month, day, anchor)
    last = date(year, number(match["m2"]) if match["m2"] else month, number(match["d2"]))
    return date(year, month, day), last


def _day(match: re.Match[str], anchor: date) -> tuple[date, date]:
    month, day = number(match["m"]), number(match["d"])
    one = date(_year(match["year"], anchor) or _latest_year(month, day, anchor), month, day)
    return one, one


def _month_range(match: re.Match[str], anchor: date) -> tuple[date, date]:
    first, last = number(match["m"]), number(match["m2"])
    year = _year(match["year"], anchor) or _latest_year(first, 1, anchor)
    year2 = _year(match.groupdict().get("year2"), anchor) or year + (last < first)
    return _month(year, first)[0], _month(year2, last)[1]


def _one_month(match: re.Match[str], anchor: date) -> tuple[date, date]:
    month = number(match["m"])
    first, last = _month(_year(match["year"], anchor) or _latest_year(month, 1, anchor), month)
    match match["part"]:
        case "初" | "上旬":
            return first, first.replace(day=10)
        case "中旬" | "中":
            return first.replace(day=11), first.replace(day=20)
        case "下旬" | "底" | "末":
            return first.replace(day=21), last
    return first, last


def _season(match: re.Match[str], anchor: date) -> tuple[date, date]:
    month = _FIRST_MONTH[match["s"]]
    year = _year(match["year"], anchor) or _latest_year(month, 1, anchor)
    if date(year, month, 1) > anchor:
        year -= 1
    return date(year, month, 1), _add_months(date(year, month, 1), 3) - timedelta(days=1)


def _quarter(match: re.Match[str], anchor: date) -> tuple[date, date]:
    month = 3 * number(match["q"] or match["q2"]) - 2
    first = date(_year(match["year"], anchor) or _latest_year(month, 1, anchor), month, 1)
    return first, _add_months(first, 3) - timedelta(days=1)


def _half(match: re.Match[str], anchor: date) -> tuple[date, date]:
    month = 1 if match["h"] == "上" else 7
    first = date(_year(match["year"], anchor) or _latest_year(month, 1, anchor), month, 1)
    return first, _add_months(first, 6) - timedelta(days=1)


def _whole_year(match: re.Match[str], anchor: date) -> tuple[date, date]:
    year = _year(match["year"], anchor) or anchor.year
    return date(year, 1, 1), date(year, 12, 31)


def _rolling(match: re.Match[str], anchor: date) -> tuple[date, date]:
    unit, count = match["unit"], number(match["n"]) if match["n"] and match["n"] != "半" else 1
    if unit in _UNIT_DAYS:
        return anchor - timedelta(days=count * _UNIT_DAYS[unit] - 1), anchor
    months = {"月": 1, "季度": 3, "年": 12}[unit] * count
    months = months // 2 if match["n"] == "半" else months
    first = _add_months(anchor, -months) if months else anchor - timedelta(days=15)
    return first + timedelta(days=1), anchor


def _lately(_match: re.Match[str], anchor: date) -> tuple[date, date]:
    return anchor - timedelta(days=29), anchor


def _this_or_last_month(match: re.Match[str], anchor: date) -> tuple[date, date]:
    back = {"上": len(match["w"]), "本": 0, "这": 0}[match["w"][0]]
    first = _add_months(anchor.replace(day=1), -back)
    return _month(first.year, first.month)


def _this_or_last_week(match: re.Match[str], anchor: date) -> tuple[date, date]:
    back = {"上": len(match["w"]), "本": 0, "这": 0}[match["w"][0]]
    monday = anchor - timedelta(days=anchor.weekday() + 7 * back)
    return monday, monday + timedelta(days=6)


def _this_or_last_quarter(match: re.Match[str], anchor: date) -> tuple[date, date]:
    month = 3 * ((anchor.month - 1) // 3) + 1
    first = _add_months(date(anchor.year, month, 1), -3 if match["w"] == "上" else 0)
    return first, _add_months(first, 3) - timedelta(days=1)


def _near_day(match: re.Match[str], anchor: date) -> tuple[date, date]:
    one = anchor - timedelta(days={"今": 0, "昨": 1, "前": 2}[match["w"]])
    return one, one


def _festival(match: re.Match[str], anchor: date) -> tuple[date, date]:
    month, first, last = _FESTIVALS[match["f"]]
    year = _year(match["year"], anchor) or _latest_year(month, first, anchor)
    return date(year, month, first), date(year, month, last)


def _moving_festival(match: re.Match[str], anchor: date) -> tuple[date, date]:
    days = _MOVING[match["f"]]
    asked = _year(match["year"], anchor)
    begun = [year for year, day in days.items() if date(year, *day) <= anchor]
    year = asked if asked is not None else max(begun, default=anchor.year)
    if year not in days:
        raise ValueError(match.group())
    before, after = (timedelta(days=count) for count in _HOLIDAY[match["f"]])
    return date(year, *days[year]) - before, date(year, *days[year]) + after


_ISO = r"20\d{2}[-/.]\d{1,2}[-/.]\d{1,2}"
_ROLLING = (
    r"(?:最近|近|过去|这|前)的?(?P<n>\d{1,3}|[一二三四五六七八九十两半]{1,3})(?:个)?"
    r"(?P<unit>天|日|周|星期|礼拜|月|季度|年)(?:来|内|里|以来)?"
)
_TO = r" ?(?:到|至|-|~|—) ?"
_READERS: list[tuple[re.Pattern[str], Callable[[re.Match[str], date], tuple[date, date]]]] = [
    (re.compile(pattern), reader)
    for pattern, reader in (
        (rf"(?P<a>{_ISO})(?:{_TO}(?P<b>{_ISO}))?", _iso_days),
        (
            rf"{_YEAR}?的?(?P<m>{_N})月(?P<d>{_N})[日号]?{_TO}(?:(?P<m2>{_N})月)?(?P<d2>{_N})[日号]",
            _day_range,
        ),
        (rf"{_YEAR}?的?(?P<m>{_N})月(?P<d>{_N})[日号]", _day),
        (
            rf"{_YEAR}?的?(?<!\d)(?P<m>{_N})月?(?:份)?{_TO}(?P<year2>20\d{{2}}年|今年|去年)?(?P<m2>{_N})月(?:份|期间)?",
            _month_range,
        ),
        (rf"{_YEAR}?(?P<m>[一二三四五六七八九])(?P<m2>[二三四五六七八九十])(?:两个)?月(?:份)?", _month_range),
        (rf"{_YEAR}?的?(?<![\d第个])(?P<m>{_N})月(?!\d)(?:份)?(?P<part>初|底|末|上旬|中旬|下旬)?(?:期间)?", _one_month),
        (r"(?P<y>20\d{2})[-/.](?P<m>0?[1-9]|1[0-2])(?![\d.])", _iso_month),
        (rf"{_YEAR}?的?(?:第?(?P<q>[一二三四1-4])季度|q(?P<q2>[1-4])(?!\d))", _quarter),
        (rf"{_YEAR}?的?(?P<h>[上下])半年", _half),
        (rf"{_YEAR}的?(?P<s>[春夏秋冬])(?:天|季)?", _season),
        (rf"{_YEAR}?的?(?P<f>618|双11|双十一|双12|双十二|国庆|五一|元旦)(?:期间|大促|节|假期)?", _festival),
        (rf"{_YEAR}?的?(?P<f>春节|端午|中秋)(?:期间|节|假期)?", _moving_festival),
        (_ROLLING, _rolling),
        (r"(?P<w>上{1,2}|本|这)(?:个)?月(?:份)?", _this_or_last_month),
        (r"(?P<w>上{1,2}|本|这)(?:个)?(?:周|星期|礼拜)(?![一二三四五六日天末])", _this_or_last_week),
        (r"(?P<w>上|本|这)(?:个|一)?季度", _this_or_last_quarter),
        (r"(?P<w>[今昨前])(?:天|日)", _near_day),
        (rf"(?<!\d){_YEAR}(?:全年|以来|里|内)?", _whole_year),
        (r"最近|近期|近来|这阵子|这段时间", _lately),
    )
]
_BY_THE_WALL = (_near_day, _this_or_last_week)
