"""A personal value found in a text, and which finding stands where several overlap."""

import re
from bisect import bisect
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from assistant.domain.vocabulary import PiiType
from assistant.intake.privacy.lexicon import Cue, cue_pattern

_ANSWERED = re.compile(r"[?？吗呢。 ]{0,3}\n客户: ?$")
"""The end of a question and the beginning of its answer, which do not part a number from its word."""


@dataclass(frozen=True, slots=True)
class Finding:
    """`text[start:end]` is a value of `type`; `value` is its canonical form where it is not what stands there."""

    type: PiiType
    start: int
    end: int
    rank: int
    """The surer the sign, the higher: decides between findings that overlap."""
    value: str | None = None


def resolve(findings: Iterable[Finding]) -> list[Finding]:
    """The findings that stand, in order, none overlapping: higher rank first, then the longer, then the earlier."""
    real = sorted((f for f in findings if 0 <= f.start < f.end), key=_start)
    if all(before.end <= after.start for before, after in pairwise(real)):
        return real
    kept: list[Finding] = []
    for finding in sorted(real, key=lambda f: (-f.rank, f.start - f.end, f.start)):
        at = bisect(kept, finding.start, key=_start)
        after = at == len(kept) or finding.end <= kept[at].start
        if after and (at == 0 or kept[at - 1].end <= finding.start):
            kept.insert(at, finding)
    return kept


def _start(finding: Finding) -> int:
    return finding.start


def nearest_cue(folded: str, start: int, types: tuple[Cue, ...], window: int = 28) -> tuple[Cue | None, int]:
    """The type of the last cue in the `window` characters before `start`, and how far before it ends.

    The window crosses the end of a turn: the agent asks for the order number, the customer answers with it.
    """
    low = max(0, start - window)
    last = None
    for match in cue_pattern(types).finditer(folded, low, start):
        last = match
    if last is None:
        return None, 0
    told = _ANSWERED.search(folded, last.end(), start)
    return last.lastgroup, start - last.end() - (len(told.group()) if told else 0)  # type: ignore[return-value]  # group names are cues
