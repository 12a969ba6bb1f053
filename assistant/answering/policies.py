"""What the house's own documents say to a question: passages letter for letter, never counted as a customer's voice."""

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from assistant.answering.lexicon import cues, normalise
from assistant.answering.matching import grams
from assistant.answering.numbers import values
from assistant.answering.plan import Catalogue
from assistant.answering.values import foreign_kinds
from assistant.domain.answers import Need, Plan
from assistant.domain.filters import Filters
from assistant.domain.knowledge import Backing, House, Section
from assistant.rules.clauses import Clause, clauses, codes_in
from assistant.rules.harmless import harmless
from assistant.rules.house import asks_how, asks_of_a_case, asks_rule, carried_over, explains_code
from assistant.rules.lexicon import words
from assistant.rules.provisions import about_trouble, answering
from assistant.rules.subjects import harms_in, matters_in, rules_in
from assistant.rules.trouble import told as trouble_told

_QUOTED = re.compile(r"“([^”]{4,})”|「([^」]{4,})」")
_LEANS_ON = "承接上一问"
"""So a plan's note begins that leans on the question before."""
_SUBJECT = re.compile(
    r"^(?:那么?|要是|如果|换成|还有|另外|再说)*(?:是|说)?|(?:的话|又|要|该)?(?:呢|吗|么|怎么样|如何|怎么说|[?？。!！,，\s])*$"
)
"""What stands around the subject of a question that leans on another."""
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
    """It is about the question whatever its words: the embedder says so, or it explains a code that the question names."""

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
    coded = explains_code([section.text for document in documents for section in document.sections], plan.question)
    ruled = asks_rule(plan.question) or asks_of_a_case(plan.question) or coded
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

    rules = rules_in(plan.question) | harms_in(plan.question)
    ranked = sorted((one for one in placed if one.fits(rules, ruled=ruled)), key=lambda one: -worth(one))
    found = [
        _passage(one, asked, weight, codes_in(plan.question)) for one in ranked[:_MOST] if worth(one) >= _BESIDE * worth(ranked[0])
    ]  # fmt: skip
    return tuple(passage for passage in found if passage is not None)


def of_the_house(
    made: Plan, earlier: Sequence[str], documents: Sequence[House], likeness: Likeness = unlike
) -> Plan | None:
    """The plan of a question for what the house has laid down, or of one that leans on such a question: documents are looked
    through and nothing is counted. None for any other.

    A rule is asked for whether one is written or not; a case that is told, or a code, only where documents answer it.
    """
    if "reply" in made.intents:
        return None
    leaning = tuple(note for note in made.notes if note.startswith(_LEANS_ON))
    carried = _carried(made, earlier) if leaning else None
    asked = replace(
        made, question=carried or made.question, intents=("find",), by=None, periods=(), notes=leaning if carried else (),
        filters=Filters(product=made.filters.product),
    )  # fmt: skip
    if asks_rule(asked.question):
        return asked
    coded = explains_code([s.text for d in documents for s in d.sections], asked.question)
    told = carried or coded or asks_of_a_case(asked.question)
    return asked if told and house_answers(asked, documents, likeness) else None


def _carried(made: Plan, earlier: Sequence[str]) -> str | None:
    """The question for a rule that a leaning one carries on with another subject, if it leans on one."""
    subject = _SUBJECT.sub("", made.question)
    for before in reversed(earlier):
        if (carried := carried_over(before, subject)) is not None:
            return carried
        if not cues().follow_up.search(normalise(before)):
            return None
    return None


def house_answers(made: Plan, documents: Sequence[House], likeness: Likeness = unlike) -> bool:
    """Whether documents answer a question for a rule, a case, a code, or how something is done."""
    question = made.question
    rule = asks_rule(question) or asks_of_a_case(question)
    coded = explains_code([s.text for d in documents for s in d.sections], question)
    if not (rule or coded or asks_how(question)):
        return False
    return bool(answering(passages(made, (), documents, likeness), question, rule=rule))


def unquoted(used: Sequence[Backing], documents: Sequence[House], question: str) -> list[str]:
    """One sentence for each section of rules that an answer quotes only in part: that more stands there."""
    if not (asks_rule(question) or asks_of_a_case(question)):
        return []
    held = {(d.id, s.heading): (d, s) for d in documents for s in d.sections if rules_in(f"{s.heading} {s.text}")}
    told = []
    for backing in used:
        document, section = held.get((backing.document_id, backing.heading), (None, None))
        if document is None or section is None:
            continue
        left = [c for c in clauses(section.text) if c.start >= backing.end or c.end <= backing.start]
        if left:
            heading = words("house", "said", "heading").format(heading=section.heading) if section.heading else ""
            told.append(words("house", "said", "rest").format(title=document.title, heading=heading, n=len(left)))
    return told


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
    """The whole clauses of a passage that bear some words out: those they quote, else the one most like them, up to those that
    hold their numbers where that is short. None is cut."""
    said = clauses(passage.quote)
    if not said:
        return passage
    held = [
        clause for words_told in _QUOTED.findall(told) for clause in _around(passage.quote, "".join(words_told), said)
    ]
    if not held:
        held = _likest(said, told)
    start, end = min(clause.start for clause in held), max(clause.end for clause in held)
    quote = passage.quote[start:end]
    return replace(passage, quote=quote, start=passage.start + start, end=passage.start + end)


def _around(text: str, quoted: str, said: Sequence[Clause]) -> list[Clause]:
    """The clauses that words quoted out of a text stand in."""
    at = text.find(quoted)
    return [clause for clause in said if 0 <= at < clause.end and clause.start < at + len(quoted)]


def _likest(said: Sequence[Clause], told: str) -> list[Clause]:
    asked, stated, codes = grams(told), values([told]), codes_in(told)

    def worth(clause: Clause) -> int:
        numbers = len(stated & values([clause.text])) + len(clause.codes & codes)
        return _NUMBER_WEIGHS * numbers + len(asked & grams(clause.text))

    best = max(said, key=worth)
    missing = stated - values([best.text])
    spread = [best, *(clause for clause in said if missing & values([clause.text]))]
    wide = max(clause.end for clause in spread) - min(clause.start for clause in spread)
    return spread if wide <= _QUOTE else [best]


def shown_beside(
    used: Sequence[Backing], passages: Sequence[Backing], solved: Sequence[Backing], question: str
) -> tuple[Backing, ...]:
    """What a reader is shown of the house's: what the answer used, in that order; where it used none, the best of what fits."""
    asked = asks_rule(question) or asks_of_a_case(question) or asks_how(question)
    fitting = [p for p in passages if asked or about_trouble([p], trouble_told(question))] if not used else []
    narrow = [narrowed(p, _ASKING.sub(" ", question)) for p in fitting]
    rest = [b for b in narrow if any(not c.codes or c.codes & codes_in(question) for c in clauses(b.quote))]
    kinds = {b.kind for b in used}
    return (*used, *rest[:_SHOWN], *(() if "agent" in kinds else solved[:1]))


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
    rules, matters = rules_in(question) | harms_in(question), matters_in(question)
    explained = {code for clause in clauses(section.text) for code in clause.codes}
    meant = _RULE * len(rules & rules_in(whole)) + _MATTER * len(matters & matters_in(whole))
    meant += _HEADED * len(rules & rules_in(section.heading)) + _HEADED * len(matters & matters_in(section.heading))
    return _Placed(
        document, section, frozenset(held & asked), frozenset(held & behind), bool(heading & asked), meant,
        rules_in(whole), cosine, (certain is not None and cosine >= certain) or bool(explained & codes_in(question)),
    )  # fmt: skip


def _passage(one: _Placed, asked: set[str], weight: dict[str, float], codes: frozenset[str]) -> Backing | None:
    """The section, or of a long one the clauses around the best, all whole; None where no harmless one is in it."""
    document, section = one.document, one.section
    said = clauses(section.text)
    kept = [harmless(clause.text) for clause in said]
    if not any(kept):
        return None
    best = max(
        (place for place, fit in enumerate(kept) if fit),
        key=lambda place: (
            bool(said[place].codes & codes), sum(weight.get(g, 0.0) for g in grams(said[place].text) & asked)
        ),
    )  # fmt: skip
    first, last = best, best
    while True:
        if first and kept[first - 1] and said[last].end - said[first - 1].start <= _PASSAGE:
            first -= 1
        elif last + 1 < len(said) and kept[last + 1] and said[last + 1].end - said[first].start <= _PASSAGE:
            last += 1
        else:
            break
    start, end = said[first].start, said[last].end
    return Backing(document.id, document.title, section.heading, section.page, section.text[start:end], start, end)
