"""Words that a mistyped one may have been meant for: known ones that customers say, one letter off."""

from assistant.answering.ports import Counting
from assistant.domain.answers import Plan
from assistant.domain.filters import Filters
from vectorstore.text import meanings, word_list

_MOST = 3
_LOOKED_AT = 40
_FEWEST = 2
"""A word said in fewer records is none that is often meant."""


def meant_instead(plan: Plan, counting: Counting) -> tuple[str, tuple[str, ...]] | None:
    """A question back, and the question with each of the words that may have been meant, those said most first.

    None where the plan has not just one word, somebody says it, or no known word is one letter off.
    """
    words = plan.query.split()
    if len(words) != 1 or words[0].isascii() or counting.mentions((words[0],), Filters()).records:
        return None
    near = [one for one in _known() if _one_off(words[0], one)][:_LOOKED_AT]
    said = [(counting.mentions((one,), Filters()).records, one) for one in near]
    fitting = [one for n, one in sorted(said, key=lambda pair: -pair[0]) if n >= _FEWEST][:_MOST]
    if not fitting or words[0] not in plan.question:
        return None
    asked = "还是".join(f"“{one}”" for one in fitting)
    return f"没有反馈写“{words[0]}”，您是说{asked}吗？", tuple(plan.question.replace(words[0], one) for one in fitting)


def _known() -> list[str]:
    """The words of goods, faults and service that the finder knows."""
    return list(dict.fromkeys((*word_list("domain"), *(word for words in meanings() for word in words))))


def _one_off(one: str, other: str) -> bool:
    return len(one) == len(other) > 1 and sum(a != b for a, b in zip(one, other, strict=True)) == 1
