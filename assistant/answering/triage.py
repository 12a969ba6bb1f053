"""Which questions are not answered at all: greetings, small talk, orders to the assistant, other people's data."""

import re
from collections.abc import Callable
from dataclasses import replace

from assistant.answering.lexicon import cues, normalise
from assistant.answering.plan import COUNTING
from assistant.domain.answers import Plan
from assistant.rules.topics import shows_a_matter
from vectorstore.text import simplified

CALLED = "我叫"
"""Said before a name that stands alone, so that it is masked as one."""
_ADDRESSED = re.compile(r"^(?:帮我)?(?:查一下|查查|查询|查找|查|看看|找)?(?:客户|用户|顾客)?(?:名叫|叫做|叫|姓名)?")
_HAN = re.compile(r"[\u4e00-\u9fff]{2,4}")
_GOODS = re.compile(r"[机器锁车仪灯炉箱柜泵阀屏床椅锅壶扇桶师员工费餐饭梯票]$")
"""So goods are called, and hardly anybody."""
LONGEST = 2000
"""Characters of a question."""

_HELP = "可以问：客户在意什么、某类问题有多少条、趋势如何、该怎么回复客户"
_SENTENCES = {
    "greeting": f"资料不足：这不是一个能从客户反馈里找到答案的问题。{_HELP}。",
    "about_self": f"资料不足：这里只回答客户反馈里能找到依据的问题。{_HELP}。",
    "elsewhere": f"资料不足：客户反馈里没有这方面的依据，无法回答。{_HELP}。",
    "order": f"资料不足：这里只读客户反馈，不办别的事，也不改动数据。{_HELP}。",
    "forecast": f"资料不足：这里只统计已经收到的反馈，不做预测。{_HELP}。",
    "books": f"资料不足：客户反馈里没有经营数据，也没有别家的数据，无法回答。{_HELP}。",
    "empty": f"资料不足：没有看到问题。{_HELP}。",
}
ELSEWHERE = _SENTENCES["elsewhere"]
"""The refusal of what no feedback can answer."""
_AT_THE_END = re.compile(r"[\s,，。.!！?？~、…]+$")


def about_feedback(plan: Plan) -> bool:
    """Whether a question speaks of what feedback is about: a product or group by name, or a matter of the trade."""
    asking = cues().asking.search(normalise(plan.question)) is not None
    return asking or not plan.filters.empty or shows_a_matter(plan.question)


PERSON = "姓名、电话、证件号等入库时已打码，不能按它们查找；请用客户编号来查（界面或 --customer 编号）"
"""What is said to who looks for a person by name or number."""
_MASK = re.compile(
    r"(?:电话号?码?|手机号?码?|座机|号码|邮箱|微信号?|qq号?|身份证号?码?|银行卡号?|车牌号?|住址|地址|订单号?|序列号|机身号|编号)?"
    r"(?:[是为:：])?⟦[^⟧]*⟧?",
    re.IGNORECASE,
)
"""A masked value with what it is called."""
_WHOSE = re.compile(
    r"的?(?:这位|那位|这个|那个|名下|机主|本人)?的?(?:客户|用户|顾客|机主|号主|主人|人|他|她)?的?(?:是谁|都?说过?)?"
)
"""What is said around such a value of whoever it belongs to."""


def people_named(made: Plan, masked: Callable[[str], str]) -> tuple[Plan, str | None]:
    """A plan without the names and numbers of people among its words, and the sentence that refuses it where nothing else
    is asked.

    They are masked before anything is stored, so that looking for one would find nothing or what merely sounds alike, and
    counting without it would count everybody.

    Args:
        made: the plan of a masked question.
        masked: masks a text; who is called something is masked if that is a name.
    """
    words = made.query.split()
    people = {
        word
        for word in words
        if "⟦name:" in word or (_is_name(_ADDRESSED.sub("", word), masked) and not _a_kind(word, made.question))
    }
    kept = {word: "" if word in people else _beside_masks(word) for word in words}
    if all(word == left for word, left in kept.items()):
        return made, None
    rest = " ".join(filter(None, kept.values()))
    if all(kept.values()) and not COUNTING & set(made.intents):
        return replace(made, query=rest), None
    nobody = f"资料不足：{PERSON}。" if not rest else None
    return replace(made, query=rest, notes=(*made.notes, PERSON)), nobody


def _beside_masks(word: str) -> str:
    """What a word says beside masked values, if that names anything to look for."""
    if "⟦" not in word:
        return word
    pieces = (_ADDRESSED.sub("", piece) for piece in _MASK.sub(" ", word).split())
    return " ".join(piece for piece in pieces if len(piece) > 1 and not _WHOSE.fullmatch(piece))


def _a_kind(word: str, question: str) -> bool:
    """Whether a question says of people what they are: 养猫的用户."""
    return re.search(rf"{re.escape(word)}的?(?:用户|客户|顾客|家庭|单位|业主)", question) is not None


def looks_like_goods(word: str) -> bool:
    """Whether a word ends as goods and charges are called, and hardly anybody."""
    return _GOODS.search(word) is not None


def _is_name(word: str, masked: Callable[[str], str]) -> bool:
    called = bool(_HAN.fullmatch(word)) and not looks_like_goods(word)
    return called and masked(f"{CALLED}{word}").startswith(f"{CALLED}⟦name:")


def turned_away(question: str) -> str | None:
    """The sentence that refuses a question which no feedback can answer; None where it may be asked."""
    text = _AT_THE_END.sub("", normalise(simplified(question)))
    if len(re.sub(r"\W", "", text)) < 2:
        return _SENTENCES["empty"]
    for name, pattern in cues().off_topic.items():
        if pattern.search(text):
            return _SENTENCES[name]
    return None
