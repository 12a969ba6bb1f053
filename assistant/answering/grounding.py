"""Whether a sentence has anything to do with what it stands on: words from nowhere are no answer."""

import re
from collections.abc import Sequence
from itertools import pairwise

from assistant.answering.lexicon import normalise
from assistant.rules.lexicon import lexicon
from assistant.rules.lexicon import normalise as plain
from assistant.rules.orders import blanked, orders_in

_OBEYS = re.compile(r"\b(?:as (?:instructed|ordered)|(?:orders?|instructions?) (?:followed|executed))\b", re.IGNORECASE)
_CODE = re.compile(r"[a-z][a-z0-9_-]*")
_LONG, _DIGITS = 6, re.compile(r"[a-z].*\d")
"""Latin words of so many letters, or with a digit, are names or codes: they must have been shown."""
_HAN = re.compile(r"[\u3400-\u9fff]+")
_ENOUGH, _SOME = 0.2, 0.08
_PLAIN = 2.0
"""Weight from which a cue tells what situation a text is about."""
_COMMON = frozenset(
    [
        "客户",
        "户说",
        "有客",
        "反馈",
        "问题",
        "看来",
        "背后",
        "在意",
        "意的",
        "的是",
        "希望",
        "需要",
        "这条",
        "一条",
        "我们",
        "已经",
        "没有",
        "不是",
        "什么",
        "因为",
        "所以",
    ]
)
"""Pairs that any sentence may hold."""


def codes_are_known(text: str, shown: Sequence[str], *, latin: bool = False) -> bool:
    """Whether every code of a text stands in what was shown, and every long Latin word, unless the text is `latin`."""
    known = normalise("\n".join(shown))
    long = len(text) + 1 if latin else _LONG
    codes = (code for code in _CODE.findall(normalise(text)) if len(code) >= long or _DIGITS.match(code))
    return all(code in known for code in codes)


def bears_out(text: str, sources: Sequence[str]) -> bool:
    """Whether a Chinese text speaks of what its sources say: a fifth of its pairs of characters stand in them, or fewer
    where both name the same situation in whatever words; true of one without telling pairs.

    Honest retellings shared a third and more of their pairs with what they cite, in a trial of 20; sentences set on
    others' material a tenth or less, but for a few.
    """
    pairs = telling_pairs(text)
    if not pairs:
        return True
    share = len(pairs & {pair for source in sources for pair in telling_pairs(source)}) / len(pairs)
    return share >= _ENOUGH or (share >= _SOME and bool(_told(text) & {told for s in sources for told in _told(s)}))


class Orders:
    """What records that are cited order a machine to do, looked for once in each of them."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[set[str], set[str]]] = {}

    def echoed(self, text: str, records: Sequence[str]) -> bool:
        """Whether a text says more of what the records order a machine to do than of what else they say.

        Of a text in another language than theirs: whether it says that it does what it was told to.
        """
        if _OBEYS.search(text):
            return True
        pairs, parts = telling_pairs(text), [self._ordered_and_said(record) for record in records]
        return sum(len(pairs & ordered) for ordered, _ in parts) > sum(len(pairs & said) for _, said in parts)

    def _ordered_and_said(self, record: str) -> tuple[set[str], set[str]]:
        """Pairs of characters that stand in a record's orders to a machine alone, and those of all else in it."""
        if record not in self._known:
            orders = orders_in(record)
            said = telling_pairs(blanked(record, orders))
            self._known[record] = {p for start, end in orders for p in telling_pairs(record[start:end])} - said, said
        return self._known[record]


def _told(text: str) -> set[str]:
    return {hit.label for hit in lexicon().scan(plain(text)) if hit.kind == "frame" and hit.weight >= _PLAIN}


def telling_pairs(text: str) -> set[str]:
    """Pairs of neighbouring characters of a Chinese text, without those that any sentence may hold."""
    return {a + b for run in _HAN.findall(normalise(text)) for a, b in pairwise(run)} - _COMMON
