"""Numbers told piece by piece: with pauses and fillers, ``三个八``, or spread over several turns of a conversation."""

import re
from collections.abc import Iterator, Sequence

from assistant.domain.vocabulary import PiiType
from assistant.intake.privacy.checks import bank_card_check, id_card_check
from assistant.intake.privacy.findings import Finding, nearest_cue
from assistant.intake.privacy.folding import NUMERALS
from assistant.intake.privacy.lexicon import numbers

_D = "[0-9零〇一二三四五六七八九幺两兩壹贰叁肆伍陆柒捌玖貳參陸]"
_TIMES = rf"[两兩二三四2-4]个{_D}"
_FILL = r"(?:[ \-，,、.…]|呃|嗯|啊|哦|那个|然后|后面|再){0,6}"
_RUN = re.compile(rf"(?<![A-Za-z0-9])(?<![A-Za-z]-)(?:{_TIMES}|{_D})(?:{_FILL}(?:{_TIMES}|{_D})){{6,24}}")
_HINT = re.compile(
    rf"[个{_D[1:]}(?:(?<=个){_D}{{2}}|(?<!个)(?:个{_D}"
    rf"|(?:[ \-，,、.…]{{0,3}}(?:呃|嗯|啊|哦|那个|然后|后面|再)|[ ，,]){_FILL}(?:{_TIMES}|{_D})))"
)
"""Begins with one class of characters, which a search jumps to."""
_LISTED = re.compile(r"[0-9]+(?:[ ]?[,，、.][ ]?[0-9]+)+")
"""May be prices or counts one after another."""
_UNIT = re.compile(rf"({_TIMES})|{_D}")
_PIECE = rf"{_D}(?:[ \-]?{_D}){{1,8}}"
_TURN = r"[，,。.？?]?\n(?:(?:客服|系统): [^\n]{0,12}\n)?客户: (?:嗯|然后|后面|再|哦|[ ，,]){0,3}"
_SPREAD = re.compile(rf"{_PIECE}(?:{_TURN}{_PIECE}){{1,6}}")
_ACROSS = re.compile(rf"{_D}{_D}[，,。.？?]?\n(?:(?:客服|系统): [^\n]{{0,12}}\n)?客户: ")
_PIECES = re.compile(_PIECE)


def find_spoken(folded: str) -> Iterator[Finding]:
    """Telephones, identity cards and bank cards told in pieces. Of a number spread over turns each piece is a
    finding of its own, with the whole number as its value."""
    if _HINT.search(folded):
        for match in _RUN.finditer(folded):
            digits = told_digits(match.group())
            kind = None if match.group().isdigit() else _kind(digits)
            listed = kind == "phone" and _LISTED.fullmatch(match.group()) and not _asked(folded, match)
            if kind and not listed:
                yield Finding(kind, match.start(), match.end(), 71, digits)
    if "\n" in folded and _ACROSS.search(folded):
        for match in _SPREAD.finditer(folded):
            yield from _spread(list(_PIECES.finditer(folded, match.start(), match.end())))


def told_digits(run: str) -> str:
    """The digits of a spoken run: ``幺六零，三个八`` → ``160888``."""
    return "".join(_figure(m.group()[-1]) * (int(_figure(m.group()[0])) if m[1] else 1) for m in _UNIT.finditer(run))


def _figure(character: str) -> str:
    return NUMERALS.get(character, character)


def _asked(folded: str, match: re.Match[str]) -> bool:
    return nearest_cue(folded, match.start(), ("phone", "landline"), 16)[0] is not None


def _spread(pieces: Sequence[re.Match[str]]) -> Iterator[Finding]:
    """The longest stretch of pieces, from the first that fits, whose digits make a number."""
    for first in range(len(pieces) - 1):
        for last in range(len(pieces), first + 1, -1):
            digits = "".join(told_digits(piece.group()) for piece in pieces[first:last])
            kind = _kind(digits)
            if kind:
                for piece in pieces[first:last]:
                    yield Finding(kind, piece.start(), piece.end(), 71, digits)
                return


def _kind(digits: str) -> PiiType | None:
    if len(digits) == 11 and digits[0] == "1" and digits[1] in "3456789":
        return "phone"
    if len(digits) in (11, 12) and (digits[:3] in numbers("area_codes") or digits[:4] in numbers("area_codes")):
        return "landline"
    if len(digits) == 18 and id_card_check(digits):
        return "id_card"
    if len(digits) in (16, 17, 18, 19) and digits.startswith("62") and bank_card_check(digits):
        return "bank_card"
    return None
