"""Knows how to answer out of figures and voices alone: every sentence cites, every number was counted or said."""

import re
from collections.abc import Iterable

from assistant.domain.answers import AnswerMaterial, Figure, Need
from assistant.domain.drafts import AnswerDraft, SentenceDraft
from assistant.domain.themes import Voice
from assistant.domain.vocabulary import ASPECTS, DEEP_CATEGORIES, zh
from assistant.rules.gist import said
from assistant.rules.lexicon import lexicon, normalise, words
from assistant.rules.topics import frame_fields

_VOICES_MOST, _FIGURES_MOST, _NEEDS_MOST = 4, 16, 2
_NUMBER = re.compile(r"\d|[二三四五六七八九十百千万两〇零半]")
_ASKS_REPLY = re.compile(
    r"怎么(?:回|答|说|讲|跟|安抚|解释|处理)|如何(?:回|答|安抚|解释)|话术|怎样回|回复客户|客户(?:说|问|抱怨|投诉)"
)
_NOTHING = "资料不足:没有找到与问题有关的客户反馈,也没有可以统计的数据。"


def answer(material: AnswerMaterial) -> AnswerDraft:
    """An answer in sentences with citations and figures, or a refusal where there are neither voices nor figures."""
    if not material.voices and not material.figures:
        return AnswerDraft(refused=True, refusal_reason=_NOTHING, sentences=[], suggested_reply=None)
    sentences = [*_figures(material.figures), *_needs(material), *_voices(material.voices)]
    return AnswerDraft(refused=False, refusal_reason=None, sentences=sentences, suggested_reply=_reply(material))


def _figures(figures: Iterable[Figure]) -> list[SentenceDraft]:
    sentences = []
    for n, figure in enumerate(figures, start=1):
        if n > _FIGURES_MOST:
            break
        interval = ""
        if figure.interval is not None:
            low, high = figure.interval
            interval = f"(区间 {_value(low)}{figure.unit} 至 {_value(high)}{figure.unit})"
        text = f"{figure.label}:{_value(figure.value)}{figure.unit}{interval}。"
        sentences.append(SentenceDraft(text=text, citations=[], figures=[n]))
    return sentences


def _value(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)


def _needs(material: AnswerMaterial) -> list[SentenceDraft]:
    """The needs behind the words, each carried by the voices that speak of it; a number nobody cited drops a rung."""
    sentences = []
    for need in material.needs[:_NEEDS_MOST]:
        bearing = [voice for voice in material.voices if need.surface and voice.surface == need.surface]
        bearing = (bearing or list(material.voices))[:2]
        quotes = "".join(voice.quote for voice in bearing)
        rungs = [
            f"{name}——{text}" for name, text in _rungs(need) if text and (not _NUMBER.search(text) or text in quotes)
        ]
        if bearing and rungs:
            text = f"背后的需求:{';'.join(rungs)}(深层为推断,供核对)。"
            sentences.append(SentenceDraft(text=text, citations=[voice.n for voice in bearing], figures=[]))
    return sentences


def _rungs(need: Need) -> list[tuple[str, str]]:
    surface = need.surface.split(":")[0] if _NUMBER.search(need.surface) else need.surface
    return [("表象", surface), ("次深层", need.secondary), ("深层", need.deep)]


def _voices(voices: Iterable[Voice]) -> list[SentenceDraft]:
    sentences, heard = [], set[str]()
    for voice in voices:
        key = voice.customer_id or voice.record_id
        if key in heard:
            continue
        heard.add(key)
        speaker = words("words", "speaker", voice.segment or "unknown", "有客户")
        text = f"{speaker}在{zh(voice.channel)}里说:{said(voice)}。"
        sentences.append(SentenceDraft(text=text, citations=[voice.n], figures=[]))
        if len(sentences) == _VOICES_MOST:
            break
    return sentences


def _reply(material: AnswerMaterial) -> str | None:
    """A reply staff may send, by motive and aspect; None where the question asks for none."""
    if "reply" not in material.plan.intents and not _ASKS_REPLY.search(material.question):
        return None
    scores = _scores([material.question] * 3 + [voice.quote for voice in material.voices[:4]])
    aspects = [a for a in material.plan.filters.aspect if a in ASPECTS]
    aspect = aspects[0] if aspects else _best("aspect", ASPECTS, scores)
    deep = _best("deep", DEEP_CATEGORIES, scores) or words("words", "deep_by_aspect", aspect or "after_sales")
    body = words("replies", "body", aspect or "default") or words("replies", "body", "default")
    return f"您好。{words('replies', 'opening', deep)}{body}{words('replies', 'close', 'negative')}"


def _scores(texts: Iterable[str]) -> dict[tuple[str, str], float]:
    scores: dict[tuple[str, str], float] = {}
    for text in texts:
        for hit in lexicon().scan(normalise(text)):
            marks = [(hit.kind, hit.label)]
            if hit.kind == "frame":
                fields = frame_fields()[hit.label]
                marks = [("aspect", fields["aspect"]), ("deep", fields["deep"])]
            for mark in marks:
                scores[mark] = scores.get(mark, 0.0) + hit.weight
    return scores


def _best(kind: str, labels: Iterable[str], scores: dict[tuple[str, str], float]) -> str | None:
    weight, label = max(((scores.get((kind, label), 0.0), label) for label in labels), key=lambda item: item[0])
    return label if weight else None
