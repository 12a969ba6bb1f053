"""How far leads came: a funnel from registered to won, and the same by type, segment, product or whoever has them."""

from typing import get_args

from nicegui import ui

from api.pages.customers.way import Way
from api.pages.parts import box, choice, facts, table, tag
from api.pages.visitor import Visit
from assistant.records.dimensions import UNKNOWN
from assistant.records.lead_funnel import FunnelKey, FunnelRow, Rate

_STAGES = ("registered", "assigned", "contacted", "won")
_RATES = {"assigned": "assign_rate", "contacted": "contact_rate", "won": "win_rate"}
_ROWS = 12


def funnel_part(visit: Visit, way: Way, rows: list[FunnelRow], total: FunnelRow) -> None:
    """The funnel, and the table behind it."""
    words = visit.words
    with box("funnel-part sheet-flat", "section", aria_label=words("funnel")):
        tag("h2", words("funnel"))
        with tag("ol", "", "funnel"):
            for stage in _STAGES:
                _stage(visit, total, stage)
        lost = words("funnel_lost", lost=total.lost)
        held = words("funnel_held", held=total.held) if total.held else None
        facts(lost, held)
        with tag("details", "", "funnel-table", open=bool(way.by)):
            tag("summary", words("funnel_by"))
            options = [(key, words(f"by_{key}")) for key in get_args(FunnelKey)]
            choice(words("counted_by"), options, way.counted_by, lambda key: ui.navigate.to(way.to(by=key)))
            columns = [
                words(f"by_{way.counted_by}"),
                *(words(f"stage_{name}") for name in (*_STAGES, "lost")),
                words("win_rate"),
            ]
            shown = [
                [_label(visit, way, row), *(getattr(row, name) for name in (*_STAGES, "lost")), _rate(visit, row.win_rate)]
                for row in rows[:_ROWS]
            ]  # fmt: skip
            table(columns, shown, words("funnel"))
            if len(rows) > _ROWS:
                facts(words("funnel_more", n=len(rows) - _ROWS))


def _stage(visit: Visit, total: FunnelRow, stage: str) -> None:
    words, count = visit.words, getattr(total, stage)
    width = 100 * count / total.registered if total.registered else 0.0
    with tag("li", "", f"funnel-stage stage-{stage}"):
        tag("span", words(f"stage_{stage}"), "funnel-name")
        with box("funnel-track"):
            box("funnel-bar").style(f"width:{max(width, 0.6):.1f}%")
        tag("span", f"{count:,}", "number funnel-count")
        told = _rate(visit, getattr(total, _RATES[stage])) if stage in _RATES else ""
        tag("span", words(f"rate_{stage}", rate=told) if told else "", "facts funnel-rate")


def _rate(visit: Visit, rate: Rate) -> str:
    if rate.share is None:
        return "—"
    low, high = rate.interval
    return f"{visit.words.percent(rate.share)} ({100 * low:.0f}–{100 * high:.0f}%)"


def _label(visit: Visit, way: Way, row: FunnelRow) -> str:
    if way.counted_by == "owner" and row.key == UNKNOWN:
        return visit.words("nobody_yet")
    known = way.counted_by in ("type", "segment") or row.key == UNKNOWN
    return visit.words.label(row.key) if known else owner_name(visit, row.key)


def owner_name(visit: Visit, owner: str) -> str:
    """Who has a lead, as a reader is told it; on a machine without users there is only one."""
    return visit.words("this_machine") if owner == "http" else visit.words.readable(owner)
