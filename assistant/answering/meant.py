"""Which situations a question asks about, as the rules know situations, and which themes are of them."""

import re
from collections import defaultdict
from collections.abc import Collection, Sequence

from assistant.answering.matching import matching_themes, what_belongs
from assistant.domain.answers import Plan
from assistant.domain.themes import Theme
from assistant.rules.lexicon import lexicon, normalise
from assistant.rules.telling import frame_of
from assistant.rules.topics import frame_fields

_PLAINLY = 3.0
"""Weight from which a situation shows."""
_SURELY = 5.0
"""Weight of a single situation from which search need not find the same."""
_FAINTLY = 2.0
"""Weight that is enough where search finds the same."""
_BESIDE = 0.7
"""Share of the heaviest situation's weight from which another one is meant too."""
_PRAISE = re.compile(r"^(?:夸|称赞|表扬|点?赞)|称赞|夸(?![张大口])", re.MULTILINE)
_TITLE_COUNTS = 2.0


def situations_asked(plan: Plan) -> frozenset[str]:
    """The situations (frames) that a question is about, by its own words; empty where none shows plainly.

    Praise is meant only where praise is asked for: 师傅 alone names a person. Situations of many kinds, such as
    something broken, tell too little.
    """
    told = _told(plan)
    most = max(told.values(), default=0.0)
    return frozenset(frame for frame, weight in told.items() if weight >= max(_PLAINLY, _BESIDE * most))


def themes_meant(plan: Plan, themes: Sequence[Theme], limit: int = 3, found: Collection[str] = ()) -> list[Theme]:
    """The themes a question is about: by their names, else by the situation that both speak of, the largest first.

    Where several situations show, or none surely, those of the themes that search `found` are meant; of a theme that
    the rules named its situation is known for certain.
    """
    if not _asks_praise(plan) and situations_asked(plan):
        themes = [theme for theme in themes if not praises(theme)]
    if named := matching_themes(plan.query, themes, limit):
        return named
    asked, told = situations_asked(plan), _told(plan)
    certain = [theme for theme in themes if asked & {situation_of(theme)}] if asked else []
    certain = [theme for theme in certain if not _by_a_sample(theme)] or certain
    if not found or (len(asked) == 1 and max(told[frame] for frame in asked) >= _SURELY):
        return certain[:limit]
    faint = [theme for theme in themes if told.get(situation_of(theme) or "", 0.0) >= _FAINTLY]
    confirmed = [theme for theme in certain or faint if theme.id in found]
    return (confirmed or [theme for theme in certain if theme.engine == "rules"])[:limit]


def praises(theme: Theme) -> bool:
    """Whether a theme is of praise, as its words say."""
    frame = frame_of(theme.surface)
    if frame is not None:
        return frame_fields()[frame].get("mood") == "positive"
    return _PRAISE.search(f"{theme.surface}\n{what_belongs(theme)}") is not None


def _asks_praise(plan: Plan) -> bool:
    return plan.filters.sentiment == ("positive",)


def _told(plan: Plan) -> dict[str, float]:
    praise = _asks_praise(plan)
    weights, fields = _weights(plan.query), frame_fields()
    whole = _weights(f"{plan.leans_on}\n{plan.question}")
    if plan.query and plan.made_by == "rules":  # a pattern may need the small words that no search does
        for frame, weight in whole.items():
            weights[frame] = max(weights[frame], weight)
    return {
        frame: weight
        for frame, weight in weights.items()
        if (fields[frame].get("mood") == "positive") == praise and not fields[frame].get("many_kinds")
    }


def situation_of(theme: Theme) -> str | None:
    """The situation a theme is of: as the rules named it, else the one that its title and surface show most."""
    if frame := frame_of(theme.surface):
        return frame
    weights = _weights(theme.surface)
    for frame, weight in _weights(theme.title).items():
        weights[frame] += _TITLE_COUNTS * weight
    best = max(weights, key=lambda frame: (weights[frame], frame), default=None)
    return best if best and weights[best] >= _PLAINLY else None


def _by_a_sample(theme: Theme) -> bool:
    """Whether all that tells a theme's situation is one customer's sentence, as of those the rules named by an aspect."""
    return theme.engine == "rules" and frame_of(theme.surface) is None


def _weights(text: str) -> dict[str, float]:
    weights: dict[str, float] = defaultdict(float)
    for hit in lexicon().scan(normalise(text)):
        if hit.kind == "frame":
            weights[hit.label] += hit.weight
    return weights
