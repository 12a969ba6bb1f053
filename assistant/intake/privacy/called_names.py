"""Names as people call each other: 我男朋友冉志强, 师傅小周, 骑手阿龙, @王磊, ``王磊 10:22`` in a chat, 我欧阳建平, 我姓诸葛."""

import re
from collections.abc import Iterator
from functools import cache

from assistant.intake.privacy.findings import Finding
from assistant.intake.privacy.lexicon import any_of, table, words
from assistant.intake.privacy.person import HAN, closed_left, is_person, is_plain, is_usual, surname_length, told

_AT = re.compile(r"@([\u3400-\u9fff]{2,4})(?![\u3400-\u9fff])")
_LINE = re.compile(r"[:：](?![/0-9])")
_CLOCK = r"[0-2]?[0-9]:[0-5][0-9]"
_TIME = re.compile(r"[0-9]:[0-5][0-9]")
_HEAD = re.compile(r"(?:^|\n)(?:(?:客户|客服): )?[\[\]()（）【】0-9:\-/. ]{0,24}([\u3400-\u9fff]{2,4})[ ]?$")
_LONGEST_HEAD = len("\n客户: ") + 24 + len("欧阳建平 ")
_STAMPED = re.compile(
    rf"(?:^|\n)([\u3400-\u9fff]{{2,4}})(?:\([^()\n]{{1,8}}\))?[ ]{{1,2}}(?:20[0-9]{{2}}[-/.][-/.0-9]{{3,5}}[ ])?{_CLOCK}"
)
_STAMPED_BEFORE = re.compile(rf"{_CLOCK}(?::[0-9]{{2}})?\]?[ ]{{1,2}}([\u3400-\u9fff]{{2,4}})(?=\n)")
_GIVEN = 2
_RANK = 44
_KIN_RANK = 51
"""Above a name after an announcement, which after 父亲 takes the first fit: a surname and one character."""


def find_called_names(folded: str) -> Iterator[Finding]:
    """Every name of these kinds in a folded text."""
    if ":" in folded or "：" in folded or "@" in folded:
        yield from _in_chats(folded)
    if _any_word().search(folded):
        yield from _of_kin(folded)
        yield from _nicknames(folded)
        yield from _of_two(folded)


def _of_kin(folded: str) -> Iterator[Finding]:
    """A full name right after a word for somebody close: 我男朋友冉志强."""
    for match in _kin().finditer(folded):
        start = match.end()
        surname = surname_length(folded, start)
        end = start + surname + _GIVEN
        name = folded[start:end]
        if not surname or end > len(folded) or name[0] == name[1] or not is_usual(name[surname:]):
            continue
        place = not words("places").isdisjoint((name[:2], name[:3]))
        if not place and is_person(name) and is_plain(folded, start, end):
            yield Finding("name", start, end, _KIN_RANK)


def _nicknames(folded: str) -> Iterator[Finding]:
    """小, 老 or 阿 and one character right after a word for staff, where no longer word goes on: 师傅小周来了."""
    names = table("cues")["names"]
    for match in _nickname().finditer(folded):
        start, end = match.span(1)
        called, right = match[1], folded[end : end + 1]
        if called in names["no_nicknames"] or (called[0] != "阿" and called[1] not in words("surnames")):
            continue
        if not HAN.match(right) or right in names["after_nickname"] or told().match(folded, end):
            yield Finding("name", start, end, _RANK)


def _in_chats(folded: str) -> Iterator[Finding]:
    """A whole name after @, or as the head of a line: ``王磊: 在吗``, ``王磊 10:22``."""
    for match in _AT.finditer(folded) if "@" in folded else ():
        if is_person(match[1]) and is_usual(match[1][1:]):
            yield Finding("name", match.start(1), match.end(1), _RANK)
    heads = [_HEAD.search(folded, max(0, c.start() - _LONGEST_HEAD), c.start()) for c in _LINE.finditer(folded)]
    if _TIME.search(folded):
        heads += [*_STAMPED.finditer(folded), *_STAMPED_BEFORE.finditer(folded)]
    for head in heads:
        if head and _is_head(folded, *head.span(1)):
            yield Finding("name", head.start(1), head.end(1), _RANK)


def _is_head(folded: str, start: int, end: int) -> bool:
    name = folded[start:end]
    named = is_person(name) and is_usual(name[surname_length(name, 0) :]) and is_plain(folded, start, end, least=2)
    return named and name not in words("no_heads")


def _of_two(folded: str) -> Iterator[Finding]:
    """A compound surname that is no place: after 姓; or with a given name where a clause begins, 我 before it or not."""
    for match in _after_surname().finditer(folded) if "姓" in folded else ():
        surname, right = match[1], folded[match.end() : match.end() + 1]
        if surname not in table("cues")["names"]["places_too"] or right == "的" or not HAN.match(right):
            yield Finding("name", match.start(1), match.end(1), _RANK)
    for match in _compound().finditer(folded):
        start = match.start()
        if not closed_left(folded, start) and not (folded[start - 1] in "我俺" and closed_left(folded, start - 1)):
            continue
        one, two = match.end() + 1, match.end() + _GIVEN
        for end in (one, two):
            closed = not HAN.match(folded, end) or told().match(folded, end)
            if end <= len(folded) and is_usual(folded[match.end() : end]) and (closed or end == two):
                yield Finding("name", start, end, _RANK)
                break


@cache
def _any_word() -> re.Pattern[str]:
    """One of the words without which there is nothing to look for but in chats; most short texts hold none."""
    names = table("cues")["names"]
    compounds = (word for word in words("surnames") if len(word) == _GIVEN)
    return re.compile(any_of([*names["kin"], *names["calling"], *compounds]))


@cache
def _kin() -> re.Pattern[str]:
    return re.compile(any_of(table("cues")["names"]["kin"]))


@cache
def _nickname() -> re.Pattern[str]:
    return re.compile(rf"(?:{any_of(table('cues')['names']['calling'])})[:：是叫]?([小老阿][\u3400-\u9fff])")


@cache
def _after_surname() -> re.Pattern[str]:
    compounds = any_of(word for word in words("surnames") if len(word) == _GIVEN)
    return re.compile(rf"姓(?<!百姓)[:： ]?({compounds})")


@cache
def _compound() -> re.Pattern[str]:
    places = table("cues")["names"]["places_too"]
    return re.compile(any_of(word for word in words("surnames") if len(word) == _GIVEN and word not in places))
