"""Values that the source itself gives (a customer's name and telephone), wherever they recur in the text."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from assistant.domain.records import RawCustomer
from assistant.domain.vocabulary import PiiType
from assistant.intake.privacy.findings import Finding
from assistant.intake.privacy.folding import fold
from assistant.intake.privacy.lexicon import any_of, longest_first, table, words
from assistant.intake.privacy.person import HAN, is_person, surname_of

_NOBODY = re.compile(r"匿名|未知|测试|用户|客户|顾客|会员|游客|先生$|女士$|小姐$|阿姨$|[0-9*]")
_RANK: dict[PiiType, int] = {"phone": 64, "landline": 64}
"""Below the patterns of telephone numbers, which also see the country code and the extension."""
_MOBILE = re.compile(r"(?:86)?1[3-9][0-9]{9}$")
"""Found by the patterns anyway."""
_SEVEN_DIGITS = re.compile(r"[0-9](?:[ \-.]{0,3}[0-9]){6}")
"""Without as many a text holds no number, and its pattern, which costs more than the search, need not be built."""
_REMEMBERED = 64
"""Customers whose patterns are kept at hand: the records of one often follow one another, and a raw name or number
stays in memory no longer than until 64 others came."""
_COUNTRY = re.compile(r"^(?:00)?(?:86|852|853|886)(?=[0-9]{8,11}$)")


@dataclass(frozen=True, slots=True)
class KnownValue:
    """A value to be masked wherever it stands; for a name its usual forms (姓 + 先生, given name) count as well."""

    type: PiiType
    text: str
    trade: bool = False
    """The person is a technician or dealer: 姓 + 师傅 is a form of the name."""


def known_values(customer: RawCustomer) -> tuple[KnownValue, ...]:
    """What the record's own customer fields give away."""
    trade = customer.segment in ("service_provider", "dealer")
    name = (KnownValue("name", customer.name.strip(), trade),) if customer.name and customer.name.strip() else ()
    phone = (KnownValue("phone", customer.phone.strip()),) if customer.phone and customer.phone.strip() else ()
    return name + phone


def find_known(folded: str, known: Sequence[KnownValue]) -> Iterator[Finding]:
    """Every place where a known value stands in a folded text."""
    for value in known:
        rank = _RANK.get(value.type, 86)
        for start, end in _places(folded, value):
            yield Finding(value.type, start, end, rank, value.text)


def _places(folded: str, value: KnownValue) -> Iterator[tuple[int, int]]:
    """Where a value stands. Chinese names are looked for as plain strings: a pattern each would cost more to build
    than all the rest of masking."""
    if value.type != "name":
        if value.type in _RANK and not _SEVEN_DIGITS.search(folded):
            return
        pattern = _pattern(value.type, value.text)
        yield from (match.span() for match in pattern.finditer(folded)) if pattern else ()
        return
    if HAN.fullmatch(value.text) and not any(character in folded for character in value.text):
        return
    for root, whole in _name_roots(value.text):
        at = folded.find(root)
        while at >= 0:
            end = at + len(root)
            address = _honorific(value.trade).match(folded, end) if whole is not None else None
            end = address.end() if address else end
            if (address or whole is not False) and _stands_alone(folded, at, end):
                yield at, end
            at = folded.find(root, end)


def _stands_alone(folded: str, start: int, end: int) -> bool:
    """A Latin word must be a whole word; 关总 is no name in 关总阀."""
    left, right = folded[start - 1 : start], folded[end : end + 1]
    if left.isascii() and left.isalnum() and folded[start].isascii():
        return False
    if right.isascii() and right.isalnum() and folded[end - 1].isascii():
        return False
    return right == "" or right not in "阀部"


@lru_cache(maxsize=_REMEMBERED)
def _name_roots(name: str) -> tuple[tuple[str, bool | None], ...]:
    """What may stand in a text for a name, the longer first: (words, True), with a form of address after them or
    without; (words, False), only with one; (words, None), never with one. None for what names nobody (匿名用户)."""
    name = fold(name)
    if len(name) < 2 or name in words("not_names"):
        return ()
    if _NOBODY.search(name):
        return ((name, None),)
    parts = [part for part in re.split(r"[·•・‧\s]+", name) if part and part not in words("given_words")]
    heads = [surname_of(name)] if is_person(name) else [p for p in parts if len(p) <= 4]
    wholes = {name, *(part for part in parts if len(part) >= 2)}
    given = name[len(surname_of(name)) :] if is_person(name) else ""
    if len(given) >= 2 and given not in words("given_words"):
        wholes.add(given)
    return tuple((root, root in wholes) for root in longest_first(wholes | set(heads)))


@cache
def _honorific(trade: bool) -> re.Pattern[str]:
    names = table("cues")["names"]
    return re.compile(any_of(names["known_honorifics"] + (names["trade_honorifics"] if trade else [])))


@lru_cache(maxsize=_REMEMBERED)
def _pattern(kind: PiiType, value: str) -> re.Pattern[str] | None:
    folded = fold(value)
    if kind in ("phone", "landline"):
        digits = "".join(c for c in folded if c.isdigit())
        if len(digits) < 7 or _MOBILE.match(digits):
            return None
        local = _COUNTRY.sub("", digits)
        spaced = [r"[ \-.]{0,3}".join(form) for form in dict.fromkeys((digits, local))]
        return re.compile(rf"(?<![0-9])\+?(?:{'|'.join(spaced)})(?![0-9])")
    return re.compile(_alone(folded), re.IGNORECASE) if len(folded) >= 4 else None


def _alone(value: str) -> str:
    """A pattern of the value; an end that is a Latin letter or digit must be the end of a word."""
    left = "(?<![A-Za-z0-9])" if value[0].isascii() else ""
    right = "(?![A-Za-z0-9])" if value[-1].isascii() else ""
    return left + re.escape(value) + right
