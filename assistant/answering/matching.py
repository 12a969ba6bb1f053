"""How well a few words fit a sentence: shared characters, pairs and words, the rare ones weighing more."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence

from assistant.answering.lexicon import normalise
from assistant.domain.answers import Need
from assistant.domain.themes import Theme

_MASK = re.compile(r"⟦[^⟧]*⟧")
_PIECE = re.compile(r"[a-z0-9][a-z0-9.\-]*|[\u4e00-\u9fff]+")
_CLAUSE = re.compile(r"[^。；;]+[。；;]?")
_KEPT_OUT = re.compile(r"不收|不算|归(?!还|零)|排除|exclud|belongs? to", re.IGNORECASE)
_NAMED = 0.5
_PART = 0.5
"""What a sentence that holds some of the words counts as a name."""
_CAME = 0.2
"""How much it counts that the voices found speak of a need, against the words of its theme."""


def grams(text: str) -> set[str]:
    """Latin words and pairs of Chinese characters (a lone character by itself); masked values left out."""
    found: set[str] = set()
    for piece in _PIECE.findall(_MASK.sub(" ", normalise(text))):
        if piece[0].isascii() or len(piece) == 1:
            found.add(piece)
        else:
            found.update(piece[i : i + 2] for i in range(len(piece) - 1))
    return found


class Fit:
    """Fit of sentences to one query, the rarity of a pair being learned from the candidates at hand."""

    def __init__(self, query: str, candidates: Iterable[str]) -> None:
        self._query = grams(query)
        seen: Counter[str] = Counter()
        total = 0
        for candidate in candidates:
            total += 1
            seen.update(self._query & grams(candidate))
        self.weights = {gram: math.log(1 + (total + 1) / (seen[gram] + 0.5)) for gram in self._query}
        self._total = sum(self.weights.values())

    def score(self, text: str) -> float:
        """0 (nothing shared) to 1 (all of the query is in the text)."""
        if not self._total:
            return 0.0
        shared = self._query & grams(text)
        return sum(self.weights[gram] for gram in shared) / self._total


def support(query: str, texts: Sequence[str]) -> float:
    """How much of a query stands in the texts, 0 to 1: the share of its letters that lie in a pair some text holds.

    A held letter weighs by the rarity of its pair among the texts, a missing one as the rarest of all. 1 for a query
    without any letter.
    """
    held: Counter[str] = Counter()
    asked = grams(query)
    for text in texts:
        held.update(asked & grams(text))
    missing = math.log(1 + 2 * (len(texts) + 1))
    covered = total = 0.0
    for pairs in _places(query):
        rarity = [math.log(1 + (len(texts) + 1) / (held[pair] + 0.5)) for pair in pairs if held[pair]]
        covered += max(rarity, default=0.0)
        total += max(rarity, default=missing)
    return covered / total if total else 1.0


def _places(text: str) -> Iterable[list[str]]:
    """For every letter (or Latin word) the pairs it belongs to."""
    for piece in _PIECE.findall(_MASK.sub(" ", normalise(text))):
        if piece[0].isascii() or len(piece) == 1:
            yield [piece]
        else:
            yield from ([piece[j : j + 2] for j in (i - 1, i) if 0 <= j <= len(piece) - 2] for i in range(len(piece)))


_EMPTY_LETTERS = frozenset("的了是不在有我你他她它们这那吗呢就都也很个一没和与把被让会要能可以还又再什么怎样时到得着过")


def content_grams(text: str) -> list[str]:
    """The pairs of Chinese characters and the Latin words of a text that can mean a thing, in order, each once."""
    pieces = _PIECE.findall(_MASK.sub(" ", normalise(text)))
    pairs = [
        gram
        for piece in pieces
        for gram in ([piece] if piece[0].isascii() else [piece[i : i + 2] for i in range(len(piece) - 1)])
    ]
    return [gram for gram in dict.fromkeys(pairs) if len(gram) > 1 and not set(gram) & _EMPTY_LETTERS]


def share_named(query: str, text: str) -> float:
    """Which share of the query's pairs stands in one text, 0 to 1."""
    asked = grams(query)
    return len(asked & grams(text)) / len(asked) if asked else 0.0


def fitting_first(query: str, needs: Sequence[Need], themes: Sequence[Theme]) -> list[Need]:
    """Needs of an answer, those whose theme shares most of the query's telling words first, else as they came."""
    texts = {theme.id: f"{theme.title}\n{theme.surface}\n{what_belongs(theme)}" for theme in themes}
    fit = Fit(query, texts.values())
    scored = [
        (fit.score(texts.get(need.theme_id, need.surface)) + _CAME * (1 - place / len(needs)), place, need)
        for place, need in enumerate(needs)
    ]
    return [need for _, _, need in sorted(scored, key=lambda item: (-item[0], item[1]))]


def what_belongs(theme: Theme) -> str:
    """A theme's definition without what it keeps out: that names other themes' matters."""
    return "".join(clause for clause in _CLAUSE.findall(theme.definition) if not _KEPT_OUT.search(clause))


def share_titled(query: str, theme: Theme) -> float:
    """Which share of a query's pairs the name of a theme says; a title that is but a sentence of one customer names it
    only where it says them all."""
    share = share_named(query, theme.title)
    return share if share >= 1 or not titled_by_a_quote(theme) else _PART * share


def titled_by_a_quote(theme: Theme) -> bool:
    """Whether a theme's title is but the beginning of what one customer said, as the rules title needs of no known kind."""
    _, colon, said = theme.title.partition("：")
    return theme.engine == "rules" and bool(colon) and theme.surface.startswith(said)


def matching_themes(query: str, themes: Sequence[Theme], limit: int = 3) -> list[Theme]:
    """Themes that the words name: at least half of the query's pairs stand in title, surface or definition.

    A theme whose title says the words is meant before one that merely speaks of them too; where there is one, the
    others are not.
    """
    scored = [
        (
            share_titled(query, theme),
            share_named(query, f"{theme.title}\n{theme.surface}\n{what_belongs(theme)}"),
            theme,
        )
        for theme in themes
    ]
    titled = [found for found in scored if found[0] >= _NAMED]
    named = titled or [found for found in scored if found[1] >= _NAMED]
    named.sort(key=lambda found: (-found[0], -found[1], -found[2].records))
    return [theme for *_, theme in named[:limit]]
