"""Knows how a customer's words are set within sentences of ours: neat, short, in quotation marks."""

import html
import re

from assistant.domain.themes import Voice
from assistant.rules.segment import trim

_FULL = str.maketrans({",": "，", ";": "；", ":": "：", "?": "？", "!": "！", "(": "（", ")": "）"})
_HAN = "\u4e00-\u9fff"
_HALF = re.compile(rf"(?<=[{_HAN}”」》）])\s*[,;:?!()]|[,;:()](?=\s*[{_HAN}“「（])")
_CUT_ENTITY = re.compile(r"&#?\w{0,8};?")
_DOTS = re.compile(r"(?:[.。…·]\s*){2,}")


def neat(text: str) -> str:
    """A text without HTML entities, line breaks and runs of dots, with Chinese punctuation beside Chinese."""
    plain = html.unescape(html.unescape(text))
    plain = _DOTS.sub("…", _CUT_ENTITY.sub(" ", plain))
    plain = " ".join(plain.split())
    return _HALF.sub(lambda mark: mark.group().strip().translate(_FULL), plain)


def short(text: str, most: int) -> str:
    """At most so many characters of a text, cut at a clause where one ends in time, never inside a masked value."""
    text = text.split("⟦")[0].replace("\n", " ") if "⟦" in text[:most] else text.replace("\n", " ")
    if len(text) <= most:
        return text[slice(*trim(text, 0, len(text)))]
    ends = [at for at, c in enumerate(text[: most + 1]) if c in ",，。;；!！?？ " and at >= 6]
    cut = ends[-1] if ends else most
    return text[slice(*trim(text, 0, cut))]


def said(voice: Voice, most: int = 60) -> str:
    """A voice's quote in quotation marks, shortened at its end at most (before an HTML entity, if it holds one)."""
    quote = voice.quote.split("&", 1)[0] if re.search(r"&#?\w+;", voice.quote) else voice.quote
    quote = short(quote, most) or short(voice.quote, most) or voice.quote
    return f"「{quote}」" if "“" in quote or "”" in quote else f"“{quote}”"
