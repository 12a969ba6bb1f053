"""Which voices are to the point of a question: they share a word with it, a word of the same meaning, or a situation."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from assistant.answering.lexicon import normalise
from assistant.answering.matching import content_grams, share_named
from assistant.answering.ports import Store
from assistant.domain.answers import Whole
from assistant.domain.insights import Insight
from assistant.domain.records import Record, customer_spans
from assistant.domain.themes import Voice
from assistant.rules.lexicon import lexicon
from assistant.rules.topics import matters
from vectorstore.text import meanings, synonyms

_PLAINLY, _MOST = 3.0, 6.0
"""Weight of cues from which words show a situation; more than the second tells no more."""

_FITS = 3.0
"""What words of the query, or of the same meaning, weigh beside cues."""


def meanings_in(text: str) -> set[int]:
    """The numbers of the meanings (lines of the finder's ``synonyms.txt``) that a text holds a word of."""
    plain = normalise(text)
    return {number for number, words in enumerate(meanings()) if any(word in plain for word in words)}


def same_meaning(text: str) -> list[str]:
    """The other words for what a text speaks of, in order."""
    return sorted(synonyms(text))


def to_the_point(question: str, voices: Sequence[Voice]) -> list[Voice]:
    """The voices that are about what a question is about, numbered anew, those that say its very words first; all of them
    where none is."""
    point = Point(question)
    near = [voice for voice in voices if point.near(voice.quote, voice.surface)]
    words = normalise(question).split()
    near.sort(key=lambda voice: not all(word in normalise(voice.quote) for word in words))
    return [replace(voice, n=n) for n, voice in enumerate(near or voices, 1)]


def speaking_of(query: str, situations: Collection[str], voices: Sequence[Voice]) -> list[Voice]:
    """The voices whose own words show one of some situations plainly, or that say what is asked letter for letter; those
    that fit the query best first."""
    shown = {voice.n: _shown(situations, voice.quote) for voice in voices}
    plainly = [voice for voice in voices if shown[voice.n] >= _PLAINLY or share_named(query, voice.quote) >= 1]
    asked = meanings_in(query)

    def worth(voice: Voice) -> float:
        alike = len(asked & meanings_in(voice.quote)) / len(asked) if asked else 0.0
        return shown[voice.n] + _FITS * (share_named(query, voice.quote) + alike)

    return sorted(plainly, key=worth, reverse=True)


def _shown(situations: Collection[str], text: str) -> float:
    hits = lexicon().scan(normalise(text))
    return min(_MOST, sum(hit.weight for hit in hits if hit.kind == "frame" and hit.label in situations))


class Point:
    """What a question is about, to tell which voices are about it too."""

    def __init__(self, question: str) -> None:
        self._grams = set(content_grams(question))
        self._meanings = meanings_in(question)
        self._situations = matters(question)

    def near(self, quote: str, surface: str = "") -> bool:
        """Whether a quote shares a pair of letters, a meaning or (by itself or the need read from it) a situation.

        A situation of many kinds, such as something broken, is not enough.
        """
        return bool(
            self._grams & set(content_grams(quote))
            or self._meanings & meanings_in(quote)
            or self._situations & matters(f"{quote}\n{surface}")
        )


def wholes(query: str, voices: Sequence[Voice], store: Store) -> dict[int, Whole]:
    """Voice → what the whole of its record tells beside the words quoted."""
    pairs, asked = set(content_grams(query)), meanings_in(query)
    ids = list(dict.fromkeys(voice.record_id for voice in voices))
    records, read = store.records_by_id(ids), store.insights_of(ids)
    return {
        voice.n: _whole(
            voice, records[voice.record_id], [i for i in read if i.record_id == voice.record_id], pairs, asked
        )
        for voice in voices
        if voice.record_id in records
    }


def _whole(
    voice: Voice, record: Record, read: Sequence[Insight], pairs: Collection[str], asked: Collection[int]
) -> Whole:
    text = "\n".join(record.text[a:b] for a, b in customer_spans(record))
    literal = len(set(pairs) & set(content_grams(text))) / len(pairs) if pairs else 0.0
    meant = len(set(asked) & meanings_in(text)) / len(asked) if asked else literal
    borne = [insight.severity for insight in read if insight.start < voice.end and voice.start < insight.end]
    return Whole(
        share=(literal + meant) / 2,
        severity=max(borne, default=0),
        surfaces=tuple(insight.surface for insight in read),
        sentiments=frozenset(insight.sentiment for insight in read),
    )
