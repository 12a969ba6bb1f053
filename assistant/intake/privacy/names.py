"""Names of persons: announced by a word, followed by a form of address, or standing beside a personal number.

A surname alone (姓刘, 老李, 小郭) stays: it does not tell who somebody is. 张师傅 stays too: staff are praised and
blamed by surname and trade; a technician's full name is masked.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache

from assistant.intake.privacy.findings import Finding
from assistant.intake.privacy.lexicon import longest_first, table, words

_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003134f]+")
_BEFORE = re.compile(r"([\u3400-\u9fff]{2,4})[ ,，、:(（]{0,3}(?:电话|手机|电话号码|手机号)?[:：]?[ ]?$")
_AFTER = re.compile(r"[ ,，、)）]{0,2}([\u3400-\u9fff]{2,4})")
_DOTTED = re.compile(r"[\u3400-\u9fff]{2,7}[·•・‧][\u3400-\u9fff]{2,7}")
_LATIN = re.compile(r"[A-Z][a-z]{1,15}(?: [A-Z][a-z]{1,15}| [\u4e00-\u9fff]){0,2}")
_BESIDE = frozenset({"phone", "landline", "id_card", "bank_card", "wechat"})


def find_names(folded: str, others: Iterable[Finding]) -> Iterator[Finding]:
    """Every name of a person in a folded text; `others` are the findings made so far."""
    for match in _announced().finditer(folded):
        end = _name_end(folded, match.end(), strict=match["strong"] is None)
        if end:
            yield Finding("name", match.end(), _with_honorific(folded, end), 50)
    for match in _addressed().finditer(folded):
        start = _name_start(folded, match.start())
        if start is not None:
            yield Finding("name", start, match.end(), 52)
    for other in others:
        if other.type in _BESIDE:
            yield from _beside(folded, other)


def is_person(name: str) -> bool:
    """Whether a whole string looks like a Chinese person's name (surname and one or two characters)."""
    surname = _surname_length(name, 0)
    return bool(surname) and len(name) - surname in (1, 2) and name not in words("not_names")


def surname_of(name: str) -> str:
    """The surname that a Chinese name begins with, ``""`` where there is none."""
    return name[: _surname_length(name, 0)]


def _name_end(folded: str, start: int, *, strict: bool) -> int | None:
    """Where a name that begins at `start` ends; None where none begins.

    After a strong word (联系人) a name may hold any character if something other than Chinese follows it;
    after a weak one (我叫) it must do both: hold usual characters and be followed by a boundary.
    """
    run = _HAN.match(folded, start)
    if run is None:
        latin = None if strict else _LATIN.match(folded, start)
        return latin.end() if latin else None
    dotted = _DOTTED.match(folded, start)
    if dotted:
        return dotted.end()
    surname = _surname_length(folded, start)
    for length in (surname + 2, surname + 1) if surname else ():
        end = start + length
        if end <= run.end() and _fits(folded, start, surname, end, run.end(), strict=strict):
            return end
    return None


def _fits(folded: str, start: int, surname: int, end: int, run_end: int, *, strict: bool) -> bool:
    name = folded[start:end]
    if name in words("not_names") or name[:2] in words("not_names"):
        return False
    if strict and _is_doubtful(folded[start], len(name)):
        return False
    closed = end == run_end or folded[end] in table("cues")["names"]["after"]
    usual = all(c in words("given") for c in name[surname:])
    return (closed and usual) if strict else (closed or usual)


def _is_doubtful(surname: str, length: int) -> bool:
    """Whether a name of this surname is too likely words (那可能, 后才) to be believed after a weak announcement."""
    names = table("cues")["names"]
    return surname in names["never_weak"] or (length == 2 and surname in names["doubtful"])


def _name_start(folded: str, end: int) -> int | None:
    """Where the name before a form of address begins; None where what stands there is no name."""
    if end >= 2 and _addressed().match(folded, end - 2):
        return None
    for length in (4, 3, 2):
        start = end - length
        surname = _surname_length(folded, start) if start >= 0 else 0
        name = folded[max(0, start) : end]
        plausible = surname and 0 < length - surname <= 2 and name not in words("not_names")
        if plausible and _usual(name[surname:]) and not _is_word(folded, start):
            return start
    if end >= 2 and folded[end - 2 : end] in words("surnames"):
        return end - 2
    one = folded[end - 1 : end] if end else ""
    if one not in words("surnames") or _is_word(folded, end - 1):
        return None
    return end - 1


def _is_word(folded: str, start: int) -> bool:
    """Whether the surname at `start` is more likely an everyday word (和, 那, 安 …) before a form of address."""
    names = table("cues")["names"]
    character = folded[start]
    if character in names["never_addressed"] or character in names["never_weak"]:
        return True
    return character in names["doubtful"] and not _clause_begins(folded, start)


def _usual(given: str) -> bool:
    return all(c in words("given") for c in given)


def _clause_begins(folded: str, start: int) -> bool:
    if start == 0 or not _HAN.match(folded[start - 1]):
        return True
    return folded[:start].endswith(tuple(g for g in table("cues")["names"]["greetings"] if len(g) > 1))


def _beside(folded: str, other: Finding) -> Iterator[Finding]:
    """A name right before or after a telephone or card number: ``王建国 138…``, ``138…,王建国``."""
    before = _BEFORE.search(folded, max(0, other.start - 14), other.start)
    if before and is_person(before[1]) and _usual(before[1][1:]) and _closed_left(folded, before.start(1)):
        yield Finding("name", before.start(1), before.end(1), 48)
    after = _AFTER.match(folded, other.end)
    if after and is_person(after[1]) and _usual(after[1][1:]):
        yield Finding("name", after.start(1), after.end(1), 47)


def _closed_left(folded: str, start: int) -> bool:
    return start == 0 or not _HAN.match(folded[start - 1])


def _surname_length(text: str, start: int) -> int:
    if text[start : start + 2] in words("surnames"):
        return 2
    return 1 if text[start : start + 1] in words("surnames") else 0


def _with_honorific(folded: str, end: int) -> int:
    match = _addressed().match(folded, end)
    return match.end() if match else end


@cache
def _announced() -> re.Pattern[str]:
    names = table("cues")["names"]
    strong, weak = "|".join(longest_first(names["strong"])), "|".join(longest_first(names["weak"]))
    titles = "|".join(longest_first(names["titles"]))
    link = names["link"]
    return re.compile(
        rf"(?:(?P<strong>{strong}){link}{{0,3}}|(?:{weak}){link}{{0,2}}|(?:{titles}))(?=[\u3400-\u9fffA-Z])"
    )


@cache
def _addressed() -> re.Pattern[str]:
    return re.compile("|".join(longest_first(table("cues")["names"]["honorifics"])))
