"""Answers as Markdown that any chat window may render: no word of a customer, asker or model becomes link, image or HTML."""

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files

from assistant.domain.answers import Answer, Citation, Figure, Table
from assistant.domain.knowledge import Backing
from assistant.domain.vocabulary import zh

_MARK = re.compile(r"\[([DS]?\d{1,3})\]")
_LOOKALIKES = str.maketrans({"<": "＜", ">": "＞", "[": "［", "]": "］", "\\": "＼", "$": "＄", "\t": " "})
"""Characters that begin HTML, links, images or formulas, in a width that begins nothing. A backslash before them would not
do: chat windows take ``\\[`` for a formula."""
_ENTITY = re.compile(r"&(?=#?\w+;)")
_EMPHASIS = re.compile(r"([`*_~|])")
_AT_LINE_START = re.compile(r"^ *(#|={3}|-{3}|\+{3})", re.MULTILINE)
_INDENT = re.compile(r"^ {2,}", re.MULTILINE)
"""What windows make code of."""
_HOST = re.compile(r"(?<=[\w-])\.(?=[^\W\d_\u3400-\u9fff])|(?<=www)\.", re.IGNORECASE)
"""The dot of a name that a window might take for a site: ``evil.com``, ``www.``, not 3.2."""
_HIDDEN = ("Cc", "Cf", "Co", "Cs", "Cn")


def safe(text: str) -> str:
    """Text as Markdown that shows it and does nothing else; invisible characters go, addresses can't be followed.

    Angle and square brackets, backslashes and dollars come out full-width.
    """
    seen = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in _HIDDEN)
    plain = _ENTITY.sub("＆", seen.translate(_LOOKALIKES))
    cold = _HOST.sub("［.］", plain.replace("//", "／／"))
    return _INDENT.sub(" ", _AT_LINE_START.sub(r"\\\1", _EMPHASIS.sub(r"\\\1", cold)))


def with_footnotes(text: str, citations: Sequence[Citation]) -> str:
    """A piece of an answer's text: its marks ``[1]`` become footnotes, the lines paragraphs.

    What stands in a quote is a customer's and points nowhere.
    """
    quotes = sorted({citation.quote for citation in citations if citation.quote}, key=len, reverse=True)
    quoted = re.compile("|".join(map(re.escape, quotes)) or r"(?!)")
    shown = "".join(safe(piece) if own else _marked(piece) for own, piece in _parted(quoted, text))
    return _INDENT.sub(" ", shown.replace("\n", "\n\n"))


def _parted(pattern: re.Pattern[str], text: str) -> Iterator[tuple[bool, str]]:
    """The text in pieces, each with whether the pattern matches it."""
    at = 0
    for found in pattern.finditer(text):
        yield False, text[at : found.start()]
        yield True, found.group()
        at = found.end()
    yield False, text[at:]


def _marked(text: str) -> str:
    parts = _parted(_MARK, text)
    return "".join(f"[^{part[1:-1]}]" if is_mark else safe(part) for is_mark, part in parts)


def beside(answer: Answer, language: str, *, counted: bool) -> str:
    """What follows the text: figures as a table where `counted`, else needs, reply and opportunities; then the footnotes,
    and which engine made it."""
    words = _words(language)
    shown = (_tables,) if counted else (_needs, _reply, _chances)
    parts = [_listed(words["clarify"], answer.clarify), *(show(answer, words) for show in shown)]
    parts += [_listed(words["warnings"], answer.warnings)]
    notes = [_footnote(str(c.n), _place(c, language), c.quote, words) for c in answer.citations]
    notes += _house(answer.backings, words)
    parts += ["\n".join(notes), f"*{words['made_by'].format(engine=answer.engine, id=safe(answer.id))}*"]
    return "".join(f"\n\n{part}" for part in parts if part)


def _listed(label: str, items: Sequence[str]) -> str:
    return f"**{label}**\n\n" + "\n".join(f"- {_line(item)}" for item in items) if items else ""


def _needs(answer: Answer, words: Mapping[str, str]) -> str:
    """The needs that the text does not tell already, one line each."""
    untold = [need for need in answer.needs[:3] if need.deep and need.deep not in answer.text]
    rungs = (filter(None, (need.surface, need.secondary, need.deep)) for need in untold)
    return _listed(words["needs"], [" → ".join(rung) for rung in rungs])


def _reply(answer: Answer, words: Mapping[str, str]) -> str:
    if not answer.suggested_reply:
        return ""
    return f"**{words['reply']}**\n\n" + "\n>\n".join(
        f"> {_line(line)}" for line in answer.suggested_reply.splitlines()
    )


def _chances(answer: Answer, words: Mapping[str, str]) -> str:
    told = [f"{zh(str(one.get('type', '')))}：“{one.get('quote', '')}”" for one in answer.opportunities]
    return _listed(words["opportunities"], told)


def _tables(answer: Answer, words: Mapping[str, str]) -> str:
    table = answer.table or _table_of(answer.figures, words)
    if table is None:
        return ""
    heads = [_cells(table.columns), "| " + " | ".join("---" for _ in table.columns) + " |"]
    return f"**{_line(table.title)}**\n\n" + "\n".join([*heads, *(_cells(row) for row in table.rows)])


def _table_of(figures: Sequence[Figure], words: Mapping[str, str]) -> Table | None:
    rows = [(f.label, f"{f.value:g} {f.unit}", _interval(f.interval)) for f in figures]
    return Table(words["table"], (words["figure"], words["value"], words["interval"]), tuple(rows)) if rows else None


def _interval(interval: tuple[float, float] | None) -> str:
    return f"{interval[0]:g}–{interval[1]:g}" if interval else ""


def _cells(row: Sequence[str | float | None]) -> str:
    shown = ("" if cell is None else cell if isinstance(cell, str) else f"{cell:g}" for cell in row)
    return "| " + " | ".join(_line(cell) for cell in shown) + " |"


def _place(citation: Citation, language: str) -> str:
    channel = zh(citation.channel) if language == "zh" else citation.channel
    facts = (channel, citation.product, (citation.created_at or "")[:10], citation.record_id)
    return " · ".join(_line(fact) for fact in facts if fact)


def _house(backings: Sequence[Backing], words: Mapping[str, str]) -> list[str]:
    """Footnotes of what the house has written down, as the text may point to them: D1, D2 …"""
    return [
        _footnote(f"D{n}", _written(backing, words), backing.quote, words, words.get(backing.kind, words["document"]))
        for n, backing in enumerate(backings, 1)
    ]


def _written(backing: Backing, words: Mapping[str, str]) -> str:
    page = words["page"].format(page=backing.page) if backing.page else ""
    return " · ".join(_line(fact) for fact in (backing.title, backing.heading, page) if fact)


def _footnote(name: str, place: str, quote: str, words: Mapping[str, str], source: str | None = None) -> str:
    # Never a bare word and then a quote: a window without footnotes would take that for the address of a link.
    told = words["quoted"].format(quote=_line(quote))
    return f"[^{name}]: {source or words['customer']} · {place}{told}"


def _line(text: str) -> str:
    return safe(" ".join(text.split()))


@cache
def _words(language: str) -> Mapping[str, str]:
    told = tomllib.loads(files("api").joinpath("data", "window.toml").read_text(encoding="utf-8"))
    return dict(told[language])
