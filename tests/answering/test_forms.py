"""Questions in many forms find what was said, in words of their own; what nobody spoke of is still refused."""

import itertools
from datetime import date

import pytest

from assistant.answering.compose import AnswerService
from assistant.answering.kin import meanings_in
from tests.answering.engines import rules_engine
from tests.answering.fakes import MemoryCounting, MemoryStore, PhoneMasker, WordFinder, need, theme, ticket
from vectorstore.text import meanings

SAID = {
    "filter": "滤芯太贵了,三个月一换,用不起啊。",
    "brake": "下雨天刹车踩不住,送孩子上学差点撞上人,我现在不敢骑了。",
    "noise": "晚上睡眠档还是嗡嗡响,我先生睡眠浅,只能关掉。",
    "bulge": "电池在楼道充电鼓包了,物业说要赶我们。",
    "rider": "站里四十辆车坏了要一台台拖到门店,骑手没车骑要走人。",
    "seat": "儿童座椅装上晃,送娃上学提心吊胆的。",
    "range": "说是能跑八十公里,跑到一半就没电了,推车推了三公里。",
    "number": "数值一直是001,炒菜都不动,感觉是假的。",
    "heavy": "就是太大太重,老人搬不动,要是有个轮子就好了。",
    "noshow": "约了师傅上门三次都没来,我请了三天假。",
}


def _store() -> MemoryStore:
    records = {name: ticket(n, text, product="P9") for n, (name, text) in enumerate(SAID.items(), 1)}
    insights = [need(record, record.text, f"th_{name}") for name, record in records.items()]
    return MemoryStore(list(records.values()), insights, [theme(f"th_{name}", text[:8]) for name, text in SAID.items()])


def _ask(question: str) -> tuple[bool, list[str]]:
    store, rules = _store(), rules_engine()
    service = AnswerService(
        store=store, counting=MemoryCounting(store), finder=WordFinder(store), engine=rules, fallback=rules,
        masker=PhoneMasker(), today=lambda: date(2026, 11, 21),
    )  # fmt: skip
    answer = service.ask(question)
    return answer.refused, [citation.quote for citation in answer.citations]


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("客户说刹车失灵，怎么回复？", "刹车"),
        ("客户为什么嫌滤芯贵？", "滤芯"),
        ("客户为什么说滤芯贵？", "滤芯"),
        ("用户对滤芯不满的原因是什么？", "滤芯"),
        ("骑手为什么不满意？", "骑手"),
        ("客户抱怨滤芯价格，怎么回答", "滤芯"),
        ("用户觉得滤芯怎么样", "滤芯"),
        ("大家怎么看滤芯", "滤芯"),
        ("客户认为滤芯太贵的理由", "滤芯"),
        ("有客户反映刹车不灵，该怎么安抚", "刹车"),
        ("客户嫌噪音大怎么回", "嗡嗡"),
        ("用户抱怨噪音", "嗡嗡"),
        ("客户说夜里太吵怎么回复", "嗡嗡"),
        ("客户反映续航虚标如何答复", "没电"),
        ("用户对续航不满意的根源是什么", "没电"),
        ("客户为什么对座椅不满", "座椅"),
        ("消费者觉得儿童座椅不安全吗", "座椅"),
        ("客户嫌弃机器笨重怎么解释", "搬不动"),
        ("用户埋怨师傅不守时怎么回", "师傅"),
        ("客户骂师傅爽约，怎么安抚", "师傅"),
        ("这位客户说电池鼓起来了，怎么处理", "电池"),
        ("客户担心电池鼓包", "鼓包"),
        ("用户吐槽数值不准的原因", "数值"),
        ("客户怀疑数值是假的怎么解释", "数值"),
        ("顾客讨厌滤芯总要换", "滤芯"),
        ("客户提到老人搬不动", "搬不动"),
        ("客户不满骑手没车骑的原因", "骑手"),
        ("为什么用户对电池这么失望", "电池"),
        ("用户表示刹车有问题，话术怎么写", "刹车"),
    ],
)
def test_the_evidence_is_found_and_comes_first(question: str, word: str) -> None:
    refused, quotes = _ask(question)
    assert not refused
    assert word in quotes[0]


@pytest.mark.parametrize(
    "question",
    ["北京到上海多远", "1+1等于几", "客户喜欢周杰伦吗", "用户对量子纠缠怎么看", "今天天气怎么样", "帮我写一首诗", "洗碗机漏水怎么办", "唐僧有几个徒弟"],
)  # fmt: skip
def test_what_nobody_spoke_of_is_refused(question: str) -> None:
    assert _ask(question) == (True, [])


def test_quotes_that_share_nothing_with_the_question_give_way_to_better_ones() -> None:
    for question in ("客户抱怨噪音怎么回", "晚上嗡嗡响怎么回"):
        assert _ask(question)[1] == ["晚上睡眠档还是嗡嗡响,我先生睡眠浅,只能关掉。"]


def test_a_word_has_one_meaning() -> None:
    words = list(itertools.chain.from_iterable(meanings()))
    assert len(words) == len(set(words))
    assert all(meanings_in(word) for word in words)
