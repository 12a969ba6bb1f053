"""Names that the words after or around them show: an office, a note in brackets, 收, a question for the name."""

import re
from collections.abc import Iterator
from functools import cache

from assistant.intake.privacy.findings import Finding
from assistant.intake.privacy.lexicon import any_of, table, words
from assistant.intake.privacy.person import closed_left, is_person, is_plain, is_usual, surname_length, told

_NOTE = re.compile(r"[收(（]")
_OF_PEOPLE = re.compile(r"([\u3400-\u9fff]{2,3})[(（][\u3400-\u9fff]{1,5}族[)）]")
_LOCAL = re.compile(r"[2-8](?<![0-9A-Za-z.\-].)[0-9]{6,7}(?![0-9A-Za-z.\-])")
_SHORTEST_LOCAL = 3 + len(",1234567") - 1
"""A name of three characters, a comma and seven digits are longer."""
_RIGHT_BEFORE = re.compile(r"(?<![\u3400-\u9fff])([\u3400-\u9fff]{3})[ ,，:：]{1,2}$")
_NEXT = re.compile(r"[、/]([\u3400-\u9fff]{2,3})(?![\u3400-\u9fff])")
_GIVEN = 2
_LONGEST = 4
"""Characters of a Chinese name: a compound surname and two."""


def find_by_office(folded: str) -> Iterator[Finding]:
    """A surname before a trade or office (逄师傅, 何主任), where the words around show that a customer is meant."""
    for match in _office().finditer(folded):
        start = match.start() - 1
        start -= folded[start - 1 : start + 1] in words("surnames")
        if folded[match.start() - 1] not in words("surnames") and start == match.start() - 1:
            continue
        reported = match.group() in table("cues")["names"]["offices"] and told().match(folded, match.end())
        if reported or _customer_before().search(folded, max(0, start - 8), start):
            yield Finding("name", start, match.end(), 46)


def find_shown_names(folded: str) -> Iterator[Finding]:
    """A name with a note in brackets (金在熙（韩籍）), before 收, of a rare compound surname, before a local
    telephone number (with it), or as the whole reply."""
    for match in _noted().finditer(folded) if _NOTE.search(folded) else ():
        end = match.start() - (folded[match.start() - 1] == " ")
        for length in (_LONGEST, _LONGEST - 1, _LONGEST - 2):
            start = max(0, end - length)
            usual = is_usual(folded[start + 1 : end])
            noted = match.group() != "收" or (
                usual and (length == _LONGEST - 1 or is_plain(folded, start, end, least=2))
            )
            if noted and is_person(folded[start:end]) and _begins(folded, start):
                yield Finding("name", start, end, 46)
                break
    for match in _LOCAL.finditer(folded) if len(folded) > _SHORTEST_LOCAL else ():
        before = _RIGHT_BEFORE.search(folded, max(0, match.start() - _LONGEST - 2), match.start())
        if before and is_person(before[1]) and is_usual(before[1][1:]) and is_plain(folded, *before.span(1)):
            yield Finding("name", *before.span(1), 45)
            yield Finding("landline", *match.span(), 39)
    for match in _OF_PEOPLE.finditer(folded) if "族" in folded else ():
        if closed_left(folded, match.start(1)) and match[1] not in words("not_names"):
            yield Finding("name", match.start(1), match.end(1), 46)
    for match in _staff().finditer(folded):
        start, end = match.span(1)
        if is_person(match[1]) and is_usual(match[1][1:]) and is_plain(folded, start, end):
            yield Finding("name", start, end, 46)
    for match in _compound().finditer(folded):
        if closed_left(folded, match.start()):
            yield Finding("name", match.start(), match.end(), 46)
    for match in _reply().finditer(folded) if "\n" in folded else ():
        if is_person(match[1]) and is_usual(match[1][1:]):
            yield Finding("name", match.start(1), match.end(1), 46)


def find_listed(folded: str, end: int) -> Iterator[Finding]:
    """The names that follow another, which ends at `end`, in a list: ``阎立新、戚晓芸、仝丽``."""
    while match := _NEXT.match(folded, end):
        if not (is_person(match[1]) and is_usual(match[1][1:]) and is_plain(folded, *match.span(1), least=2)):
            return
        yield Finding("name", *match.span(1), 45)
        end = match.end()


def _begins(folded: str, start: int) -> bool:
    """Whether a name may begin at `start`: after no other word, or after a part of a firm (售后部张三收)."""
    return closed_left(folded, start) or folded[start - 1] in "部处店司室厂组"


def find_standing_alone(folded: str) -> Iterator[Finding]:
    """A full name between marks of punctuation, or before what a customer does (``佟丽华，``, ``羊晓婷下单``); to be
    asked only of a text that holds other values of a person: 28,689 real texts without any hold 60 such strings."""
    for match in _alone().finditer(folded):
        start, end = match.span()
        for length in (_LONGEST, _LONGEST - 1):
            stop = start + length
            name = folded[start:stop]
            if stop > end or not is_usual(name[length - 2 :]) or length - surname_length(name, 0) != _GIVEN:
                continue
            closed = stop == end or told().match(folded, stop)
            if closed and is_person(name) and is_plain(folded, start, stop):
                yield Finding("name", start, stop, 45)
                break


@cache
def _alone() -> re.Pattern[str]:
    surnames = "".join(word for word in words("surnames") if len(word) == 1) + "".join(_compound_starts())
    return re.compile(rf"[{surnames}](?<![\u3400-\u9fffA-Za-z0-9].)(?<![0-9] .)[\u3400-\u9fff]{{2,7}}")


def _compound_starts() -> frozenset[str]:
    return frozenset(word[0] for word in words("surnames") if len(word) == 2)


@cache
def _staff() -> re.Pattern[str]:
    return re.compile(rf"(?:{any_of(table('cues')['names']['staff'])})[:：]?([\u3400-\u9fff]{{3}})")


@cache
def _noted() -> re.Pattern[str]:
    notes = any_of(table("cues")["names"]["notes"])
    return re.compile(rf"[(（][^()（）]{{0,4}}(?:{notes})|收(?=[ ,，。;；)）\n]|$|电话|手机)")


@cache
def _compound() -> re.Pattern[str]:
    names = table("cues")["names"]
    compounds = any_of(word for word in words("surnames") if len(word) == 2 and word not in names["places_too"])
    return re.compile(rf"(?:{compounds})[\u3400-\u9fff]{{1,2}}(?![\u3400-\u9fff](?<![的收]))")


@cache
def _reply() -> re.Pattern[str]:
    asked = any_of(table("cues")["names"]["asked"])
    return re.compile(rf"(?:{asked})[^\n]{{0,8}}\n客户: (?:我叫|叫|我是)?([\u3400-\u9fff]{{2,4}})(?![\u3400-\u9fff])")


@cache
def _office() -> re.Pattern[str]:
    names = table("cues")["names"]
    return re.compile(rf"(?:{any_of(names['offices'] + names['trades'])})(?![阀部长监经裁线站台])")


@cache
def _customer_before() -> re.Pattern[str]:
    return re.compile(rf"(?:{any_of(table('cues')['names']['customer_before'])})$")
