"""Knows when a question asks for a rule or a manual of the house, and which sentence of one answers it."""

import re
from collections.abc import Sequence
from functools import cache
from typing import cast

from assistant.domain.answers import AnswerMaterial
from assistant.domain.drafts import SentenceDraft
from assistant.domain.knowledge import Backing
from assistant.rules.harmless import harmless
from assistant.rules.lexicon import normalise, table, words
from vectorstore.text import meanings as found_meanings

_SENTENCE = re.compile(r"[^。！？!?\n]+[。！？!?]*")
_LONG_SENTENCE = re.compile(r"[^。！？!?；;\n]+[。！？!?；;]*")
_PART = re.compile(r"[,，;；?？。!！]+")
_HAN = re.compile(r"[\u4e00-\u9fff]+|[a-z0-9]+")
_RULE, _MATTER, _PAIR, _TITLE = 3.0, 1.5, 0.5, 0.6
"""What a meaning of a rule, another meaning, and a pair of characters weigh that a sentence shares with a question; and the
share of it that its heading lends."""
_MOST_SAID, _MOST_READ_OUT = 2, 2
_BESIDE = 0.6
"""A sentence that answers less than so much of the best one is beside the question."""
_READ_OUT_BESIDE = 0.8
_LONGEST = 160


def asks_rule(question: str) -> bool:
    """Whether a question asks what the house has laid down (保修几年, 退货政策, 谁垫付), and not what customers say."""
    text = _own_words(question)
    if _pattern("voices").search(text):
        return False
    if _pattern("named").search(text):
        return True
    return bool(rules_in(text)) and bool(_pattern("asked").search(text))


def asks_how(question: str) -> bool:
    """Whether a question asks how something is done, which a manual may tell, and not what customers say."""
    text = _own_words(question)
    return bool(_pattern("how").search(text)) and not _pattern("voices").search(text)


def rules_in(text: str) -> frozenset[int]:
    """The numbers of the things rules are made about that a text names."""
    return _held(_lines("rule"), text)


def matters_in(text: str) -> frozenset[int]:
    """The numbers of the other things that a text names, by the house's words or the finder's."""
    return _held(_lines("matter"), text)


def house_sentences(material: AnswerMaterial) -> list[SentenceDraft]:
    """What documents answer to a question for a rule or a manual, quoted, the best first; nothing to other questions."""
    rule = asks_rule(material.question) or "reply" in material.plan.intents
    if not rule and not asks_how(material.question):
        return []
    told = _best_of(material.documents, material.question, rule=rule)
    told = [one for one in told if "reply" not in material.plan.intents or not _any("inward").match(one[2])]
    return [
        SentenceDraft(text=_said(document, quote), citations=[], figures=[], sources=[f"D{place}"])
        for place, document, quote in told[: _MOST_SAID if rule else 1]
    ]


def rules_to_read_out(material: AnswerMaterial) -> tuple[list[str], list[str]]:
    """What of the house's rules may be read out to a customer whose trouble falls under them: sentences for a reply, and
    the names (``D1``) of what backs them. Nothing that is meant for the house's own people."""
    outward = [
        (place, document, quote)
        for place, document, quote in _best_of(material.documents, material.question, rule=True)
        if not _any("inward").match(quote)
    ][:_MOST_READ_OUT]
    said = [
        words("house", "said", "in_reply").format(title=document.title, quote=_ended(quote))
        for _, document, quote in outward
    ]
    return said, [f"D{place}" for place, _, _ in outward]


def _best_of(
    documents: Sequence[Backing], question: str, *, rule: bool, beside: float = _BESIDE
) -> list[tuple[int, Backing, str]]:
    """(number, document, sentence) of the sentences that answer a question, the best first, one a section.

    For a `rule`, a section must be about something of the question that rules are made about, where it names any.
    """
    text = _own_words(question)
    rules = rules_in(text)
    scored = []
    for place, document in enumerate(documents, 1):
        head = f"{document.title} {document.heading}"
        if rule and rules and not rules & rules_in(f"{head} {document.quote}"):
            continue
        found = _passage_for(document.quote, text)
        worth = _TITLE * _worth(document.heading, text) + (found[0] if found else 0.0)
        if found is not None and (worth >= _RULE or (rule and not rules)):
            scored.append((worth, place, document, found[1]))
    scored.sort(key=lambda one: (-one[0], one[1]))
    return [(place, document, quote) for worth, place, document, quote in scored if worth >= beside * scored[0][0]]


def _passage_for(text: str, question: str) -> tuple[float, str] | None:
    """How well the best sentence of a section answers a question, and that sentence; with the others that answer it nearly
    as well, or a part of it best, and what lies between, as far as that is short."""
    pieces = [m for m in _sentences(text) if harmless(m.group())]
    worth = [_worth(m.group(), question) for m in pieces]
    if not pieces:
        return None
    best = max(range(len(pieces)), key=lambda at: (worth[at], -at))
    chosen = {best} | {at for at, one in enumerate(worth) if one >= max(_RULE, _BESIDE * worth[best])}
    for part in filter(None, _PART.split(question)):
        of_part = [_worth(m.group(), part) for m in pieces]
        most = max(range(len(pieces)), key=lambda at: (of_part[at], -at))
        chosen |= {most} if of_part[most] >= _MATTER + _PAIR else set()
    further = [
        at + 1 for at in chosen if at + 1 < len(pieces) and _any("exception").match(pieces[at + 1].group().strip())
    ]
    for wanted in ({*chosen, *further}, {best, *(at for at in further if at == best + 1)}, {best}):
        start, end = pieces[min(wanted)].start(), pieces[max(wanted)].end()
        whole = max(wanted) - min(wanted) + 1 == len(_sentences(text[start:end]))
        if whole and end - start <= _LONGEST:
            return worth[best], text[start:end].strip()
    return worth[best], pieces[best].group().strip()[:_LONGEST]


def _sentences(text: str) -> list[re.Match[str]]:
    """Whole sentences; of one too long to be quoted its parts."""
    found: list[re.Match[str]] = []
    for match in _SENTENCE.finditer(text):
        short = len(match.group()) <= _LONGEST
        found += [match] if short else _LONG_SENTENCE.finditer(text, match.start(), match.end())
    return [match for match in found if match.group().strip()]


def _worth(sentence: str, question: str) -> float:
    """How much of a question a sentence answers."""
    plain = normalise(sentence)
    shared = len(_pairs(plain) & _pairs(question))
    rules, matters = rules_in(plain) & rules_in(question), matters_in(plain) & matters_in(question)
    measured = sum(weight for weight, asked, told in _measures() if asked.search(question) and told.search(plain))
    return _RULE * len(rules) + _MATTER * len(matters) + measured + _PAIR * shared


def _said(document: Backing, quote: str) -> str:
    heading = words("house", "said", "heading").format(heading=document.heading) if document.heading else ""
    return words("house", "said", "asked").format(title=document.title, heading=heading, quote=quote.rstrip())


def _ended(quote: str) -> str:
    return quote if quote.endswith(("。", "！", "？", ".", "!", "?")) else f"{quote.rstrip('；;')}。"


def _own_words(question: str) -> str:
    return _pattern("told_by").sub("", normalise(question))


def _pairs(text: str) -> set[str]:
    return {
        piece[at : at + 2] if not piece[0].isascii() else piece
        for piece in _HAN.findall(text)
        for at in range(max(1, len(piece) - 1) if not piece[0].isascii() else 1)
    }


def _held(lines: Sequence[Sequence[str]], text: str) -> frozenset[int]:
    plain = normalise(text)
    return frozenset(number for number, line in enumerate(lines) if any(word in plain for word in line))


@cache
def _lines(name: str) -> tuple[tuple[str, ...], ...]:
    own = tuple(tuple(line.split()) for line in cast("list[str]", table("house")["meanings"][name]))
    return own if name == "rule" else (*own, *found_meanings())


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{one})" for one in cast("list[str]", table("house")["questions"][name])))


@cache
def _measures() -> tuple[tuple[float, re.Pattern[str], re.Pattern[str]], ...]:
    rows = cast("dict[str, dict[str, str]]", table("house")["measures"]).values()
    return tuple((float(row["weight"]), re.compile(row["asked"]), re.compile(row["told"])) for row in rows)


@cache
def _any(section: str) -> re.Pattern[str]:
    marks = "|".join(cast("list[str]", table("house")[section]["marks"]))
    return re.compile(f"(?:.*)(?:{marks})", re.DOTALL)
