"""Which of a cited customer's words bear a sentence best: to be quoted instead of, or beside, the words first shown."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.answering.grounding import telling_pairs
from assistant.answering.lexicon import normalise
from assistant.answering.numbers import numbers
from assistant.answering.proof import SPEECH, Cited
from assistant.answering.shelf import Held
from assistant.domain.answers import AnswerMaterial
from assistant.domain.records import Record, customer_spans
from assistant.domain.themes import Voice
from assistant.rules.orders import orders_in

_PIECE = re.compile(r"[^，,。！？!?；;：:\s]+[，,。！？!?；;：:\s]*")
_MASK = re.compile(r"⟦[^⟧]*⟧")
_LOOSE = " \t\r\n，,、：:；;"
_LONGEST, _SHORTEST = 120, 8
"""Characters of the words chosen; shorter ones tell nothing by themselves."""
_GAIN = 2.0
"""So much more must other words bear before the words first shown give way to them, or are joined by them."""
_PER_CHAR = 0.03
"""What a character more costs: of two stretches that bear as much the shorter is quoted."""
_WORTH_A_NUMBER = 2.0


def bearing(voice: Voice, record: Record, text: str, most: int = 2) -> tuple[Voice, ...]:
    """The customer's words in a record that bear a sentence best: whole clauses, verbatim, `most` stretches at most.

    The words first shown stay where no others bear clearly more. Nothing else than the customer's own words is chosen,
    none that hold an order to a machine, nor part of a masked value.
    """
    wanted = _wanted(text)
    if not wanted:
        return (voice,)
    ways = [voice, *(replace(voice, quote=record.text[a:b], start=a, end=b) for a, b in _stretches(record))]
    worth = [_worth(way.quote, wanted) for way in ways]
    best = max(range(len(ways)), key=lambda n: worth[n])
    chosen = [ways[0] if worth[best] < worth[0] + _GAIN else ways[best]]
    while len(chosen) < most:
        told = normalise("\n".join(one.quote for one in chosen))
        left = {of: weight for of, weight in wanted.items() if of not in told}
        apart = [way for way in ways if all(way.end <= one.start or one.end <= way.start for one in chosen)]
        further = max(apart, key=lambda way: _worth(way.quote, left) + (way is voice) * _GAIN, default=None)
        least = _GAIN if further is not voice else _GAIN / 4
        if further is None or _worth(further.quote, left) < least:
            break
        chosen.append(further)
    return tuple(sorted(chosen, key=lambda one: one.start))


def _wanted(text: str) -> dict[str, float]:
    """What of a sentence its words must show: pairs of characters, and its numbers."""
    return dict.fromkeys(telling_pairs(text), 1.0) | {
        n.words.strip(): _WORTH_A_NUMBER for n in numbers(SPEECH.sub(" ", text))
    }


def _worth(quote: str, wanted: dict[str, float]) -> float:
    plain = normalise(quote)
    return sum(weight for of, weight in wanted.items() if of in plain) - _PER_CHAR * len(quote)


def _stretches(record: Record) -> Iterator[tuple[int, int]]:
    """Runs of whole clauses within one thing the customer said."""
    orders, masks = orders_in(record.text), [match.span() for match in _MASK.finditer(record.text)]
    for start, end in customer_spans(record):
        pieces = _whole([match.span() for match in _PIECE.finditer(record.text, start, end)], masks)
        for place, (first, _) in enumerate(pieces):
            for _, last in pieces[place:]:
                a, b = _trimmed(record.text, first, last)
                if b - a > _LONGEST:
                    break
                if b - a >= _SHORTEST and not any(x < b and a < y for x, y in orders):
                    yield a, b


def _whole(pieces: Sequence[tuple[int, int]], masks: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Pieces put together where a masked value reaches over their border."""
    joined: list[tuple[int, int]] = []
    for start, end in pieces:
        if joined and any(a < start < b for a, b in masks):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in _LOOSE:
        start += 1
    while end > start and text[end - 1] in _LOOSE:
        end -= 1
    return start, end


_HEDGED = re.compile(r"看来|似乎|大概|可能|背后|在意|往里|深层|说明|资料的是|说不准")
_HOUSE_SPEAKS = re.compile(r"客服|坐席|机器人|官方|人工|网点|平台|回复|答复")
_PART = re.compile(r"[^，。；：！？!?;]+[，。；：！？!?;]*")
_QUOTED = re.compile(r"「[^」]*」|“[^”]*”")
_JOINING = re.compile(r"^[，。；：\s]*(?:以及|而|也|并|但|所以|还|又|和|或|反|却|才|都|就|有)")
"""A part that begins so goes on with the one before it, and is no statement by itself."""
_TELLING, _HARDLY, _MOSTLY = 4, 0.1, 0.6
"""Pairs of a part of a sentence from which it tells something; the share of them that an origin holds hardly, or mostly."""


def read_into(text: str, cited: Cited, material: AnswerMaterial, store: Held) -> str | None:
    """A sentence with a later part that the customers cited never said, but only a reader of theirs, told as a reading
    (看来); None where a part is what only an agent said and it is told as if a customer had.
    """
    if not cited.voices or cited.house or material.language != "zh":
        return text
    records = [store.record(name) for name in dict.fromkeys(voice.record_id for voice in cited.voices)]
    own = _pairs_of([record.text[a:b] for record in records for a, b in customer_spans(record)])
    own |= _pairs_of([figure.label for figure in cited.figures])
    agents = _pairs_of([turn.text for record in records for turn in record.turns if turn.speaker != "customer"])
    read = store.insights_of([record.id for record in records])
    ladders = [f"{i.surface}\n{i.secondary}\n{i.deep}\n{i.suggestion or ''}" for i in read]
    ladders += [f"{v.surface}\n{v.secondary}\n{v.deep}\n{v.suggestion or ''}" for v in cited.voices]
    reader = _pairs_of([*ladders, *(f"{need.secondary}\n{need.deep}" for need in material.needs)])
    kept, hedged = "", False
    for part in _PART.findall(text):
        hedged = hedged or bool(_HEDGED.search(part))
        pairs = telling_pairs(_QUOTED.sub("", part))
        told = len(pairs) >= _TELLING and len(pairs & own) <= _HARDLY * len(pairs)
        if told and kept and not hedged and len(pairs & reader) >= _MOSTLY * len(pairs) and not _JOINING.match(part):
            kept, hedged = f"{kept}看来", True
        elif told and len(pairs & agents) >= _MOSTLY * len(pairs) and not _HOUSE_SPEAKS.search(text):
            return None
        kept += part
    return kept


def _pairs_of(texts: Sequence[str]) -> set[str]:
    return {pair for text in texts for pair in telling_pairs(text)}
