"""Knows which clauses of the house's documents answer a question, with those beside them that change what they mean."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import cast

from assistant.domain.knowledge import Backing
from assistant.rules.clauses import Clause, clauses, codes_in
from assistant.rules.harmless import harmless
from assistant.rules.lexicon import normalise, table
from assistant.rules.subjects import groups_asked, groups_told, harms_in, matters_in, measured, pairs, rules_in

_PART = re.compile(r"[,，;；?？。!！]+")
_RULE, _MATTER, _PAIR, _TITLE, _GROUP, _CODE = 3.0, 1.5, 0.5, 0.6, 3.0, 6.0
"""What a meaning of a rule, another meaning, a pair of characters, the group asked for and the code asked for weigh that a
clause shares with a question; and the share of it that its heading lends."""
_NARROWER = 1.5
"""What a clause loses that is for one group only, where the question names none."""
_ALONE = 0.5
"""What more a pair weighs that no other clause of the section holds."""
_BESIDE, _NEAR = 0.6, 0.8
"""A section that answers less than so much of the best one is beside the question; a clause of one section that answers so
much of its best answers too."""
_LONGEST = 320
"""Characters of the clauses of one section that are quoted, the best one apart."""
_TOLD_PAIRS = 2
"""So many pairs a clause shares with a trouble that is about it, where no other meaning joins them."""


@dataclass(frozen=True, slots=True)
class Provision:
    """Whole clauses of one section that answer a question, the best first; `place` numbers its document from 1."""

    place: int
    document: Backing
    clauses: tuple[Clause, ...]
    worth: float

    @property
    def quotes(self) -> tuple[str, ...]:
        """The clauses letter for letter; sentences that run on from one another are one quote."""
        runs: list[list[int]] = []
        for clause in self.clauses:
            if runs and not clause.listed and clause.start >= runs[-1][1] and self._runs_on(runs[-1][1], clause.start):
                runs[-1][1] = clause.end
            else:
                runs.append([clause.start, clause.end])
        return tuple(self.document.quote[start:end] for start, end in runs)

    def _runs_on(self, end: int, start: int) -> bool:
        return not self.document.quote[end:start].strip(" ") and "\n" not in self.document.quote[end:start]


def answering(documents: Sequence[Backing], question: str, *, rule: bool) -> list[Provision]:
    """The sections that answer a question, the best first, with their clauses.

    For a `rule`, a section must be about something of the question that rules are made about, where it names any.
    """
    text, found = normalise(question), list[Provision]()
    rules = rules_in(text)
    for place, document in enumerate(documents, 1):
        held = rules_in(f"{document.title} {document.heading} {document.quote}")
        coded = any(clause.codes & codes_in(question) for clause in clauses(document.quote))
        if rule and rules and not rules & held and not coded:
            continue
        one = _of_section(place, document, text)
        if one is not None and (one.worth >= _RULE or (rule and not rules)):
            found.append(one)
    return _foremost(found)


def about_trouble(documents: Sequence[Backing], trouble: str) -> list[Provision]:
    """The clauses that may be read out to a customer who tells of a trouble: rules that are made about it, else what a
    manual says of it; none that is only near it.

    What the customer asks for, or what follows from the harm told, must be what the rule is made about; its heading, and
    the cause it names, must not be another matter; and a code of a fault must be the customer's own.
    """
    text = normalise(trouble)
    wanted, sections = rules_in(text) | harms_in(text), list(enumerate(documents, 1))
    rules = [
        one for place, document in sections
        if (one := _of_section(place, document, text, [c for c in _outward(document) if _falls_under(c, document, text, wanted)]))
    ]  # fmt: skip
    if rules or wanted:
        return _foremost(rules)
    told = [
        one for place, document in sections
        if (one := _of_section(place, document, text, [c for c in _outward(document) if _speaks_of(c, document, text)]))
    ]  # fmt: skip
    return _foremost(told)


def _foremost(found: Iterable[Provision]) -> list[Provision]:
    ranked = sorted(found, key=lambda one: (-one.worth, one.place))
    return [one for one in ranked if one.worth >= _BESIDE * ranked[0].worth]


def _outward(document: Backing) -> list[Clause]:
    """The clauses that are not for the house's own people."""
    return [clause for clause in clauses(document.quote) if not _marks("inward").search(clause.text)]


def _falls_under(clause: Clause, document: Backing, trouble: str, wanted: frozenset[int]) -> bool:
    """Whether a trouble is what a rule is made about."""
    if not wanted & rules_in(f"{document.heading} {clause.text}") or not rules_in(clause.text):
        return False
    cause = _marks("cause").search(clause.text)
    subject = f"{document.heading} {cause.group() if cause else ''}"
    matters, told = matters_in(subject), matters_in(trouble)
    shared = _shared(clause, document, trouble)
    if matters and not matters & told and len(shared) < _TOLD_PAIRS:
        return False
    named = wanted & rules_in(trouble)
    return bool(named & rules_in(f"{document.heading} {clause.text}") or matters & told or shared)


def _speaks_of(clause: Clause, document: Backing, trouble: str) -> bool:
    """Whether a manual's clause is about a trouble: it explains its code, or its heading and it are of the same matter."""
    if clause.codes:
        return bool(clause.codes & codes_in(trouble))
    same = matters_in(document.heading) & matters_in(trouble)
    return len(_shared(clause, document, trouble)) >= (1 if same else _TOLD_PAIRS)


def _shared(clause: Clause, document: Backing, trouble: str) -> set[str]:
    """Pairs of a trouble's own words that a clause or its heading holds; what any trouble is told with does not count."""
    own = {pair for pair in _own_pairs(trouble) if not pair.isdigit()}
    return own & pairs(normalise(f"{document.heading} {clause.text}"))


def _of_section(
    place: int, document: Backing, question: str, among: Sequence[Clause] | None = None
) -> Provision | None:
    """The clauses of a section (or those `among` them) that answer a question, with those that qualify them."""
    every = [clause for clause in clauses(document.quote) if harmless(clause.text)]
    codes = codes_in(question)
    open_to = [
        clause for clause in every
        if (among is None or clause in among) and (not clause.codes or clause.codes & codes)
    ]  # fmt: skip
    if not open_to:
        return None
    worth = {
        clause: _worth(clause, question, codes) + _ALONE * _held_alone(clause, every, question) for clause in open_to
    }
    best = max(open_to, key=lambda clause: (worth[clause], -clause.start))
    asked = groups_asked(question)
    told = [c for c in open_to if worth[c] >= max(_RULE, _NEAR * worth[best]) and not _of_others(c, asked)]
    for part in filter(None, _PART.split(question)):
        of_part = max(open_to, key=lambda clause: (_worth(clause, part, codes), -clause.start))
        told += [of_part] if _worth(of_part, part, codes) >= _MATTER + _PAIR else []
    if best.codes:
        told = [clause for clause in told if clause.codes & codes]
    qualifying = every if among is None else [c for c in every if c in among or _marks("excluding").search(c.text)]
    told += [c for c in qualifying if not c.codes and _qualifies(c, best, every, question)]
    chosen, room = [best], _LONGEST - len(best.text)
    for clause in dict.fromkeys(told):
        if clause not in chosen and len(clause.text) <= room:
            chosen.append(clause)
            room -= len(clause.text)
    rest = sorted(chosen[1:], key=lambda clause: clause.start)
    value = _TITLE * _worth(Clause(0, 0, document.heading), question, frozenset()) + worth[best]
    ordered = sorted(chosen, key=lambda clause: clause.start) if best.step else [best, *rest]
    return Provision(place, document, tuple(ordered), value)


def _own_pairs(question: str) -> set[str]:
    """The pairs of a question's own words, without those that any trouble is told with."""
    return pairs(_marks("any_trouble").sub(" ", question))


def _worth(clause: Clause, question: str, codes: frozenset[str]) -> float:
    """How much of a question a clause answers."""
    plain = normalise(clause.text)
    rules, matters = rules_in(plain) & rules_in(question), matters_in(plain) & matters_in(question)
    worth = _RULE * len(rules) + _MATTER * len(matters) + measured(plain, question)
    worth += _PAIR * len(pairs(plain) & _own_pairs(question)) + _CODE * bool(clause.codes & codes)
    asked, told = groups_asked(question), groups_told(plain)
    return worth + (_GROUP if asked & told else -_NARROWER if told and not asked else 0.0)


def _held_alone(clause: Clause, every: Sequence[Clause], question: str) -> int:
    """How many pairs of a question this clause of a section holds, and none of the others."""
    others = set[str]().union(*(pairs(normalise(other.text)) for other in every if other != clause))
    return len((pairs(normalise(clause.text)) & _own_pairs(question)) - others) if len(every) > 1 else 0


def _of_others(clause: Clause, asked: frozenset[str]) -> bool:
    """Whether a clause is made for another group than those asked for."""
    told = groups_told(clause.text)
    return bool(asked and told) and not asked & told


def _qualifies(clause: Clause, best: Clause, every: Sequence[Clause], question: str) -> bool:
    """Whether a clause changes what the best one says: an exception right behind it, another group of customers in the same
    matter, what holds for all where the best is for one group, or a further step."""
    if clause == best:
        return False
    if clause.step and best.step:
        return True
    plain, said = normalise(clause.text), normalise(best.text)
    follows = every.index(best) + 1 < len(every) and every[every.index(best) + 1] == clause
    same = bool(rules_in(plain) & rules_in(said) & rules_in(question))
    if follows and _marks("exception").search(plain) and (same or not clause.listed):
        return True
    if not same:
        return False
    return groups_told(plain) != groups_told(said) or bool(_marks("excluding").search(plain))


@cache
def _marks(section: str) -> re.Pattern[str]:
    return re.compile("|".join(cast("list[str]", table("house")[section]["marks"])))
