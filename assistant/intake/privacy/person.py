"""What a Chinese person's name is made of, and what stands before and after one."""

import re
from functools import cache

from assistant.intake.privacy.lexicon import any_of, table, words

HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003134f]+")
_NOTE = re.compile(r"[(（][^()（）]*[)）]")
_HIDDEN = re.compile(r"[*＊×某]|[xX]{2}|匿名|未知|测试|游客|无名|^(?:用户|客户|顾客|会员)")
_TRADES = frozenset({"师傅", "師傅", "经理", "主任", "老师", "老板", "客服", "工程师", "电话", "手机"})


def is_person(name: str) -> bool:
    """Whether a whole string looks like a Chinese person's name (surname and one or two characters)."""
    surname = surname_length(name, 0)
    return bool(surname) and len(name) - surname in (1, 2) and not is_no_name(name)


def surname_of(name: str) -> str:
    """The surname that a Chinese name begins with, ``""`` where there is none."""
    return name[: surname_length(name, 0)]


def without_honorific(name: str) -> str:
    """A full name without the form of address after it; anything else as it is."""
    bare = _addressed_whole().sub("", name)
    return bare if len(bare) > max(1, len(surname_of(bare))) else name


def tells_who(name: str) -> bool:
    """Whether a name tells one customer from another: not a surname with a form of address or a trade (刘先生, 李工), nor
    one half hidden (李某, 张*), nor a word for anybody (匿名用户)."""
    name = _NOTE.sub("", name).strip()
    if _HIDDEN.search(name) or name in words("not_names"):
        return False
    bare = _title().sub("", name)
    bare = bare[1:] if len(bare) == len("小李") and bare[0] in "小老阿大" else bare
    return len(bare) > max(1, len(surname_of(bare)) if len(bare) <= len("欧阳") else 0)


def is_plain(folded: str, start: int, end: int, least: int = 3) -> bool:
    """A name of `least` characters or more whose surname is no everyday word."""
    names = table("cues")["names"]
    if not _never_given().isdisjoint(folded[start + 1 : end]):
        return False
    compound = folded[start : start + 2] in words("surnames")
    return compound or (end - start >= least and folded[start] not in names["doubtful"] + names["never_weak"])


def is_no_name(name: str, *, labelled: bool = False) -> bool:
    """Whether a string is an everyday word; after a label and its colon (姓名：) it may begin with one."""
    no_names = words("not_names")
    if name[-1] in "籍族" and len(name) > 1:
        return True
    begins = name[:2] in no_names and name[:2] not in words("surnames") and not labelled
    return name in no_names or begins or bool(addressed().fullmatch(name[1:])) or name[1:] in _TRADES


def is_usual(given: str) -> bool:
    """Whether all characters of a given name are usual in given names."""
    return all(c in words("given") for c in given)


def closed_left(folded: str, start: int) -> bool:
    """Whether no Chinese character stands right before `start`."""
    return start == 0 or not HAN.match(folded[start - 1])


def surname_length(text: str, start: int) -> int:
    """Characters of the surname that begins at `start`, 0 where none does."""
    if text[start : start + 2] in words("surnames"):
        return 2
    return 1 if text[start : start + 1] in words("surnames") else 0


@cache
def addressed() -> re.Pattern[str]:
    """Forms of address (先生, 女士 …)."""
    return re.compile(any_of(table("cues")["names"]["honorifics"]))


@cache
def _addressed_whole() -> re.Pattern[str]:
    return re.compile(rf"\s*(?:{any_of(table('cues')['names']['honorifics'])})$")


@cache
def _title() -> re.Pattern[str]:
    names = table("cues")["names"]
    kinds = ("honorifics", "known_honorifics", "trade_honorifics", "offices", "trades")
    return re.compile(rf"\s*(?:{any_of(word for kind in kinds for word in names[kind])})$")


@cache
def told() -> re.Pattern[str]:
    """Words for what customers do: 来电, 反映 …"""
    return re.compile(any_of(table("cues")["names"]["told"]))


@cache
def _never_given() -> frozenset[str]:
    return frozenset(table("cues")["names"]["never_given"])
