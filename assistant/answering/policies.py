"""What the house's own documents say to a question: passages letter for letter, never counted as a customer's voice."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.answering.matching import grams
from assistant.answering.numbers import values
from assistant.domain.answers import Need, Plan
from assistant.domain.knowledge import Backing, House, Section
from assistant.rules.harmless import harmless

_SENTENCE = re.compile(r"[^。！？!?；;\n]+[。！？!?；;]*")
_ASKED_FOR = {"reply", "explain", "find", "list"}
_ASKING = re.compile(
    r"客户|用户|顾客|怎么|如何|怎样|回复|回答|话术|解释|安抚|处理|反馈|有哪些|为什么|什么|可以|吗|说|跟|想|要|回|[?？,，。]"
)
"""Words of asking, which are in every question."""
_TITLED, _PAIRS = 2, 3
"""So many pairs of characters a section shares with a question, where its headings hold one of them, and else."""
_OF_NEED, _NEEDED = 0.4, 3
"""What a pair weighs that only the need behind the question holds, and how many such stand in for a missing one."""
_BESIDE = 0.6
"""A section that fits less than so much of the best is beside the question."""
_MOST, _SHOWN = 3, 2
"""Passages that an engine is given, and quotes that a reader is shown where the answer uses none."""
_PASSAGE, _QUOTE = 480, 160
_NUMBER_WEIGHS = 3
"""So many pairs a number weighs that a sentence of a document shares."""


@dataclass(frozen=True, slots=True)
class _Placed:
    document: House
    section: Section
    shared: frozenset[str]
    needed: frozenset[str]
    titled: bool

    @property
    def fits(self) -> bool:
        enough = _TITLED if self.titled else _PAIRS
        return len(self.shared) >= enough or (len(self.shared) == enough - 1 and len(self.needed) >= _NEEDED)


def passages(plan: Plan, needs: Sequence[Need], documents: Sequence[House]) -> tuple[Backing, ...]:
    """At most three passages of documents that a question is about, the best first, each of another section.

    Questions that only count get none; a sentence that gives orders to a machine or holds a link is left out. Rare
    pairs of characters weigh more; those of the need behind the question weigh a little.
    """
    if not documents or not _ASKED_FOR & set(plan.intents):
        return ()
    asked = grams(_ASKING.sub(" ", plan.question))
    behind = grams(" ".join(need.surface for need in needs[:1])) - asked
    placed = [_placed(d, s, asked, behind) for d in documents for s in d.sections]
    seen = Counter(gram for one in placed for gram in one.shared | one.needed)
    weight = {gram: math.log(1 + len(placed) / n) for gram, n in seen.items()}

    def worth(one: _Placed) -> float:
        return sum(weight[g] for g in one.shared) + _OF_NEED * sum(weight[g] for g in one.needed)

    ranked = sorted((one for one in placed if one.fits), key=lambda one: -worth(one))
    found = [
        _passage(one, asked, weight) for one in ranked[:_MOST] if worth(one) >= _BESIDE * worth(ranked[0])
    ]  # fmt: skip
    return tuple(passage for passage in found if passage is not None)


def narrowed(passage: Backing, words: str) -> Backing:
    """The sentences of a passage that bear some words out: the one most like them, up to those that hold their numbers.

    At most 160 characters.
    """
    said = [m for m in _SENTENCE.finditer(passage.quote) if m.group().strip()]
    if not said:
        return passage
    asked, stated = grams(words), values([words])

    def worth(text: str) -> int:
        return _NUMBER_WEIGHS * len(stated & values([text])) + len(asked & grams(text))

    best = max(said, key=lambda m: worth(m.group()))
    missing = stated - values([best.group()])
    spread = [best, *(m for m in said if missing & values([m.group()]))]
    wide = (min(m.start() for m in spread), max(m.end() for m in spread))
    start, end = wide if wide[1] - wide[0] <= _QUOTE else (best.start(), best.end())
    start += len(passage.quote[start:end]) - len(passage.quote[start:end].lstrip())
    quote = passage.quote[start : min(end, start + _QUOTE)].rstrip()
    return replace(passage, quote=quote, start=passage.start + start, end=passage.start + start + len(quote))


def shown_beside(
    used: Sequence[Backing], passages: Sequence[Backing], solved: Sequence[Backing], question: str
) -> tuple[Backing, ...]:
    """What a reader is shown of the house's: what the answer used, in that order, then the best of what it did not."""
    known = {(b.document_id, b.heading) for b in used}
    rest = [narrowed(p, _ASKING.sub(" ", question)) for p in passages if (p.document_id, p.heading) not in known]
    kinds = {b.kind for b in used}
    return (*used, *rest[: max(0, _SHOWN - len(used))], *(() if "agent" in kinds else solved[:1]))


def _placed(document: House, section: Section, asked: set[str], behind: set[str]) -> _Placed:
    heading = grams(f"{document.title} {section.heading}")
    held = heading | grams(section.text)
    return _Placed(document, section, frozenset(held & asked), frozenset(held & behind), bool(heading & asked))


def _passage(one: _Placed, asked: set[str], weight: dict[str, float]) -> Backing | None:
    """The section, or of a long one the sentences around the best; None where no harmless sentence is in it."""
    document, section = one.document, one.section
    said = [m for m in _SENTENCE.finditer(section.text) if m.group().strip()]
    kept = [harmless(m.group()) for m in said]
    if not any(kept):
        return None
    best = max(
        (place for place, fit in enumerate(kept) if fit),
        key=lambda place: sum(weight.get(g, 0.0) for g in grams(said[place].group()) & asked),
    )
    first, last = best, best
    while True:
        if first and kept[first - 1] and said[last].end() - said[first - 1].start() <= _PASSAGE:
            first -= 1
        elif last + 1 < len(said) and kept[last + 1] and said[last + 1].end() - said[first].start() <= _PASSAGE:
            last += 1
        else:
            break
    text = section.text[said[first].start() : said[last].end()]
    start = said[first].start() + len(text) - len(text.lstrip())
    end = min(said[first].start() + len(text.rstrip()), start + _PASSAGE)
    quote = section.text[start:end]
    return Backing(document.id, document.title, section.heading, section.page, quote, start, end)
