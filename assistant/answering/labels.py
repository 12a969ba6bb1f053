"""How filters are said in a figure's label (for people) and in its query (how it was counted)."""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date

from assistant.domain.filters import Filters
from assistant.domain.vocabulary import zh

_REGIONS, _PROVINCES = 3, 8
"""So many regions are named in a label; of more, so many provinces."""
_LONG = frozenset({"黑龙江", "内蒙古"})
"""Provinces of three letters."""


def period_label(since: str | None, until: str | None) -> str:
    """A stretch of days for people: ``2026-08`` for a whole month, else both ends; ``""`` where open at both."""
    if since and until:
        first, last = date.fromisoformat(since), date.fromisoformat(until)
        month = first.year, first.month
        if first.day == 1 and month == (last.year, last.month) and last.day == monthrange(*month)[1]:
            return since[:7]
        return since if since == until else f"{since}至{until}"
    if since:
        return f"{since}以来"
    return f"{until}以前" if until else ""


def scope_label(filters: Filters, titles: Mapping[str, str] | None = None) -> str:
    """The filters in a few Chinese words, ``全部`` where nothing is narrowed; themes by their titles."""
    titles = titles or {}
    parts = [
        period_label(filters.since, filters.until),
        "/".join(filters.product),
        "/".join(map(zh, filters.channel)),
        "/".join(map(zh, filters.segment)),
        _regions(filters.region),
        "/".join(f"“{value}”" for value in filters.source),
        "".join(f"「{titles.get(theme, theme)}」" for theme in filters.theme),
        "/".join(map(zh, filters.aspect)) + ("方面" if filters.aspect else ""),
        "/".join(map(zh, filters.deep_category)),
        "/".join(map(zh, filters.sentiment)),
        "指定客户" if filters.customer else "",
    ]
    return " ".join(part for part in parts if part) or "全部"


def _regions(regions: Sequence[str]) -> str:
    """Regions in a few words: as they are, or the provinces of many."""
    if len(regions) <= _REGIONS:
        return "/".join(regions)
    provinces = list(dict.fromkeys(region[: 3 if region[:3] in _LONG else 2] for region in regions))
    return "/".join(provinces[:_PROVINCES]) + ("等地" if len(provinces) > _PROVINCES else "")


def query_text(what: str, filters: Filters) -> str:
    """How a figure was counted: what, and every filter in force."""
    terms = [
        f"{f.name}={'|'.join(value) if isinstance(value, tuple) else value}"
        for f in fields(Filters)
        if (value := getattr(filters, f.name))
    ]
    return f"{what} where {' and '.join(terms)}" if terms else what
