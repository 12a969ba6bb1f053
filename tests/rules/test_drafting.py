"""A draft says what fits the trouble told: its cost, the customer's own words, and one question that helps."""

import pytest

from assistant.domain.answers import AnswerMaterial, Plan
from assistant.domain.filters import Filters
from assistant.domain.knowledge import Backing
from assistant.rules.replies import reply_to, tells_a_trouble
from assistant.rules.scenes import borne_out
from assistant.rules.trouble import said_back, told

DAMAGE = "因安装不当造成漏水损坏客户财物的，在 3 日内上门定损，按实际损失赔付，最高 5000 元。"


def _material(question: str, *documents: Backing) -> AnswerMaterial:
    return AnswerMaterial(question, Plan(question, ("reply",), Filters()), (), (), (), documents=documents)


@pytest.mark.parametrize(
    ("question", "trouble"),
    [
        ("帮我起草回复：理发店客户说空调不制冷，客人都走了", "空调不制冷，客人都走了"),
        ("写个回复:客户嫌师傅多收了300块，家住二楼", "师傅多收了300块，家住二楼"),
        ("帮我写一段回复：客户等师傅等了一天没来", "等师傅等了一天没来"),
        ("客户家里的空调装完第二天就滴水，帮我写个回复", "家里的空调装完第二天就滴水"),
        ("客户说遥控器失灵，怎么回复他？", "遥控器失灵"),
        ("漏水把客户木地板泡坏了，怎么回复？", "漏水把客户木地板泡坏了"),
        ("怎么回复嫌贵的客户", "怎么回复嫌贵的客户"),
    ],
)
def test_the_trouble_is_read_out_of_the_order_to_draft(question: str, trouble: str) -> None:
    assert told(question) == trouble


@pytest.mark.parametrize(
    ("trouble", "back"),
    [
        ("空调不制冷，客人都走了", "空调不制冷"),
        ("漏水把客户木地板泡坏了", "漏水把木地板泡坏了"),
        ("⟦name:1a2b3c⟧的电话打不通，屏幕黑了", "屏幕黑了"),
        ("坏", None),
    ],
)
def test_the_telling_clause_is_said_back_without_masked_values(trouble: str, back: str | None) -> None:
    assert said_back(trouble) == back


@pytest.mark.parametrize(
    ("question", "holds"),
    [
        ("帮我起草回复：理发店客户说空调不制冷，客人都走了", "耽误您做事|空调不制冷"),
        ("帮我起草回复：客户等师傅等了一天没来", "您腾出时间等"),
        ("帮我起草回复：客户说遥控器失灵，打了三次电话没人理", "来来回回|没有人给您一个回音|遥控器失灵"),
        ("帮我起草回复：客户说插座烧焦有糊味", "断开电源|平安最要紧"),
        ("帮我起草回复：客户说多收了300块高空费", "本来就应当跟您说清楚|多收了300块高空费"),
        ("帮我起草回复：客户说页面上的颜色跟实物不一样", "说的和您实际遇到的对不上|截图"),
        ("帮我起草回复：客户说外面的盖子合不上", "外面的盖子合不上|是哪一款、哪一台|什么时候开始|看到、听到"),
        ("帮我起草回复：客户夸师傅装得又快又干净", "谢谢您愿意讲出来"),
    ],
)
def test_a_draft_fits_what_was_said(question: str, holds: str) -> None:
    reply, _ = reply_to(_material(question))
    assert reply is not None
    assert [part for part in holds.split("|") if part not in reply] == []
    assert reply.count("先跟您说声抱歉") <= 1


def test_drafts_do_not_all_begin_alike() -> None:
    asked = ["等了一天没来", "打了三次电话没人理", "多收了300块", "半夜嗡嗡响睡不着", "地板被泡坏了", "老人学不会"]
    begun = {(reply_to(_material(f"起草回复：客户说{one}"))[0] or "")[:12] for one in asked}
    assert len(begun) == len(asked)


def test_the_rule_that_a_harm_falls_under_is_read_out() -> None:
    document = Backing("d_1", "政策", "漏水损失", None, DAMAGE, 0, len(DAMAGE))
    reply, backed_by = reply_to(_material("漏水把客户木地板泡坏了，怎么回复？", document))
    assert f"按《政策》：“{DAMAGE}”" in (reply or "")
    assert backed_by == ["D1"]
    assert reply_to(_material("师傅把客户的墙砸坏了，怎么回复？", document))[1] == []


@pytest.mark.parametrize(("question", "tells"), [("怎么回复客户", False), ("客户说按键没反应，怎么回复", True)])
def test_a_trouble_of_its_own_is_known(question: str, tells: bool) -> None:
    assert tells_a_trouble(_material(question)) is tells


@pytest.mark.parametrize(
    ("words", "scene"),
    [("开会的时候连不上，领导等着", True), ("下班路上想提前开空调，点了没反应", False), ("APP闪退", False)],
)
def test_a_scene_is_named_only_where_the_words_bear_it(words: str, scene: bool) -> None:
    usual = "{who}在等着的人面前下不来台"
    assert (borne_out("lost_connection", "secondary", usual, [words]) == usual) is scene
