"""Which questions are not answered at all: greetings, small talk, orders to the assistant, other people's data."""

import re

from assistant.answering.lexicon import cues, normalise
from assistant.domain.answers import Plan
from assistant.rules.topics import shows_a_matter

LONGEST = 2000
"""Characters of a question."""

_HELP = "可以问：客户在意什么、某类问题有多少条、趋势如何、该怎么回复客户"
_SENTENCES = {
    "greeting": f"资料不足：这不是一个能从客户反馈里找到答案的问题。{_HELP}。",
    "about_self": f"资料不足：这里只回答客户反馈里能找到依据的问题。{_HELP}。",
    "elsewhere": f"资料不足：客户反馈里没有这方面的依据，无法回答。{_HELP}。",
    "empty": f"资料不足：没有看到问题。{_HELP}。",
}
_AT_THE_END = re.compile(r"[\s,，。.!！?？~、…]+$")


def about_feedback(plan: Plan) -> bool:
    """Whether a question speaks of what feedback is about: a product or group by name, or a matter of the trade."""
    asking = cues().asking.search(normalise(plan.question)) is not None
    return asking or not plan.filters.empty or shows_a_matter(plan.question)


def turned_away(question: str) -> str | None:
    """The sentence that refuses a question which no feedback can answer; None where it may be asked."""
    text = _AT_THE_END.sub("", normalise(question))
    if len(re.sub(r"\W", "", text)) < 2:
        return _SENTENCES["empty"]
    for name, pattern in cues().off_topic.items():
        if pattern.search(text):
            return _SENTENCES[name]
    return None
