"""How much there is, what is new, grows or is louder than usual, and what hurts most."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from api.pages.address import Address
from api.pages.parts import box, facts, link, table, tag
from api.pages.visitor import Visit
from assistant.domain.counts import ImpactRow, Totals
from assistant.domain.filters import Filters
from assistant.domain.themes import Theme
from assistant.pipeline.trending import lately_founded
from assistant.pipeline.watching import theme_spikes
from assistant.records.impact import friction
from assistant.records.impact_weights import read_weights

_MOST = 6
_RANKED = 10
_NEW_DAYS = 30
"""Days for which a theme that a later import brought is shown as new."""


@dataclass(frozen=True, slots=True)
class Sums:
    """What the filters leave, in how many themes; insights in none; from when to when there is data."""

    totals: Totals
    themes: int
    unplaced: int
    span: tuple[str | None, str | None]


@dataclass(frozen=True, slots=True)
class Moves:
    """What moves: themes that are new or grow, and waves, the latest first."""

    new: list[Theme]
    """Nobody voiced them before the last months, or a later import brought them (`found`)."""
    found: frozenset[str]
    growing: list[Theme]
    waves: list[dict[str, Any]]


def sums(visit: Visit, filters: Filters) -> Sums:
    """How much the filters leave."""
    themes = visit.app.store.list_themes(filters, 1)[1]
    counting = visit.app.counting
    return Sums(counting.totals(filters), themes, counting.unplaced(filters), visit.app.store.span())


def tiles(visit: Visit, found: Sums) -> None:
    """Show them."""
    words, totals, unplaced, (first, last) = visit.words, found.totals, found.unplaced, found.span
    read = totals.records_read / totals.records if totals.records else 0.0
    if first and last:
        facts(words("span", first=first, last=last))
    shown = [
        (words("records"), f"{totals.records:,}", ""),
        (words("customers"), f"{totals.customers:,}", ""),
        (words("coverage"), words.percent(read), words("coverage_told", n=totals.records, read=totals.records_read)),
        (words("insights"), f"{totals.insights:,}", words("unplaced_told", n=unplaced) if unplaced else ""),
        (words("themes"), f"{found.themes:,}", ""),
    ]
    with tag("dl", "", "tiles"):
        for name, value, told in shown:
            with box("tile"):
                tag("dt", name)
                tag("dd", value)
                if told:
                    tag("dd", told, "facts")


def moves(visit: Visit, filters: Filters) -> Moves:
    """What moves among the themes that the filters leave."""
    themes, _ = visit.app.store.list_themes(filters, None)
    left = {theme.id for theme in themes}
    waves = [wave for wave in theme_spikes(visit.app.store) if wave["theme_id"] in left]
    since = (dt.datetime.now(dt.UTC) - dt.timedelta(days=_NEW_DAYS)).isoformat(timespec="seconds")
    found = lately_founded(visit.app.store, since)
    new = [one for one in themes if one.trend == "new" or one.id in found]
    return Moves(new, found, [one for one in themes if one.trend == "growing"], waves)


def moves_part(visit: Visit, address: Address, found: Moves) -> None:
    """Show it, side by side."""
    words = visit.words
    with box("three"):
        for name, themes in (("new", found.new), ("growing", found.growing)):
            with box("sheet-flat", "section"):
                tag("h2", words(f"{name}_themes"))
                if not themes:
                    tag("p", words(f"none_{name}"), "facts")
                for theme in themes[:_MOST]:
                    with box("line"):
                        link(words.readable(theme.title), address.to(theme=theme.id))
                        told = words("counts", records=theme.records, customers=theme.customers)
                        came = name == "new" and theme.trend != "new" and theme.id in found.found
                        facts(told, words("newly_found") if came else None)
        with box("sheet-flat", "section"):
            tag("h2", words("waves"))
            if not found.waves:
                tag("p", words("none_waves"), "facts")
            for wave in found.waves[:_MOST]:
                _wave(visit, address, wave)


def _wave(visit: Visit, address: Address, wave: dict[str, Any]) -> None:
    words = visit.words
    with box("line"):
        link(words.readable(wave["title"]), address.to(theme=wave["theme_id"]))
        usual = f"{wave['expected']:.1f}"
        told = words("wave_told", since=wave["since"], until=wave["until"], n=wave["observed"], usual=usual)
        state = words("wave_over" if wave["over"] else "wave_on")
        facts(told, state)


def friction_rows(visit: Visit, filters: Filters) -> list[ImpactRow]:
    """What hurts most, the worst first."""
    weights = read_weights(visit.app.store.database.folder)
    return friction(visit.app.counting, "theme", filters, weights)[:_RANKED]


def friction_part(visit: Visit, address: Address, rows: list[ImpactRow]) -> None:
    """Show it as bars that are read like a table."""
    words = visit.words
    tag("h2", words("friction"))
    if not rows:
        tag("p", words("no_friction"), "facts")
        return
    again = any(row.repeat_30 for row in rows)
    tag("p", words("friction_told") + ("" if again else f" {words('none_again')}"), "facts")
    highest = max(row.score for row in rows) or 1.0
    with tag("ol", "", "bars"):
        for row in rows:
            with tag("li"):
                with box("bar-top"):
                    link(words.readable(row.label), address.to(theme=row.key))
                    tag("span", f"{row.score:.0f}", "number")
                box("bar").style(f"width:{100 * row.score / highest:.1f}%")
                facts(
                    words("counts", records=row.records, customers=row.customers),
                    f"{words('severity')} {row.severity:.1f}",
                    f"{words('repeat')} {row.repeat_30}" if again else None,
                    f"{words('risk')} {row.churn_risk}",
                )
    with tag("details"):
        tag("summary", words("as_list"))
        columns = ["compare_theme", "score", "customers", "severity", *(["repeat"] if again else []), "risk"]
        shown = [
            (words.readable(one.label), round(one.score, 1), one.customers, round(one.severity, 1),
             *([one.repeat_30] if again else []), one.churn_risk)
            for one in rows
        ]  # fmt: skip
        table([words(name) for name in columns], shown, words("friction"))
