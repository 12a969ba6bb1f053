"""When the rules can't know what a question means, and what it may mean, to choose from."""

import re
from collections.abc import Sequence
from datetime import date
from itertools import combinations

from assistant.answering.labels import period_label
from assistant.answering.lexicon import normalise
from assistant.answering.plan import Catalogue
from assistant.answering.searching import names_a_record
from assistant.answering.sides import named_sides
from assistant.domain.answers import Plan
from assistant.domain.filters import Filters

_MOST = 4
_PAIR = re.compile(r"(?:这|那)(?:两个|俩|两款|两类|两种)(?:产品|客户)?|两者|二者")
_PEOPLE = re.compile(r"(?<!其)(?:他|她)们?|(?:这|那)(?:些|类|批|种)(?:客户|用户|人)")
_THING = re.compile(
    r"它们?|(?:这|那)(?:个|款|种|台|些)(?:产品|型号|机器|东西|设备|家伙|玩意)|该(?:产品|型号)|前者|后者"
    r"|^(?:这|那)(?:个|款|台)(?=的|怎么|咋|有|如何)"
)
_WHICH = re.compile(r"哪(?:个|边|款|类|种|一个|一边)|谁")
_THINGS = frozenset("产品型号机器设备款个台东西家伙")
_GROUPS = ("消费者", "企业客户", "政府单位", "经销商")

Back = tuple[str, tuple[str, ...]]
"""A question back, and what to choose from: whole questions that can be asked as they are."""


def asked_back(made: Plan, earlier: Sequence[str], given: Filters, catalogue: Catalogue) -> Back | None:
    """A question back where one names nothing but by a word that points to nothing; None where it can be answered.

    What somebody looks for in words, a scope of their own, or an earlier question is enough to go by.
    """
    text = normalise(made.question)
    scope = made.filters.product or made.filters.segment or made.filters.theme or made.filters.region
    if earlier or scope or not given.empty or names_a_record(text):
        return None
    names = catalogue.products[:_MOST]
    if (match := _PAIR.search(text)) and len(names) > 1:
        return "是哪两个相比？", _with(text, match, [f"{a}和{b}" for a, b in combinations(names, 2)])
    if made.query and not set(made.query) <= _THINGS:
        return None
    if match := _PEOPLE.search(text):
        return "问的是哪类客户？", _with(text, match, _GROUPS)
    if (match := _THING.search(text)) and names:
        return "问的是哪个产品？", _with(text, match, names)
    if "compare" in made.intents and _WHICH.search(text) and not (made.periods or named_sides(made, catalogue)):
        return _compared_with_what(made) if made.by is None else None
    return None


def not_yet(made: Plan, today: date) -> str | None:
    """Why nothing is told of days that have not come; None where a question is of others."""
    if not made.filters.since or made.filters.since <= today.isoformat():
        return None
    return f"资料不足：{period_label(made.filters.since, made.filters.until)}还没有到，反馈只记着已经发生的事。"


def _with(text: str, match: re.Match[str], names: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"{text[: match.start()]}{name}{text[match.end() :]}" for name in names[:_MOST])


def _compared_with_what(made: Plan) -> Back:
    when = f"{made.filters.since}至{made.filters.until}" if made.filters.since and made.filters.until else ""
    what = "投诉" if made.filters.sentiment == ("negative",) else "反馈"
    sides = ("产品", "类客户", "渠道")
    return "是拿什么和什么相比？", tuple(f"{when}各{side}的{what}各有多少" for side in sides)
