"""Who speaks in a conversation, told by the word or name that stands before an utterance."""

import re
from collections.abc import Collection, Mapping
from functools import cache, lru_cache

from assistant.domain.vocabulary import Speaker
from assistant.intake.wordlists import plain_word, word_list

_NUMBERED = re.compile(r"(?:\d{1,8}|[(（\[<].{0,24}[)）\]>])$")
_PERSON = re.compile(
    r"^(?:[小老阿][\u4e00-\u9fff]|[\u4e00-\u9fff](?:姐|哥|工|总)|[\u4e00-\u9fff]{1,2}(?:先生|女士|小姐|师傅|老师|经理|主管))$"
)
"""What makes one man of a role word that is also the beginning of other words: ``管家小李``, but ``管家服务``."""


@cache
def _exact() -> Mapping[str, Speaker]:
    table = word_list("speakers")
    roles: tuple[Speaker, ...] = ("customer", "agent", "system")
    return {plain_word(word): role for role in roles for word in table[role]["exact"]}


@cache
def _parts() -> tuple[tuple[Speaker, tuple[str, ...]], ...]:
    table = word_list("speakers")
    roles: tuple[Speaker, ...] = ("system", "agent", "customer")
    return tuple((role, tuple(plain_word(word) for word in table[role].get("part", ()))) for role in roles)


@cache
def _voices() -> re.Pattern[str]:
    words = "|".join(re.escape(plain_word(word)) for word in word_list("speakers")["voices"]["words"])
    return re.compile(rf"^(?:{words})[0-9a-z一二三甲乙左右]{{0,2}}$")


def is_voice(name: str) -> bool:
    """True for a name that a machine gave to a voice: ``说话人1``, ``Speaker 0``."""
    return _voices().match(plain_word(name)) is not None


@cache
def _events() -> re.Pattern[str]:
    return re.compile("(?:" + "|".join(word_list("speakers")["events"]["lines"]) + ")", re.I)


@lru_cache(maxsize=8192)
def is_group_event(text: str) -> bool:
    """True for a line that a chat writes by itself: somebody joined, left, recalled a message."""
    return len(text) <= 200 and _events().fullmatch(text.strip().strip("-—[]【】 ")) is not None


def without_outside_mark(name: str) -> str:
    """The name without what group chats add to those from outside the firm (``张三@微信`` is ``张三``)."""
    bare = next((name.removesuffix(m) for m in word_list("speakers")["outside"]["marks"] if name.endswith(m)), name)
    return bare.strip() or name


def is_bare_role(name: str) -> bool:
    """True for a role word alone, which tells nobody from others of that role: ``客户``, ``customer``."""
    return plain_word(name) in _exact()


def sounds_like_staff(text: str) -> int:
    """How many phrases that only staff use stand in the text."""
    folded = text.casefold()
    return sum(phrase in folded for phrase in word_list("speakers")["staff_phrases"]["words"])


@cache
def _label_suffixes() -> tuple[str, ...]:
    return tuple(word_list("speakers")["labels"]["suffixes"])


def role_of(name: object, members: Collection[str] = ()) -> Speaker | None:
    """The speaker that a role word, a person's name or a message number stands for; None where nothing tells.

    System words come first, then the `members` (customers named by the conversation's header), then role words that
    are the whole name, then those that the name contains (`星澜小助手`, `工号2067`).
    """
    if isinstance(name, int) and not isinstance(name, bool):
        numbers = word_list("speakers")["numbers"]
        return next((_exact()[word] for word, codes in numbers.items() if name in codes), None)
    text = str(name).strip()
    if text in members:
        return "system" if _exact().get(plain_word(text)) == "system" else "customer"
    return _role_of_word(text)


@lru_cache(maxsize=4096)
def _role_of_word(text: str) -> Speaker | None:
    if without_outside_mark(text) != text:
        return "customer"
    if (role := speaking_word(text)) is not None:
        return role
    plain = plain_word(text)
    return next((role for role, parts in _parts() if any(part in plain for part in parts)), None)


@lru_cache(maxsize=4096)
def speaking_word(name: str) -> Speaker | None:
    """The role that the word before a colon stands for, where it can be nothing but a speaker; else None.

    `客户`, `客服01`, `坐席(2067)`, `客服小王` speak; `客户反馈`, `客服电话` are labels.
    """
    plain = plain_word(name)
    if (role := _exact().get(plain)) is not None:
        return role
    bare = plain_word(_NUMBERED.sub("", name.strip()))
    if (role := _exact().get(bare)) is not None:
        return role
    if len(plain) > 6 or plain.endswith(_label_suffixes()):
        return None
    stems = [word for word in _exact() if len(word) > 1 and not word.isascii() and plain.startswith(word)]
    longest = max(stems, key=len, default="")
    if longest in _alone() and not _PERSON.match(plain.removeprefix(longest)):
        return None
    return _exact().get(longest)


def is_thing(label: str) -> bool:
    """True for a word before a colon that names a thing and no speaker: ``客户电话``, ``优点``."""
    return plain_word(label).endswith(_label_suffixes())


@cache
def _alone() -> frozenset[str]:
    return frozenset(plain_word(word) for word in word_list("speakers")["labels"]["alone"])
