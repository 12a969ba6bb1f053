"""Codes of letters and digits: company codes, passports, serial and order numbers, licence plates."""

import re
from collections.abc import Iterator
from functools import cache

from assistant.domain.vocabulary import PiiType
from assistant.intake.privacy.findings import Finding, nearest_cue
from assistant.intake.privacy.lexicon import table

_TOKEN = re.compile(
    r"(?<![A-Za-z0-9\-_@./])(?=[A-Za-z\-]{0,12}[0-9])[A-Za-z0-9][A-Za-z0-9\-]{6,38}[A-Za-z0-9](?![A-Za-z0-9_@])"
)
_MAC = re.compile(r"(?<![0-9A-Za-z:\-])(?:[0-9A-Fa-f]{2}[:\-]){5}[0-9A-Fa-f]{2}(?![0-9A-Za-z:\-])")
_COMPANY = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}")
_PASSPORT = re.compile(r"(?:E[A-HJ-NP-Z][0-9]{7}|[EGDSPHMC][0-9]{8}|[KC][A-Z][0-9]{7}|[HM][0-9]{10})")
_PASSPORT_SURE = re.compile(r"E[A-HJ-NP-Z][0-9]{7}|[EG][0-9]{8}")
_DATED = re.compile(r"[A-Z]{1,5}(?:20)?[23][0-9](?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9A-Z]{4,}")
_LETTERS_FIRST = re.compile(r"[A-Z]{1,5}[0-9]{10,}")
_TIME = re.compile(r"[0-9]{8}T[0-9]{4,6}Z?|[0-9]{4}-[0-9]{2}-[0-9]{2}T?[0-9]*")
_CUES: tuple[PiiType, ...] = (
    "order_no",
    "serial_no",
    "bank_card",
    "id_card",
    "passport",
    "company_code",
    "plate",
    "phone",
)
_CODE_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_PHONE_INSIDE = re.compile(r"(?i:vx|wx|qq|tel|mob|phone|v|t)(1[3-9][0-9]{9})")
_PLATE_TAIL = r"[ ·•.\-]?(?:[A-HJ-NP-Z0-9]{4}[A-HJ-NP-Z0-9挂学警港澳]|[0-9]{5}[DF]|[DF][A-HJ-NP-Z0-9][0-9]{4})"


def find_codes(folded: str) -> Iterator[Finding]:
    """Every code of letters and digits; product models (``JSQ30-X5``) and versions (``3.2``) are none."""
    yield from _plates(folded)
    for match in _MAC.finditer(folded):
        yield Finding("serial_no", match.start(), match.end(), 58)
    for match in _TOKEN.finditer(folded):
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
    elif _COMPANY.fullmatch(upper) and (_company_check(upper) or kind == "company_code" or upper[0] in "159Y"):
        yield Finding("company_code", start, end, 85)
    elif _PASSPORT.fullmatch(upper) and (
        kind == "passport" or (_PASSPORT_SURE.fullmatch(token) and kind not in ("order_no", "serial_no"))
    ):
        yield Finding("passport", start, end, 75)
    elif _TIME.fullmatch(upper):
        return
    elif kind in ("order_no", "serial_no") and (digits >= 6 or distance <= 4):
        yield Finding(kind, start, end, 74)
    elif len(token) >= 10 and digits >= 7 and token == upper and "-" not in token:
        dated = _DATED.fullmatch(token) or _LETTERS_FIRST.fullmatch(token)
        yield Finding("order_no" if dated else "serial_no", start, end, 55)


def _plates(folded: str) -> Iterator[Finding]:
    for match in _plate_pattern().finditer(folded):
        body = match.group()[2:]
        before = folded[match.start() - 1 : match.start()]
        spoken = nearest_cue(folded, match.start(), ("plate",), 10)[0] is not None
        word = match.group()[0] in "新云青宁贵川" and "\u4e00" <= before <= "\u9fff"
        if sum(c.isdigit() for c in body) >= (2 if spoken else 3) and (spoken or not word):
            yield Finding("plate", match.start(), match.end(), 76)


@cache
def _plate_pattern() -> re.Pattern[str]:
    provinces = table("shapes")["plate_provinces"]
    return re.compile(rf"[{provinces}][A-HJ-NP-Za-hj-np-z](?i:{_PLATE_TAIL})(?![A-Za-z0-9])")


def _company_check(code: str) -> bool:
    """The check character of the unified social credit code (GB 32100-2015)."""
    total = sum(_CODE_ALPHABET.index(c) * pow(3, index, 31) for index, c in enumerate(code[:17]))
    return _CODE_ALPHABET[(31 - total % 31) % 31] == code[17]
