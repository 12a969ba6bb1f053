"""Knows how to name and define a theme out of its voices, keywords and counts."""

import re
from collections import Counter
from functools import cache

from assistant.domain.drafts import ThemeDraft
from assistant.domain.themes import ThemeMaterial, Voice
from assistant.domain.vocabulary import zh
from assistant.rules.gist import TITLE_MOST, aspect_of, motive, motives_in, said, short, situation, typical
from assistant.rules.lexicon import table, words
from assistant.rules.topics import frame_fields

_DEFINITION_MOST = 190
_NO_START = "一二两三四五几每这那没不"
_NO_NOUN = "来去出上下了的着过得吗呢我你他她"
_ONE_QUOTE = re.compile(r"^从“.*?”看,")
_ONE_PRODUCT = re.compile(r"\(谈的是[^)]*\)$")


def name_theme(material: ThemeMaterial) -> ThemeDraft:
    """A specific title of at most 18 characters, what belongs and what does not, and the ladder of typical members."""
    ranked = typical(material.voices)
    deep = motive(material)
    theme = material.theme
    return ThemeDraft(
        title=_title(material, ranked),
        definition=_definition(material, ranked),
        surface=_rung([voice.surface for voice in ranked]) or theme.surface,
        secondary=_secondary(material, ranked) or theme.secondary,
        deep=_usual([_shared(voice.deep, material) for voice in ranked if deep in motives_in(voice.deep)])
        or _usual([_shared(voice.deep, material) for voice in ranked])
        or theme.deep,
        deep_category=deep,
    )


def _title(material: ThemeMaterial, ranked: list[Voice]) -> str:
    frame = situation(material)
    if frame is None:
        aspect = zh(aspect_of(material))
        clause = short(_clause(ranked[0]) if ranked else material.theme.surface, TITLE_MOST - len(aspect) - 1)
        return f"{aspect}:{clause or '、'.join(material.keywords[:2]) or '其他'}"[:TITLE_MOST]
    label = frame_fields()[frame]["label"]
    word = _telling_word(material, label)
    return f"{word}:{label}" if word and len(word) + 1 + len(label) <= TITLE_MOST else label[:TITLE_MOST]


def _clause(voice: Voice) -> str:
    head, _, tail = voice.surface.partition(":")
    return tail or head or voice.quote


def _telling_word(material: ThemeMaterial, label: str) -> str | None:
    """A keyword that many quotes hold and the label lacks: a thing the data files know, no product's code."""
    products = {product.casefold() for product, _ in material.products}
    for word in material.keywords:
        plain = 2 <= len(word) <= 6 and word.isalpha() and word.casefold() not in products
        heard = sum(word in voice.quote for voice in material.voices)
        if plain and word not in label and heard * 3 >= len(material.voices) and _names_a_thing(word):
            return word
    return None


@cache
def _names_a_thing(word: str) -> bool:
    if word[-1] in _NO_NOUN or word[0] in _NO_START or word in words("words", "title", "stop").split():
        return False
    said = " ".join(str(fields["strong"]) for fields in frame_fields().values())
    said += " ".join(f"{fields['strong']} {fields['plain']}" for fields in table("aspects").values())
    return f" {word}" in f" {' '.join(said.split())}"


def _definition(material: ThemeMaterial, ranked: list[Voice]) -> str:
    frame = situation(material)
    about = frame_fields()[frame]["label"] if frame else zh(aspect_of(material)) + "方面同一件事"
    examples = "".join(said(voice, 24) for voice in ranked[:2])
    others = [zh(aspect) for aspect, _ in material.aspects[1:3]]
    besides = f"(如{'、'.join(others)})" if others else ""
    text = f"收录:客户讲到{about}、并因此受影响的反馈,典型说法如{examples};"
    text += f"不收录:只是顺带提到、真正在意别的事{besides}的反馈,以及与客户处境无关的纯咨询。"
    return text if len(text) <= _DEFINITION_MOST else text.replace(examples, examples[:40])


def _rung(texts: list[str]) -> str:
    return next((short(text, 60) for text in texts if text.strip() and "⟦" not in text), "")


def _secondary(material: ThemeMaterial, ranked: list[Voice]) -> str:
    """What several voices have in common; one customer's own clause is not the theme's."""
    frame = situation(material)
    texts = [_shared(voice.secondary, material) for voice in ranked]
    common = _usual(texts)
    if frame is None or texts.count(common) > 1:
        return common
    return _shared(frame_fields()[frame]["secondary"].replace("{who}", words("words", "who", "unknown")), material)


def _shared(sentence: str, material: ThemeMaterial) -> str:
    """A rung without the one quote and product it was inferred from, said of those whose need it mostly is."""
    core = _ONE_PRODUCT.sub("", _ONE_QUOTE.sub("", sentence))
    total = sum(count for _, count in material.segments)
    most = next((segment for segment, count in material.segments if count * 5 >= total * 3), "unknown")
    many = words("words", "plural", most) or words("words", "plural", "unknown")
    for one in table("words")["who"].values():
        core = core.replace(str(one), many)
    return core


def _usual(texts: list[str]) -> str:
    """The sentence said most often, the most typical voice's first among equals; none that holds a masked value."""
    counts = Counter(text for text in texts if text.strip() and "⟦" not in text)
    return max(counts, key=lambda text: (counts[text], -texts.index(text))) if counts else ""
