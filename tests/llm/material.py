"""Small masked records, voices, themes and questions for tests of engines; invented, about a coffee machine."""

from assistant.domain.answers import AnswerMaterial, Figure, Need, Plan
from assistant.domain.filters import Filters
from assistant.domain.ideas import Idea
from assistant.domain.insights import LadderStanding
from assistant.domain.proposals import Coverage, Evidence, ProposalMaterial
from assistant.domain.records import Customer, MaskedText, Record, Turn, turn_prefix
from assistant.domain.themes import Theme, ThemeMaterial, Voice
from assistant.domain.vocabulary import Speaker

COMPLAINT = "早高峰机器停在那儿,排队的客人都走光了。打电话 ⟦phone:7f3a9c⟧ 三回没人来"
CLAY = "它又漏水了,修了三次还是漏,我都不敢信你们的师傅了"


def ticket(name: str, text: str, **more: object) -> Record:
    """A ticket that says `text`."""
    return Record(id=f"r_{name}", external_id=name, source="tests", channel="ticket", text=MaskedText(text), **more)  # type: ignore[arg-type]


def chat(name: str, *lines: tuple[Speaker, str]) -> Record:
    """A conversation of ``(speaker, text)`` lines, laid out as intake does."""
    text, turns = "", []
    for speaker, said in lines:
        text += ("\n" if text else "") + turn_prefix(speaker)
        turns.append(Turn(speaker, MaskedText(said), len(text), len(text) + len(said)))
        text += said
    customer = Customer(f"c_{name}", segment="sme", since="2025-03", owned=("咖啡机",))
    return Record(
        id=f"r_{name}", external_id=name, source="tests", channel="chat", text=MaskedText(text), turns=tuple(turns),
        product="咖啡机", model="M1", created_at="2026-03-04T09:00:00+08:00", customer=customer, rating=2.0,
    )  # fmt: skip


RECORDS = (
    ticket("A1", COMPLAINT, title=MaskedText("停机")),
    chat("B1", ("customer", "在吗"), ("agent", "亲,想预约除垢吗"), ("customer", CLAY), ("system", "会话结束")),
    ticket("A2", "滤网一年要换四回,到底花多少钱心里一点数都没有", rating=1.0),
)

VOICES = (
    Voice(3, "r_A1", "排队的客人都走光了", 8, 17, "ticket", "咖啡机", "2026-03-01T00:00:00+08:00", "sme", "c_1",
          "机器停在早高峰", "当着客人失了面子", "要撑得住这门生意"),
    Voice(7, "r_B1", "修了三次还是漏", 20, 27, "chat", "咖啡机", None, None, None, suggestion="给个备用机"),
)  # fmt: skip

THEME = Theme(
    id="t_1", title="高峰时段机器要撑得住", definition="忙时停机", surface="忙时停机", secondary="在客人面前难堪",
    deep="撑得住场", standing=LadderStanding(), deep_category="achievement", engine="llm", records=12, customers=9,
)  # fmt: skip

THEME_MATERIAL = ThemeMaterial(
    THEME,
    VOICES,
    (("咖啡机", 12),),
    (("sme", 8), ("consumer", 4)),
    (("quality", 12),),
    (("upgrade", 2),),
    ("停机",),
    deep_categories=(("achievement", 7), ("respect", 5)),
)

IDEA = Idea(
    id="id_1", theme_ids=("t_1",), nbn_type="new_customs", title="忙时备用机", job_to_be_done="忙时不停",
    concept="门店互借", features=("一键求援",), how_it_differs="不用等维修", changes={"deep": "撑得住场"}, route="incubate",
    route_why="新生意", assumptions=("店主愿意互借",), evidence=("in_1",), score=0.5, score_parts={}, engine="llm",
)  # fmt: skip

PROPOSAL_MATERIAL = ProposalMaterial(
    IDEA,
    THEME_MATERIAL,
    Coverage(350, 12, 9, 0.034, (0.02, 0.059)),
    (Evidence(8, "r_A2", "机器还行,就是滤网贵", 0, 10, "review", "咖啡机", "consumer", None, "otherwise"),),
)

ANSWER_MATERIAL = AnswerMaterial(
    question="早高峰停机的客户有多少?",
    plan=Plan("早高峰停机的客户有多少?", ("count", "explain"), Filters(product=("咖啡机",), since="2026-01-01")),
    voices=VOICES,
    figures=(Figure("主题客户数", 9.0, "位", "customers by theme", (4.0, 15.5)),),
    needs=(Need("t_1", "忙时停机", "在客人面前难堪", "撑得住场"),),
)
