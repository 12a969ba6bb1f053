"""Words for groups: asks an engine, falls back to another, and lets no two themes bear the same title."""

import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from assistant.domain.drafts import ThemeDraft
from assistant.domain.engine import Engine
from assistant.domain.themes import Theme, ThemeMaterial
from assistant.domain.vocabulary import zh
from assistant.errors import ModelAccessError, ModelError
from assistant.insight.wording import told

_TITLE, _DEFINITION, _RUNG = 30, 200, 120


@dataclass(frozen=True, slots=True)
class Named:
    """Themes with words of their own, in the order asked for, and why words failed where they did."""

    themes: tuple[Theme, ...]
    failed: dict[str, int] = field(default_factory=dict)
    """Reason → themes that bear the fallback's words instead."""
    misfits: tuple[tuple[int, ...], ...] = ()
    """For each theme the numbers of the voices that the engine called strangers to its need."""


def give_names(materials: Sequence[ThemeMaterial], engine: Engine, fallback: Engine) -> Named:
    """Name themes, `engine.concurrency` at once; where the engine fails or says nothing, `fallback` names.

    After a `ModelAccessError` the engine is not asked again. Each theme says which engine its words are from.

    Raises:
        ModelError: where the fallback fails too.
    """
    lost = threading.Event()

    def ask(material: ThemeMaterial) -> ThemeDraft | str:
        if lost.is_set():
            return ModelAccessError.kind
        try:
            draft = engine.name_theme(material)
        except ModelError as error:
            if isinstance(error, ModelAccessError):
                lost.set()
            return error.kind
        return draft if told(draft.title, _TITLE) else "blank_title"

    with ThreadPoolExecutor(engine.concurrency, thread_name_prefix="name") as pool:
        drafts = list(pool.map(ask, materials))
    themes, failed = [], Counter[str]()
    misfits = tuple(() if isinstance(draft, str) else tuple(draft.misfits) for draft in drafts)
    for material, draft in zip(materials, drafts, strict=True):
        if isinstance(draft, str):
            failed[draft] += 1
            themes.append(replace(_worded(material.theme, fallback.name_theme(material)), engine=fallback.name))
        else:
            themes.append(replace(_worded(material.theme, draft), engine=engine.name))
    return Named(tuple(themes), dict(failed), misfits)


def distinct_titles(materials: Sequence[ThemeMaterial], taken: Iterable[str]) -> list[Theme]:
    """The themes of the materials with titles unlike each other and unlike those `taken`.

    A title already borne gets in brackets what tells the theme apart: its product, its customers, a word that many
    of its voices use, its aspect, any keyword, at last a number.
    """
    borne = {_key(title) for title in taken}
    common = _common(materials)
    themes = []
    for material in materials:
        theme = material.theme
        title = next(title for title in _candidates(material, common) if _key(title) not in borne)
        borne.add(_key(title))
        themes.append(theme if title == theme.title else replace(theme, title=title))
    return themes


def _common(materials: Sequence[ThemeMaterial]) -> frozenset[str]:
    """What leads in more than half of the themes: a product or segment that tells none apart."""
    leading = Counter(value for m in materials for value in {*_leading(m.products), *_leading(m.segments)})
    return frozenset(value for value, count in leading.items() if 2 * count > len(materials))


def _leading(values: Sequence[tuple[str, int]], common: frozenset[str] = frozenset()) -> list[str]:
    total = sum(count for _, count in values)
    return [value for value, count in values[:1] if 2 * count >= total and value not in common]


def _candidates(material: ThemeMaterial, common: frozenset[str]) -> Iterable[str]:
    title = material.theme.title or zh(material.theme.deep_category)
    yield title
    base = title[: title.rindex("（")] if title.endswith("）") and "（" in title[1:] else title
    told = [zh(value) for values in (material.products, material.segments) for value in _leading(values, common)]
    heard = [w for w in material.keywords if 3 * sum(w in v.quote for v in material.voices) >= len(material.voices)]
    aspect = [zh(value) for value in _leading(material.aspects, common)]
    for word in dict.fromkeys((*told, *heard, *aspect, *material.keywords)):
        if word not in title:
            yield f"{base}（{word}）"
    yield from (f"{base} {number}" for number in range(2, 10_000))


def _key(title: str) -> str:
    return "".join(title.split()).casefold()


def _worded(theme: Theme, draft: ThemeDraft) -> Theme:
    """The theme in the draft's words; its deep category stays the one its members were counted to have."""
    return replace(
        theme,
        title=told(draft.title, _TITLE) or theme.title,
        definition=told(draft.definition, _DEFINITION),
        surface=told(draft.surface, _RUNG) or theme.surface,
        secondary=told(draft.secondary, _RUNG) or theme.secondary,
        deep=told(draft.deep, _RUNG) or theme.deep,
    )
