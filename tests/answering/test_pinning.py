"""Pinned answers: offered as long as every quote, figure and need in them stands, and only for the same question."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from assistant.answering.pinning import Pins, key_of
from assistant.domain.answers import Answer, Citation, Figure, Need, Plan, Step
from assistant.domain.filters import Filters
from assistant.domain.knowledge import Backing, House, Section
from assistant.domain.records import MaskedText, Record, Turn
from assistant.errors import NotFoundError, UsageError

TEXT = "客户: 打印机又掉线了\n客服: 重置网络后恢复"
RECORD = Record(
    "r_1", "T-1", "crm", "chat", MaskedText(TEXT),
    turns=(Turn("customer", MaskedText(TEXT[4:12]), 4, 12), Turn("agent", MaskedText(TEXT[17:]), 17, len(TEXT))),
)  # fmt: skip
POLICY = "保修两年。"
HOUSE = House("d_1", "保修", "保修政策", 1, "x", "2026-01-01", (Section(1, "期限", MaskedText(POLICY)),))
PLAN = Plan("打印机掉线怎么回", ("reply",), Filters(product=("P2",)), query="掉线")
FIGURES = (Figure("掉线", 3, "条", "SQL", (1.0, 5.0)),)
NEEDS = (Need("t_1", "掉线", "打单不停", "不丢人"),)
ANSWER = Answer(
    "an_1", "打印机掉线怎么回？", "他说又掉线了[1]。", "rules", plan=PLAN, figures=FIGURES, needs=NEEDS,
    citations=(Citation(1, "r_1", "又掉线了", 7, 11, "chat", "P2", None),),
    backings=(
        Backing("d_1", "保修政策", "期限", None, "保修两年", 0, 4),
        Backing("r_1", "已解决的反馈", "做法", None, TEXT[17:], 17, len(TEXT), "agent"),
    ),
)  # fmt: skip


@dataclass
class Shelf:
    """Answers and records in memory."""

    answers: dict[str, Answer]
    records: dict[str, Record] = field(default_factory=lambda: {"r_1": RECORD})
    pins: dict[str, tuple[str, str]] = field(default_factory=dict)

    def answer(self, answer_id: str) -> Answer:
        if answer_id not in self.answers:
            raise NotFoundError(answer_id)
        return self.answers[answer_id]

    def save_pin(self, answer_id: str, key: str, actor: str) -> None:
        self.pins[key] = (answer_id, actor)

    def remove_pin(self, key: str) -> bool:
        return self.pins.pop(key, None) is not None

    def pinned(self, key: str) -> tuple[Answer, str, str] | None:
        found = self.pins.get(key)
        return (self.answers[found[0]], found[1], "2026-08-01T08:00:00+00:00") if found else None

    def record(self, any_id: str) -> Record:
        if any_id not in self.records:
            raise NotFoundError(any_id)
        return self.records[any_id]


@pytest.fixture
def shelf() -> Shelf:
    return Shelf({"an_1": ANSWER})


@pytest.fixture
def houses() -> list[House]:
    return [HOUSE]


@pytest.fixture
def pins(shelf: Shelf, houses: list[House]) -> Pins:
    made = Pins(shelf, lambda: houses)
    made.pin("an_1", "li")
    return made


def test_what_stands_is_offered_and_says_who_pinned_it_when(pins: Pins) -> None:
    offer = pins.offer("打印机掉线，怎么回", PLAN, FIGURES, NEEDS)
    assert offer.answer is not None
    assert offer.warning is None
    assert replace(offer.answer, warnings=()) == ANSWER
    assert offer.answer.warnings == ("这是 li 于 2026-08-01 置顶的回答，引用和数字刚刚重新核对过",)


def _record(text: str) -> Callable[[Shelf, list[House]], None]:
    def change(shelf: Shelf, _houses: list[House]) -> None:
        shelf.records["r_1"] = replace(RECORD, text=MaskedText(text))

    return change


def _agents_words(shelf: Shelf, _houses: list[House]) -> None:
    shelf.records["r_1"] = replace(RECORD, turns=(Turn("agent", MaskedText(TEXT[4:12]), 4, 12),))


@pytest.mark.parametrize(
    "change",
    [
        lambda shelf, _: shelf.records.clear(),
        _record(TEXT.replace("又掉线", "没掉线")),
        _record(TEXT.replace("重置", "重启")),
        _agents_words,
        lambda _, houses: houses.clear(),
        lambda _, houses: houses.__setitem__(
            0, replace(HOUSE, sections=(Section(1, "期限", MaskedText("保修一年。")),))
        ),
    ],
    ids=["record gone", "quote changed", "agent's words changed", "not a customer's", "document gone", "new policy"],
)
def test_what_quotes_words_that_are_gone_is_neither_offered_nor_pinned(
    pins: Pins, shelf: Shelf, houses: list[House], change: Callable[[Shelf, list[House]], None]
) -> None:
    change(shelf, houses)
    offer = pins.offer(ANSWER.question, PLAN, FIGURES, NEEDS)
    assert offer.answer is None
    assert offer.warning is not None
    assert "原话已有变动" in offer.warning
    with pytest.raises(UsageError, match="ask anew"):
        pins.pin("an_1", "li")


@pytest.mark.parametrize(
    ("figures", "needs", "reason"),
    [
        ((replace(FIGURES[0], value=4),), NEEDS, "数字"),
        ((), NEEDS, "数字"),
        (FIGURES, (), "需求主题"),
        (FIGURES, (replace(NEEDS[0], deep="省心"),), "需求主题"),
    ],
)
def test_other_figures_or_needs_make_a_new_answer(
    pins: Pins, figures: tuple[Figure, ...], needs: tuple[Need, ...], reason: str
) -> None:
    offer = pins.offer(ANSWER.question, PLAN, figures, needs)
    assert offer.answer is None
    assert reason in (offer.warning or "")


@pytest.mark.parametrize(
    ("question", "plan", "same"),
    [
        ("打印机 掉线 怎么回!", PLAN, True),
        (ANSWER.question, replace(PLAN, made_by="llm", notes=("x",), question="y"), True),
        ("打印机掉线怎么办", PLAN, False),
        (ANSWER.question, replace(PLAN, filters=Filters(product=("L3",))), False),
        (ANSWER.question, replace(PLAN, filters=Filters(product=("P2",), since="2026-08-01")), False),
        (ANSWER.question, replace(PLAN, steps=(Step("count", Filters()),)), False),
    ],
)
def test_the_same_is_what_is_asked_alike_and_understood_alike(question: str, plan: Plan, same: bool) -> None:
    assert (key_of(question, plan) == key_of(ANSWER.question, PLAN)) is same


def test_nothing_pinned_is_nothing_offered(pins: Pins) -> None:
    offer = pins.offer("门锁怎么回", PLAN, FIGURES, NEEDS)
    assert (offer.answer, offer.warning) == (None, None)


@pytest.mark.parametrize("given", [{"refused": True}, {"clarify": ("哪个产品？",)}, {"plan": None}])
def test_only_answers_are_pinned(shelf: Shelf, pins: Pins, given: dict[str, object]) -> None:
    shelf.answers["an_2"] = replace(ANSWER, id="an_2", **given)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="only an answer"):
        pins.pin("an_2", "li")


def test_the_pin_comes_off_by_the_answer_or_one_that_repeats_it(shelf: Shelf, pins: Pins) -> None:
    shelf.answers["an_2"] = replace(ANSWER, id="an_2")
    pins.unpin("an_2")
    assert shelf.pins == {}
    with pytest.raises(NotFoundError):
        pins.unpin("an_1")
