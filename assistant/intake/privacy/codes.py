"""Codes of letters and digits: company codes, passports, serial and order numbers, licence plates."""

import re
from collections.abc import Iterator
from functools import cache

from assistant.intake.privacy.checks import company_check
from assistant.intake.privacy.findings import Finding, nearest_cue
from assistant.intake.privacy.lexicon import Cue, table

_TOKEN = re.compile(
    r"(?<![A-Za-z0-9\-_@./])(?=[A-Za-z\-]{0,12}[0-9])[A-Za-z0-9][A-Za-z0-9\-]{6,38}[A-Za-z0-9](?![A-Za-z0-9_@])"
)
_ZONE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 \-:_@./]{6,}")
"""Where Latin letters and digits stand in a row; codes stand nowhere else."""
_MAC = re.compile(r"(?<![0-9A-Za-z:\-])(?:[0-9A-Fa-f]{2}[:\-]){5}[0-9A-Fa-f]{2}(?![0-9A-Za-z:\-])")
_COMPANY = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}")
_PASSPORT = re.compile(r"(?:E[A-HJ-NP-Z][0-9]{7}|[EGDSPHMC][0-9]{8}|[KC][A-Z][0-9]{7}|[HM][0-9]{10})")
_PASSPORT_SURE = re.compile(r"E[A-HJ-NP-Z][0-9]{7}|[EG][0-9]{8}")
_DATED = re.compile(r"[A-Z]{1,5}(?:20)?[23][0-9](?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9A-Z]{4,}")
_LETTERS_FIRST = re.compile(r"[A-Z]{1,5}[0-9]{10,}")
_PASSPORT_ABROAD = re.compile(r"[A-Z]{1,2}[0-9]{6,9}[A-Z]?|[0-9]{2}[A-Z]{2}[0-9]{5}")
_BOOKING = re.compile(
    r"(?i:booking|reservation|confirmation|order)(?i: ?(?:ref(?:erence)?|no|number|code|id))?[.:# ]{1,3}(?-i:([A-Z0-9]{6,12}))(?![A-Za-z0-9\-])"
)
_COURT = re.compile(r"[(（](?:19|20)[0-9]{2}[)）][\u4e00-\u9fff][0-9]{0,4}[\u4e00-\u9fff]{1,3}[0-9]{1,6}[号號]")
"""Number of a case at court."""
_ENGLISH_ORDER = re.compile(r"[bBrRcCoO](?i:ooking|eservation|onfirmation|rder)")
_NORM = re.compile(
    r"LOT[0-9A-Z]+$|(?:GB|GBT|QB|YD|YY|DB|ISO|IEC|EN|CCC|3C)[0-9\-]+$|V[0-9]+R[0-9]+|[0-9]X[0-9A-F]{4,8}$"
)
"""Standards, versions and error codes: the same for everybody."""
_PARCEL = re.compile(r"(?:SF|YT|JDV?[A-Z]?|DPK|ZTO|STO|JT|EMS|TB|PDD|WO|GD|SN?GD)-?[0-9]{4,8}-?[0-9]{3,14}")
_TIME = re.compile(r"[0-9]{8}T[0-9]{4,6}Z?|[0-9]{4}-[0-9]{2}-[0-9]{2}T?[0-9]*")
_CUES: tuple[Cue, ...] = (
    "nothing",
    "order_no",
    "serial_no",
    "bank_card",
    "id_card",
    "passport",
    "company_code",
    "plate",
    "phone",
)
_PHONE_INSIDE = re.compile(r"(?i:vx|wx|qq|tel|mob|phone|v|t)(1[3-9][0-9]{9})")
_SPACED = re.compile(r"(?<![A-Za-z0-9\-])[A-Z0-9]{2,6}(?: [A-Z0-9]{2,6}){2,5}(?![A-Za-z0-9\-])")
_SPOKEN_PLATE = r"[ ·•.\-]?(?:[A-HJ-NP-Z0-9零一二三四五六七八九幺两][ ]?){5,6}"
_PLATE_TAIL = r"[ ·•.\-]?(?:[A-HJ-NP-Z0-9]{4}[A-HJ-NP-Z0-9挂学警港澳]|[0-9]{5}[DF]|[DF][A-HJ-NP-Z0-9][0-9]{4}|[DF][0-9]{4}[A-HJ-NP-Z])"


def find_codes(folded: str, *, written: bool = True) -> Iterator[Finding]:
    """Every code of letters and digits; product models (``JSQ30-X5``) and versions (``3.2``) are none. `written`:
    there are Latin letters in the text."""
    if written:
        yield from _plates(folded)
    for match in _COURT.finditer(folded) if "号" in folded or "號" in folded else ():
        yield Finding("order_no", match.start(), match.end(), 61)
    for match in _BOOKING.finditer(folded) if written and _ENGLISH_ORDER.search(folded) else ():
        if any(c.isdigit() for c in match[1]):
            yield Finding("order_no", *match.span(1), 60)
    for zone in _ZONE.finditer(folded):
        if zone.group().isdigit():
            continue
        place = zone.start(), min(len(folded), zone.end() + 1)
        yield from _spaced_serials(folded, place)
        for match in _MAC.finditer(folded, *place):
            yield Finding("serial_no", match.start(), match.end(), 58)
        for match in _TOKEN.finditer(folded, *place):
            token = match.group()
            letters = sum(c.isalpha() for c in token)
            digits = sum(c.isdigit() for c in token)
            if letters and digits >= 4:
                yield from _classify(folded, match, token, digits)


def _classify(folded: str, match: re.Match[str], token: str, digits: int) -> Iterator[Finding]:
    start, end = match.span()
    upper = token.upper()
    kind, distance = nearest_cue(folded, start, _CUES)
    inside = _PHONE_INSIDE.fullmatch(token)
    if inside:
        yield Finding("phone", start + inside.start(1), end, 72, inside[1])
    elif _COMPANY.fullmatch(upper) and (company_check(upper) or kind == "company_code" or upper[0] in "159Y"):
        yield Finding("company_code", start, end, 85)
    elif _PASSPORT.fullmatch(upper) and (
        kind == "passport" or (_PASSPORT_SURE.fullmatch(token) and kind not in ("order_no", "serial_no"))
    ):
        yield Finding("passport", start, end, 75)
    elif (
        _TIME.fullmatch(upper)
        or (_NORM.match(upper) and not (kind == "order_no" and distance <= 4))
        or (kind == "nothing" and distance <= 6)
    ):
        return
    elif kind == "passport" and distance <= 6 and _PASSPORT_ABROAD.fullmatch(upper):
        yield Finding("passport", start, end, 75)
    elif _PARCEL.fullmatch(upper):
        yield Finding("order_no", start, end, 74)
    elif token.startswith("SN") and digits >= 5 and len(token) >= 10:
        yield Finding("serial_no", start + 2, end, 74)
    elif kind in ("order_no", "serial_no") and (digits >= 6 or distance <= 4):
        yield Finding(kind, start, end, 74)
    elif len(token) >= 10 and digits >= 7 and token == upper and "-" not in token:
        dated = _DATED.fullmatch(token) or _LETTERS_FIRST.fullmatch(token)
        yield Finding("order_no" if dated else "serial_no", start, end, 55)


def _spaced_serials(folded: str, place: tuple[int, int]) -> Iterator[Finding]:
    """A serial number read out in groups, right after its cue."""
    for match in _SPACED.finditer(folded, *place):
        kind, distance = nearest_cue(folded, match.start(), _CUES, 16)
        if kind == "serial_no" and distance <= 12 and sum(c.isdigit() for c in match.group()) >= 6:
            yield Finding("serial_no", match.start(), match.end(), 62)


def _plates(folded: str) -> Iterator[Finding]:
    for match in _plate_pattern().finditer(folded):
        body = match.group()[2:]
        before = folded[match.start() - 1 : match.start()]
        spoken = nearest_cue(folded, match.start(), ("plate",), 10)[0] is not None
        word = match.group()[0] in "新云青宁贵川" and "\u4e00" <= before <= "\u9fff"
        if sum(c.isdigit() for c in body) >= (2 if spoken else 3) and (spoken or not word):
            yield Finding("plate", match.start(), match.end(), 76)

    for match in _spoken_plates().finditer(folded):
        if nearest_cue(folded, match.start(), ("plate",), 10)[0] is not None:
            yield Finding("plate", match.start(), match.end(), 54)


@cache
def _spoken_plates() -> re.Pattern[str]:
    provinces = table("shapes")["plate_provinces"]
    return re.compile(rf"[{provinces}][A-HJ-NP-Za-hj-np-z]{_SPOKEN_PLATE}(?![A-Za-z0-9])")


@cache
def _plate_pattern() -> re.Pattern[str]:
    provinces = table("shapes")["plate_provinces"]
    return re.compile(rf"[{provinces}][A-HJ-NP-Za-hj-np-z](?i:{_PLATE_TAIL})(?![A-Za-z0-9])")
