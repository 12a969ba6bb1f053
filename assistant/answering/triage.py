"""Which questions are not answered at all: greetings, small talk, orders to the assistant, other people's data."""

import re
from collections.abc import Callable
from dataclasses import replace

from assistant.answering.lexicon import cues, normalise
from assistant.domain.answers import Plan
from assistant.rules.topics import shows_a_matter
from vectorstore.text import simplified

_CALLED = "我叫"
_ADDRESSED = re.compile(r"^(?:帮我)?(?:查一下|查查|查询|查找|查|看看|找)?(?:客户|用户|顾客)?(?:名叫|叫做|叫|姓名)?")
_HAN = re.compile(r"[\u4e00-\u9fff]{2,4}")
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


_PERSON = "姓名入库时已打码，不能按姓名查找；请用客户编号来查（界面或 --customer 编号）"


def people_named(made: Plan, masked: Callable[[str], str]) -> tuple[Plan, str | None]:
    """A plan without the names of people among its words, and the sentence that refuses it where nothing else is asked.

    Names are masked before anything is stored, so that looking for one would find nothing, and counting without it
    would count everybody.

    Args:
        made: the plan of a masked question.
        masked: masks a text; who is called something is masked if that is a name.
    """
    words = made.query.split()
    people = [word for word in words if "⟦name:" in word or _is_name(_ADDRESSED.sub("", word), masked)]
    if not people:
        return made, None
    rest = " ".join(word for word in words if word not in people)
    nobody = f"资料不足：{_PERSON}。" if not rest else None
    return replace(made, query=rest, notes=(*made.notes, _PERSON)), nobody


def _is_name(word: str, masked: Callable[[str], str]) -> bool:
    return bool(_HAN.fullmatch(word)) and masked(f"{_CALLED}{word}").startswith(f"{_CALLED}⟦name:")


def turned_away(question: str) -> str | None:
    """The sentence that refuses a question which no feedback can answer; None where it may be asked."""
    text = _AT_THE_END.sub("", normalise(simplified(question)))
    if len(re.sub(r"\W", "", text)) < 2:
        return _SENTENCES["empty"]
    for name, pattern in cues().off_topic.items():
        if pattern.search(text):
            return _SENTENCES[name]
    return None
