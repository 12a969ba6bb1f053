"""Tables for a terminal: columns even where Chinese stands in them, headings in the language of the settings."""

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Literal

import click

from assistant.domain.vocabulary import zh

Language = Literal["zh", "en"]
_WIDEST = 48

_ZH = {
    "records": "反馈", "read": "已读", "customers": "客户", "share": "占比", "interval": "95% 区间", "before": "上期", "change": "变化",
    "severity": "严重度", "reach": "触及", "again in 7 days": "7日内再来", "in 30 days": "30日内再来",
    "escalation": "升级投诉", "churn risk": "流失风险", "advocates": "口碑客户", "valued": "价值客户", "score": "得分",
    "theme": "需求主题", "product": "产品", "segment": "客群", "channel": "渠道", "month": "月份", "week": "周",
    "deep_category": "深层需求", "aspect": "方面", "nbn": "NBN 类型", "model": "型号", "region": "地区",
    "journey_stage": "旅程阶段", "sentiment": "情感", "difference": "差值", "one": "甲组", "other": "乙组",
    "verdict": "判断", "differs": "有差异", "no difference seen": "看不出差异", "too few to tell": "样本太少",
    "type": "类型", "status": "状态", "owner": "负责人", "quote": "原话", "id": "编号", "registered": "登记",
    "held": "暂缓", "assigned": "已分派", "contacted": "已联系", "won": "成交", "lost": "流失",
    "customer": "客户", "tags": "标签", "voice": "声音", "why": "理由", "rank": "名次", "at": "时间", "rule": "规则",
    "tries": "次数", "reason": "原因", "subject": "内容", "tier": "价值层级", "win rate": "成交率",
    "contact rate": "联系率", "assign rate": "分派率",
}  # fmt: skip

_STATUS = {"new": "待分派", "assigned": "已分派", "contacted": "已联系", "won": "成交", "lost": "流失", "hold": "暂缓"}
"""Of leads: the closed list knows ``new`` as a trend."""


def heading(word: str, language: Language) -> str:
    """A column's heading."""
    return _ZH.get(word, word) if language == "zh" else word.replace("_", " ")


def word(stored: str | None, language: Language) -> str | None:
    """A stored word as a reader is shown it."""
    return stored if stored is None or language == "en" else _STATUS.get(stored, zh(stored))


def show_table(columns: Sequence[str], rows: Iterable[Sequence[object]], language: Language) -> None:
    """Rows under headings; numbers to the right. The last column may be as long as it is."""
    found = [[_text(value) for value in row] for row in rows]
    numeric = [bool(found) and all(_is_number(row[n]) for row in found) for n in range(len(columns))]
    heads = [heading(column, language) for column in columns]
    last = len(columns) - 1
    cells = [[cell if n == last else _cut(cell) for n, cell in enumerate(row)] for row in found]
    wide = [max([width(heads[n]), *(width(row[n]) for row in cells)]) for n in range(len(columns))]
    click.secho(_line(heads, wide, numeric), bold=True)
    for row in cells:
        click.echo(_line(row, wide, numeric))


def width(text: str) -> int:
    """Columns of a terminal that a text takes."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def percent(share: float | None) -> str:
    """A share for a reader."""
    return "-" if share is None else f"{share:.1%}"


def span(interval: Sequence[float]) -> str:
    """An interval of shares for a reader."""
    return f"{interval[0]:.1%}–{interval[1]:.1%}"


def _line(cells: Sequence[str], wide: Sequence[int], numeric: Sequence[bool]) -> str:
    padded = []
    for n, cell in enumerate(cells):
        blanks = " " * (wide[n] - width(cell))
        padded.append(blanks + cell if numeric[n] else cell + blanks)
    return "  ".join(padded).rstrip()


def _text(value: object) -> str:
    if value is None or value == "":
        return "-"
    return f"{value:.2f}" if isinstance(value, float) else " ".join(str(value).split())


def _is_number(text: str) -> bool:
    return text == "-" or text.lstrip("+-").replace(".", "").replace("%", "").replace("–", "").isdigit()


def _cut(text: str) -> str:
    if width(text) <= _WIDEST:
        return text
    kept = ""
    for sign in text:
        if width(kept) + width(sign) > _WIDEST - 1:
            break
        kept += sign
    return f"{kept}…"
