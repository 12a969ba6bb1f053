"""Backtest: ideas made from the records up to a day, held against the needs that grew after it."""

import datetime as dt
from collections.abc import Mapping

from assistant.domain.filters import Filters
from assistant.errors import UsageError
from evals.backtesting import (
    Times,
    by_aspect,
    growing,
    in_order_of_ideas,
    in_order_of_size,
    met,
    planted,
    shares_met,
    store_of,
)
from evals.floors import floors_of
from evals.report import Report
from evals.workbench import Workbench

_LISTS = {"": "ideas", "frequent_": "most frequent themes", "aspects_": "product aspects"}
_EARLIEST = 2 / 3
"""Where nobody says otherwise, this part of the time there are records of is shown."""


def run(bench: Workbench) -> Report:
    """How many of the later-growing needs the ideas had met, beside the most frequent themes and product aspects.

    A need counts twice: as it was planted (an oracle that no clustering made) and as a theme of the whole corpus. Each
    list is looked at as far as k, 2k and its end, k being the number of later-growing needs.
    """
    assert bench.receipts
    store = bench.app.store
    records, _ = store.list_records(Filters(), None)
    cut = bench.cut or _default_cut([record.created_at[:10] for record in records if record.created_at])
    person = {one.id: (one.customer.id if one.customer and one.customer.id else one.id) for one in records}
    times = Times({one.id: (one.created_at or "9999")[:10] for one in records}, person, cut)
    read = frozenset(times.day)
    needs = growing(planted(bench.truth, {one.external_id: one.id for one in records}), times, read)
    themes = growing({theme.title: own for theme, _, own in store.theme_members()}, times, read)
    if not needs or not 0 < len(times.early(read)) < len(read):
        raise UsageError(f"--cut {cut}: no need grew after that day, or nothing was said before it; choose another")
    with store_of(bench, cut) as early:
        lists = {
            "": in_order_of_ideas(early),
            "frequent_": in_order_of_size(early),
            "aspects_": by_aspect(early, times),
        }
        ideas = len(early.store.all_ideas())
    figures: dict[str, float] = {"records_shown": len(times.early(read)), "ideas": ideas}
    for name, wanted in (("needs", needs), ("themes", themes)):
        k = len(wanted)
        figures[f"later_{name}"] = k
        figures[f"foreseeable_{name}"] = sum(one.before > 0 for one in wanted)
        for prefix, ranked in lists.items():
            values = shares_met(wanted, ranked, times, (k, 2 * k, len(ranked)))
            figures |= dict(
                zip(
                    (f"{prefix}{name}_met_at_k", f"{prefix}{name}_met_at_2k", f"{prefix}{name}_met"),
                    values,
                    strict=True,
                )
            )
    for prefix, ranked in lists.items():
        figures[f"{prefix}listed"] = len(ranked)
    shown = ", ".join(f"{_LISTS[prefix]} {len(ranked)}" for prefix, ranked in lists.items())
    missed = [one for one in needs if not any(met(one, group, times) for group in lists[""])]
    worst = tuple(f"missed: {one.name}, {one.before} customers before the cut, {one.after} after" for one in missed)
    notes = (
        f"records up to {cut}; read by {bench.reader}, themes named and ideas made by rules",
        "later-growing: " + ", ".join(f"{one.name} ({one.before} → {one.after})" for one in needs),
        "k entries of each list: ideas by rank, each set of themes once; themes and product aspects by customers",
        *(_told(name, figures) for name in ("needs", "themes")),
        f"entries of the whole lists: {shown}; the longer a list, the more it meets",
    )
    floors = floors_of("backtest", bench.app.engine.name, figures)
    return Report("backtest", len(needs), figures, floors, worst, notes=notes)


def _told(name: str, figures: Mapping[str, float]) -> str:
    """How the lists compare, in one sentence: what matters is the beginning, for that is what people read."""
    parts = [
        f"{at} " + ", ".join(f"{told} {figures[f'{prefix}{name}_met{key}']:.2f}" for prefix, told in _LISTS.items())
        for key, at in (("_at_k", f"first {figures[f'later_{name}']:.0f}:"), ("_at_2k", "twice as many:"), ("", "all:"))
    ]
    return f"share of later-growing {name} met, {'; '.join(parts)}"


def _default_cut(days: list[str]) -> str:
    first, last = (dt.date.fromisoformat(day) for day in (min(days), max(days)))
    return (first + (last - first) * _EARLIEST).isoformat()
