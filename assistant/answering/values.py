"""Where a question names a product, a group, a channel or another stored word, and which stored values it means."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assistant.answering.lexicon import Names, normalise

_ABOUT_ASPECT = re.compile(r"(?:在意|关心|关注|看重|抱怨|吐槽|嫌|投诉|关于|不满)(?:的?是?|的?问题是)$")
_OF_ASPECT = re.compile(
    r"(?:方面|问题|类|上的|的?(?:反馈|投诉|抱怨|意见|声音|差评|吐槽|占比|满意度)|(?:还是|和|与|、))"
)
_OR = re.compile(r"(?:还是|和|与|跟|、|,)$")
_NOT_BEFORE = re.compile(r"(?:不|没|未)$")


@dataclass(frozen=True, slots=True)
class Named:
    """A stored word named at ``text[start:end]``; several values where a name covers several."""

    field: str
    values: tuple[str, ...]
    start: int
    end: int


def find_products(text: str, products: Iterable[str]) -> list[Named]:
    """Products called by the name they are stored under, longest names first; text is normalised."""
    found: list[Named] = []
    for product in sorted(products, key=len, reverse=True):
        name = normalise(product)
        if not name:
            continue
        pattern = rf"(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])" if name.isascii() else re.escape(name)
        found += [
            Named("product", (product,), match.start(), match.end())
            for match in re.finditer(pattern, text)
            if _free(found, match)
        ]
    return found


def find_kinds(text: str, products: Sequence[str], models: Sequence[str], names: Names) -> list[Named]:
    """Kinds of product (热水器) named, with the stored products of that kind; a kind nobody stores is left alone."""
    found: list[Named] = []
    calls = sorted(((word, kind) for kind, words in names.kinds.items() for word in words), key=lambda p: -len(p[0]))
    for word, kind in calls:
        if word in text and (values := products_of(kind, products, models, names)):
            found += [
                Named("product", values, match.start(), match.end())
                for match in re.finditer(re.escape(word), text)
                if _free(found, match)
            ]
    return found


def product_words(text: str, products: Sequence[str], models: Sequence[str], names: Names) -> list[str]:
    """What a question calls its products, in its own words."""
    plain = normalise(text)
    named = find_products(plain, products) + find_kinds(plain, products, models, names)
    return list(dict.fromkeys(plain[item.start : item.end] for item in sorted(named, key=lambda item: item.start)))


def foreign_kinds(text: str, products: Sequence[str], models: Sequence[str], names: Names) -> tuple[str, ...]:
    """Names in the text of kinds of product that nobody stores: a question about somebody else's trade."""
    return tuple(
        word
        for kind, words in names.kinds.items()
        for word in words
        if word in normalise(text) and not products_of(kind, products, models, names)
    )


def products_of(kind: str, products: Sequence[str], models: Sequence[str], names: Names) -> tuple[str, ...]:
    """The stored products of a kind: by the company's table, by their own name, or by a model that bears both."""
    words = names.kinds[kind]
    chosen = []
    for product in products:
        code = normalise(product)
        if not code:
            continue
        told = names.products.get(code)
        by_model = any(code in name and any(w in name for w in words) for name in map(normalise, models))
        if told == kind or any(word in code for word in words) or (told is None and by_model):
            chosen.append(product)
    return tuple(chosen)


def find_values(text: str, field: str, names: Names) -> list[Named]:
    """Stored words of a closed list named in the text.

    An aspect counts only where the question is about it (``在意价格``, ``质量问题``), since the same word mostly
    belongs to the matter searched for; a satisfied word after a negation does not.
    """
    found: list[Named] = []
    for name, values in names.words[field]:
        for match in re.finditer(re.escape(name), text):
            if not _free(found, match) or (field == "sentiment" and _NOT_BEFORE.search(text[: match.start()])):
                continue
            if field != "aspect" or _is_about(text, match, found):
                found.append(Named(field, values, match.start(), match.end()))
    if field == "aspect":
        found += _second_aspects(text, names, found)
    return sorted(found, key=lambda item: item.start)


def _is_about(text: str, match: re.Match[str], found: Sequence[Named]) -> bool:
    before, after = text[: match.start()], text[match.end() :]
    if _ABOUT_ASPECT.search(before):
        return True
    of = _OF_ASPECT.match(after)
    return of is not None and (of.group() not in {"还是", "和", "与", "、"} or any(n.field == "aspect" for n in found))


def _second_aspects(text: str, names: Names, found: Sequence[Named]) -> list[Named]:
    """Aspects joined to one already found: 在意价格还是质量."""
    more: list[Named] = []
    for name, values in names.words["aspect"]:
        for match in re.finditer(re.escape(name), text):
            joined = _OR.search(text[: match.start()])
            if joined and _free([*found, *more], match) and any(n.end == joined.start() for n in found):
                more.append(Named("aspect", values, match.start(), match.end()))
    return more


def _free(found: Sequence[Named], match: re.Match[str]) -> bool:
    return all(match.end() <= item.start or match.start() >= item.end for item in found)
