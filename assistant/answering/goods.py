"""Which words a house calls its own goods by although no product's name holds them: 空调, of who sells 云雀26 and 山岚72."""

import re
from collections.abc import Iterable
from dataclasses import replace

from assistant.answering.lexicon import normalise
from assistant.answering.plan import Catalogue
from assistant.answering.ports import Counting
from assistant.answering.understanding import not_sold
from assistant.answering.values import products_of
from assistant.domain.filters import Filters
from assistant.domain.knowledge import House

LETTERS = re.compile(r"原文|原话|逐字|字面|字样|提到|写到|说到")
"""So a question asks for words letter for letter."""
_FEWEST = 5
"""Fewer records that say a word tell nothing of whose word it is."""
_PART = 0.5
"""Share of the products of whose records some say the word."""
_MOST = 12
"""So many products are looked at, those with the most records first."""


def with_own_goods(catalogue: Catalogue, question: str, counting: Counting, house: Iterable[House]) -> Catalogue:
    """The catalogue, with products of no known kind taken for goods of the kind that a question names, where that is what
    the house (in the titles of what it has written) or its customers, of most products alike, call them by.

    Not where the question asks who says the word letter for letter.
    """
    names = catalogue.lexicon
    words = not_sold(question, catalogue) if not LETTERS.search(question) else ()
    if not words:
        return catalogue
    known = {product for kind in names.kinds for product in _of(kind, catalogue)}
    bare = [product for product in catalogue.products if product not in known]
    written = normalise("\n".join(title for document in house for title in (document.title, document.name)))
    for word in words:
        kind = next(kind for kind, called_so in names.kinds.items() if word in called_so)
        if bare and (any(one in written for one in names.kinds[kind]) or (not known and _shared(word, counting))):
            own = {normalise(product): kind for product in bare}
            return replace(catalogue, names=replace(names, products={**names.products, **own}))
    return catalogue


def _of(kind: str, catalogue: Catalogue) -> tuple[str, ...]:
    return products_of(kind, catalogue.products, catalogue.models, catalogue.lexicon)


def _shared(word: str, counting: Counting) -> bool:
    """Whether customers of most products say a word, and not of one product alone."""
    if counting.mentions((word,), Filters()).records < _FEWEST:
        return False
    products = [row.key for row in counting.rows("product", Filters(), limit=_MOST) if row.key != "unknown"]
    saying = sum(counting.mentions((word,), Filters(product=(product,))).records > 0 for product in products)
    return len(products) > 1 and saying > 1 and saying >= _PART * len(products)
