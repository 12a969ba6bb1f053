"""Which records some words stand for: those that say them, or a need that is about them and that most of those share."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from assistant.answering.goods import LETTERS
from assistant.answering.kin import meanings_in
from assistant.answering.labels import query_text, scope_label
from assistant.answering.lexicon import normalise
from assistant.answering.matching import share_named, titled_by_a_quote
from assistant.answering.meant import situation_of, situations_asked
from assistant.answering.ports import Counting
from assistant.domain.answers import Figure, Plan
from assistant.domain.counts import Totals
from assistant.domain.filters import Filters
from assistant.domain.themes import Theme
from vectorstore.text import Analyzer, meanings

_LEADING = frozenset("要想会被把给在对还就又再都")
"""A letter that may stand before what is looked for, without being of it: 要退货."""
_SCRIPTS = re.compile(r"[a-z0-9.\-]+|[\u4e00-\u9fff]+")
_NAMED = 0.5
"""Share of some words' pairs from which a title holds them."""
_MOST = 2
"""One record in so many of those that say the words must have been read as the need."""
_OFTEN = 10
"""Words said in so many records need no theme to stand for them, unless its title holds them."""
_FEW = 3
"""Fewer records than this tell nothing of how the words are meant."""
_SHORT = 3
"""So few letters are a word, of which a theme must say as much; more tell of something in their own way."""
_KIN = 3
_TWO = 2
_LEAST = 2


@dataclass(frozen=True, slots=True)
class Standing:
    """What is counted for some words."""

    filters: Filters
    words: tuple[str, ...] = ()
    """Counted letter for letter; empty where the themes of `filters` stand for them."""
    figures: tuple[Figure, ...] = ()
    """How many say the words, and how many of those are of the theme, so that both can be seen."""
    warnings: tuple[str, ...] = ()
    """Which of both was counted."""


def standing(plan: Plan, counting: Counting, meant: Sequence[Theme]) -> Standing:
    """What to count for the words of a plan, `meant` being the themes they may mean.

    A theme stands for words that nobody ever says, if it is about them; for words that its title says, if there are no
    fewer of it; and for other words for them, if besides half of the records that say them have been read as it. Otherwise
    those that say them are counted, be there none within the filters; words that nobody says in one, each in its place.
    Which of both holds is seen over all days, so that one month is counted as the next, and one record more turns nothing.
    """
    words, always = words_said(plan, counting), replace(plan.filters, since=None, until=None)
    ever = counting.mentions(words, always)
    said, letters = counting.mentions(words, plan.filters), _letters(plan)
    asked = situations_asked(plan)
    about = [theme for theme in meant if _about(plan.query, theme) or situation_of(theme) in asked]
    fitting = about or (meant if len(plan.query) > _SHORT else ())
    if not said.records and fitting and not letters and not counting.mentions(words, Filters()).records:
        only = _of(plan, fitting)
        if counting.totals(Filters(theme=only.theme)).records:
            note = f"没有反馈逐字写“{'、'.join(plan.query.split())}”，按意思相近的需求主题{_titles(fitting)}统计"
            return Standing(only, warnings=(note,))
    for themes in (about, meant if said.records < _OFTEN else ()) if not letters else ():
        only = _of(plan, themes)
        both = counting.mentions(words, only) if themes and said.records else Totals(0, 0, 0, 0)
        if not themes or not said.records:
            continue
        whole = counting.totals(only)
        of_ever = replace(always, theme=only.theme)
        shared = counting.mentions(words, of_ever)
        if (
            themes is about
            and whole.records >= said.records
            and _stands(words, ever, shared, counting.totals(of_ever), themes)
        ):
            if _titled(words, themes):
                note = f"“{plan.query}”按需求主题{_titles(themes)}统计，包括用别的话说的"
                return Standing(only, figures=(_holding(words, plan.filters, said),), warnings=(note,))
            note = f"“{plan.query}”按需求主题{_titles(themes)}统计：{_shared(said, both)}"
            return Standing(only, figures=_beside(words, plan, themes, said, both), warnings=(note,))
        if both.records * _MOST >= said.records >= _FEW:
            note = f"只数原文提到“{'、'.join(words)}”的：{_shared(said, both)}归入需求主题{_titles(themes)}"
            wider, others = in_other_words(plan.filters, words, counting)
            beside = _beside(words, plan, themes, None, both, whole)
            return Standing(plan.filters, words, (*wider, *beside), (note, *others))
    wider, others = in_other_words(plan.filters, words, counting)
    if not others and said.records and not letters:
        others = (f"只数逐字写“{'、'.join(words)}”的；用别的话说的没有数，可以用检索看",)
    return Standing(plan.filters, words, wider, others)


def _letters(plan: Plan) -> bool:
    return LETTERS.search(plan.question) is not None


def words_said(plan: Plan, counting: Counting) -> tuple[str, ...]:
    """The words as they are asked; or in two where nobody says one of them in one, but somebody both halves."""
    words = tuple(plan.query.split())
    if counting.mentions(words, plan.filters).records:
        return words
    for place, word in enumerate(words):
        for parts in _cuts(word):
            each = (*words[:place], *parts, *words[place + 1 :])
            if counting.mentions(each, plan.filters).records:
                return each
    return words


def _cuts(word: str) -> list[tuple[str, ...]]:
    """Ways to cut a word into two that the dictionary knows, or into its scripts; without a small word before it."""
    scripts = tuple(_SCRIPTS.findall(word))
    if len(scripts) > 1:
        return [scripts]
    known = _analyzer().general
    if word[0] in _LEADING and len(word) > _LEAST and known(word[1:]):
        return [(word[1:],)]
    halves = [(word[:cut], word[cut:]) for cut in range(len(word) - 1, _LEAST - 1, -1)] if not word.isascii() else []
    return [(one, other) for one, other in halves if known(one) and known(other)]


@cache
def _analyzer() -> Analyzer:
    return Analyzer()


def _of(plan: Plan, themes: Sequence[Theme]) -> Filters:
    return replace(plan.filters, theme=tuple(theme.id for theme in themes))


def _about(query: str, theme: Theme) -> bool:
    """Whether a theme's title says some words, or says the same in others."""
    same = meanings_in(query)
    covered = {word for number in same for word in meanings()[number] if word in normalise(query)}
    rest = normalise(query)
    for word in sorted(covered, key=len, reverse=True):
        rest = rest.replace(word, "")
    if same and not rest.strip() and same <= meanings_in(theme.title):
        return True
    return share_named(query, theme.title) >= _NAMED


def _stands(words: Sequence[str], said: Totals, both: Totals, whole: Totals, themes: Sequence[Theme]) -> bool:
    """Whether themes hold enough of the records that say some words; of themes named by one customer's sentence, also
    whether enough of them say the words."""
    sampled = any(map(titled_by_a_quote, themes))
    enough = (
        _titled(words, themes) or both.records * _MOST >= said.records or (said.records < _FEW and both.records > 0)
    )
    shared = enough and whole.records >= said.records
    return shared and (not sampled or both.records * _MOST >= whole.records)


def _titled(words: Sequence[str], themes: Sequence[Theme]) -> bool:
    return all(any(word in normalise(theme.title) for theme in themes) for word in words)


def _titles(themes: Sequence[Theme]) -> str:
    return "".join(f"「{theme.title}」" for theme in themes)


def _shared(said: Totals, both: Totals) -> str:
    return f"提到它的 {said.records} 条里有 {both.records} 条"


def _beside(
    words: Sequence[str],
    plan: Plan,
    themes: Sequence[Theme],
    said: Totals | None,
    both: Totals,
    whole: Totals | None = None,
) -> tuple[Figure, ...]:
    only = _of(plan, themes)
    named = f"{scope_label(plan.filters)} {_titles(themes)}".removeprefix("全部 ")
    label = f"{named} 原文提到“{'、'.join(words)}”的反馈"
    shared = Figure(label, both.records, "条", query_text(_how(words), only))
    first = (_holding(words, plan.filters, said),) if said is not None else ()
    rest = (Figure(f"{named} 所有反馈", whole.records, "条", query_text("count records", only)),) if whole else ()
    return (*first, shared, *rest)


def _holding(words: Sequence[str], filters: Filters, said: Totals) -> Figure:
    label = f"{scope_label(filters)} 原文提到“{'、'.join(words)}”的反馈"
    return Figure(label, said.records, "条", query_text(_how(words), filters))


def _how(words: Sequence[str]) -> str:
    return f"count records whose text holds {' and '.join(words)}"


def in_other_words(
    filters: Filters, words: Sequence[str], counting: Counting
) -> tuple[tuple[Figure, ...], tuple[str, ...]]:
    """How many say a word or the same in other words, as a second figure, and that the first counts the word alone.

    Nothing where the word is no known one for what it means, or nobody says the same in other words.
    """
    groups = _of_one_meaning(words, filters, counting)
    if groups is None:
        return (), ()
    every = counting.mentions((), filters, any_of=groups[0], also=groups[1] if len(groups) > 1 else ())
    told = list(dict.fromkeys(one for group in groups for one in group[1:]))
    if len(groups) > 1 and every.records <= counting.mentions(words, filters).records:
        return (), ()
    said, named = "、".join(words), "".join(f"「{one}」" for one in told)
    label = f"{scope_label(filters)} 连同{named} 原文提到“{said}”的反馈".removeprefix("全部 ")
    how = query_text(f"count records whose text holds {' and '.join(' or '.join(group) for group in groups)}", filters)
    each = told[:_KIN] if len(groups) == 1 else [one for group in groups for one in group[1 : _KIN + 1]]
    note = f"只数逐字写“{said}”的；写成{'、'.join(f'“{one}”' for one in each)}等的不在内"
    return (Figure(label, every.records, "条", how),), (note,)


def _of_one_meaning(words: Sequence[str], filters: Filters, counting: Counting) -> list[tuple[str, ...]] | None:
    """For each of one or two words (those of one that is made of two) itself and what is said for it within the filters;
    None where no word is known for what it means, or nobody says the same in other words."""
    pieces = tuple(words)
    if len(pieces) == 1 and not _line_of(pieces[0]):
        pieces = _told_in_two(pieces[0])
    if not 0 < len(pieces) <= _TWO:
        return None
    groups = []
    for word in pieces:
        kin = dict.fromkeys(one for one in _line_of(word) if word not in one)
        groups.append((word, *(one for one in kin if counting.mentions((one,), filters).records)))
    return groups if any(len(group) > 1 for group in groups) else None


def _told_in_two(word: str) -> tuple[str, ...]:
    """A word cut into two of which one is known for what it means and the other for that or to the dictionary; else empty."""
    halves = [(word[:cut], word[cut:]) for cut in range(len(word) - _LEAST, _LEAST - 1, -1)]
    told = [pair for pair in halves if all(_line_of(one) or _analyzer().general(one) for one in pair)]
    return next((pair for pair in told if any(map(_line_of, pair))), ())


def _line_of(word: str) -> list[str]:
    return [one for line in meanings() if word in line for one in line]
