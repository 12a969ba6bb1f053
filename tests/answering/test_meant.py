"""Which themes a question means: by name, by the situation both speak of, and never by what a definition keeps out."""

from dataclasses import replace
from datetime import date

import pytest

from assistant.answering.kin import speaking_of
from assistant.answering.matching import matching_themes, what_belongs
from assistant.answering.meant import praises, situations_asked, themes_meant
from assistant.answering.plan import Catalogue, plan
from assistant.domain.answers import Plan
from assistant.domain.themes import Voice
from tests.answering.fakes import need, theme, ticket, voice_of

STEADY = replace(
    theme("th_glad", "洗澡再没人喊冷", surface="夸热水器水温一直稳"),
    definition="称赞水温稳的反馈。抱怨忽冷忽热的归水温不稳。", engine="llm",
)  # fmt: skip
UNSTEADY = replace(
    theme("th_heat", "一冰一烫怕伤到老人孩子", surface="热水用着突然变冰又烫人"),
    definition="热水忽冰忽烫的收。乱收费的归收费。", engine="llm",
)  # fmt: skip
LATE = theme("th_late", "约好不来、时间被耽误", surface="约好不来、时间被耽误：十一点没来")
POWER = theme("th_power", "断电失灵被困在外", surface="断电失灵被困在外：锁黑了没人提醒")
SHARED = theme("th_shared", "远程授权、共享使用不便", surface="远程授权、共享使用不便：逐间改密码")
STAFF = theme("th_staff", "称赞服务人员用心可靠", surface="称赞服务人员用心可靠：师傅真好")
THEMES = [STEADY, UNSTEADY, LATE, STAFF]


def _plan(question: str) -> Plan:
    return plan(question, (), Catalogue(("X5",), (), "2026-01-01", "2026-10-01"), date(2026, 11, 2))


@pytest.mark.parametrize(
    ("question", "found", "meant"),
    [
        ("热水忽冷忽热，怎么回", (), ["th_heat"]),
        ("热水忽冷忽热，怎么回", ("th_glad",), ["th_heat"]),
        ("师傅约好又不来，怎么回", ("th_late",), ["th_late"]),
        ("师傅约好又不来，怎么回", (), ["th_late"]),
        ("哪些客户夸师傅手艺好", (), ["th_staff"]),
        ("窜货", (), []),
    ],
)
def test_the_themes_of_a_question(question: str, found: tuple[str, ...], meant: list[str]) -> None:
    assert [one.id for one in themes_meant(_plan(question), THEMES, 2, found)] == meant


@pytest.mark.parametrize("question", ["门锁没电怎么回", "门锁没电了，客户怎么说", "锁又没电"])
def test_a_lock_without_power_is_the_matter_of_who_is_locked_out(question: str) -> None:
    found = ("th_shared", "th_power")
    assert [one.id for one in themes_meant(_plan(question), [SHARED, POWER], 2, found)] == ["th_power"]


def test_staff_alone_is_no_praise_asked_for() -> None:
    assert situations_asked(_plan("师傅约好又不来，怎么回")) == {"no_show"}
    assert praises(STAFF)
    assert praises(STEADY)
    assert not praises(UNSTEADY)


def test_what_a_definition_keeps_out_names_nothing() -> None:
    assert "乱收费" not in what_belongs(UNSTEADY)
    assert matching_themes("乱收费", THEMES) == []


def test_plain_words_come_first_and_hints_go() -> None:
    said = ["说在楼下了，我下去转两圈", "约好九点，等到六点没来，又改约", "我请假扣的钱都够买半台了"]
    records = [ticket(n, text) for n, text in enumerate(said, 1)]
    voices: list[Voice] = [voice_of(one, need(one, one.text, "th_late"), n) for n, one in enumerate(records, 1)]
    assert next(voice.n for voice in speaking_of("师傅约好不来", {"no_show"}, voices)) == 2
    assert speaking_of("师傅约好不来", {"temperature_unsteady"}, voices) == []
