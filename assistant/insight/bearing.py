"""What bears a sentence of a proposal: the words of a voice, and the figures that its numbers are."""

import re

from assistant.domain.proposals import CountedFigure, Evidence
from assistant.domain.themes import Voice
from assistant.insight.numbers import Number
from assistant.insight.wordings import unit_of


def as_said(number: Number, text: str) -> str:
    """A number with its unit as it stands in a sentence: 九成 is read as 90 %, and said as 九成."""
    found = re.search(rf"{re.escape(number.text)}\s*(?:[成倍%‰％]|个百分点|{re.escape(number.unit)})?", text)
    return found[0] if found else number.text


def words_of(item: Evidence, voice: Voice | None) -> str:
    """The words of a voice that may be quoted: its quote, and the wish that came with it."""
    return "\n".join(filter(None, (item.quote, voice.suggestion if voice else None)))


def all_of(voice: Voice) -> str:
    """All that was read out of a voice, to see whether a sentence speaks of the same thing."""
    rungs = (voice.quote, voice.surface, voice.secondary, voice.deep, voice.suggestion, voice.context)
    return "\n".join(filter(None, rungs))


def claims_a_count(number: Number) -> bool:
    """Whether a number in a plan claims a count: of people, of records, or a share; so many samples or visits do not."""
    unit = unit_of(number)
    return unit in ("percent", "customers") or (
        unit == "records" and number.unit in ("条", "例", "complaints", "records")
    )


def bears(figure: CountedFigure, number: Number, ranged: bool) -> bool:
    """Whether a figure is this number; a bound of its interval only in a sentence that speaks of one."""
    unit = unit_of(number)
    if figure.unit != unit and not (unit is None and not number.share and figure.unit != "percent"):
        return False
    values = (figure.value, *((figure.interval or ()) if ranged else ()))
    return any(abs(number.value - value) < 1e-9 or (number.share and number.value == round(value)) for value in values)
