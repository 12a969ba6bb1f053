"""What our data cannot tell: questions without an answer, those that ask the same put together, counted."""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any, Literal, get_args

Why = Literal["no_data", "off_topic", "not_helpful"]
"""Why a question stands among the unanswered: refused for want of feedback, turned away before anything was looked
for, or answered and voted down."""
ALIKE = 0.6
"""Share of common letter pairs (Dice), spare words left out, from which two questions ask the same. Of forty pairs written
for it, nineteen of twenty that ask the same reach it, and one of twenty that do not."""
WORDINGS = 5
"""Other wordings of a question that are shown."""


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A question as it was asked once; `scope` is what it was narrowed to, such as its products."""

    question: str
    why: Why
    reason: str
    at: str
    answer_id: str
    scope: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AnsweredWell:
    """A question that was answered; `liked`: somebody said that the answer is good."""

    question: str
    at: str
    answer_id: str
    scope: tuple[str, ...] = ()
    liked: bool = False


@dataclass(slots=True)
class _Group:
    asked: list[Unanswered]
    pairs: frozenset[str]
    wordings: Counter[str] = field(default_factory=Counter)
    answered: AnsweredWell | None = None


def grouped(asked: Iterable[Unanswered], well: Iterable[AnsweredWell] = ()) -> list[dict[str, Any]]:
    """Rows of what was asked and not answered, those asked most often first.

    Two questions are one where they stand there for the same reason, are narrowed to the same products, and share most of
    their letter pairs; the wording used most often stands for all, and the first is compared with, so that a chain of small
    changes can't put different questions together.

    Args:
        asked: every time such a question was asked, in the order of time.
        well: what was answered, in the order of time. A question that was answered after the last time that it was not
            says when; one that was voted down, only where somebody likes the new answer.

    Returns:
        Rows ``question, why, times, wordings, reason, first_at, last_at, answer_id, answered_at, answered_by``: other
        wordings, the latest reason, the answer of the last time, and when and by which answer it was answered since.
    """
    groups: list[_Group] = []
    seen: dict[tuple[Why, tuple[str, ...], str], _Group] = {}
    holding: dict[tuple[Why, tuple[str, ...], str], list[_Group]] = defaultdict(list)
    for one in asked:
        bare = _bare(one.question)
        group = seen.get((one.why, one.scope, bare)) or _like(one, _pairs(bare), holding)
        if group is None:
            group = _Group([], _pairs(bare))
            groups.append(group)
            for pair in group.pairs:
                holding[one.why, one.scope, pair].append(group)
        seen[one.why, one.scope, bare] = group
        group.asked.append(one)
        group.wordings[one.question] += 1
    for answered in well if groups else ():
        _settle(answered, seen, holding)
    rows = [_row(group) for group in groups]
    return sorted(rows, key=lambda row: (row["times"], row["last_at"]), reverse=True)


def _settle(
    answered: AnsweredWell,
    seen: dict[tuple[Why, tuple[str, ...], str], _Group],
    holding: dict[tuple[Why, tuple[str, ...], str], list[_Group]],
) -> None:
    """Note an answer with what asked the same before and had none."""
    bare = _bare(answered.question)
    for why in get_args(Why):
        one = Unanswered(answered.question, why, "", answered.at, answered.answer_id, answered.scope)
        group = seen.get((why, answered.scope, bare)) or _like(one, _pairs(bare), holding)
        settled = group is not None and group.asked[-1].at <= answered.at and (answered.liked or why != "not_helpful")
        if group is not None and settled and group.answered is None:
            group.answered = answered


def _like(
    one: Unanswered, pairs: frozenset[str], holding: dict[tuple[Why, tuple[str, ...], str], list[_Group]]
) -> _Group | None:
    """The group most like a question, if one is like it."""
    shared: Counter[int] = Counter()
    by_id: dict[int, _Group] = {}
    for pair in pairs:
        for group in holding.get((one.why, one.scope, pair), ()):
            shared[id(group)] += 1
            by_id[id(group)] = group
    found = [(2 * n / (len(pairs) + len(by_id[key].pairs)), by_id[key]) for key, n in shared.items()]
    best = max(found, key=lambda pair: pair[0], default=None)
    return best[1] if best is not None and best[0] >= ALIKE else None


def _row(group: _Group) -> dict[str, Any]:
    last, (question, _) = group.asked[-1], group.wordings.most_common(1)[0]
    others: Sequence[str] = [wording for wording, _ in group.wordings.most_common() if wording != question]
    return {
        "question": question, "why": last.why, "times": len(group.asked), "wordings": others[:WORDINGS],
        "reason": last.reason, "first_at": group.asked[0].at, "last_at": last.at, "answer_id": last.answer_id,
        "answered_at": group.answered.at if group.answered else None,
        "answered_by": group.answered.answer_id if group.answered else None,
    }  # fmt: skip


def _bare(question: str) -> str:
    """The letters of a question that tell what it asks; all of them where it has no others."""
    text = unicodedata.normalize("NFKC", question).casefold()
    kept = text
    for word in _spare_words():
        kept = kept.replace(word, "")
    return _letters(kept) or _letters(text) or question


def _letters(text: str) -> str:
    return "".join(sign for sign in text if sign.isalnum())


@cache
def _spare_words() -> tuple[str, ...]:
    lines = (files(__package__) / "data" / "question_words.txt").read_text(encoding="utf-8").splitlines()
    return tuple(sorted((line for line in lines if line and not line.startswith("#")), key=len, reverse=True))


def _pairs(bare: str) -> frozenset[str]:
    return frozenset(one + other for one, other in pairwise(bare)) or frozenset((bare,))
