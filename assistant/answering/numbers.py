"""Every number a sentence states, in digits or in Chinese, with the unit it counts in."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from assistant.answering.lexicon import normalise

Unit = Literal["records", "customers", "%", "date", "times", ""]

_MASK = re.compile(r"⟦[^⟧]*⟧")
_MARK = re.compile(r"\[\d{1,3}\]")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:-[A-Za-z0-9_]+)*")
_UNITS: dict[str, Unit] = {
    **dict.fromkeys(("条", "件", "份", "单", "起", "例", "个反馈", "个工单", "个案例"), "records"),
    **dict.fromkeys(("位", "名", "人", "户", "个客户", "个用户", "家"), "customers"),
    **dict.fromkeys(("%", "个百分点"), "%"),
    **dict.fromkeys(("年", "月", "日", "号", "季度"), "date"),
    "倍": "times",
}  # fmt: skip
_UNIT = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
_ARABIC = re.compile(
    rf"(?<![\d.])(?P<n>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)*)(?P<wan>万|千|百)? ?(?P<u>{_UNIT})?"
)
_CHINESE = re.compile(
    rf"(?P<n>[零〇一二三四五六七八九十百千万两]+)(?P<u>{_UNIT}|个|次|成|项|类|台|天|周|种|款|组|点(?=[零一二三四五六七八九])"
    r"|分钟|秒|小时|钟头|星期|块|元|米|度|岁|回|遍|趟|折|斤|层|页)"
)
_PERCENT = re.compile(r"百分之(?P<n>[零〇一二三四五六七八九十百两点]+)")
_FRACTION = re.compile(r"(?P<b>[二三四五六七八九十])分之(?P<a>[一二三四五六七八九])")
_HALF = re.compile(r"(?<![一大多])(?<![洗做走说讲写扫打用装修印吃睡跑聊听看]到)一半|半数")
_DIGIT = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_SCALE = {"十": 10, "百": 100, "千": 1000, "万": 10_000}
_ORDINARY = re.compile(r"第$|[上下这那每某同另任哪前]$")
_ONE = frozenset("个次种点些样类项位名家条件台款组起回遍趟层页块度")


@dataclass(frozen=True, slots=True)
class Number:
    """A number stated, its unit where it can be told, and the words it stands in."""

    value: Decimal
    unit: Unit
    words: str
    start: int


def numbers(text: str) -> list[Number]:
    """All numbers a sentence states; those inside names (P2), masked values and citation marks are none.

    Chinese numerals count where they count something (十二条, 三成, 百分之八); ordinals (第二) and the plain
    一个 of speech do not.
    """
    plain = _blank(_MASK, _blank(_MARK, normalise(text.replace("，", "、"))))  # 打400，400说: two numbers
    chinese, rest = _chinese(plain)
    rest = _blank(_NAME, rest)
    return sorted([*chinese, *map(_arabic, _ARABIC.finditer(rest))], key=lambda n: n.start)


def values(texts: Iterable[str]) -> set[Decimal]:
    """The values of all numbers in some texts, whatever their units."""
    return {number.value for text in texts for number in numbers(text)}


def _blank(pattern: re.Pattern[str], text: str) -> str:
    return pattern.sub(lambda match: " " * len(match.group()), text)


def _arabic(match: re.Match[str]) -> Number:
    digits = match["n"].replace(",", "")
    if digits.count(".") > 1:  # a version such as 3.2.1: never a counted value
        return Number(Decimal(-1), "", match.group(), match.start())
    value = Decimal(digits) * {"万": 10_000, "千": 1000, "百": 100, None: 1}[match["wan"]]
    return Number(value.normalize(), _UNITS.get(match["u"] or "", ""), match.group(), match.start())


def _chinese(text: str) -> tuple[list[Number], str]:
    found: list[Number] = []
    for pattern in (_PERCENT, _FRACTION, _HALF):
        found += [Number(_part(match), "%", match.group(), match.start()) for match in pattern.finditer(text)]
        text = _blank(pattern, text)
    found += [number for m in _CHINESE.finditer(text) if (number := _counted(text, m)) is not None]
    return found, text


def _part(match: re.Match[str]) -> Decimal:
    """Percent of 百分之八, 三分之一 or 一半."""
    groups = match.groupdict()
    if "b" in groups:
        whole_of = _SCALE.get(groups["b"]) or _DIGIT[groups["b"]]
        return (Decimal(100) * _DIGIT[groups["a"]] / whole_of).quantize(Decimal("0.1")).normalize()
    return _decimal(groups["n"]).normalize() if "n" in groups else Decimal(50)


def _counted(text: str, match: re.Match[str]) -> Number | None:
    word, unit = match["n"], match["u"]
    if _ORDINARY.search(text[: match.start()]) or (word == "一" and unit in _ONE) or unit == "点":
        return None
    if set(word) <= set("百千万"):  # 1.2万条: the tail of a number in digits
        return None
    value = Decimal(whole(word))
    if unit == "成":
        return Number((value * 10).normalize(), "%", match.group(), match.start())
    return Number(value.normalize(), _UNITS.get(unit, ""), match.group(), match.start())


def _decimal(word: str) -> Decimal:
    before, _, after = word.partition("点")
    return Decimal(f"{whole(before)}.{''.join(str(_DIGIT.get(c, 0)) for c in after) or 0}")


def whole(word: str) -> int:
    """A whole number in Chinese characters; digits spoken one by one (二零二六) are read so."""
    if not set(word) & set(_SCALE):
        return int("".join(str(_DIGIT[c]) for c in word) or 0)
    total, section, digit = 0, 0, 0
    for char in word:
        if char in _DIGIT:
            digit = _DIGIT[char]
        elif char == "万":
            total, section, digit = (total + section + digit) * 10_000, 0, 0
        else:
            section, digit = section + (digit or 1) * _SCALE[char], 0
    return total + section + digit
