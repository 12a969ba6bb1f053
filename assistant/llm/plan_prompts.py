"""Knows how a question, what went before it and what the store holds are written down for a model that plans."""

import json
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from assistant.domain.answers import Intent, Plan
from assistant.domain.drafts import Tool
from assistant.domain.filters import Filters
from assistant.domain.planning import PlanMaterial
from assistant.domain.themes import Theme
from assistant.domain.vocabulary import zh
from assistant.llm.fence import Fence
from assistant.llm.rendering import fence_all, flat, lines_of

TOOL_OF: dict[Intent, Tool] = {
    "find": "search_feedback", "list": "search_feedback", "count": "count_feedback", "trend": "trend_feedback",
    "compare": "compare_feedback", "explain": "explain_need", "reply": "draft_reply", "propose": "propose",
}  # fmt: skip
_DAYS = ("since", "until")
_UNSAID = (*_DAYS, "customer", "theme")
_COUNTING: frozenset[Tool] = frozenset({"count_feedback", "trend_feedback", "compare_feedback"})
_USUAL = 8


def plan_variables(material: PlanMaterial, fence: Fence) -> dict[str, str]:
    """Variables of ``plan_question``; themes are T1, T2 … in the material's order, the rules' plan is in the shape asked for."""
    parts = {
        "held": ("数据里有什么", _held(material)),
        "themes": ("需求主题", lines_of(_theme(n, theme) for n, theme in enumerate(material.themes, 1))),
        "given": ("提问者已限定", _given(material.given)),
        "proposed": ("规则的读法", _proposed(material.proposed)),
        "earlier": ("历史(早的在前)", lines_of(f"- {flat(question)}" for question in material.earlier)),
        "question": ("问题", flat(material.question)),
    }
    return fence_all(parts, fence)


def _held(material: PlanMaterial) -> str:
    rows = [
        f"基准日: {material.anchor}",
        f"数据起止: {material.first_day or '?'} 至 {material.last_day or '?'}",
        "日历: " + "；".join(f"{name} {since}–{until}" for name, since, until in material.calendar),
        *(f"{name}: {'、'.join(map(flat, values)) or '(无)'}" for name, values in _lists(material)),
    ]
    return "\n".join(rows)


def _lists(material: PlanMaterial) -> Sequence[tuple[str, Sequence[str]]]:
    products = [f"{name}({kind})" if kind else name for name, kind in material.products]
    return (("产品", products), ("型号", material.models), ("地区(部分)", material.regions))


def _theme(n: int, theme: Theme) -> str:
    return f"T{n} 《{flat(theme.title)}》 {theme.records} 条"


def _given(filters: Filters) -> str:
    told = [(f.name, getattr(filters, f.name)) for f in fields(Filters) if getattr(filters, f.name)]
    return (
        "；".join(f"{name}={value if name in _DAYS else '、'.join(map(zh, value))}" for name, value in told) or "(无)"
    )


def _proposed(plan: Plan) -> str:
    """The rules' plan as the calls it comes down to, one a line; what they understood beside it."""
    asked = [*dict.fromkeys(TOOL_OF[intent] for intent in plan.intents)]
    kept = [tool for tool in asked if tool != "search_feedback"] or asked
    return "\n".join([*(_line(tool, plan) for tool in kept), *(f"({flat(note)})" for note in plan.notes)])


def _line(tool: Tool, plan: Plan) -> str:
    spans = plan.periods or (((plan.filters.since, plan.filters.until),) if _dated(plan.filters) else ())
    call: dict[str, Any] = {
        "tool": tool,
        "words": plan.query,
        "filters": [
            {"name": f.name, "values": list(getattr(plan.filters, f.name))}
            for f in fields(Filters)
            if f.name not in _UNSAID and getattr(plan.filters, f.name)
        ],
        "days": [dict(zip(_DAYS, span, strict=True)) for span in spans],
        "by": plan.by if tool in _COUNTING else None,
        "top": plan.limit if plan.limit != _USUAL else None,
    }
    return json.dumps(call, ensure_ascii=False, separators=(",", ":"))


def _dated(filters: Filters) -> bool:
    return bool(filters.since or filters.until)
