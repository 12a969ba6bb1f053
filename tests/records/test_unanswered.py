"""What our data cannot tell: what asks the same is one row, what asks something else is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.records.unanswered import AnsweredWell, Unanswered, Why, grouped


def asked(*questions: str, why: Why = "no_data", scope: tuple[str, ...] = ()) -> list[Unanswered]:
    """Questions in the order of time."""
    return [
        Unanswered(q, why, f"reason {n}", f"2026-11-{n + 1:02d}", f"an_{n}", scope) for n, q in enumerate(questions)
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("门锁的保修期是多久", "请问门锁保修期多久？"),
        ("滤芯多少钱一个", "滤芯一个多少钱"),
        ("有多少客户是医生", "医生客户有多少"),
        ("洗碗机的噪音是多少分贝", "洗碗机噪音多少分贝"),
        ("Ｘ５的电池能用多久", "x5电池能用多久"),
        ("what is the weather today", "What's the weather today?"),
    ],
)
def test_the_same_asked_otherwise_is_one_row(one: str, other: str) -> None:
    rows = grouped(asked(one, other, other))
    assert [(row["question"], row["times"], row["wordings"]) for row in rows] == [(other, 3, [one])]
    assert (rows[0]["first_at"], rows[0]["last_at"]) == ("2026-11-01", "2026-11-03")
    assert (rows[0]["reason"], rows[0]["answer_id"]) == ("reason 2", "an_2")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("明年我们的销量会是多少", "明年我们的利润会是多少"),
        ("有多少客户是医生", "有多少客户是教师"),
        ("竞品A的门锁卖多少钱", "竞品B的滤芯卖多少钱"),
        ("怎么评价我们的广告", "怎么评价我们的客服"),
        ("今天天气怎么样", "今天股票怎么样"),
    ],
)
def test_something_else_is_another_row(one: str, other: str) -> None:
    assert len(grouped(asked(one, other))) == 2


def test_other_reasons_and_other_scopes_are_other_rows() -> None:
    question = "保修期是多久"
    found = [
        *asked(question, scope=("product=P2",)), *asked(question, scope=("product=L3",)),
        *asked(question, why="not_helpful"),
    ]  # fmt: skip
    assert len(grouped(found)) == 3


def test_those_asked_most_often_come_first() -> None:
    rows = grouped(asked("天气", "门锁的重量", "门锁的重量", "股价"))
    assert [row["question"] for row in rows] == ["门锁的重量", "股价", "天气"]


@given(st.lists(st.text(max_size=12), max_size=30))
def test_nothing_is_lost(questions: list[str]) -> None:
    rows = grouped(asked(*questions[:28]))
    assert sum(row["times"] for row in rows) == len(questions[:28])
    assert {row["question"] for row in rows} <= set(questions)


@pytest.mark.parametrize(
    ("why", "question", "day", "liked", "scope", "settled"),
    [
        ("no_data", "请问门锁保修期多久？", "2026-12-01", False, (), True),
        ("off_topic", "门锁的保修期是多久", "2026-12-01", False, (), True),
        ("no_data", "门锁的保修期是多久", "2026-10-01", False, (), False),
        ("no_data", "门锁的保修期是多久", "2026-12-01", False, ("product=P2",), False),
        ("no_data", "路由器多少钱", "2026-12-01", False, (), False),
        ("not_helpful", "门锁的保修期是多久", "2026-12-01", False, (), False),
        ("not_helpful", "门锁的保修期是多久", "2026-12-01", True, (), True),
    ],
)
def test_a_question_answered_well_later_says_when(
    why: Why, question: str, day: str, liked: bool, scope: tuple[str, ...], settled: bool
) -> None:
    well = [AnsweredWell(question, day, "an_new", scope, liked=liked)]
    (row,) = grouped(asked("门锁的保修期是多久", why=why), well)
    assert (row["answered_at"], row["answered_by"]) == ((day, "an_new") if settled else (None, None))
