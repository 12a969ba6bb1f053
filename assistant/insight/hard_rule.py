"""Whether an idea misses the loop: it merely cuts the cost of service, merely sells parts or warranties, or charges for
the maker's own failures."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from assistant.domain.drafts import IdeaDraft
from assistant.insight.likeness import own_words

MARKS = ("cost_cutting", "parts_selling", "warranty_selling", "failure_charging")
_CLAUSES = re.compile(r"[，。；！？\n,;!?]+")
_SENTENCES = re.compile(r"[。！？\n!?]+")
_BESIDE = 1 / 3
"""Share of the features in which a mark may show without the idea being about it."""


def marks_of(draft: IdeaDraft) -> tuple[str, ...]:
    """The marks of an idea whose own words show that it misses the loop.

    Looked at are title, job, concept and difference, and the features where more than a third of them show it. What is
    quoted, what leads in from the customers' need, what is denied and what a customer saves is passed over.
    """
    return marks_in([draft.title, draft.job_to_be_done, draft.concept, draft.how_it_differs], draft.features)


def marks_in(texts: Sequence[str], features: Sequence[str] = ()) -> tuple[str, ...]:
    """The same for loose texts."""
    found = []
    for mark in MARKS:
        told = any(_shows(mark, text) for text in texts)
        beside = sum(_shows(mark, feature) for feature in features)
        if told or beside > _BESIDE * max(1, len(features)):
            found.append(mark)
    return tuple(found)


def _shows(mark: str, text: str) -> bool:
    return any(_meant(mark, clause, hit) for clause in _clauses(own_words(text)) for hit in _hits(mark, clause))


def _clauses(text: str) -> Iterator[str]:
    """The clauses of a text that tell what the idea does; of a sentence that opens with a lead-in, the rest."""
    for sentence in _SENTENCES.split(text):
        for clause in _CLAUSES.split(sentence):
            clause = clause.strip()
            if clause and not _lead_ins().match(clause):
                yield clause.rpartition("：")[2] if _lead_ins().match(clause.partition("：")[0]) else clause


def _hits(mark: str, clause: str) -> Iterator[re.Match[str]]:
    return (hit for pattern in _patterns()[mark] for hit in pattern.finditer(clause))


def _meant(mark: str, clause: str, hit: re.Match[str]) -> bool:
    """Whether a hit is what the idea does: nobody denies it before, and it is not the customer's own cost."""
    before = clause[: hit.start()]
    if any(word in before[-8:] for word in _past("denied")):
        return False
    if mark != "cost_cutting" or any(word in hit[0] for word in _past("firms_own")):
        return True
    return not any(word in before[-10:] + hit[0] for word in _past("customers_own"))


@cache
def data() -> Mapping[str, Any]:
    """The data file ``marks.toml``."""
    return tomllib.loads(files("assistant.insight").joinpath("data", "marks.toml").read_text(encoding="utf-8"))


def _past(name: str) -> Sequence[str]:
    words: Sequence[str] = data()["past"][name]
    return words


@cache
def _lead_ins() -> re.Pattern[str]:
    return re.compile("(?:" + "|".join(data()["past"]["lead_ins"]) + ")")


@cache
def _patterns() -> Mapping[str, Sequence[re.Pattern[str]]]:
    return {mark: [re.compile(pattern, re.IGNORECASE) for pattern in data()[mark]] for mark in MARKS}
