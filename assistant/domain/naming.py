"""Knows names that hold digits (栖风120, 云雀26): inside a name digits count nothing."""

import re
from collections.abc import Iterable

_NUMERAL = re.compile(r"[0-9０-９零〇一二三四五六七八九十百千万两半]")
_DIGITS = re.compile(r"[\d.,\-]+")
_COUNTS = r"(?! ?(?:[%％条件份单起例位名人户家个倍成年月日号次台万千百块元]|\d))"
"""What must not follow a name of digits alone, since it would make a number of it."""


def without_named(text: str, names: Iterable[str]) -> str:
    """The text, as long as it was, with blanks for every whole name in it that holds a numeral; the longest names first.

    A name is whole where no digit or Latin letter goes on from it. One of digits alone is no name where a unit follows.
    """
    plain = text.lower()
    held = {name.strip() for name in names if _NUMERAL.search(name) and name.strip().lower() in plain}
    for name in sorted(held - {""}, key=lambda name: (-len(name), name)):
        text = _pattern(name).sub(lambda match: " " * len(match.group()), text)
    return text


def _pattern(name: str) -> re.Pattern[str]:
    before = r"(?<![0-9A-Za-z])(?<!\d[.,])" if re.match(r"[0-9A-Za-z]", name) else ""
    after = r"(?![0-9A-Za-z]|[.,]\d)" if re.search(r"[0-9A-Za-z]$", name) else ""
    alone = _COUNTS if _DIGITS.fullmatch(name) else ""
    return re.compile(before + re.escape(name) + after + alone, re.IGNORECASE)
