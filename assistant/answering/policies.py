"""What the house's own documents say to a question: sentences letter for letter, never counted as a customer's voice."""

import math
import re
from collections import Counter
from collections.abc import Sequence

from assistant.answering.matching import grams
from assistant.domain.answers import Plan
from assistant.domain.knowledge import Backing, House
from assistant.rules.harmless import harmless

_SENTENCE = re.compile(r"[^。！？!?；;\n]+[。！？!?；;]*")
_ASKED_FOR = {"reply", "explain", "find", "list"}
_ASKING = re.compile(
    r"客户|用户|顾客|怎么|如何|怎样|回复|回答|话术|解释|安抚|处理|反馈|有哪些|为什么|什么|可以|吗|说|跟|想|要|回|[?？,，。]"
)
"""Words of asking, which are in every question."""
_TITLED, _PAIRS = 2, 3
"""So many pairs of characters a section shares with a question, where its headings hold one of them, and else."""
_BESIDE = 0.6
"""A section that fits less than so much of the best is beside the question."""
_MOST = 2
_QUOTE = 160


def backings(plan: Plan, documents: Sequence[House]) -> tuple[Backing, ...]:
    """At most two sentences of documents that a question is about, the best first, each of another section.

    Questions that only count get none; a sentence that gives orders to a machine or holds a link is left out. Rare
    pairs of characters weigh more.
    """
    asked = grams(_ASKING.sub(" ", plan.question))
    if not documents or not _ASKED_FOR & set(plan.intents):
        return ()
    placed = [(d, s, grams(f"{d.title} {s.heading} {s.text}") & asked) for d in documents for s in d.sections]
    seen = Counter(gram for _, _, shared in placed for gram in shared)
    weight = {gram: math.log(1 + len(placed) / n) for gram, n in seen.items()}

    def worth(text: str) -> float:
        return sum(weight.get(gram, 0.0) for gram in grams(text) & asked)

    fitting = [
        (sum(weight[gram] for gram in shared), document, section)
        for document, section, shared in placed
        if len(shared) >= (_TITLED if grams(f"{document.title} {section.heading}") & asked else _PAIRS)
    ]
    ranked = sorted(fitting, key=lambda item: -item[0])
    found: list[Backing] = []
    for score, document, section in ranked[:_MOST]:
        said = [m for m in _SENTENCE.finditer(section.text) if harmless(m.group()) and m.group().strip()]
        if not said or score < _BESIDE * ranked[0][0]:
            continue
        best = max(said, key=lambda m: worth(m.group()))
        start = best.start() + len(best.group()) - len(best.group().lstrip())
        end = min(start + len(best.group().strip()), start + _QUOTE)
        quote = section.text[start:end]
        found.append(Backing(document.id, document.title, section.heading, section.page, quote, start, end))
    return tuple(found)
