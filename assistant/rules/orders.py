"""Knows which stretches of a text speak to a machine (orders to an assistant, comments, formulas) and are no voice.

They are blanked before a record is read, so they can't become a quote, a wish, a chance or a signal, nor sway how the
words around them feel; ``data/orders.toml`` holds the patterns.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from functools import cache
from itertools import takewhile

from assistant.rules.lexicon import normalise, table

_DROPPED = re.compile(
    r"[^\S\n]|[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff\u00ad\u115f\u1160\u3164\U000e0000-\U000e007f*`~·]"
)
_SENTENCE = re.compile(r"(?:[^。!?！？;；\n.]|\.(?!\s|$))+[。!?！？;；\n.]*|[。!?！？;；\n.]+")
_BRACKETS = re.compile(r"【[^】]*】|\[[^\]]*\]|##+[^#]*##+|\{\{[^}]*\}\}|〔[^〕]*〕|《《[^》]*》》|===+[^=]*===+")
_CLAUSE = re.compile(r"[^,，:：—]+[,，:：—]*|[,，:：—]+")
_BRACKET_MOST = 600
_WORDS = 4
"""Letters in a row that are words, and not letters set apart."""
_HAN = re.compile("[\u4e00-\u9fff]")
"""After these a blank parts clauses; Latin words are parted by blanks anyway."""

Place = tuple[int, int]


@cache
def _pattern(section: str) -> re.Pattern[str]:
    sources = table("orders")[section]["patterns"]
    assert isinstance(sources, list)
    flags = re.DOTALL if section == "markup" else re.NOFLAG
    return re.compile("|".join(_renumbered(str(source), n) for n, source in enumerate(sources)), flags)


def _renumbered(source: str, number: int) -> str:
    """A pattern with its one numbered group under a name of its own, so that many can be joined."""
    if r"\1" not in source:
        return f"(?:{source})"
    named = re.sub(r"\((?!\?)", f"(?P<g{number}>", source, count=1)
    return f"(?:{named})".replace(r"\1", f"(?P=g{number})")


def orders_in(text: str) -> list[Place]:
    """The stretches ``text[start:end]`` that are orders to a machine or markup, in order, apart from each other."""
    if not text:
        return []
    plain, places = _squeezed(text)
    found = [match.span() for match in _pattern("markup").finditer(plain)]
    found += [
        bracket.span()
        for bracket in _BRACKETS.finditer(plain)
        if len(bracket.group()) <= _BRACKET_MOST and _begins(bracket.group()) is not None
    ]
    bare = blanked(plain, found)
    pauses = sorted([*_pauses(text, places), *(end for _, end in found)])
    found += _sentences(bare, [at for at in pauses if _HAN.search(bare[:at].rstrip(" ")[-1:])])
    return _joined([(places[start], places[end - 1] + 1) for start, end in found if end > start])


def holds_order(text: str) -> bool:
    """Whether any of a text is an order to a machine or markup."""
    return bool(orders_in(text))


def without_orders(text: str) -> str:
    """The text, as long as it was, with every order blanked."""
    return blanked(text, orders_in(text))


def blanked(text: str, places: Sequence[Place]) -> str:
    """The text, as long as it was, with the given stretches blanked; line breaks stay."""
    for start, end in places:
        text = text[:start] + "".join("\n" if c == "\n" else " " for c in text[start:end]) + text[end:]
    return text


def outside(start: int, end: int, orders: Sequence[Place]) -> list[Place]:
    """What is left of ``start:end`` without the orders, in order."""
    left: list[Place] = []
    at = start
    for low, high in orders[max(0, bisect_left(orders, (start, start)) - 1) :]:
        if low >= end:
            break
        if high <= at:
            continue
        if low > at:
            left.append((at, low))
        at = high
    if at < end:
        left.append((at, end))
    return left


def _squeezed(text: str) -> tuple[str, list[int]]:
    """The text for matching without blanks and invisible characters, and the place of each character left."""
    plain = normalise(text)
    if not _DROPPED.search(plain):
        return plain, list(range(len(plain)))
    places = [at for at, character in enumerate(plain) if not _DROPPED.match(character)]
    return "".join(plain[at] for at in places), places


def _pauses(text: str, places: Sequence[int]) -> list[int]:
    """Where in the squeezed text words begin after a blank, as a clause does; not where letters stand apart to hide."""
    pauses, run = [], 0
    for at in range(1, len(places)):
        run += 1
        if text[places[at - 1] + 1 : places[at]].isspace():
            pauses += [at] if run >= _WORDS else []
            run = 0
    return pauses


def _sentences(plain: str, pauses: Sequence[int]) -> list[Place]:
    """The sentences with an order, from the clause it begins in to their end, and those that go on with it."""
    found: list[Place] = []
    ordered = -1
    for sentence in _SENTENCE.finditer(plain):
        words = sentence.group()
        begin = _begins(words, [at - sentence.start() for at in pauses[bisect_left(pauses, sentence.start()) :]])
        if begin is None and sentence.start() == ordered and _pattern("goes_on").search(words.strip()):
            begin = 0
        if begin is not None:
            found.append((sentence.start() + begin, sentence.end()))
            ordered = sentence.end() if not words.endswith("\n") else -1
    return found


def _begins(sentence: str, pauses: Sequence[int] = ()) -> int | None:
    """Where in a sentence an order begins: at the clause of its first mark; None where there is none."""
    order = _pattern("order").search(sentence)
    address = _pattern("address").search(sentence)
    if address is not None and order is None and not _pattern("command").search(sentence, address.end()):
        address = None
    marks = [mark.start() for mark in (order, address) if mark is not None]
    if not marks:
        return None
    first = min(marks)
    starts = [clause.start() for clause in _CLAUSE.finditer(sentence)]
    return max((start for start in (*starts, *takewhile(lambda at: at <= first, pauses)) if start <= first), default=0)


def _joined(places: list[Place]) -> list[Place]:
    joined: list[Place] = []
    for start, end in sorted(places):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined
