"""Which words of a question are values of the source's own columns (京东渠道, 学校客户), so that those records are counted."""

import re
import tomllib
from dataclasses import replace
from functools import cache
from importlib.resources import files

from assistant.answering.lexicon import normalise
from assistant.answering.ports import Counting
from assistant.domain.answers import Plan
from assistant.domain.filters import Filters
from assistant.domain.vocabulary import zh

_OF_SOURCE = r"(?:这?类|等)?的?(?:客户|用户|顾客|渠道|平台|来源|来的|那边|一类)"
"""Said right after a word it makes a group or channel of it."""
_LONGEST = 12
_MOST = 4
"""So many words of a question are looked up."""


def by_source(made: Plan, counting: Counting) -> Plan:
    """The plan, narrowed by words that stand as they are in a column of the source.

    Only such as the question uses for a group or channel, or as nobody says. A group's word (学校) of which the source
    keeps nothing is counted as the segment it stands for; `notes` say so.
    """
    for word in [one for one in made.query.split() if 1 < len(one) <= _LONGEST][:_MOST]:
        grouped = re.search(re.escape(word) + _OF_SOURCE, normalise(made.question)) is not None
        if not grouped and counting.mentions((word,), Filters()).records:
            continue
        if counting.totals(Filters(source=(word,))).records:
            note = f"“{word}”按来源表格里填的这个值统计"
            made = _without(made, word, replace(made.filters, source=(*made.filters.source, word)), note)
        elif grouped and not made.filters.segment and (segment := _segments().get(word)):
            note = f"来源里没有留下“{word}”这个值，按客户类型“{zh(segment)}”统计"
            made = _without(made, word, replace(made.filters, segment=(segment,)), note)
    return made


def _without(made: Plan, word: str, filters: Filters, note: str) -> Plan:
    rest = " ".join(one for one in made.query.split() if one != word)
    return replace(made, filters=filters, query=rest, notes=(*made.notes, note))


@cache
def _segments() -> dict[str, str]:
    """What people of a segment are called → the segment (``data/sourced.toml``)."""
    text = files("assistant.answering").joinpath("data/sourced.toml").read_text(encoding="utf-8")
    return {word: segment for segment, words in tomllib.loads(text)["segment"].items() for word in words}
