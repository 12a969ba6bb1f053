"""What is left of a question to look for, once all that names a scope or speaks of the asking itself is taken away."""

import re
from collections.abc import Sequence

from assistant.answering.dates import Period
from assistant.answering.lexicon import Cues
from assistant.answering.values import Named
from assistant.domain.answers import Intent
from assistant.domain.vocabulary import Dimension

_EMPTY = frozenset(
    "过事的了着在上中下对把被会要个人比说他她它给占看里就是有到得月来去从按各用让进出自每分那这哪边些只单几多少数量共总为以及"
    "附想便才又再也都很太最更较条份位次件家类种样第啥吗呢么谁年日号一二三两率相"
)
"""A piece of these letters alone asks, and names nothing."""
_STAGE = re.compile(r"售[前中后]")
_THAN = re.compile(r"(?<!相)比(?=.{1,14}(?:多|少|高|低|严重|涨|降))")
"""Between two things that are set against one another."""
_WIDE = frozenset({"theme", "month"})
"""Words that tell these dimensions may tell what to look for too."""


def blanked(text: str, named: Sequence[Named], periods: Sequence[Period]) -> str:
    """The text with blanks, as many letters, where it names filters or days."""
    kept = list(text)
    for start, end in [(n.start, n.end) for n in named] + [(p.start, p.end) for p in periods]:
        kept[start:end] = " " * (end - start)
    return "".join(kept)


def words_left(
    text: str,
    named: Sequence[Named],
    periods: Sequence[Period],
    words: Cues,
    intents: Sequence[Intent] = (),
    by: Dimension | None = None,
) -> str:
    """The words of a question that name what to look for, each once in order, one blank between them.

    Words that asked for a dimension to count by, or for ideas, have been heard and are not looked for.
    """
    rest = blanked(text, named, periods)
    if by is not None and by in words.by and by not in _WIDE:
        rest = words.by[by].sub(_blank, rest)
    if "compare" in intents:
        rest = _THAN.sub(" ", rest)
    if "propose" in intents:
        rest = words.proposing.sub(_blank, rest)
    rest = words.stop.sub(" ", rest)
    if words.by["journey_stage"].search(text):
        rest = _STAGE.sub(" ", rest)
    rest = re.sub(r"[^\w.⟦⟧:]+", " ", rest)
    return " ".join(dict.fromkeys(piece for piece in rest.split() if not set(piece) <= _EMPTY))


def _blank(match: re.Match[str]) -> str:
    return " " * len(match.group())
