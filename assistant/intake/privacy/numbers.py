"""Numbers made of digits: telephones, identity cards, bank cards and long order numbers."""

import re
from collections.abc import Iterator
from datetime import datetime

from assistant.intake.privacy.checks import bank_card_check, hong_kong_check, is_goods_code, taiwan_check
from assistant.intake.privacy.findings import Finding, nearest_cue
from assistant.intake.privacy.lexicon import Cue, numbers

_ZONE = re.compile(r"[0-9](?:[^0-9]{0,4}[0-9]){6,}")
"""Where seven digits stand close together; nowhere else is any of these numbers."""
_AROUND = 12
_S = r"[ \-.]{1,3}"
_MOBILE = re.compile(
    r"(?<![0-9])(?:\(?(?:\+|00)?86\)?[ \-]{0,3})?"
    rf"(1[3-9](?:[0-9]{{9}}|[0-9]{_S}[0-9]{{4}}{_S}[0-9]{{4}}|[0-9]{_S}[0-9]{{3}}{_S}[0-9]{{5}}"
    rf"|[0-9]{{2}}{_S}[0-9]{{3}}{_S}[0-9]{{4}}|[0-9]{_S}[0-9]{{8}}|[0-9]{{5}}{_S}[0-9]{{4}}"
    rf"|[0-9]{_S}[0-9]{{4}}{_S}[0-9]{{2}}{_S}[0-9]{{2}}|[0-9]{{2}}{_S}[0-9]{{4}}{_S}[0-9]{{3}})"
    rf"|1{_S}[3-9](?:{_S}[0-9]){{9}})(?![0-9])"
)
_MOBILE_ODD = re.compile(r"(?<![0-9.])(?<![0-9][ \-])1[3-9][0-9]{1,6}(?:[ \-][0-9]{2,7}){1,3}(?![0-9.]|[ \-][0-9])")
"""A mobile number in unusual groups; eleven digits in all."""
_ABROAD = re.compile(
    r"(?<![0-9A-Za-z])(?:\+[ ]?(?!86)[1-9][0-9]{0,2}[ \-]{0,2}(?:\([0-9]{1,4}\)[ ]?)?[0-9](?:[ \-]?[0-9]){6,11}"
    r"|09[0-9]{2}[ \-]?[0-9]{3}[ \-]?[0-9]{3})(?![0-9])"
)
_TAIWAN = re.compile(r"(?<![0-9A-Za-z])(?:\(0[2-8]\)[ \-]?|0[2-8][ \-])[0-9]{3,4}[ \-][0-9]{4}(?![0-9])")
_HONG_KONG = re.compile(r"(?<![0-9A-Za-z.+\-])(?<![0-9] )[569][0-9]{3}[ \-][0-9]{4}(?![0-9A-Za-z.\-]| [0-9])")
_TRADITIONAL = re.compile(
    r"[電話號樓訂單機們為這來個請會維幾說嗎買裝]|香港|九[龍龙]|新界|澳[門门]|氹仔|HK|MOP|\+85[23]"
)
_EXTENSION = r"(?:[ ,]?(?:转|轉|分机号?|分機|(?i:ext\.?)|-|#)[: ]?(?:[0-9]{1,6}|[零一二三四五六七八九幺]{2,5}))?"
_LANDLINE = re.compile(
    r"(?<![0-9A-Za-z])(?<!(?<![0-9])[0-9]{4} )(?:(?:\+?86[ \-]?)?\(?(0(?:10|2[0-9]|[3-9][0-9]{2}))|\+?86[ \-](10|2[0-9]|[3-9][0-9]{2}))\)?[ \-]{0,3}"
    rf"(?:[2-8][0-9]{{6,7}}|[2-8][0-9]{{2,3}}[ \-][0-9]{{4}}){_EXTENSION}(?![0-9])"
)
_LOCAL = re.compile(rf"(?<![0-9A-Za-z\-.+])[2-9][0-9]{{2,3}}[ \-]?[0-9]{{4}}{_EXTENSION}(?![0-9A-Za-z.]|[ \-][0-9])")
_ID = re.compile(
    r"(?<![0-9A-Za-z])([1-8][0-9])[0-9]{4}[ \-]?(?:19|20)[0-9]{2}[ \-]?(?:0[1-9]|1[0-2])[ \-]?"
    r"(?:0[1-9]|[12][0-9]|3[01])[ \-]?[0-9]{3}[0-9Xx](?![0-9A-Za-z])"
)
_ID_OLD = re.compile(
    r"(?<![0-9A-Za-z])([1-8][0-9])[0-9]{6}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}(?![0-9])"
)
_ID_ABROAD = re.compile(
    r"(?<![0-9A-Za-z])(?:[A-Z]{1,2}[0-9]{6}[ ]?\(?[0-9A]\)?|[A-Z][1289][0-9]{8}|[157](?:/[0-9]{6}/|[0-9]{6})\(?[0-9]\)?)(?![0-9A-Za-z])"
)
_TAIWAN_ID = re.compile(r"[A-Z][1289][0-9]{8}")
_LONG = re.compile(r"(?<![0-9A-Za-z])[0-9]{12,32}[Xx]?(?![0-9A-Za-z])")
_GROUPED = re.compile(r"(?<![0-9A-Za-z])[0-9]{4}(?:[ \-][0-9]{4}){2,3}(?:[ \-]?[0-9]{1,4})?(?![0-9A-Za-z])")
_SPLIT = re.compile(
    r"(?<![0-9A-Za-z\-])(?:[0-9]{6}-[0-9]{15}|[0-9]{12}-[0-9]{8}|[0-9]{3}-[0-9]{7}-[0-9]{7})(?![0-9A-Za-z\-])|EMS ?[0-9]{9,13}(?![0-9])"
)
"""Orders of a platform that puts the date before a dash; an invoice's code and number; a parcel of EMS."""
_TOLD_AFTER = re.compile(
    r"(?<![0-9A-Za-z\-.])[0-9]{8,20}(?=[ ,，、0-9]{0,40}[这那][两几三]?个?(?:订单|单号|工单|运单|單號|訂單))"
)
"""Numbers whose word comes after them: ``48300000001 49100000002这两个订单``."""
_SHORT = re.compile(r"(?<![0-9A-Za-z\-.])[0-9]{6,11}(?![0-9A-Za-z.])")
_ELEVEN = re.compile(r"1[3-9][0-9]{9}")
"""A mobile number, whatever its cue."""
_ONE = re.compile("[0-9]")
_SHORTEST_LONG = 12
"""Digits of the shortest number that is no telephone by its length."""
_GATEWAY = re.compile(r"106[0-9]{9,17}")
"""Where firms' text messages come from."""
_CUES: tuple[Cue, ...] = (
    "nothing", "order_no", "serial_no", "bank_card", "id_card", "passport", "company_code", "landline", "phone",
)  # fmt: skip
_TIGHT = 4
_PARTED = re.compile(r"(?<![0-9A-Za-z\-])[0-9]{4,12}(?:-[0-9]{3,16}){1,3}(?![0-9A-Za-z\-])")
_FEWEST_PARTED = 12
_TAIWAN_FIRM = 8
"""Digits of a Taiwanese company code."""


def find_numbers(folded: str) -> Iterator[Finding]:
    """Every number of a person in a folded text. 400 and 800 numbers are companies' own and stay."""
    for zone in _ZONE.finditer(folded):
        place = (max(0, zone.start() - _AROUND), min(len(folded), zone.end() + _AROUND))
        if _ELEVEN.fullmatch(zone.group()) and not _has_digit(folded, place, zone):
            yield Finding("phone", zone.start(), zone.end(), 70, zone.group())
            continue
        yield from _telephones(folded, place)
        yield from _landlines(folded, place)
        yield from _identity_cards(folded, place)
        for pattern in (_LONG, _GROUPED) if zone.end() - zone.start() >= _SHORTEST_LONG else ():
            for match in pattern.finditer(folded, *place):
                yield from _long_number(folded, match)
        yield from _short_numbers(folded, place)


def _has_digit(folded: str, place: tuple[int, int], zone: re.Match[str]) -> bool:
    """Whether there are digits in a place outside the zone in its middle."""
    return bool(_ONE.search(folded, place[0], zone.start()) or _ONE.search(folded, zone.end(), place[1]))


def _telephones(folded: str, place: tuple[int, int]) -> Iterator[Finding]:
    for match in _MOBILE.finditer(folded, *place):
        yield Finding("phone", match.start(), match.end(), 70, _digits(match[1]))
    for match in _ABROAD.finditer(folded, *place):
        yield Finding("phone", match.start(), match.end(), 65)
    for match in _MOBILE_ODD.finditer(folded, *place):
        if len(digits := _digits(match.group())) == 11:
            yield Finding("phone", match.start(), match.end(), 63, digits)


def _landlines(folded: str, place: tuple[int, int]) -> Iterator[Finding]:
    for match in _TAIWAN.finditer(folded, *place):
        yield Finding("landline", match.start(), match.end(), 65)
    for match in _LANDLINE.finditer(folded, *place):
        if (match[1] or f"0{match[2]}") in numbers("area_codes"):
            yield Finding("landline", match.start(), match.end(), 66)
    for match in _HONG_KONG.finditer(folded, *place):
        if _TRADITIONAL.search(folded):
            yield Finding("phone", match.start(), match.end(), 38)
    for match in _LOCAL.finditer(folded, *place):
        kind, distance = nearest_cue(folded, match.start(), _CUES, 16)
        after = nearest_cue(folded, min(len(folded), match.end() + 6), ("phone",), 6)[0]
        extended = any(word in match.group() for word in "转轉分")
        if (kind == "landline" and distance <= _TIGHT) or extended:
            mobile = "9" if _TRADITIONAL.search(folded) is None else "569"
            yield Finding("phone" if match.group()[0] in mobile else "landline", match.start(), match.end(), 40)
        elif (kind == "phone" and distance <= _TIGHT) or after:
            yield Finding("phone", match.start(), match.end(), 40)


def _identity_cards(folded: str, place: tuple[int, int]) -> Iterator[Finding]:
    for match in _ID.finditer(folded, *place):
        kind, distance = nearest_cue(folded, match.start(), _CUES)
        if match[1] in numbers("id_provinces") and not (kind == "order_no" and distance <= _TIGHT):
            yield Finding("id_card", match.start(), match.end(), 87)
    for pattern in (_ID_OLD, _ID_ABROAD):
        for match in pattern.finditer(folded, *place):
            written = match.group()[0].isalpha() and match.group()[-1] == ")" and hong_kong_check(match.group())
            kind = nearest_cue(folded, match.start(), _CUES)[0]
            resident = kind == "passport" and _TAIWAN_ID.fullmatch(match.group()) and taiwan_check(match.group())
            if written or resident or kind == "id_card":
                yield Finding("id_card", match.start(), match.end(), 78)


def _short_numbers(folded: str, place: tuple[int, int]) -> Iterator[Finding]:
    for match in _SHORT.finditer(folded, *place):
        if _ELEVEN.fullmatch(match.group()):
            continue
        kind, distance = nearest_cue(folded, match.start(), _CUES, 16)
        if kind in ("order_no", "serial_no", "bank_card", "passport") and distance <= _TIGHT:
            yield Finding(kind, match.start(), match.end(), 45)
        elif kind == "company_code" and distance <= _TIGHT and len(match.group()) == _TAIWAN_FIRM:
            yield Finding("company_code", match.start(), match.end(), 46)
    for match in _PARTED.finditer(folded, *place):
        kind, distance = nearest_cue(folded, match.start(), _CUES, 16)
        if kind == "order_no" and distance <= _TIGHT and len(_digits(match.group())) >= _FEWEST_PARTED:
            yield Finding("order_no", match.start(), match.end(), 69)
    for match in _TOLD_AFTER.finditer(folded, *place):
        yield Finding("order_no", match.start(), match.end(), 44)
    for match in _SPLIT.finditer(folded, *place):
        yield Finding("order_no", match.start(), match.end(), 68)


def _long_number(folded: str, match: re.Match[str]) -> Iterator[Finding]:
    """A number too long for a telephone: what its cue says, else a card by its issuer's prefix, else an order."""
    digits = _digits(match.group())
    kind, distance = nearest_cue(folded, match.start(), _CUES)
    card = 16 <= len(digits) <= 19
    if (is_goods_code(digits) and kind != "order_no") or _GATEWAY.fullmatch(digits):
        return
    if kind == "nothing" and distance <= _TIGHT:
        return
    if kind in ("order_no", "serial_no", "passport"):
        yield Finding("serial_no" if kind == "serial_no" else "order_no", match.start(), match.end(), 60)
    elif kind == "bank_card" and 12 <= len(digits) <= 22:
        yield Finding("bank_card", match.start(), match.end(), 82 if card else 60)
    elif kind == "id_card" and len(digits) in (15, 17, 18, 19):
        yield Finding("id_card", match.start(), match.end(), 60)
    elif kind == "company_code" and len(digits) in (15, 18):
        yield Finding("company_code", match.start(), match.end(), 60)
    elif card and (digits.startswith("62") or (digits[0] in "3459" and bank_card_check(digits))):
        yield Finding("bank_card", match.start(), match.end(), 60)
    elif not (_is_time(digits) or folded[match.start() - 1 : match.start()] == "/"):
        yield Finding("order_no", match.start(), match.end(), 30)


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdigit())


def _is_time(digits: str) -> bool:
    """``YYYYMMDDhhmm`` or ``YYYYMMDDhhmmss``: a log's time, no number of anybody."""
    if len(digits) not in (12, 14) or not digits.startswith("20"):
        return False
    try:
        datetime.strptime(digits.ljust(14, "0"), "%Y%m%d%H%M%S")  # noqa: DTZ007 - only the shape is asked
    except ValueError:
        return False
    return True
