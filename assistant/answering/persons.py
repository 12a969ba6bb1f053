"""Knows where a question means a person by a bare name, which is masked there before anything is made of the question."""

import re
from collections.abc import Callable, Collection

from assistant.answering.triage import CALLED, looks_like_goods

_CONTACT = r"(?:电话|手机|号码|联系方式|地址|住址|住在?哪|微信|邮箱|身份证|银行卡|车牌|家在?哪|个人信息|档案)"
_DEALINGS = r"(?:工单|投诉|反馈|反映|记录|订单|报修|评价|资料|信息|来电|说过?|买过?|提过?|问过?|回电)"
_HAN = r"[\u4e00-\u9fff]"
_BEGUN = r"(?:^|(?<=[，,。！!？?；;：:\s把将给找查])|(?<=一下))"
_LED = r"(?:(?<=客户|用户|顾客|机主|业主|会员|名叫|叫做)|(?<=联系人)|(?<=叫))"
_OWN = r"(?:这个?客户|本人|家)?的?"
_SHAPES = tuple(
    re.compile(rf"{before}(?=(?P<name>{name}){after})")
    for before, name, after in (
        (rf"(?:{_BEGUN}|{_LED})", rf"{_HAN}{{2,4}}?", rf"{_OWN}{_CONTACT}"),
        (_BEGUN, rf"{_HAN}{{3,4}}?", rf"{_OWN}{_DEALINGS}"),
        (
            _LED,
            rf"{_HAN}{{2,4}}?",
            rf"(?:的?{_DEALINGS}|的?(?:这个?)?(?:客户|用户|顾客|人)|这个?人|[，,。！!？?；;\s]|$)",
        ),
        (_BEGUN, rf"{_HAN}{{3}}", r"(?:\s|$)"),
    )
)
"""Where people are meant: a name before how to reach them, before their dealings, after what they are, and by itself."""
_SAYS = "客户{}说"
_NO_NAMES = frozenset({"许多", "何时", "方便", "任何", "应该"})


def without_persons(text: str, masked: Callable[[str], str], held: Collection[str] = ()) -> str:
    """A question with bare names of people masked where a person is meant (李建国的手机号).

    Args:
        text: the question, masked already as any text is.
        masked: masks a text; who is called something, and who says something, is masked if that is a name. Words that
            several records say are no names to it.
        held: names of products, models and regions, which are nobody's.
    """
    for shape in _SHAPES:
        done = len(text)
        for match in reversed(list(shape.finditer(text))):
            name = match["name"]
            if name in _NO_NAMES or looks_like_goods(name) or any(name in one for one in held):
                continue
            token = _token(name, masked) if match.end("name") <= done else None
            if token is not None:
                done = match.start("name")
                text = f"{text[: match.start('name')]}{token}{text[match.end('name') :]}"
    return text


def _token(name: str, masked: Callable[[str], str]) -> str | None:
    """What stands for a name, None where it is not taken for one."""
    called = masked(f"{CALLED}{name}").removeprefix(CALLED)
    alone = called.startswith("⟦name:") and called.endswith("⟧") and called.count("⟦") == 1
    before, after = _SAYS.split("{}")
    return called if alone and masked(_SAYS.format(name)) == f"{before}{called}{after}" else None
