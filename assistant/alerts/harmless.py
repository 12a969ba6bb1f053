"""Customers' words made harmless to group robots: no mention, no link, no markup, no line of its own."""

import re
import unicodedata

_SIGNS = str.maketrans({
    "@": "＠", "<": "＜", ">": "＞", "[": "［", "]": "］", "*": "＊", "_": "＿", "`": "｀", "#": "＃", "|": "｜",
    "~": "～", "\\": "＼", "!": "！", "&": "＆",
})  # fmt: skip
_ADDRESS = re.compile(r"(?<=[A-Za-z0-9-])\.(?=[A-Za-z]{2,})")


def harmless(text: str, longest: int = 120) -> str:
    """A text as one line in which no robot, mail reader or browser finds an order.

    Signs that mean something in Markdown or in a mention become their full-width twins, addresses can't be clicked,
    characters that can't be seen go.
    """
    seen = "".join(c if unicodedata.category(c)[0] != "C" else " " if c in "\n\r\t" else "" for c in text)
    line = " ".join(seen.translate(_SIGNS).replace("://", "：//").split())
    line = _ADDRESS.sub("．", line)
    return line if len(line) <= longest else f"{line[: longest - 1]}…"
