"""Knows how to name and define a theme out of its voices, keywords and counts."""

import re
from collections import Counter

from assistant.domain.drafts import ThemeDraft
from assistant.domain.themes import ThemeMaterial, Voice
from assistant.domain.vocabulary import zh
from assistant.rules.gist import aspect_of, group, motive, motives_in
from assistant.rules.lexicon import table, words
from assistant.rules.scenes import borne_out
from assistant.rules.telling import bearing, frame_of, situation, stands_alone, telling
from assistant.rules.topics import frame_fields
from assistant.rules.wording import neat, said, short

TITLE_MOST = 18
_DEFINITION_MOST = 190
_SURFACE_MOST = 60
_NO_START = "一二两三四五六七八九十几每这那没不我你他她它"
_NO_NOUN = "来去出上下了的着过得吗呢我你他她们就都也"
_HEARD = 4
"""One voice in so many must hold a word before it stands in a title."""
_KIND = re.compile(r"^[^，。：]{2,6}：(?=.{6})")
"""What a form's heading puts before a clause."""
_CLAUSES = re.compile(r"[，。；！？：,;!?:、`\s…~～]+")
_SPEAKERS = re.compile(r"^(?:客户|客服|系统)[:：]", re.MULTILINE)
_ONE_QUOTE = re.compile(r"^从“.*?”看，")
_ONE_PRODUCT = re.compile(r"（谈的是[^）]*）$")


def name_theme(material: ThemeMaterial) -> ThemeDraft:
    """A specific title of at most 18 characters, what belongs and what does not, and the ladder of telling members."""
    ranked, frame = telling(material), situation(material)
    deep = motive(material)
    theme = material.theme
    own = [voice for voice in ranked if frame is None or frame_of(voice.surface) == frame]
    return ThemeDraft(
        title=_title(material, frame),
        definition=_definition(material, own, frame),
        surface=_surface(material, ranked, frame) or theme.surface,
        secondary=_secondary(material, own, frame) or theme.secondary,
        deep=_deep(material, own, frame) or theme.deep,
        deep_category=deep,
        misfits=[],
    )


def _title(material: ThemeMaterial, frame: str | None) -> str:
    if frame is not None:
        return frame_fields()[frame]["label"][:TITLE_MOST]
    mood = words("words", "title", material.sentiment) or words("words", "title", "negative")
    title = mood.replace("{aspect}", zh(aspect_of(material)))
    word = _telling_word(material, title)
    if word is None:
        return title
    about = f"称赞{zh(aspect_of(material))}" if material.sentiment == "positive" else zh(aspect_of(material))
    clause = _clause_with(word, material, TITLE_MOST - len(about) - 1)
    return f"{about}：{clause}" if clause else f"{title}（{word}）"


def _clause_with(word: str, material: ThemeMaterial, most: int) -> str | None:
    """The first whole clause with the word that shows by itself what is meant: a name that a reader takes in at once."""
    for voice in telling(material):
        for clause in _CLAUSES.split(_KIND.sub("", neat(voice.quote))):
            if word in clause and len(word) + 2 <= len(clause) <= most and stands_alone(clause):
                return clause
    return None


def _telling_word(material: ThemeMaterial, title: str) -> str | None:
    """The first keyword that several quotes hold and that can name a thing; no product's code."""
    products = {product.casefold() for product, _ in material.products}
    for word in material.keywords:
        heard = sum(word in voice.quote for voice in material.voices)
        if (
            heard * _HEARD >= len(material.voices)
            and word not in title
            and word.casefold() not in products
            and _names_a_thing(word)
        ):
            return word
    return None


def _names_a_thing(word: str) -> bool:
    if not 2 <= len(word) <= 6 or not all("\u4e00" <= c <= "\u9fff" for c in word):
        return False
    stop = words("words", "title", "stop").split()
    return word[-1] not in _NO_NOUN and word[0] not in _NO_START and word not in stop


def _definition(material: ThemeMaterial, own: list[Voice], frame: str | None) -> str:
    about = f"「{frame_fields()[frame]['label']}」" if frame else zh(aspect_of(material)) + "方面的同一件事"
    examples = "".join(said(voice, 24) for voice in own[:2])
    others = [zh(aspect) for aspect, _ in material.aspects[1:3]]
    besides = f"（如{'、'.join(others)}）" if others else ""
    text = f"收录：客户讲到{about}的反馈，典型说法如{examples}；"
    text += f"不收录：只是顺带提到、真正在意别的事{besides}的反馈，以及与客户处境无关的纯咨询。"
    return text if len(text) <= _DEFINITION_MOST else text.replace(examples, said(own[0], 16))


def _surface(material: ThemeMaterial, ranked: list[Voice], frame: str | None) -> str:
    """The situation with the clause that shows it best; the situation alone where no clause does by itself."""
    if frame is None:
        clauses = (_KIND.sub("", short(neat(voice.quote), _SURFACE_MOST)) for voice in ranked if "⟦" not in voice.quote)
        return next(filter(None, clauses), "")
    label, best = frame_fields()[frame]["label"], bearing(material)
    clause = short(neat(best.quote), _SURFACE_MOST - len(label) - 1) if best else ""
    return f"{label}：{clause}" if clause else label


def _secondary(material: ThemeMaterial, own: list[Voice], frame: str | None) -> str:
    """What several voices have in common; one customer's own clause is not the theme's."""
    texts = [_shared(voice.secondary, material) for voice in own]
    common = _usual(texts)
    if frame is None or 2 * texts.count(common) > len(texts):
        return common
    said = borne_out(frame, "secondary", frame_fields()[frame]["secondary"], _heard(material))
    return _said_of_all(said, material)


def _deep(material: ThemeMaterial, own: list[Voice], frame: str | None) -> str:
    """The motive in the situation's own sentence where that is the theme's motive, else what most voices speak of."""
    deep = motive(material)
    if frame is not None and frame_fields()[frame]["deep"] == deep:
        said = borne_out(frame, "deep_text", frame_fields()[frame]["deep_text"], _heard(material))
        return _said_of_all(said, material)
    texts = [_shared(voice.deep, material) for voice in own]
    return _usual([text for text in texts if deep in motives_in(text)]) or _usual(texts)


def _heard(material: ThemeMaterial) -> list[str]:
    """What the theme's voices said, with what stands around it."""
    return [f"{voice.quote}\n{_SPEAKERS.sub('', voice.context)}" for voice in material.voices]


def _said_of_all(template: str, material: ThemeMaterial) -> str:
    return _shared(template.replace("{who}", words("words", "who", "unknown")), material)


def _shared(sentence: str, material: ThemeMaterial) -> str:
    """A rung without the one quote and product it was inferred from, said of those whose need it mostly is."""
    core = _ONE_PRODUCT.sub("", _ONE_QUOTE.sub("", sentence))
    many = words("words", "plural", group(material)) or words("words", "plural", "unknown")
    for one in table("words")["who"].values():
        core = core.replace(str(one), many)
    return core


def _usual(texts: list[str]) -> str:
    """The sentence said most often, the most telling voice's first among equals; none that holds a masked value."""
    counts = Counter(text for text in texts if text.strip() and "⟦" not in text)
    return max(counts, key=lambda text: (counts[text], -texts.index(text))) if counts else ""
