"""How a value becomes a pseudonym: one canonical form per value, then a keyed hash."""

import hmac
import re
import unicodedata

from assistant.domain.vocabulary import PiiType
from assistant.intake.privacy.folding import fold
from assistant.intake.privacy.person import without_honorific

MARK_DIGITS = 6
"""Hex digits of a pseudonym in a text, as the contract shows it."""
ID_DIGITS = 16
"""Hex digits where an identity hangs on the pseudonym: at 100,000 values 6 digits collide, 16 do not."""

_NOT_WORD = re.compile(r"[\W_]+")
_COUNTRY = re.compile(r"^(?:00)?86(?=1[3-9][0-9]{9}$)")
_LANDLINE_COUNTRY = re.compile(r"^(?:00)?86(?=0?[1-9][0-9]{8,11}$)")


def canonical(kind: PiiType, value: str) -> str:
    """The form in which all spellings of one value are the same: no separators, full-width or spoken digits.

    Mobile numbers lose +86, letters of codes are upper case, of e-mail addresses lower. A full name loses its form of
    address (王建国先生); a surname keeps it, for 王先生 and 王女士 are two.
    """
    folded = unicodedata.normalize("NFKC", fold(value))
    if kind in ("phone", "landline"):
        digits = "".join(c for c in folded if c.isdigit())
        return (_COUNTRY if kind == "phone" else _LANDLINE_COUNTRY).sub("", digits)
    if kind == "email":
        return re.sub(r"\s", "", folded).lower()
    if kind in ("wechat", "qq"):
        return re.sub(r"\s", "", folded).lower()
    if kind == "name":
        folded = without_honorific(folded)
    return _NOT_WORD.sub("", folded).upper()


def pseudonym(key: bytes, kind: PiiType, value: str, digits: int = MARK_DIGITS) -> str:
    """The first hex `digits` of HMAC-SHA256 under `key` over the type and the canonical value.

    A long pseudonym begins at the first place that gives it a letter, so that no number can pass for it.
    """
    message = f"{kind}\0{canonical(kind, value)}".encode()
    whole = hmac.digest(key, message, "sha256").hex()
    if digits == MARK_DIGITS:
        return whole[:digits]
    return next(part for at in range(len(whole)) if not (part := whole[at : at + digits]).isdecimal())
