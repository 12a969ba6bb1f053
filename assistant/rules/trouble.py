"""Knows what of a question is a customer's trouble in the asker's or the customer's words, and what stands around it."""

import re

from assistant.rules.lexicon import lexicon, normalise

_MAKING = r"(?:起草|草拟|拟写?|编写?|写|想|准备|生成|给出?)"
_A_REPLY = r"(?:一?下|一?[段个条封份则句些])?(?:给?(?:这位|那位)?(?:客户|用户|顾客)的?)?(?:的)?(?:回复|答复|回信|话术|说法|短信|消息|话)"
_BEFORE = re.compile(
    rf"^(?:请|麻烦)?(?:你)?(?:(?:帮|给|替)我?)?(?:{_MAKING}{_A_REPLY}|回复|答复|回)(?:给)?(?:这位|那位)?(?:客户|用户|顾客)?(?:吧|呗)?[\s:：,，。]+"
)
_AFTER = re.compile(
    rf"[，,。；;!！\s]*(?:(?:请|麻烦)?(?:帮|替|给)我?(?:{_MAKING}.{{0,10}}|回复?一?下.{{0,4}})"
    r"|(?:我们?|客服|一线)?(?:该|应该|要|可以)?(?:怎么|如何|怎样|咋)(?:(?:跟|和|向|对).{0,4})?(?:回复?|答复?|说|讲|安抚|解释|处理|劝|应对)"
    r"(?:他|她|客户|人家|对方|才好|好|呢|一下)*)[?？。!！\s]*$"
)
_PEOPLE = r"(?:客户|用户|顾客|业主)(?:\s*⟦[^⟧]*⟧\s*|[，,、\s\d]|[\u4e00-\u9fff]{2,3}(?=\s*⟦))*"
_SAYS = r"(?:来电|打电话来?|发消息来?|留言)?(?:说道?|问|反映|反馈|抱怨|投诉|表示|讲|嫌|称|吐槽|骂)(?:是|了)?[:：,，\s]*"
_WHO = re.compile(
    rf"^(?:有一?个?|这位|那位|一位|一个)?(?:{_PEOPLE}{_SAYS}|[^，,。：:！!？?说]{{1,8}}?{_PEOPLE}{_SAYS}|{_PEOPLE}(?:家的)?)"
)
_CLAUSE = re.compile(r"[^，,。；;：:!！?？\n]+")
_OF_OTHERS = re.compile(
    r"(?!(?<=[把给让被叫害])(?:客户|用户|顾客)[关锁晾扔丢骗赶骂打困堵拦惹气])(?:客户|用户|顾客)(?:家里?)?的?"
)
"""The customer as the asker speaks of them; they themselves are spoken to."""
_ECHO = range(4, 25)
"""Characters of the customer's words that are said back."""


def told(question: str) -> str:
    """The trouble that a question to reply to tells, without the order to draft, who told it, and the asking; the question
    where nothing else is left."""
    text = _AFTER.sub("", _BEFORE.sub("", question.strip())).strip()
    alone = _WHO.sub("", text, count=1).strip()
    return alone or text or question


def said_back(trouble: str) -> str | None:
    """The clause of a trouble that tells most, to be said back; None where none is plain enough."""
    pieces = [match.group().strip() for match in _CLAUSE.finditer(trouble)]
    fitting = [p for p in pieces if len(p) in _ECHO and "⟦" not in p and not any(c in p for c in "“”「」")]
    best = max(fitting, key=lambda piece: (_telling(piece), len(piece)), default=None)
    return _OF_OTHERS.sub("", best) if best else None


def _telling(clause: str) -> float:
    hits = lexicon().scan(normalise(clause))
    return sum(hit.weight for hit in hits if hit.kind in {"frame", "aspect"} and hit.weight >= 2)
