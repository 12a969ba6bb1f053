"""What the house's own documents say to a question: passages letter for letter, never counted as a customer's voice."""

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from assistant.answering.matching import grams
from assistant.answering.numbers import values
from assistant.answering.plan import Catalogue
from assistant.answering.values import foreign_kinds
from assistant.domain.answers import Need, Plan
from assistant.domain.filters import Filters
from assistant.domain.knowledge import Backing, House, Section
from assistant.rules.harmless import harmless
from assistant.rules.house import asks_rule, matters_in, rules_in
from assistant.rules.lexicon import words

_SENTENCE = re.compile(r"[^。！？!?；;\n]+[。！？!?；;]*")
_QUOTED = re.compile(r"“([^”]{8,})”")
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
_RULE, _MATTER, _HEADED = 4.0, 1.5, 1.5
"""What a thing that rules are made about, and any other, weighs that section and question both name in whatever words; and
how much more in a heading."""
_LIKE = 2.0
"""What it weighs that an embedder holds section and question for alike (cosine 1)."""
_TITLES = 3

Likeness = Callable[[str, Sequence[str]], tuple[Sequence[float], float | None]]
"""How alike an embedder finds a question and some texts: a cosine each, and the one from which they are about the same thing
whatever their words (None: its cosines do not tell)."""


def unlike(_: str, texts: Sequence[str]) -> tuple[Sequence[float], float | None]:
    """The likeness of who has no embedder."""
    return [0.0] * len(texts), None


@dataclass(frozen=True, slots=True)
class _Placed:
    document: House
    section: Section
    shared: frozenset[str]
    needed: frozenset[str]
    titled: bool
    meant: float
    """What the things weigh that the question names too, in whatever words."""
    rules: frozenset[int]
    like: float
    certain: bool

    def fits(self, rules: frozenset[int], *, ruled: bool) -> bool:
        """Whether the section is about a question that names some `rules`; `ruled`: it asks for one."""
        if ruled and rules and not rules & self.rules:
            return self.certain
        enough = _TITLED if self.titled else _PAIRS
        close = len(self.shared) >= enough or (len(self.shared) == enough - 1 and len(self.needed) >= _NEEDED)
        return self.certain or close or (bool(rules & self.rules) and (ruled or self.meant >= _RULE + _MATTER))


def passages(
    plan: Plan, needs: Sequence[Need], documents: Sequence[House], likeness: Likeness = unlike
) -> tuple[Backing, ...]:
    """At most three passages of documents that a question is about, the best first, each of another section.

    Questions that only count get none; a sentence that gives orders to a machine or holds a link is left out. Rare
    pairs of characters weigh more, those of the need behind the question a little; things named in other words
    (质保 for 保修) and the embedder's opinion count too.
    """
    ruled = asks_rule(plan.question)
    if not documents or not (ruled or _ASKED_FOR & set(plan.intents)):
        return ()
    asked = grams(_ASKING.sub(" ", plan.question))
    behind = grams(" ".join(need.surface for need in needs[:1])) - asked
    every = [(document, section) for document in documents for section in document.sections]
    cosines, certain = likeness(plan.question, [f"{d.title} {s.heading}\n{s.text}" for d, s in every])
    placed = [
        _placed(d, s, asked, behind, plan.question, cosine, certain)
        for (d, s), cosine in zip(every, cosines, strict=True)
    ]
    seen = Counter(gram for one in placed for gram in one.shared | one.needed)
    weight = {gram: math.log(1 + len(placed) / n) for gram, n in seen.items()}

    def worth(one: _Placed) -> float:
        literal = sum(weight[g] for g in one.shared) + _OF_NEED * sum(weight[g] for g in one.needed)
        return literal + one.meant + _LIKE * max(0.0, one.like)

    rules = rules_in(plan.question)
    ranked = sorted((one for one in placed if one.fits(rules, ruled=ruled)), key=lambda one: -worth(one))
    found = [
        _passage(one, asked, weight) for one in ranked[:_MOST] if worth(one) >= _BESIDE * worth(ranked[0])
    ]  # fmt: skip
    return tuple(passage for passage in found if passage is not None)


def asked_of_the_house(made: Plan) -> bool:
    """Whether a question is for what the house has laid down: documents answer it, and no count."""
    return "reply" not in made.intents and asks_rule(made.question)


def as_asked_of_the_house(made: Plan) -> Plan:
    """The plan of such a question: documents are looked through, nothing is counted."""
    return replace(
        made, intents=("find",), by=None, periods=(), notes=(), filters=Filters(product=made.filters.product)
    )


def lacking_rule(made: Plan, documents: Sequence[House], held: Catalogue, likeness: Likeness = unlike) -> str | None:
    """The refusal of a question for a rule that no document has: what was looked through, and that nothing else was; None
    where one has it. Of goods that nobody here sells only a document that names them tells."""
    if passages(made, (), _of_our_goods(made, documents, held), likeness):
        return None
    if not documents:
        return words("house", "said", "no_documents")
    titles = "、".join(f"《{document.title}》" for document in documents[:_TITLES])
    return words("house", "said", "not_written").format(n=len(documents), titles=titles)


def _of_our_goods(made: Plan, documents: Sequence[House], held: Catalogue) -> list[House]:
    foreign = () if made.filters.product else foreign_kinds(made.question, held.products, held.models, held.lexicon)
    return [
        document
        for document in documents
        if not foreign
        or any(name in f"{document.title}{s.heading}{s.text}" for s in document.sections for name in foreign)
    ]


def narrowed(passage: Backing, told: str) -> Backing:
    """The sentences of a passage that bear some words out: the one most like them, up to those that hold their numbers.

    At most 160 characters.
    """
    for words_told in _QUOTED.findall(told):
        if len(words_told) <= _QUOTE and (at := passage.quote.find(words_told)) >= 0:
            start = passage.start + at
            return replace(passage, quote=words_told, start=start, end=start + len(words_told))
    said = [m for m in _SENTENCE.finditer(passage.quote) if m.group().strip()]
    if not said:
        return passage
    asked, stated = grams(told), values([told])

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


def _placed(
    document: House,
    section: Section,
    asked: set[str],
    behind: set[str],
    question: str,
    cosine: float,
    certain: float | None,
) -> _Placed:
    head = f"{document.title} {section.heading}"
    heading, whole = grams(head), f"{head}\n{section.text}"
    held = heading | grams(section.text)
    rules, matters = rules_in(question), matters_in(question)
    meant = _RULE * len(rules & rules_in(whole)) + _MATTER * len(matters & matters_in(whole))
    meant += _HEADED * len(rules & rules_in(section.heading)) + _HEADED * len(matters & matters_in(section.heading))
    return _Placed(
        document, section, frozenset(held & asked), frozenset(held & behind), bool(heading & asked), meant,
        rules_in(whole), cosine, certain is not None and cosine >= certain,
    )  # fmt: skip


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
