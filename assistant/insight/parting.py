"""What a theme that holds too much falls into: a few parts by what its members tell."""

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from assistant.domain.engine import Engine
from assistant.domain.themes import Theme, ThemeMaterial
from assistant.insight.clustering import parts
from assistant.insight.features import Embed, spaces
from assistant.insight.grouping import enough
from assistant.insight.members import Member, count_customers, count_records, tally
from assistant.insight.naming import distinct_titles, give_names
from assistant.insight.portrait import Words, keywords, portray
from assistant.insight.rungs import deep_category_of, standing_of

MOST_PARTS = 5
_BRACKETED = re.compile(r"(.+?)（([^（）]*)）|(?!)")
_CLAUSES = re.compile(r"[，。！？；：、,.!?;:\s]+")
_SHORT, _LONG, _LONGEST = 5, 14, 32
"""Letters of a clause that may name a part, and of the whole title."""


def parted(members: Sequence[Member], embed: Embed, read: int) -> list[list[Member]]:
    """The members in two to `MOST_PARTS` groups by their words, the largest first; one group where they are of a piece.

    What is too little for a theme among `read` insights stays with the largest.
    """
    ordered = sorted(members, key=lambda member: member.insight.id)
    labels = parts(spaces(ordered, embed).told, MOST_PARTS)
    found = [[m for m, own in zip(ordered, labels, strict=True) if own == label] for label in np.unique(labels)]
    found.sort(key=lambda own: (-count_customers(own), own[0].insight.id))
    worth = [found[0], *(own for own in found[1:] if enough(own, read))]
    worth[0] = [m for m in ordered if not any(m in own for own in worth[1:])]
    return worth


def named_parts(
    theme: Theme,
    groups: Sequence[Sequence[Member]],
    words: Words,
    engine: Engine,
    fallback: Engine,
    taken: Sequence[str],
) -> list[Theme]:
    """Words for each part of a theme, unlike each other and unlike the titles `taken`; nothing of the theme's own is kept."""
    telling = keywords(groups, words)
    materials = [bare_material(theme.id, own, said, (theme.title,)) for own, said in zip(groups, telling, strict=True)]
    named = give_names(materials, engine, fallback).themes
    told = distinct_titles([replace(m, theme=t) for m, t in zip(materials, named, strict=True)], taken)
    return _readable(told, materials, taken)


def _readable(themes: Sequence[Theme], materials: Sequence[ThemeMaterial], taken: Sequence[str]) -> list[Theme]:
    """Titles that only a keyword in brackets tells apart, by a few words of a customer instead: a keyword is no name."""
    borne = {*taken, *(theme.title for theme in themes)}
    found = []
    for theme, material in zip(themes, materials, strict=True):
        bare = _BRACKETED.fullmatch(theme.title)
        word = bare[2] if bare else ""
        if bare and (word in material.keywords or not word) and (said := _few_words(material, word)):
            title = f"{bare[1]}：{said}"
            if len(title) <= _LONGEST and title not in borne:
                borne.add(title)
                theme = replace(theme, title=title)
        found.append(theme)
    return found


def _few_words(material: ThemeMaterial, word: str) -> str:
    """The shortest clause of a voice that holds the word and says something by itself; blank where there is none."""
    clauses = [one.strip() for voice in material.voices for one in _CLAUSES.split(voice.quote)]
    fit = [one for one in clauses if word in one and _SHORT <= len(one) <= _LONG and "⟦" not in one]
    return min(fit, key=len, default="")


def bare_material(
    theme_id: str, own: Sequence[Member], telling: tuple[str, ...], neighbours: tuple[str, ...]
) -> ThemeMaterial:
    """What an engine is shown of a group that bears no words yet; its rungs are those of its most telling voice."""
    category = deep_category_of(own)
    bare = Theme(
        id=theme_id,
        title="",
        definition="",
        surface="",
        secondary="",
        deep="",
        standing=standing_of(own, category),
        deep_category=category,
        engine="rules",
        records=count_records(own),
        customers=count_customers(own),
    )
    shown = portray(bare, own, telling)
    first = shown.voices[0]
    bare = replace(bare, surface=first.surface, secondary=first.secondary, deep=first.deep)
    votes = tally(own, lambda m: m.insight.deep_category)
    return replace(shown, theme=bare, deep_categories=votes, neighbours=neighbours)
