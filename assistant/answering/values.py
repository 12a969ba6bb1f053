"""Where a question names a product, a group, a channel or another stored word, and which stored values it means."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from assistant.answering.lexicon import Names, cues, normalise

_ABOUT_ASPECT = re.compile(r"(?:在意|关心|关注|看重|抱怨|吐槽|嫌|投诉|关于|不满)(?:的?是?|的?问题是)$")
_OF_ASPECT = re.compile(
    r"(?:方面|问题|类|上的|的?(?:反馈|投诉|抱怨|意见|声音|差评|吐槽|占比|满意度)|(?:还是|和|与|、))"
)
_NO_MATTER = re.compile(r"$|[的,。?!、 ]|方面|问题|还是|和|与|跟|多|最|吗|呢|吧|占|有|是|更")
"""Said right after an aspect, it is the aspect itself that is meant and no narrower matter (价格乱)."""
_OR = re.compile(r"(?:还是|和|与|跟|、|,)$")
_NOT_BEFORE = re.compile(r"(?:不|没|未)$")
_NOT_AFTER = {"夸": re.compile("[张大口]")}
_NEVER = re.compile(r"(?!)")
_NARROWER = re.compile(r"[\u4e00-\u9fffa-z0-9](?<![嫌太说得怨诉怪是在于意很更最诉])$")
"""Before a word of one letter it makes a narrower matter of it: 滤芯贵, not 嫌贵."""
_BOT = re.compile(r"(?:智能|机器人|自动|语音|ai|虚拟|在线)$")
"""Said before 客服 it means no person."""
_EXCEPT = re.compile(r"(?:除了?|除开|除去|不是|而非|不含|不算|不包括|排除|去掉|非)$")
_OUTSIDE = re.compile(r"(?:以外|之外|外)?")
_GAP = re.compile(r"[\s\-_/]+")
_LATIN = re.compile(r"[a-z0-9]+(?:[\s\-_/.]+[a-z0-9]+(?![a-z0-9\u4e00-\u9fff]))*")
_OF_PLACE = re.compile(r"(?:特别行政区|壮族|回族|维吾尔|自治区|自治州|[省市区县州盟\s/\-]+)")
_PLACE_TAIL = r"(?:省|市|区|县|地区|那边|这边|一带)?(?!话|菜|口音|方言|人[^反投评抱])"


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


def find_models(text: str, products: Sequence[str], models: Sequence[str], names: Names) -> list[Named]:
    """Models called by their whole name or by its code (``r8pro`` for ``R8 Pro 扫地机``), as values of `product`.

    A code that is a product's own name is left to the product; so is a whole name that is a product with its kind.
    """
    codes = {_together(product) for product in products}
    kinds = [word for words in names.kinds.values() for word in words]
    compact, called = _together(text), dict[str, list[str]]()
    for model in models:
        for name in _names_of(normalise(model), codes, kinds):
            if _together(name) in compact:
                called.setdefault(name, []).append(model)
    found: list[Named] = []
    for name in sorted(called, key=lambda name: -len(_together(name))):
        pattern = r"[\s\-_/]*".join(re.escape(part) for part in _GAP.split(name))
        found += [
            Named("product", tuple(called[name]), match.start(), match.end())
            for match in re.finditer(rf"(?<![a-z0-9]){pattern}(?![a-z0-9])", text)
            if _free(found, match)
        ]
    return found


def _names_of(model: str, codes: Collection[str], kinds: Sequence[str]) -> set[str]:
    code = _LATIN.match(model)
    named = {code.group()} if code and re.search(r"\d", code.group()) else set()
    if not any(kind in model for kind in kinds):
        named.add(model)
    return {name for name in named if len(_together(name)) > 1 and _together(name) not in codes}


def _together(name: str) -> str:
    return _GAP.sub("", normalise(name))


def without_excepted(text: str, found: Sequence[Named], products: Sequence[str]) -> list[Named]:
    """Products that are named to be left out (``除了打印机以外``) replaced by all the others."""
    before = {item: _EXCEPT.search(text[: item.start]) for item in found if item.field == "product"}
    excepted = {item: match for item, match in before.items() if match}
    others = tuple(product for product in products if not any(product in item.values for item in excepted))
    kept = [item for item in found if item not in excepted]
    return kept + [
        replace(item, values=others, start=match.start(), end=_OUTSIDE.match(text, item.end).end())  # type: ignore[union-attr]
        for item, match in excepted.items()
        if others
    ]


def find_regions(text: str, regions: Iterable[str], names: Names) -> list[Named]:
    """Provinces, towns and parts of the country named, with the stored regions that lie there.

    A place where no stored region lies is left alone.
    """
    places: dict[str, list[str]] = {}
    for region in regions:
        for place in _places(normalise(region), names):
            places.setdefault(place, []).append(region)
    found: list[Named] = []
    for place in sorted(places, key=len, reverse=True):
        if place in text:
            found += [
                Named("region", tuple(places[place]), match.start(), match.end())
                for match in re.finditer(re.escape(place) + _PLACE_TAIL, text)
                if _free(found, match)
            ]
    return found


def _places(region: str, names: Names) -> set[str]:
    """What a stored region is called: 四川成都 by itself, its province, its town, and the part of the country."""
    provinces = {province for members in names.areas.values() for province in members}
    province = next((name for name in provinces if region.startswith(name)), "")
    pieces = [piece for piece in _OF_PLACE.split(region.removeprefix(province)) if len(piece) > 1]
    around = [area for area, members in names.areas.items() if province in members]
    return {region, province, *pieces, *around} - {""}


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
    named = [
        *find_models(plain, products, models, names), *find_products(plain, products),
        *find_kinds(plain, products, models, names),
    ]  # fmt: skip
    return list(dict.fromkeys(plain[item.start : item.end] for item in sorted(named, key=lambda item: item.start)))


def names_all(item: Named, text: str, products: Sequence[str]) -> bool:
    """Whether a kind named at `item` takes in every product there is, of several: then it narrows nothing."""
    called = text[item.start : item.end]
    all_of_them = item.field == "product" and len(products) > 1 and set(products) <= set(item.values)
    return all_of_them and not any(normalise(product) in called for product in products)


def foreign_kinds(text: str, products: Sequence[str], models: Sequence[str], names: Names) -> tuple[str, ...]:
    """Names in the text of kinds of product that nobody stores: a question about somebody else's trade."""
    plain = normalise(text)
    return tuple(
        word
        for kind, words in names.kinds.items()
        for word in words
        if word in plain and not products_of(kind, products, models, names)
    )


def with_kind_of(origins: Iterable[str], products: Sequence[str], models: Sequence[str], names: Names) -> Names:
    """The names, with products of no known kind taken for the one kind that the data sets are called by.

    A house that sells one kind of goods calls them by codes, and the kind stands in its files' names only.
    """
    called = [normalise(origin) for origin in origins]
    kinds = [kind for kind, words in names.kinds.items() if any(word in name for word in words for name in called)]
    known = {product for kind in names.kinds for product in products_of(kind, products, models, names)}
    bare = {normalise(product): kinds[0] for product in products if product not in known} if len(kinds) == 1 else {}
    return replace(names, products={**names.products, **bare}) if bare else names


def products_of(kind: str, products: Sequence[str], models: Sequence[str], names: Names) -> tuple[str, ...]:
    """The stored products of a kind: by the company's table, by their own name, or by a model that bears both."""
    words = names.kinds[kind]
    bearing = [name for name in map(normalise, models) if any(word in name for word in words)]
    chosen = []
    for product in products:
        code = normalise(product)
        if not code:
            continue
        told = names.products.get(code)
        by_model = told is None and any(code in name for name in bearing)
        if told == kind or by_model or any(word in code for word in words):
            chosen.append(product)
    return tuple(chosen)


def find_values(text: str, field: str, names: Names) -> list[Named]:
    """Stored words of a closed list named in the text.

    An aspect counts only where the question is about it (``在意价格``, ``质量问题``), since the same word mostly
    belongs to the matter searched for; a satisfied word after a negation does not.
    """
    found: list[Named] = []
    for name, match, values in _leftmost_longest(text, field, names):
        if not _free(found, match) or (field == "sentiment" and _NOT_BEFORE.search(text[: match.start()])):
            continue
        if _NOT_AFTER.get(name, _NEVER).match(text, match.end()):
            continue
        if field != "aspect" or _is_about(text, match, found, names):
            found.append(Named(field, values, match.start(), match.end()))
    if field == "aspect":
        found += _second_aspects(text, names, found)
    if field == "channel":
        found += _everyday_channels(text, found)
    return sorted(found, key=lambda item: item.start)


def _everyday_channels(text: str, found: Sequence[Named]) -> list[Named]:
    """Channels by a name that means other things too: 电话里有几条, not 电话打不通."""
    return [
        Named("channel", (channel,), match.start(), match.end())
        for channel, pattern in cues().channel.items()
        for match in pattern.finditer(text)
        if _free(found, match)
    ]


def _leftmost_longest(text: str, field: str, names: Names) -> list[tuple[str, re.Match[str], tuple[str, ...]]]:
    """Every place where a name stands, the first ones first, of those the longest."""
    every = [
        (name, match, values) for name, values in names.words[field] for match in re.finditer(re.escape(name), text)
    ]
    return sorted(every, key=lambda found: (found[1].start(), -found[1].end()))


def _is_about(text: str, match: re.Match[str], found: Sequence[Named], names: Names) -> bool:
    before, after = text[: match.start()], text[match.end() :]
    if len(match.group()) == 1 and _NARROWER.search(before):
        return False
    if any(before.endswith(word) for word, _ in names.words["aspect"] if len(word) > 1):
        return False  # 安装收费: a narrower matter than either
    if match.group() == "客服" and _BOT.search(before):
        return False
    if _ABOUT_ASPECT.search(before) and _NO_MATTER.match(after):
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
