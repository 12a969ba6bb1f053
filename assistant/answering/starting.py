"""Questions to begin with: of the largest troubles and praises, and the products."""

import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from assistant.answering.meant import praises
from assistant.answering.ports import Counting, Store
from assistant.domain.filters import Filters
from assistant.domain.themes import Theme
from assistant.rules.telling import frame_of

_THEMES, _PRODUCTS = 30, 2
_COLON = "："


def start_questions(store: Store, counting: Counting) -> list[str]:
    """At most six questions that the data can answer, in Chinese; troubles are asked about as such, and praise as praise."""
    themes = store.themes()[:_THEMES]
    troubles = _names([theme for theme in themes if not praises(theme)])
    praised = _names([theme for theme in themes if praises(theme)])
    products = [row.label for row in counting.rows("product", Filters(), limit=_PRODUCTS) if row.key != "unknown"]
    asked = [_said("trouble", theme=name) for name in troubles[:1]]
    asked += [_said("product", product=product) for product in products[:1]]
    asked.append(_said("months"))
    if len(products) > 1:
        asked.append(_said("compare", one=products[0], other=products[1]))
    asked += [_said("reply", theme=name) for name in troubles[1:2]]
    return asked + [_said("praise", theme=name.removeprefix("称赞")) for name in praised[:1]]


def _names(themes: Sequence[Theme]) -> list[str]:
    """What themes are called, without the words of one customer after the name of a situation; each once."""
    named = (theme.title.split(_COLON)[0] if frame_of(theme.title) else theme.title for theme in themes)
    return list(dict.fromkeys(named))


def _said(name: str, **filled: str) -> str:
    return _questions()[name].format(**filled)


@cache
def _questions() -> dict[str, str]:
    text = files("assistant.answering").joinpath("data/starting.toml").read_text(encoding="utf-8")
    return dict(tomllib.loads(text)["questions"])
