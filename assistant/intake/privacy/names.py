"""Names of persons: announced by a word, followed by a form of address, or standing beside a personal number.

A surname alone (姓刘, 老李, 小郭) stays: it does not tell who somebody is; 姓诸葛 and 师傅小周 go. 张师傅 and 李工 stay,
unless a word shows that a customer is meant: staff are praised and blamed by surname and trade; a technician's full
name is masked.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from string import ascii_uppercase

from assistant.intake.privacy.called_names import find_called_names
from assistant.intake.privacy.findings import Finding
from assistant.intake.privacy.folding import FILLER
from assistant.intake.privacy.foreign_names import find_foreign_names, foreign_end
from assistant.intake.privacy.lexicon import any_of, table, words
from assistant.intake.privacy.person import (
    HAN,
    addressed,
    closed_left,
    is_no_name,
    is_person,
    is_plain,
    is_usual,
    surname_length,
    told,
)
from assistant.intake.privacy.shown_names import find_by_office, find_listed, find_shown_names, find_standing_alone

_NUMBER_WORD = r"(?:的|收)?(?:联系)?(?:电话|手机|電話|手機|座机|固话|微信|[工农建中招交]行|卡号|账号|身份证|护照|证件)?(?:号码?|號碼?)?(?:[:：是为]|是)?"
_OFFICE = "经理|主任|老师|老板|[店厂校院站队组科处部村班]长|医生|律师|总监|主管|会计|书记|同志"
_BEFORE = re.compile(
    rf"([\u3400-\u9fff]{{2,4}}?)(?:{_OFFICE})?(?:\([^()]{{1,4}}\)|（[^（）]{{1,4}}）)?[ ,，、:(（/|]{{0,3}}{_NUMBER_WORD}[ ]?$"
)
_AFTER = re.compile(r"[ ,，、)）]{0,2}([\u3400-\u9fff]{2,4})")
_AT_NUMBER = re.compile(rf"[ ,，、:(（/]{{0,3}}{_NUMBER_WORD}[ ]?")
_BESIDE = frozenset({"phone", "landline", "id_card", "bank_card", "wechat", "passport"})
_NOT_FAR = frozenset({"email", "address", "plate", "qq", "order_no", "serial_no"})
_DOT = re.compile("[·•・‧]")
_NEAR = 16
_FULL = 3
_LONGEST_NICKNAME = 5
_NO_NICKNAME = re.compile(
    r"[电電手座][话話机機]|地址|住址|微信|[号號码碼]$|^(?:本人|同上|不详|无|门卫|前台|物业)|方式$|先生|女士|小姐"
)


def find_names(folded: str, others: Sequence[Finding], *, written: bool = True) -> Iterator[Finding]:
    """Every name of a person in a folded text; `others` are the findings made so far; `written`: there are Latin
    letters in the text."""
    for name in _find_names(folded, others, written=written):
        yield name
        yield from find_listed(folded, name.end)


def _find_names(folded: str, others: Sequence[Finding], *, written: bool) -> Iterator[Finding]:
    numbers = [other for other in others if other.type in _BESIDE]
    starts = frozenset(number.start for number in numbers)
    dotted = _DOT.search(folded) is not None
    for hint in _announcing().finditer(folded):
        match = _announced().match(folded, hint.start())
        if match is None or not (folded[match.end()] in _beginnings() or dotted):
            continue
        end = _name_end(folded, match, starts)
        if end:
            yield Finding("name", match.end(), _with_honorific(folded, end), 50)
    for match in addressed().finditer(folded):
        apart = folded[match.start() - 1 : match.start()] == " "
        start = _name_start(folded, match.start() - apart)
        if start is not None and (not apart or match.start() - apart - start >= _FULL):
            yield Finding("name", start, match.end(), 52)
    yield from find_by_office(folded)
    yield from find_shown_names(folded)
    yield from find_called_names(folded)
    if numbers or FILLER in folded or any(other.type in _NOT_FAR for other in others):
        yield from find_standing_alone(folded)
    for number in numbers:
        yield from _beside(folded, number)
    yield from find_foreign_names(folded, numbers, written=written)


def _name_end(folded: str, cue: re.Match[str], numbers: frozenset[int]) -> int | None:
    """Where a name that begins after a cue ends; None where none begins.

    After a strong cue (联系人) a name may hold any character if something other than Chinese follows it; after a
    role (客户) too, but then its surname must be no everyday word; after a weak one (我是) it must hold usual
    characters and be followed by a boundary.
    """
    start = cue.end()
    strict = cue["strong"] is None
    other = foreign_end(folded, start, firm=not strict, role=cue["role"] is not None)
    if other:
        return other
    run = HAN.match(folded, start)
    if run and not strict and 2 <= run.end() - start <= _LONGEST_NICKNAME and _at_number(folded, run.end(), numbers):
        return run.end() if not _NO_NICKNAME.search(run.group()) else None
    surname = surname_length(folded, start) if run else 0
    labelled = not strict and folded[start - 1] in ":："
    for length in (surname + 2, surname + 1) if surname else ():
        end = start + length
        if not run or end > run.end() or is_no_name(folded[start:end], labelled=end == run.end() and labelled):
            continue
        numbered = _at_number(folded, end, numbers)
        closed = end == run.end()
        role = cue["role"] is not None
        sure = closed and (numbered or (role and is_plain(folded, start, end)))
        sure = sure or (role and is_plain(folded, start, end, least=2) and bool(told().match(folded, end)))
        sure = sure or (role and length - surname == 2 and _is_reported(folded, start, surname, end))
        sure = sure or (role and length - surname == 2 and _is_sure(folded, start, surname, end))
        if sure or _fits(folded, start, surname, end, closed=closed, strict=strict):
            return end
    return None


def _is_reported(folded: str, start: int, surname: int, end: int) -> bool:
    """Whether what a customer did follows a full name, be its surname an everyday word (患者过文娟投诉)."""
    usual = is_usual(folded[start + surname : end]) and folded[start] not in table("cues")["names"]["never_weak"]
    return usual and bool(told().match(folded, end))


def _is_sure(folded: str, start: int, surname: int, end: int) -> bool:
    """Whether a full name can hardly be words (客户佟丽华反映), whatever follows; ``客户: `` begins any words."""
    if folded[start - 1] in ": ":
        return False
    place = not words("places").isdisjoint((folded[start : start + 2], folded[start : start + 3]))
    return not place and is_plain(folded, start, end) and is_usual(folded[start + surname : end])


def _at_number(folded: str, end: int, numbers: frozenset[int]) -> bool:
    """Whether a number of a person follows at `end`, but for a mark of punctuation or ``电话``."""
    gap = _AT_NUMBER.match(folded, end)
    return end in numbers or bool(gap and gap.end() in numbers)


def _fits(folded: str, start: int, surname: int, end: int, *, closed: bool, strict: bool) -> bool:
    if strict and surname == 1 and _is_doubtful(folded[start], end - start):
        return False
    if not strict and folded[start] in "和及与跟" and folded[start - 1] not in ":：":
        return False
    closed = closed or folded[end] in table("cues")["names"]["after"] or bool(told().match(folded, end))
    usual = is_usual(folded[start + surname : end])
    return (closed and usual) if strict else (closed or usual)


def _is_doubtful(surname: str, length: int) -> bool:
    """Whether a name of this surname is too likely words (那可能, 后才) to be believed after a weak announcement."""
    names = table("cues")["names"]
    return surname in names["never_weak"] or (length == 2 and surname in names["doubtful"])


def _name_start(folded: str, end: int) -> int | None:
    """Where the name before a form of address begins; None where what stands there is no name."""
    if end >= 2 and addressed().match(folded, end - 2):
        return None
    for length in (4, 3, 2):
        start = end - length
        surname = surname_length(folded, start) if start >= 0 else 0
        name = folded[max(0, start) : end]
        if not surname or not 0 < length - surname <= 2 or is_no_name(name) or _is_word(folded, start):
            continue
        if is_usual(name[surname:]) or (closed_left(folded, start) and is_plain(folded, start, end)):
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


def _clause_begins(folded: str, start: int) -> bool:
    if start == 0 or not HAN.match(folded[start - 1]):
        return True
    return folded[:start].endswith(_openings())


def _beside(folded: str, other: Finding) -> Iterator[Finding]:
    """A name right before or after a telephone or card number: ``王建国 138…``, ``138…,王建国``."""
    before = _BEFORE.search(folded, max(0, other.start - _NEAR), other.start)
    for length in (4, 3, 2) if before else ():
        start = before.end(1) - length if before else 0
        if before and start >= before.start(1) and _may_stand_alone(folded, start, before.end(1)):
            yield Finding("name", start, before.end(1), 48)
            break
    after = _AFTER.match(folded, other.end)
    if after and is_person(after[1]) and is_usual(after[1][1:]):
        yield Finding("name", after.start(1), after.end(1), 47)


def _may_stand_alone(folded: str, start: int, end: int) -> bool:
    name, left = folded[start:end], folded[start - 1 : start]
    surname = surname_length(name, 0)
    whole = surname and len(name) - surname == 2 and is_usual(name[surname:]) and closed_left(folded, start)
    if (
        not (is_person(name) or (whole and not is_no_name(name, labelled=True)))
        or left.isdigit()
        or not (closed_left(folded, start) or left in "为是叫给找与和由我系")
    ):
        return False
    return is_usual(name[1:]) or (is_plain(folded, start, end) and folded[start - 1 : start] in ",，:：/|\n、")


def _with_honorific(folded: str, end: int) -> int:
    match = addressed().match(folded, end)
    return match.end() if match else end


@cache
def _beginnings() -> frozenset[str]:
    """Characters with which a name may begin, but for a rare one with a dot in it."""
    return frozenset(word[0] for word in words("surnames") | words("minority")) | frozenset(ascii_uppercase)


@cache
def _announcing() -> re.Pattern[str]:
    """Where `_announced` can match: a plain alternation, which a search tries ten times as fast as one in groups."""
    names = table("cues")["names"]
    return re.compile(any_of(word for kind in ("strong", "weak", "roles", "titles") for word in names[kind]))


@cache
def _announced() -> re.Pattern[str]:
    names = table("cues")["names"]
    strong, weak, roles, titles = (any_of(names[kind]) for kind in ("strong", "weak", "roles", "titles"))
    link = names["link"]
    return re.compile(
        rf"(?:(?P<strong>{strong}){link}{{0,3}}|(?P<role>{roles}){link}{{0,2}}|(?:{weak}){link}{{0,2}}|(?:{titles}))"
        r"(?=[\u3400-\u9fffA-Z])"
    )


@cache
def _openings() -> tuple[str, ...]:
    names = table("cues")["names"]
    return (*(g for g in names["greetings"] if len(g) > 1), *(r for r in names["roles"] if r.isalpha()))
