"""What of an engine's answer is kept: sentences that stand on what was shown, with every number accounted for."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from assistant.answering.grounding import codes_are_known, shares_words
from assistant.answering.lexicon import cues, normalise
from assistant.answering.numbers import Number, numbers, values
from assistant.answering.ports import Store
from assistant.domain.answers import AnswerMaterial, Citation, Figure
from assistant.domain.drafts import AnswerDraft, SentenceDraft
from assistant.domain.records import customer_spans
from assistant.domain.themes import Voice
from assistant.domain.vocabulary import zh
from assistant.errors import NotFoundError
from assistant.rules.harmless import harmless

_SQUARE_MARK = re.compile(r"\s*[\[【]\s*(?:引用|来源|数据|图)?\s*\d{1,3}(?:\s*[,，、-]\s*\d{1,3})*\s*[\]】]")
_BULLET = re.compile(r"^\s*(?:\d{1,2}[.、)）]\s*|[-*•·#>]+\s+)")
_LINK = re.compile(r"(?:https?|ftp|javascript|data):|www\.|!?\[[^\]]*\]\(|<[a-z/!][^>]*>", re.IGNORECASE)
_SAID = re.compile(r"“([^”]+)”|「([^」]+)」|『([^』]+)』|\"([^\"]+)\"")
_SAID_LEAST = 6
_TITLE = re.compile(r"「[^」]*」")
_UP = re.compile(r"增长|增加|上升|上涨|变多|升高|走高|多了")
_DOWN = re.compile(r"下降|减少|下跌|变少|降低|回落|少了")
_END = "。!?！？…;；"
_UNIT_OF = {"条": "records", "位": "customers", "%": "%", "倍": "times"}

REASONS = {
    "no_support": "没有引用也没有数据",
    "unknown_source": "引用了没有给出的来源",
    "unproved_number": "数字没有出处",
    "unproved_words": "引号里的话不在原文里",
    "unproved_majority": "“多数”“少数”没有数据支持",
    "wrong_direction": "增减与数据相反",
    "from_nowhere": "与所引材料不相干",
    "link": "含有链接、标记或指令",
    "empty": "空句",
}
"""Why a sentence is removed → how that is said."""


@dataclass(slots=True)
class Verified:
    """What was kept: text with marks [1], [2] …, the citations they point to, and why sentences were removed."""

    text: str = ""
    sentences: list[str] = field(default_factory=list)
    citations: tuple[Citation, ...] = ()
    removed: Counter[str] = field(default_factory=Counter)
    suggested_reply: str | None = None
    warnings: list[str] = field(default_factory=list)


def verify(draft: AnswerDraft, material: AnswerMaterial, store: Store) -> Verified:
    """Keep what a draft can prove by the material.

    A sentence stays if every voice and figure it names was shown and it names one at least; if each of its numbers
    is a value (or interval end) of one of its figures in a fitting unit, or stands in one of its quotes; and if
    words in quotation marks are in a quote, a label or a need's name. Quotes are looked up letter for letter in
    the record; one that is not there, or not the customer's, is no support. Citations are numbered anew from 1.
    """
    verified = Verified()
    voices = {v.n: v for v in material.voices if _verbatim(v, store)}
    places: dict[int, int] = {}
    for sentence in draft.sentences:
        text = _cleaned(sentence.text)
        reason = refusal_of(sentence, text, voices, material)
        if reason is not None:
            verified.removed[reason] += 1
            continue
        marks = [places.setdefault(n, len(places) + 1) for n in dict.fromkeys(sentence.citations)]
        figures = [material.figures[n - 1] for n in dict.fromkeys(sentence.figures)]
        verified.sentences.append(_marked(text, marks, figures))
    verified.text = "\n".join(verified.sentences)
    verified.citations = tuple(_citation(n, voices[old]) for old, n in places.items())
    _reply(draft.suggested_reply, material, verified)
    return verified


def refusal_of(sentence: SentenceDraft, text: str, voices: dict[int, Voice], material: AnswerMaterial) -> str | None:
    """The reason why a sentence can't stay, None where it can; a key of `REASONS`."""
    if not text:
        return "empty"
    if not sentence.citations and not sentence.figures:
        return "no_support"
    known_figures = range(1, len(material.figures) + 1)
    if any(n not in voices for n in sentence.citations) or any(n not in known_figures for n in sentence.figures):
        return "unknown_source"
    if _LINK.search(text) or not harmless(text):
        return "link"
    quotes = [voices[n].quote for n in sentence.citations]
    figures = [material.figures[n - 1] for n in sentence.figures]
    stated = numbers(_without_labels(text, figures))
    if not all(_proved(number, figures, quotes, len(set(sentence.citations))) for number in stated):
        return "unproved_number"
    if not _said_by(text, quotes, figures, material):
        return "unproved_words"
    if not _quantifiers_hold(text, figures):
        return "unproved_majority"
    if not _directions_hold(text, figures):
        return "wrong_direction"
    return None if _grounded(text, sentence, stated, voices, material) else "from_nowhere"


def _grounded(
    text: str, sentence: SentenceDraft, stated: Sequence[Number], voices: dict[int, Voice], material: AnswerMaterial
) -> bool:
    """Whether a sentence speaks of what it cites; one in another language than the voices is judged by its codes alone."""
    if material.language != "zh":
        return True
    if not codes_are_known(text, _shown(material)):
        return False
    figures = [material.figures[n - 1] for n in sentence.figures]
    if any(number.value in _forms(figure) for number in stated for figure in figures):
        return True
    cited = [source for n in sentence.citations for source in _of_voice(voices[n])]
    cited += [figure.label for figure in figures]
    return shares_words(text, [*cited, *(f"{n.surface}\n{n.secondary}\n{n.deep}" for n in material.needs)])


def _of_voice(voice: Voice) -> list[str]:
    told = [voice.quote, voice.context, voice.surface, voice.secondary, voice.deep, voice.suggestion or ""]
    return [*told, voice.product or "", zh(voice.channel), zh(voice.segment) if voice.segment else ""]


def _shown(material: AnswerMaterial) -> list[str]:
    """All that an engine was shown, the question too."""
    shown = [source for voice in material.voices for source in _of_voice(voice)]
    shown += [figure.label for figure in material.figures]
    shown += [f"{need.surface}\n{need.secondary}\n{need.deep}" for need in material.needs]
    return [*shown, material.question, str(material.plan.filters)]


def _without_labels(text: str, figures: Sequence[Figure]) -> str:
    """The sentence without the labels, and titles in labels, of its own figures: a name's digits count nothing."""
    titles = [title for f in figures for title in _TITLE.findall(f.label)]
    names = [*(f.label for f in figures), *titles, *(f"《{title[1:-1]}》" for title in titles)]
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, " ")
    return text


def _cleaned(text: str) -> str:
    kept = "".join(c for c in text if c == " " or unicodedata.category(c)[0] != "C")
    return _SQUARE_MARK.sub("", _BULLET.sub("", kept)).strip()


def _proved(number: Number, figures: Sequence[Figure], quotes: Sequence[str], cited: int) -> bool:
    if number.value in values(quotes):
        return number.value >= 0 or any(number.words.strip() in normalise(quote) for quote in quotes)
    if number.unit == "date":
        return number.value in {Decimal(p) for f in figures for p in re.findall(r"\d+", f.label)}
    if (
        number.words[0] in "两三四五六七八九十"
        and number.unit in {"records", "customers", ""}
        and number.value == cited
    ):
        return True
    return any(
        number.value in _forms(figure)
        and (not number.unit or _UNIT_OF.get(figure.unit, "") in {number.unit, ""} or number.unit == "times")
        for figure in figures
    ) or (number.unit == "" and number.value in _dates(figures))


def _forms(figure: Figure) -> set[Decimal]:
    """The value and interval ends as they may be written: as given, and a change without its sign."""
    given = [figure.value, *(figure.interval or ())]
    return {Decimal(repr(v)).normalize() for value in given for v in (value, abs(value))}


def _dates(figures: Sequence[Figure]) -> set[Decimal]:
    """Parts of the dates in the labels, for 2026-08 written in digits."""
    parts = [part for f in figures for date in re.findall(r"20\d\d(?:-\d\d){1,2}", f.label) for part in date.split("-")]
    return {Decimal(part) for part in parts}


def _said_by(text: str, quotes: Sequence[str], figures: Sequence[Figure], material: AnswerMaterial) -> bool:
    sources = [*quotes, *(f.label for f in figures), *(f"{n.surface}\n{n.secondary}\n{n.deep}" for n in material.needs)]
    sources += [material.question, material.plan.query]
    spoken = [next(filter(None, groups)) for groups in _SAID.findall(text)]
    whole = [_bare(source) for source in sources]
    return all(len(_bare(words)) < _SAID_LEAST or any(_bare(words) in source for source in whole) for words in spoken)


def _bare(text: str) -> str:
    """The text without punctuation at which quoting legitimately differs, but with every letter."""
    return re.sub(r"[\s,，。.!！?？…、;；:：]+", "", normalise(text))


def _quantifiers_hold(text: str, figures: Sequence[Figure]) -> bool:
    shares = [f.value for f in figures if f.unit == "%"]
    if cues().majority.search(text):
        return any(share > 50 for share in shares)
    return not cues().minority.search(text) or any(share < 50 for share in shares)


def _directions_hold(text: str, figures: Sequence[Figure]) -> bool:
    """False where a sentence says up and every change among its figures went down, or the other way about."""
    changes = [f.value for f in figures if f.unit == "%" and f.label.endswith("变化")]
    up, down = bool(_UP.search(text)), bool(_DOWN.search(text))
    if not changes or up == down:
        return True
    return any(change > 0 for change in changes) if up else any(change < 0 for change in changes)


def _marked(text: str, marks: Sequence[int], figures: Sequence[Figure]) -> str:
    """The sentence with its marks before the final stop; one on figures that states none of them gets the first."""
    body, end = (text[:-1], text[-1]) if text[-1] in _END else (text, "。")
    if figures and not marks and not any(n.value in _forms(f) for n in numbers(text) for f in figures):
        first = figures[0]
        body += f"（{first.label} {first.value:g}{first.unit}）"
    return body + "".join(f"[{n}]" for n in sorted(marks)) + end


def _citation(n: int, voice: Voice) -> Citation:
    return Citation(
        n, voice.record_id, voice.quote, voice.start, voice.end, voice.channel, voice.product, voice.created_at
    )


def _verbatim(voice: Voice, store: Store) -> bool:
    try:
        record = store.record(voice.record_id)
    except NotFoundError:
        return False
    inside = any(start <= voice.start and voice.end <= end for start, end in customer_spans(record))
    return inside and voice.start < voice.end and record.text[voice.start : voice.end] == voice.quote


def _reply(reply: str | None, material: AnswerMaterial, verified: Verified) -> None:
    """Keep a suggested reply that states no number and no link of its own; point out what it promises."""
    if reply is None or not (text := reply.strip()):
        return
    shown = values(v.quote for v in material.voices)
    figures = {form for f in material.figures for form in _forms(f)}
    unknown = not harmless(text) or not codes_are_known(text, _shown(material))
    if unknown or _LINK.search(text) or any(n.value not in shown | figures for n in numbers(text)):
        verified.warnings.append("建议回复里有无法核实的数字或链接，没有采用")
        return
    verified.suggested_reply = text
    if promised := sorted(set(cues().promise.findall(text))):
        verified.warnings.append(f"建议回复提到“{'、'.join(promised)}”，发出前请确认能否兑现")
