"""A kept sentence's outer form: cleaned of an engine's own marks and bullets, with ours before its final stop."""

import re
import unicodedata
from collections.abc import Sequence

from assistant.answering.numbers import numbers
from assistant.answering.proof import forms
from assistant.domain.answers import Citation, Figure
from assistant.domain.themes import Voice

_SQUARE_MARK = re.compile(
    r"\s*[\[【]\s*(?:引用|来源|数据|图|文件|先例)?\s*[DSF]?\d{1,3}(?:\s*[,，、-]\s*[DSF]?\d{1,3})*\s*[\]】]"
)
_BULLET = re.compile(r"^\s*(?:\d{1,2}[.、)）](?!\d)\s*|[-*•·#>]+\s+)")
_END = "。!?！？…;；"


def cleaned(text: str) -> str:
    """A sentence without control characters, bullets and marks of its writer's own."""
    kept = "".join(c for c in text if c == " " or unicodedata.category(c)[0] != "C")
    return _SQUARE_MARK.sub("", _BULLET.sub("", kept)).strip()


def with_marks(text: str, marks: Sequence[str], figures: Sequence[Figure]) -> str:
    """The sentence with its marks, the house's last, before the final stop; one on figures that states none of them gets the first."""
    body, end = (text[:-1], text[-1]) if text[-1] in _END else (text, "。")
    if figures and not marks and not any(n.value in forms(f) for n in numbers(text) for f in figures):
        first = figures[0]
        body += f"（{first.label} {first.value:g}{first.unit}）"
    return body + "".join(sorted(marks, key=_by_place)) + end


def _by_place(mark: str) -> tuple[bool, int]:
    return mark.startswith("[D"), int(mark.strip("[]D"))


def citation(n: int, voice: Voice) -> Citation:
    """A voice as what the mark ``[n]`` points to."""
    return Citation(
        n, voice.record_id, voice.quote, voice.start, voice.end, voice.channel, voice.product, voice.created_at
    )
