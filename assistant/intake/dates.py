"""Dates as people and systems write them, turned into ISO 8601 with offset."""

import re
from datetime import date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache

CHINA = timezone(timedelta(hours=8))
"""The zone of a time that names none."""

_EXCEL_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - serials have no zone
_NUMERIC = re.compile(r"^\d{1,19}(?:\.\d+)?$")
_COMPACT = re.compile(r"^(20\d{2}|19\d{2})(\d{2})(\d{2})(?:[ T]?(\d{2})(\d{2})(\d{2})?)?$")
_YEAR_FIRST = re.compile(
    r"^(?P<year>\d{4})\s*[-/.年]\s*(?P<month>\d{1,2})\s*(?:[-/.月]\s*(?P<day>\d{1,2}))?\s*[日号]?月?"
    r"(?:\s*[(（]?(?:星期|周|週)[一二三四五六日天][)）]?)?[\sT,，]*(?P<rest>.*)$"
)
_DAY_OR_MONTH_FIRST = re.compile(r"^(?P<a>\d{1,2})[-/.](?P<b>\d{1,2})[-/.](?P<year>\d{4})[\sT,，]*(?P<rest>.*)$")
_CLOCK = re.compile(
    r"^(?P<half>上午|下午|晚上|凌晨|中午|早上|[AaPp]\.?[Mm]\.?)?\s*(?P<hour>\d{1,2})\s*[:：时點点]\s*(?P<minute>\d{1,2})?"
    r"\s*(?:[:：分]\s*(?P<second>\d{1,2})?)?\s*秒?(?:[.,]\d+)?\s*(?P<half_after>[AaPp]\.?[Mm]\.?)?"
    r"\s*(?P<zone>Z|UTC|GMT|CST|[+-]\d{2}:?\d{2}|[+-]\d{2})?$"
)
_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: i for i, name in enumerate(_MONTH_NAMES, 1)}
_NAMED = re.compile(
    r"^(?:[a-z]{3,9},?\s+)?(?:(?P<day>\d{1,2})(?:st|nd|rd|th)?[\s/-]+(?P<name>[a-z]{3,9})\.?|"
    r"(?P<name2>[a-z]{3,9})\.?\s+(?P<day2>\d{1,2})(?:st|nd|rd|th)?)[,/\s-]+(?P<year>\d{4}|\d{2}(?=\s))[,\s]*(?:at\s+)?(?P<rest>.*)$",
    re.IGNORECASE,
)
_DAYS_AGO = {"今天": 0, "今日": 0, "昨天": 1, "昨日": 1, "前天": 2, "today": 0, "yesterday": 1}
_NAMED_DAY = re.compile(
    r"^(?P<day>今天|今日|昨天|昨日|前天|today|yesterday|(?:星期|周|礼拜)[一二三四五六日天])[\s,，]*(?P<rest>(?:[上下中早晚凌]\S{1,2}\s*)?\d.*)?$"
)
_YEARLESS = re.compile(
    r"^(?P<month>\d{1,2})(?:月(?P<of_month>\d{1,2})[日号]?|[-/](?P<of_month_2>\d{1,2})(?=\s))[\s,，]*(?P<rest>(?:[上下中早晚凌]\S{1,2}\s*)?\d{1,2}[:：时点].*)?$"
)
_AFTERNOON = ("下午", "晚上", "pm", "p.m.", "p.m")
_MORNING = ("凌晨", "am", "a.m.", "a.m", "早上", "上午")


def read_moment(value: object) -> str | None:
    """A time as ISO 8601 with offset, seconds precision, or None where `value` is no date.

    Understood: `datetime` and `date` objects; ISO 8601; 2026/1/4 21:36; 2026年1月4日 下午3:05; 2026-01 (first of the
    month); 20260104213600; 04.01.2026 (day first unless the first number can't be a day); Jan 4, 2026; Unix seconds,
    milliseconds and microseconds; Excel serials. Without a zone +08:00, without a time 00:00:00. UTC, a machine's time
    and nobody's calendar, becomes +08:00 too, so that the day is the customer's; other offsets stay.
    """
    if isinstance(value, datetime):
        return _iso(value)
    if isinstance(value, date):
        return _iso(datetime(value.year, value.month, value.day))  # noqa: DTZ001
    if isinstance(value, bool) or value is None:
        return None
    return _read_text(str(value).strip())


def with_year(text: str, as_of: date) -> str:
    """A time that lacks its year or day (``8月3日 15:05``, ``08-03 15:05``, ``昨天 15:05``, ``周一 15:05``), written out.

    It is taken for the last such day up to `as_of`; any other text comes back as it is.
    """
    bare = text.strip()
    if match := _NAMED_DAY.match(bare):
        back = _DAYS_AGO.get(match["day"])
        if back is None:
            back = (as_of.weekday() - "一二三四五六日".index(match["day"][-1].replace("天", "日"))) % 7
        return f"{as_of - timedelta(days=back)} {match['rest'] or ''}".strip()
    match = _YEARLESS.match(bare)
    if match is None or not lacks_year(bare):
        return text
    try:
        day = date(as_of.year, int(match["month"]), int(match["of_month"] or match["of_month_2"]))
        day = day if day <= as_of else day.replace(year=as_of.year - 1)
    except ValueError:
        return text
    return f"{day} {match['rest'] or ''}".strip()


def lacks_year(text: str) -> bool:
    """True for a time that names its month and day, but no year (``8月3日 15:05``, ``08-03 15:05``)."""
    match = _YEARLESS.match(text.strip())
    return match is not None and bool(match["of_month"] or match["rest"])


def read_month_or_day(value: object) -> str | None:
    """A date of no more precision than it was given: ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``; other words as they are."""
    if isinstance(value, (datetime, date)):
        return value.isoformat()[:10]
    text = "" if value is None else str(value).strip()
    if not text:
        return None
    if re.fullmatch(r"(19|20)\d{2}年?", text):
        return text[:4]
    moment = read_moment(text)
    if moment is None:
        return text or None
    parts = re.match(r"^\d{4}\s*[-/.年]\s*\d{1,2}\s*月?$", text)
    return moment[:7] if parts else moment[:10]


@lru_cache(maxsize=65536)
def _read_text(text: str) -> str | None:
    text = text.strip("'\"[]")
    if not text or len(text) > 64 or not any(c.isdigit() for c in text):
        return None
    try:
        moment = _parse(text)
    except (ValueError, OverflowError, OSError):
        return None
    return None if moment is None or not 1970 <= moment.year <= 2100 else _iso(moment)


def _parse(text: str) -> datetime | None:
    if match := _COMPACT.match(text):
        return datetime(*(int(part) for part in match.groups() if part))  # type: ignore[arg-type]  # noqa: DTZ001
    if _NUMERIC.match(text):
        return _from_number(float(text))
    if match := _YEAR_FIRST.match(text):
        return _with_clock(int(match["year"]), int(match["month"]), int(match["day"] or 1), match["rest"])
    if match := _DAY_OR_MONTH_FIRST.match(text):
        day, month = int(match["a"]), int(match["b"])
        if month > 12 or ("/" in text and day <= 12):
            day, month = month, day
        return _with_clock(int(match["year"]), month, day, match["rest"])
    if match := _NAMED.match(text):
        month_number = _MONTHS.get((match["name"] or match["name2"]).casefold()[:3])
        day_text = match["day"] or match["day2"]
        year = int(match["year"]) + (2000 if len(match["year"]) == 2 else 0)
        return _with_clock(year, month_number, int(day_text), match["rest"]) if month_number else None
    return None


def _with_clock(year: int, month: int, day: int, rest: str) -> datetime | None:
    if not rest:
        return datetime(year, month, day)  # noqa: DTZ001
    match = _CLOCK.match(rest.strip())
    if match is None:
        return None
    hour = int(match["hour"])
    half = (match["half"] or match["half_after"] or "").casefold()
    if half in _AFTERNOON and hour < 12:
        hour += 12
    elif half in _MORNING and hour == 12:
        hour = 0
    moment = datetime(year, month, day, hour % 24, int(match["minute"] or 0), min(int(match["second"] or 0), 59))  # noqa: DTZ001
    moment += timedelta(days=hour // 24)
    return moment.replace(tzinfo=_zone(match["zone"])) if match["zone"] else moment


def _zone(name: str) -> tzinfo:
    if name in ("Z", "UTC", "GMT"):
        return timezone.utc  # noqa: UP017 - same object, said plainly
    if name == "CST":
        return CHINA
    sign = -1 if name[0] == "-" else 1
    digits = name[1:].replace(":", "").ljust(4, "0")
    return timezone(sign * timedelta(hours=int(digits[:2]), minutes=int(digits[2:])))


def _from_number(number: float) -> datetime | None:
    """Excel serials (20,000-80,000 days: 1954-2119) and Unix time, told apart by size."""
    if 20_000 <= number < 80_000:
        return _EXCEL_EPOCH + timedelta(seconds=round(number * 86_400))
    for unit, low in ((1.0, 1e8), (1e3, 1e11), (1e6, 1e14)):
        if low <= number < low * 100:
            return datetime.fromtimestamp(number / unit, tz=CHINA)
    return None


def _iso(moment: datetime) -> str:
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=CHINA)
    elif not moment.utcoffset():
        moment = moment.astimezone(CHINA)
    return moment.replace(microsecond=0).isoformat()
