"""Numbers made of digits: telephones, identity cards, bank cards and long order numbers."""

import re
from collections.abc import Iterator
from datetime import datetime

from assistant.domain.vocabulary import PiiType
from assistant.intake.privacy.findings import Finding, nearest_cue
from assistant.intake.privacy.lexicon import numbers

_SEVEN_DIGITS = re.compile(r"[0-9](?:[ \-.()]{0,3}[0-9]){6}")
_S = r"[ \-.]{1,3}"
_MOBILE = re.compile(
    r"(?<![0-9])(?:\(?(?:\+|00)?86\)?[ \-]{0,3})?"
    rf"(1[3-9](?:[0-9]{{9}}|[0-9]{_S}[0-9]{{4}}{_S}[0-9]{{4}}|[0-9]{_S}[0-9]{{3}}{_S}[0-9]{{5}}"
    rf"|[0-9]{{2}}{_S}[0-9]{{3}}{_S}[0-9]{{4}}|[0-9]{_S}[0-9]{{8}}|[0-9]{{5}}{_S}[0-9]{{4}}"
    rf"|[0-9]{_S}[0-9]{{4}}{_S}[0-9]{{2}}{_S}[0-9]{{2}}|[0-9]{{2}}{_S}[0-9]{{4}}{_S}[0-9]{{3}})"
    rf"|1{_S}[3-9](?:{_S}[0-9]){{9}})(?![0-9])"
)
_ABROAD = re.compile(
    r"(?<![0-9A-Za-z])(?:\+[ ]?(?!86)[1-9][0-9]{0,2}[ \-]{0,2}(?:\([0-9]{1,4}\)[ ]?)?[0-9](?:[ \-]?[0-9]){6,11}"
    r"|09[0-9]{2}[ \-]?[0-9]{3}[ \-]?[0-9]{3}|\(?0[2-8]\)?[ \-][0-9]{3,4}[ \-][0-9]{4})(?![0-9])"
)
_EXTENSION = r"(?:[ ,]?(?:转|轉|分机号?|分機|(?i:ext\.?)|-|#)[: ]?[0-9]{1,6})?"
_LANDLINE = re.compile(
    r"(?<![0-9A-Za-z])(?:(?:\+?86[ \-]?)?\(?(0(?:10|2[0-9]|[3-9][0-9]{2}))|\+?86[ \-](10|2[0-9]|[3-9][0-9]{2}))\)?[ \-]{0,3}"
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
_ID_ABROAD = re.compile(r"(?<![0-9A-Za-z])(?:[A-Z]{1,2}[0-9]{6}[ ]?\(?[0-9A]\)?|[A-Z][12][0-9]{8})(?![0-9A-Za-z])")
_LONG = re.compile(r"(?<![0-9A-Za-z])[0-9]{12,32}[Xx]?(?![0-9A-Za-z])")
_GROUPED = re.compile(r"(?<![0-9A-Za-z])[0-9]{4}(?:[ \-][0-9]{4}){2,3}(?:[ \-]?[0-9]{1,4})?(?![0-9A-Za-z])")
_SHORT = re.compile(r"(?<![0-9A-Za-z\-.])[0-9]{6,11}(?![0-9A-Za-z.])")
_CUES: tuple[PiiType, ...] = (
    "order_no", "serial_no", "bank_card", "id_card", "passport", "company_code", "landline", "phone",
)  # fmt: skip
_TIGHT = 4


def find_numbers(folded: str) -> Iterator[Finding]:
    """Every number of a person in a folded text. 400 and 800 numbers are companies' own and stay."""
    if not _SEVEN_DIGITS.search(folded):
        return
    yield from _telephones(folded)
    yield from _identity_cards(folded)
    for pattern in (_LONG, _GROUPED):
        for match in pattern.finditer(folded):
            yield from _long_number(folded, match)
    for match in _SHORT.finditer(folded):
        kind, distance = nearest_cue(folded, match.start(), _CUES, 16)
        if kind in ("order_no", "serial_no", "bank_card", "passport") and distance <= _TIGHT:
            yield Finding(kind, match.start(), match.end(), 45)


def _telephones(folded: str) -> Iterator[Finding]:
    for match in _MOBILE.finditer(folded):
        yield Finding("phone", match.start(), match.end(), 70, _digits(match[1]))
    for match in _ABROAD.finditer(folded):
        yield Finding("phone", match.start(), match.end(), 65)
    for match in _LANDLINE.finditer(folded):
        if (match[1] or f"0{match[2]}") in numbers("area_codes"):
            yield Finding("landline", match.start(), match.end(), 66)
    for match in _LOCAL.finditer(folded):
        kind, distance = nearest_cue(folded, match.start(), _CUES, 16)
        after = nearest_cue(folded, min(len(folded), match.end() + 6), ("phone",), 6)[0]
        if kind == "landline" and distance <= _TIGHT:
            yield Finding("phone" if match.group()[0] == "9" else "landline", match.start(), match.end(), 40)
        elif (kind == "phone" and distance <= _TIGHT) or after:
            yield Finding("phone", match.start(), match.end(), 40)


def _identity_cards(folded: str) -> Iterator[Finding]:
    for match in _ID.finditer(folded):
        kind, distance = nearest_cue(folded, match.start(), _CUES)
        if match[1] in numbers("id_provinces") and not (kind == "order_no" and distance <= _TIGHT):
            yield Finding("id_card", match.start(), match.end(), 87)
    for pattern in (_ID_OLD, _ID_ABROAD):
        for match in pattern.finditer(folded):
            if nearest_cue(folded, match.start(), _CUES)[0] == "id_card":
                yield Finding("id_card", match.start(), match.end(), 78)


def _long_number(folded: str, match: re.Match[str]) -> Iterator[Finding]:
    """A number too long for a telephone: what its cue says, else a card by its issuer's prefix, else an order."""
    digits = _digits(match.group())
    kind = nearest_cue(folded, match.start(), _CUES)[0]
    card = 16 <= len(digits) <= 19
    if _is_goods_code(digits) and kind != "order_no":
        return
    if kind in ("order_no", "serial_no", "passport"):
        yield Finding("serial_no" if kind == "serial_no" else "order_no", match.start(), match.end(), 60)
    elif kind == "bank_card" and 12 <= len(digits) <= 22:
        yield Finding("bank_card", match.start(), match.end(), 82 if card else 60)
    elif kind == "id_card" and len(digits) in (15, 17, 18, 19):
        yield Finding("id_card", match.start(), match.end(), 60)
    elif kind == "company_code" and len(digits) in (15, 18):
        yield Finding("company_code", match.start(), match.end(), 60)
    elif card and (digits.startswith("62") or (digits[0] in "3459" and _luhn(digits))):
        yield Finding("bank_card", match.start(), match.end(), 60)
    elif not (_is_time(digits) or folded[match.start() - 1 : match.start()] == "/"):
        yield Finding("order_no", match.start(), match.end(), 30)


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdigit())


def _luhn(digits: str) -> bool:
    """The check digit of payment cards (ISO/IEC 7812-1)."""
    doubled = (2 * int(c) - 9 * (int(c) > 4) for c in digits[-2::-2])
    return (sum(doubled) + sum(int(c) for c in digits[-1::-2])) % 10 == 0


def _is_time(digits: str) -> bool:
    """``YYYYMMDDhhmm`` or ``YYYYMMDDhhmmss``: a log's time, no number of anybody."""
    if len(digits) not in (12, 14) or not digits.startswith("20"):
        return False
    try:
        datetime.strptime(digits.ljust(14, "0"), "%Y%m%d%H%M%S")  # noqa: DTZ007 - only the shape is asked
    except ValueError:
        return False
    return True


def _is_goods_code(digits: str) -> bool:
    """A Chinese article number (EAN-13, prefix 690-699): the same on every piece of the article."""
    if len(digits) != 13 or not digits.startswith("69"):
        return False
    total = sum(int(c) * (3 if index % 2 else 1) for index, c in enumerate(digits[:12]))
    return (10 - total % 10) % 10 == int(digits[12])
