"""Cells turned into our values: text, ratings, yes and no, segments, statuses, lists."""

import html
import math
import re
from datetime import date, datetime
from html.parser import HTMLParser
from typing import cast

from assistant.domain.vocabulary import Channel, Segment
from assistant.intake.wordlists import blank_words, plain_word, value_words

_TAG = re.compile(
    r"</?(?:p|br|div|span|a|b|i|u|strong|em|img|table|tr|td|th|ul|ol|li|font|blockquote|h[1-6])\b[^>]*>", re.I
)
_ENTITY = re.compile(r"&(?:nbsp|amp|lt|gt|quot|#\d{2,6});")
_STAR = re.compile(r"[★⭐🌟]")
_NUMBER = re.compile(r"(?<![\d.])(-?\d+(?:\.\d+)?)\s*(?:/\s*\d+|[分星颗级点]|stars?|points?)?", re.I)
_DECIMAL_COMMA = re.compile(r"(?<![\d,])(\d),(\d{1,2})(?![\d,])")
_STARS_INSIDE = re.compile(r"([一二两三四五])\s*星")
_HAN_NUMBER = {character: number for number, character in enumerate("零一二三四五六七八九十")} | {"两": 2}
_OPTIONS = re.compile(r"[A-Za-z](?:\s*[┋,，、;；|/]\s*[A-Za-z])*[.、]?")
_OPTION = re.compile(r"^[A-Za-z][.、．)]\s*(?=\S)")
_LIST = re.compile(r"[、,，;；|/\n┋]+")
_CHANNEL_LONGEST = 12
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def cell_text(value: object) -> str:
    """Any cell as clean text: outer white space off, whole floats without ``.0``, HTML turned into its text.

    NULs, other control characters and lone surrogates, which no database takes, are removed or shown as U+FFFD;
    line ends become ``\\n``.
    """
    if isinstance(value, str):
        return _clean(value)
    if value is None:
        return ""
    if isinstance(value, float) and not math.isfinite(value):
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e17:
        return str(int(value))
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return "、".join(text for item in value if (text := cell_text(item)))
    return _clean(str(value))


def _clean(text: str) -> str:
    text = text.strip()
    if text.startswith('="') and text.endswith('"'):
        text = text[2:-1].strip()  # how spreadsheets are made to keep leading noughts
    if text.isprintable() and "<" not in text and "&" not in text:
        return text
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _SURROGATE.sub("\ufffd", _CONTROL.sub("", text)).lstrip("\ufeff")
    if ("<" in text and _TAG.search(text)) or ("&" in text and _ENTITY.search(text)):
        text = plain_from_html(text)
    return text.strip()


def filled(value: object) -> str | None:
    """The cell's text, or None where it is empty or says so (``-``, ``N/A``, ``无`` is a word, not a blank)."""
    if value is None:
        return None
    text = cell_text(value)
    return None if not text or (len(text) < 8 and text.casefold() in blank_words()) else text


def read_rating(value: object) -> float | None:
    """A rating as the number it is: ``4``, ``4.5分``, ``5星``, ``★★★☆☆``, ``4/5``, ``五星``, ``非常满意``; else None.

    The scale is the source's own (0-10 for NPS, 1-5 for stars).
    """
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value) if math.isfinite(value) else None
    text = filled(value)
    if text is None:
        return None
    if stars := len(_STAR.findall(text)):
        return float(stars)
    word = value_words("rating").get(plain_word(text))
    if word is not None:
        return float(word)
    if match := _NUMBER.search(_DECIMAL_COMMA.sub(r"\1.\2", text)):
        return float(match[1])
    if match := _STARS_INSIDE.search(text):
        return float(_HAN_NUMBER[match[1]])
    return float(_HAN_NUMBER[text[0]]) if text[0] in _HAN_NUMBER and text[1:2] in ("分", "") else None


def read_yes_no(value: object) -> bool | None:
    """True, False, or None where the cell says neither."""
    if value is None:
        return None
    if isinstance(value, bool):
        return value
    word = value_words("yes_no").get(plain_word(cell_text(value)))
    return None if word is None else word == "yes"


def tells_more(value: object) -> bool:
    """Whether a customer type says more than the segment it stands for (学校), so that its own word is to be kept."""
    return plain_word(cell_text(value)) in value_words("segment_told")


def read_segment(value: object) -> Segment | None:
    """The segment that the word stands for, None where it is unknown."""
    return None if value is None else cast("Segment | None", value_words("segment").get(plain_word(cell_text(value))))


def read_channel(value: object) -> Channel | None:
    """The channel that the word stands for, or the longest known word at its end or in it (天猫评价); None where it is
    unknown."""
    if value is None:
        return None
    word, known = plain_word(cell_text(value)), value_words("channel")
    if word in known or len(word) > _CHANNEL_LONGEST:
        return cast("Channel | None", known.get(word))
    inside = [o for o in known if not o.isascii() and (o in word if len(o) > 1 else word.endswith(o))]
    best = max(inside, key=lambda one: (len(one), word.rfind(one)), default=None)
    return None if best is None else cast("Channel", known[best])


def tells_channel_more(value: object) -> bool:
    """Whether a channel word says more than the channel (天猫评价: on which shop), so that it is to be kept."""
    return plain_word(cell_text(value)) not in value_words("channel")


def read_status(value: object) -> str | None:
    """``open``, ``closed`` or ``escalated`` where the word is known, else the source's own word."""
    text = filled(value)
    return None if text is None else value_words("status").get(plain_word(text), text)


def read_list(value: object) -> tuple[str, ...]:
    """Products owned and the like: a JSON list, or text parted by 、 , ; | / or line ends."""
    if isinstance(value, (list, tuple)):
        return tuple(text for text in map(cell_text, value) if text)
    text = filled(value)
    return tuple(part.strip() for part in _LIST.split(text) if part.strip()) if text else ()


def is_option(text: str) -> bool:
    """True for the letters of ticked answers without their words: ``A``, ``A┋C``."""
    return _OPTIONS.fullmatch(text) is not None


def without_option(text: str | None, channel: Channel) -> str | None:
    """A questionnaire's answer without the letter of the option that it was (``B.智能门锁``)."""
    return _OPTION.sub("", text) or text if text and channel == "survey" else text


class _TextOnly(HTMLParser):
    """Keeps the text of a piece of HTML: blocks and breaks become line ends, scripts and styles vanish."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style"):
            self._hidden += 1
        elif tag in ("br", "p", "div", "tr", "li", "blockquote"):
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self._hidden = max(0, self._hidden - 1)
        elif tag in ("p", "div", "tr", "blockquote"):
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data)


def plain_from_html(markup: str) -> str:
    """The readable text of a piece of HTML, blank lines folded."""
    if "<" not in markup:
        return html.unescape(markup).replace("\xa0", " ")
    parser = _TextOnly()
    parser.feed(markup)
    parser.close()
    text = "".join(parser.parts).replace("\xa0", " ")
    return re.sub(r"[ \t]*\n\s*", "\n", text).strip()
