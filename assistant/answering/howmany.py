"""How many rows a question asks for: 前三, 最多的三个问题."""

import re

_NUMBER = r"(\d{1,2}|[一二三四五六七八九十两])"
_TOP = re.compile(
    rf"(?:前|top ?){_NUMBER}|最(?:多|高|严重|集中|突出|常见|频繁|在意|担心|不满意?)的?(?:是)?{_NUMBER}(?=个|大|类|条|件|种|点)"
)
_TOP_WORDS = {c: i for i, c in enumerate("零一二三四五六七八九十")} | {"两": 2}
_USUAL, _MOST = 8, 20


def rows_asked(text: str) -> int:
    """So many as a normalised question names, at most 20; the usual number where it names none."""
    match = _TOP.search(text)
    if not match:
        return _USUAL
    number = match[1] or match[2]
    asked = int(number) if number.isdigit() else _TOP_WORDS[number]
    return max(1, min(asked, _MOST))
