"""Markdown and plain text in sections by their headings; links become their words, tags and comments go."""

import re

from assistant.domain.knowledge import RawSection

_HEADING = re.compile(r"^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$")
_UNDERLINE = re.compile(r"^ {0,3}(=+|-{3,})\s*$")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_IMAGE = re.compile(r"!\[[^\]\n]*\]\([^)\n]*\)")
_LINK = re.compile(r"\[([^\]\n]*)\]\([^)\n]*\)")
_TAG = re.compile(r"<\s*/?\s*[a-zA-Z!][^>\n]*>")
_FRONT = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)


def markdown_sections(text: str) -> tuple[str, list[RawSection]]:
    """The title (the first heading of the first level; blank without one) and the sections with their headings' path."""
    plain = _TAG.sub("", _LINK.sub(r"\1", _IMAGE.sub("", _COMMENT.sub("", _FRONT.sub("", text)))))
    title, path = "", list[tuple[int, str]]()
    sections, body = list[RawSection](), list[str]()

    def close() -> None:
        words = "\n".join(body).strip()
        if words:
            sections.append(RawSection(" › ".join(name for _, name in path), words))
        body.clear()

    fenced = False
    for line in plain.splitlines():
        fenced ^= line.lstrip().startswith("```")
        heading = None if fenced else _HEADING.match(line)
        under = None if fenced else _UNDERLINE.match(line)
        if under and body and body[-1].strip() and not heading and _is_title(body):
            level, name = (1 if under[1][0] == "=" else 2), body.pop().strip()
        elif heading:
            level, name = len(heading[1]), heading[2]
        else:
            body.append(line)
            continue
        close()
        if level == 1 and not title:
            title = name
            continue
        path = [step for step in path if step[0] < level] + [(level, name)]
    close()
    return title, sections


def _is_title(body: list[str]) -> bool:
    """Whether the last line stands by itself: a paragraph of several lines above a rule is no heading."""
    return len(body) == 1 or not body[-2].strip()
