"""Nobody is answered in the words of another trade; names are whole; a group is named where it is most of the voices."""

import re
from dataclasses import replace

import pytest

from assistant.domain.answers import Need
from assistant.domain.vocabulary import ASPECTS, Segment
from assistant.rules.engine import RulesEngine
from assistant.rules.lexicon import table
from assistant.rules.topics import frame_fields
from assistant.rules.trades import worded
from tests.rules.builders import question, record, theme

ENGINE = RulesEngine()
OF_A_TRADE = re.compile(
    r"打印|扫描|每次印|按张|粉盒|墨盒|硒鼓|指纹|热水|水温|水压|淋浴|花洒|烟道|燃气|猫毛|毛发|头发|滚刷|民宿|订房|钥匙扣"
    r"|网课|直播|骑手|里程|公里|镜头|滤芯"
)


@pytest.mark.parametrize("name", ["situations", "ideas", "documents"])
def test_wordings_speak_of_no_trade(name: str) -> None:
    for section, fields in table(name).items():
        for key, text in fields.items():
            assert not OF_A_TRADE.search(str(text)), (section, key)


def test_a_trades_own_wording_is_used_where_the_voices_speak_of_it() -> None:
    assert "印" in worded("consumable_cost", "new_customs", ["粉盒太贵,一支印不了几张"]) or "张" in worded(
        "consumable_cost", "new_customs", ["粉盒太贵,一支印不了几张"]
    )
    assert "张" not in worded("consumable_cost", "new_customs", ["滤芯太贵,一年要换四个"])
    assert worded("no_such", "ask", []) == ""


def test_every_situation_has_ideas_and_a_question() -> None:
    for frame in frame_fields():
        for key in ("new_product", "better_product", "new_customs", "ask"):
            assert worded(frame, key, []), (frame, key)


@pytest.mark.parametrize("aspect", ASPECTS)
@pytest.mark.parametrize(
    "title", ["", "存在人身财产安全隐患", "对性能不满（电池）", "性能达不到要求（夜里）", "反复维修仍未修好"]
)
@pytest.mark.parametrize("product", ["K9", "T5电动自行车", ""])
@pytest.mark.parametrize(
    "texts",
    [
        ("电池充电鼓包了,一晚上没敢睡", "下雨天刹车踩不住,差点撞上人"),
        ("滤芯太贵了,三个月一换,用不起", "一个滤芯三百多,比机器还贵"),
    ],
)
def test_titles_are_whole_names(aspect: str, title: str, product: str, texts: tuple[str, ...]) -> None:
    material = replace(theme(texts, aspect=aspect, title=title), products=((product, 2),) if product else ())
    for idea in ENGINE.suggest_ideas(material).ideas:
        assert idea.title.count("（") == idea.title.count("）") <= 1
        assert not re.search(r"（[^）]*（|[的和与]$|[的和与]（", idea.title)
        assert not OF_A_TRADE.search(re.sub(r"「[^」]*」|“[^”]*”|滤芯", "", idea.title))


@pytest.mark.parametrize(
    ("groups", "records", "named"),
    [
        ((("enterprise", 2), ("consumer", 1)), 6, False),
        ((("enterprise", 2),), 6, False),
        ((("enterprise", 4), ("consumer", 2)), 6, True),
        ((("enterprise", 3), ("consumer", 3)), 6, False),
    ],
)
def test_a_group_is_named_only_where_it_is_most_of_the_voices(
    groups: tuple[tuple[Segment, int], ...], records: int, named: bool
) -> None:
    made = theme()
    material = replace(made, segments=groups, theme=replace(made.theme, records=records))
    draft = ENGINE.name_theme(material)
    told = draft.secondary + draft.deep
    assert ("企业" in told) is named
    assert named or "这些客户" in told
    assert ("多点经营的企业" in ENGINE.suggest_ideas(material).ideas[0].job_to_be_done) is named


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("客户说刹车失灵,怎么回复", "停下来不要再用"),
        ("客户说电池鼓包了,怎么回", "停止充电"),
        ("客户说充电器冒烟了怎么回", "断开电源"),
        ("客户反映家里闻到煤气味,怎么答复", "关掉阀门"),
        ("客户说外壳漏电麻手,怎么安抚", "不要再碰"),
        ("客户说座椅断裂摔伤了,怎么回", "先就医"),
    ],
)
def test_where_somebody_may_be_harmed_the_reply_begins_with_what_to_do(asked: str, first: str) -> None:
    reply = ENGINE.answer(question(asked, shown=theme().voices[:1])).suggested_reply or ""
    assert first in reply.split("想跟您确认")[0]
    assert reply.startswith("您好，请先")
    assert not re.search(r"\d", reply)


@pytest.mark.parametrize(
    "asked", ["客户说约好没来,怎么回", "客户嫌滤芯贵怎么回", "轮胎慢漏气怎么回", "客户说APP连不上怎么回"]
)
def test_no_alarm_where_there_is_no_danger(asked: str) -> None:
    reply = ENGINE.answer(question(asked, shown=theme().voices[:1])).suggested_reply or ""
    assert not reply.startswith("您好，请先")


def test_the_danger_of_the_voices_counts_where_the_question_names_none() -> None:
    shown = theme(("电池在楼道充电鼓包了,一晚上没敢睡",)).voices
    need = Need("t_1", shown[0].surface, "", "")
    assert "停止充电" in (ENGINE.answer(question("这条怎么回复", shown=shown, needs=(need,))).suggested_reply or "")


def _first(text: str, rating: float | None = None) -> tuple[str, str, str]:
    draft = ENGINE.read([record(text, rating=rating)]).drafts[0].insights[0]
    return draft.surface, draft.aspect, draft.sentiment


@pytest.mark.parametrize(
    ("text", "not_in"),
    [
        ("手机充了一晚上电池还是只有两格,出门不敢用", "信号"),
        ("血压计的读数和医院测的差一倍,我们自己买的都不准", "少配件"),
        ("倒车报警半夜自己响,楼里都醒了", "被拍"),
        ("水杯有股酸臭味,孩子喝了直皱眉", "买不到"),
        ("说好月底装好,拖到下个月中旬,培训班都退费了", "备件"),
    ],
)
def test_one_ambiguous_word_decides_nothing(text: str, not_in: str) -> None:
    assert not_in not in _first(text)[0]


@pytest.mark.parametrize(
    ("text", "rating", "mood"),
    [
        ("吸力可以,就是太重太大,老人拎不动,要是有个轮子就好了", 4, "negative"),
        ("如果能出个月租套餐就好了,按月付也行", 4, "neutral"),
    ],
)
def test_a_wish_is_no_praise(text: str, rating: float | None, mood: str) -> None:
    assert _first(text, rating)[2] == mood


@pytest.mark.parametrize(
    "text",
    [
        "滤芯太贵了,三个月一换。客服只会说亲这边建议您换呢",
        "机器坏了两次。师傅说最好再加点钱买台高配的",
        "修了三次还坏,他们就建议我换个主板",
        "打印不了,客服回复说能不能重启一下再试试",
    ],
)
def test_what_the_staff_said_is_no_wish_of_the_customer(text: str) -> None:
    for draft in ENGINE.read([record(text)]).drafts[0].insights:
        assert draft.suggestion is None
        assert all("说" not in chance.quote and "建议" not in chance.quote for chance in draft.opportunities)


@pytest.mark.parametrize(
    "text",
    [
        "车坏了要拖到门店排队修,你们能不能上门修,按月包修我也愿意付钱",
        "店里冰柜老坏,有没有维保套餐,按年付费也行",
        "清洗太麻烦了,每季度上门清洗一次我出钱",
        "机器一年用不上几次,按月付我愿意付钱",
    ],
)
def test_who_would_pay_for_service_is_a_lead(text: str) -> None:
    chances = {c.type for i in ENGINE.read([record(text)]).drafts[0].insights for c in i.opportunities}
    assert chances & {"value_added_service", "new_business"}


@pytest.mark.parametrize(
    ("text", "aspect", "mood"),
    [
        ("师傅装完还帮我把地拖了,真不错", "staff", "positive"),
        ("洗衣机脱水时跳来跳去,楼下都上来敲门", "performance", "negative"),
        ("沙发塌了,才坐三个月", "quality", "negative"),
        ("电动牙刷充满电只能用三天,宣传说三十天", "performance", "negative"),
        ("床垫味道大,晾了一个月还是刺鼻", "quality", "negative"),
        ("跑步机跑着跑着突然加速,我爸摔了一跤", "quality", "negative"),
    ],
)
def test_many_trades_are_read(text: str, aspect: str, mood: str) -> None:
    assert _first(text)[1:] == (aspect, mood)
