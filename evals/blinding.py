"""How a draft is shown to a judge: every way's in the same plain lines, without marks, ids and words that tell who wrote it."""

import html
import re

_HEADING = re.compile(r"^#{1,6}\s*")
_NUMBERED = re.compile(r"^(?:第?[\d一二三四五六七八九十]+(?:\.\d+)*[.、)）章节]?)\s+(?=\S)|^[一二三四五六七八九十]+、")
_RULE = re.compile(r"^(?:\|?\s*:?-{2,}:?\s*)+\|?$|^[-*_]{3,}$")
_BULLET = re.compile(r"^(?:[-*+•·]|\d+[.)、])\s+")
_EMPHASIS = re.compile(r"(\*\*|__|`)")
_SINGLE = re.compile(r"(?<!\w)[*_](?=\S)([^*_]+?)(?<=\S)[*_](?!\w)")
_MARKS = re.compile(r"\s*[\[【](?:F?\d+(?:\s*[,，、–\-]\s*)?)+[\]】]")
_ID = re.compile(r"(?:\s*·\s*)?\b(?:r|c|th|id|pr|tg|in)_[0-9a-z]{4,}\b")
_ESCAPED = re.compile(r"\\([\\`*_\[\]()|~!#@$^{}+\-=>.:])")
_QUOTES = str.maketrans({"「": "“", "」": "”", "『": "“", "』": "”"})
_BLANK = re.compile(r"\n{3,}")


def plain_lines(markdown: str) -> str:
    """A Markdown text as plain lines: headings as ``■ …``, list items and table rows as ``· …``, nothing else of its form.

    What points into a numbering of one way only (``[3]``, ``[F2]``, ids of records and customers) goes too.
    """
    lines = [line for raw in markdown.splitlines() if (line := _line(raw.strip())) is not None]
    return _BLANK.sub("\n\n", "\n".join(lines)).strip()


def _line(line: str) -> str | None:
    """One line without its form; None for a line that is form alone."""
    if line.startswith("```") or (line and _RULE.match(line)):
        return None
    line = line.lstrip("> ").strip()
    if _HEADING.match(line):
        return f"\n■ {_NUMBERED.sub('', _words(_HEADING.sub('', line)))}"
    if line.startswith("|"):
        cells = [_words(cell) for cell in re.split(r"(?<!\\)\|", line.strip("|"))]
        return "· " + "；".join(cell for cell in cells if cell)
    bullet = _BULLET.match(line)
    return f"· {_words(line[bullet.end() :])}" if bullet else _words(line)


def _words(text: str) -> str:
    plain = _SINGLE.sub(r"\1", _EMPHASIS.sub("", _ESCAPED.sub(lambda m: f"\x00{ord(m[1])}\x00", text)))
    plain = re.sub("\x00(\\d+)\x00", lambda m: chr(int(m[1])), plain)
    plain = _ID.sub("", _MARKS.sub("", html.unescape(plain)))
    return plain.translate(_QUOTES).strip()
