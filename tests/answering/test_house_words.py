"""A house whose products' names end in digits and are called by no kind: what it calls its goods, counted as it is said."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answering.compose import AnswerService
from assistant.answering.verify import verify
from assistant.domain.answers import Answer, AnswerMaterial, Figure, Plan
from assistant.domain.filters import Filters
from assistant.domain.naming import without_named
from assistant.rules.answers import answer
from assistant.rules.engine import RulesEngine
from tests.answering.fakes import MemoryCounting, MemoryStore, PhoneMasker, WordFinder, need, theme, ticket

TODAY = date(2026, 9, 30)
_LINES = [
    ("云雀26", "2026-07-03", "空调漏水漏到楼下了"), ("云雀26", "2026-07-04", "内机一直滴水，床都湿了"),
    ("云雀26", "2026-08-05", "又漏水了，第四次报修"), ("山岚72", "2026-08-06", "这空调噪音像拖拉机"),
    ("山岚72", "2026-08-07", "柜机噪音太大，没法睡"), ("山岚72", "2026-08-08", "空调一开噪音就来"),
    ("栖风120", "2026-08-09", "最热的时候不制冷"), ("栖风120", "2026-08-10", "空调不制冷三天了"),
    ("栖风120", "2026-08-11", "空调不制冷，客人走了"), ("云雀26", "2026-07-12", "确实省电，电费单看着舒服"),
    ("云雀26", "2026-07-13", "远程关不了机，白白吹了一天电费"),
]  # fmt: skip


def _store() -> MemoryStore:
    records = [
        replace(ticket(n, text, product=name, day=day), metadata={"来源": "京东" if n % 2 else "门店"})
        for n, (name, day, text) in enumerate(_LINES)
    ]
    told = [need(record, record.text, "th_cool" if "制冷" in record.text else None) for record in records]
    return MemoryStore(records, told, [theme("th_cool", "性能达不到要求")])


STORE = _store()


def _ask(question: str, *history: str) -> Answer:
    rules = RulesEngine()
    service = AnswerService(
        store=STORE, counting=MemoryCounting(STORE), finder=WordFinder(STORE), engine=rules, fallback=rules,
        masker=PhoneMasker(), today=lambda: TODAY,
    )  # fmt: skip
    return service.ask(question, history=history)


def _counts(told: Answer) -> list[float]:
    return [figure.value for figure in told.figures if figure.unit == "条"]


@pytest.mark.parametrize(
    ("question", "number"),
    [
        ("栖风120有多少条反馈", 3), ("云雀26的反馈有多少条", 5), ("栖风120不制冷8月有多少条", 3),
        ("云雀26和山岚72比，哪个反馈多", 5), ("空调漏水的有多少条", 2), ("京东渠道有多少条反馈", 5),
        ("空调的反馈有多少条", 11), ("提到空调的有多少条", 5),
    ],
)  # fmt: skip
def test_the_number_asked_for_is_said(question: str, number: int) -> None:
    told = _ask(question)
    assert not told.refused
    assert number in _counts(told)
    assert f"{number}条" in told.text
    assert not any("删去" in warning for warning in told.warnings)


def test_a_word_for_all_goods_narrows_nothing_and_that_is_told() -> None:
    told = _ask("空调漏水的有多少条")
    assert told.plan is not None
    assert (told.plan.query, told.plan.filters) == ("漏水", Filters())
    assert any("“空调”是这里所有产品的统称" in warning for warning in told.warnings)


@pytest.mark.parametrize("question", ["客户的空调不制冷，怎么回复", "空调噪音大怎么办", "空调的投诉有多少"])
def test_what_records_say_is_never_called_unheard_of(question: str) -> None:
    told = _ask(question)
    assert "没有一条反馈提到它" not in told.text


def test_what_nobody_says_is_called_so() -> None:
    assert "没有“冰箱”这种产品，也没有一条反馈提到它" in _ask("冰箱的投诉有多少").text


def test_the_same_in_other_words_is_a_second_number() -> None:
    told = _ask("漏水有多少条")
    assert _counts(told)[:2] == [2, 3]
    assert "连同「滴水」" in told.figures[-1].label
    assert any("写成“滴水”等的不在内" in warning for warning in told.warnings)


def test_a_follow_up_counts_the_same_word_and_nought_is_an_answer() -> None:
    told = _ask("那7月呢", "8月不制冷有多少条")
    assert told.text.startswith("共0条反馈")
    assert "2026-07 原文提到“不制冷”的" in told.text


def test_who_says_a_word_is_quoted_and_not_what_seems_near() -> None:
    assert all("省电" in citation.quote for citation in _ask("有没有客户说省电").citations)


def test_a_whole_question_takes_over_no_product() -> None:
    told = _ask("7月漏水有多少条？那8月呢", "云雀26怎么清洗滤网？")
    assert told.plan is not None
    assert told.plan.filters.product == ()


@pytest.mark.parametrize(
    ("question", "leans"),
    [("这种事上个月多吗", True), ("那7月呢", True), ("山岚72呢", True), ("客户为什么这么不满呢", False)],
)
def test_a_question_leans_where_it_names_no_matter_of_its_own(question: str, leans: bool) -> None:
    told = _ask(question, "8月不制冷有多少条")
    assert told.plan is not None
    assert any("承接上一问" in note for note in told.plan.notes) == leans
    assert (told.plan.query == "不制冷") == leans


def test_a_mistyped_word_is_asked_back() -> None:
    told = _ask("山岚72澡音问题多少条")
    assert told.clarify == ("山岚72噪音问题多少条",)
    assert not told.refused


def test_the_month_with_most_is_told_first() -> None:
    told = _ask("不制冷哪个月最多")
    assert told.text.startswith("最多的月份是 2026-08，原文提到“不制冷”的反馈：3条")


def test_what_became_more_is_told_by_its_growth() -> None:
    told = _ask("7月和8月比，什么变多了？")
    grown = [figure for figure in told.figures if figure.label.endswith("占比增加")]
    assert grown
    assert all(figure.value > 0 and figure.interval is not None for figure in grown)
    assert [figure.value for figure in grown] == sorted((figure.value for figure in grown), reverse=True)


@pytest.mark.parametrize(
    ("asked", "turn"),
    [
        ("7月比8月，哪些抱怨变多了？", "占比增加"),
        ("8月比7月，哪些抱怨变多了？", "占比增加"),
        ("8月和7月相比，哪些变少了", "占比减少"),
        ("8月比7月少了哪些", "占比减少"),
    ],
)
def test_change_runs_from_the_earlier_month_to_the_later(asked: str, turn: str) -> None:
    told = _ask(asked)
    changes = [figure for figure in told.figures if figure.unit == "个百分点"]
    assert changes
    assert all(figure.label.endswith(turn) and figure.value > 0 for figure in changes)
    assert told.figures[0].label.startswith("2026-07")
    assert told.table is None or told.table.columns[1:3] == ("2026-07（条）", "2026-08（条）")


def test_whether_it_is_over_is_told_month_by_month() -> None:
    told = _ask("漏水8月解决了吗")
    months = [figure.value for figure in told.figures if figure.label.startswith("2026-0")]
    assert months[:2] == [1, 1]
    assert any("解决没有" in warning for warning in told.warnings)


def test_what_to_do_first_is_told_by_themes() -> None:
    told = _ask("下个季度优先做什么")
    assert not told.refused
    assert told.plan is not None
    assert (told.plan.by, told.plan.query) == ("theme", "")


def test_words_of_two_are_counted_in_other_words_too() -> None:
    told = _ask("柜机异响有多少条")
    assert [figure.value for figure in told.figures if "连同" in figure.label] == [1]
    assert any("只数逐字写“柜机异响”的" in warning for warning in told.warnings)


def test_with_nothing_imported_the_way_to_import_is_told() -> None:
    empty = MemoryStore([], [], [])
    service = AnswerService(
        store=empty, counting=MemoryCounting(empty), finder=WordFinder(empty), engine=RulesEngine(),
        fallback=RulesEngine(), masker=PhoneMasker(), today=lambda: TODAY,
    )  # fmt: skip
    told = service.ask("漏水的反馈有多少")
    assert told.refused
    assert "voc run" in told.text


_NAMES = st.builds(
    lambda head, digits, tail: f"{head}{digits}{tail}",
    st.text("云雀山岚栖风小凉机柜一三百", min_size=1, max_size=3),
    st.integers(1, 99999).map(str),
    st.sampled_from(["", "代", "Pro", "型", "-2", " Max"]),
)


@given(_NAMES, st.integers(0, 500))
def test_digits_of_a_products_name_are_no_figure(name: str, n: int) -> None:
    figures = tuple(
        Figure(f"{name} {what}", float(n), unit, "count") for what, unit in (("反馈", "条"), ("客户", "位"))
    )
    plan = Plan(f"{name}有多少条反馈", ("count",), Filters(product=(name,)))
    material = AnswerMaterial(plan.question, plan, (), figures, (), names=(name,))
    verified = verify(answer(material), material, STORE)
    assert verified.removed.total() == 0
    assert f"{n}条" in verified.text


@given(_NAMES, st.integers(0, 9999))
def test_a_number_beside_a_name_is_still_a_number(name: str, n: int) -> None:
    left = without_named(f"{name}：共{n}条", [name])
    assert left.endswith(f"：共{n}条")
    assert len(left) == len(f"{name}：共{n}条")
    assert name not in left


@pytest.mark.parametrize(
    ("text", "names", "left"),
    [
        ("120条反馈", ["120"], "120条反馈"), ("型号120的反馈", ["120"], "型号   的反馈"),
        ("栖风1200条", ["栖风120"], "栖风1200条"), ("云雀26有26条", ["云雀26"], "    有26条"),
        ("云雀26.5条", ["云雀26"], "云雀26.5条"), ("无数字", ["无数字"], "无数字"),
    ],
)  # fmt: skip
def test_only_whole_names_with_numerals_are_blanked(text: str, names: list[str], left: str) -> None:
    assert without_named(text, names) == left
