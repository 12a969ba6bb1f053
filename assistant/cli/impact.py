"""The commands that count, rank and compare: stats, friction, delight, compare."""

from typing import Any

import click

from assistant.cli.filters import filter_options, filters_of
from assistant.cli.output import emit_json, json_option
from assistant.cli.store import opened
from assistant.cli.tables import Language, heading, percent, said, show_table, span
from assistant.domain.counts import ComparedRow, CountRow, ImpactRow
from assistant.domain.vocabulary import DIMENSIONS
from assistant.records.comparing import FEWEST, group_of
from assistant.records.comparing import compare as compare_groups
from assistant.records.impact import delight as rank_delight
from assistant.records.impact import friction as rank_friction
from assistant.records.impact_weights import read_weights

by_option = click.option("--by", type=click.Choice(DIMENSIONS), default="theme", show_default=True)
limit_option = click.option("--limit", type=click.IntRange(min=1), help="At most so many rows.")


@click.command()
@by_option
@filter_options
@limit_option
@json_option
def stats(by: Any, limit: int | None, as_json: bool, **values: Any) -> None:
    """Counted tables: records and customers per theme, product, segment, month …"""
    app = opened()
    filters = filters_of(values)
    counting = app.store.counting
    rows, totals = counting.rows(by, filters, limit=limit), counting.totals(filters)
    if as_json:
        emit_json({"by": by, "rows": rows, "totals": totals})
        return
    language = app.language
    sizes = ((totals.records, "records"), (totals.customers, "customers"), (totals.records_read, "read"))
    click.secho("  ".join(f"{heading(word, language)} {count}" for count, word in sizes), bold=True)
    compared = any(row.previous is not None for row in rows)
    show_table(
        ("records", "customers", "share", "interval", *(("before", "change") if compared else ()), by),
        [
            (row.records, row.customers, percent(row.share), span(row.interval),
             *((row.previous, _change(row, language)) if compared else ()),
             named(row, by, language))
            for row in rows
        ],
        language,
    )  # fmt: skip


@click.command()
@by_option
@filter_options
@limit_option
@json_option
def friction(by: Any, limit: int | None, as_json: bool, **values: Any) -> None:
    """What hurts customers most: count × severity × reach, and what came of it.

    Customers who came again within 7 or 30 days, escalated, may leave, or are of value weigh more; how much says
    impact.toml in the data directory.
    """
    app = opened()
    weights = read_weights(app.store.database.folder)
    rows = rank_friction(app.store.counting, by, filters_of(values), weights)
    if as_json:
        emit_json({"by": by, "weights": weights, "rows": rows[:limit], "total": len(rows)})
        return
    columns = ("score", "records", "customers", "severity", "reach", "again in 7 days", "in 30 days", "escalation")
    show_table(
        (*columns, "churn risk", "valued", by),
        [
            (f"{r.score:.1f}", r.records, r.customers, r.severity, percent(r.reach), r.repeat_7, r.repeat_30,
             r.escalation, r.churn_risk, r.valued, named(r, by, app.language))
            for r in rows[:limit]
        ],
        app.language,
    )  # fmt: skip


@click.command()
@by_option
@filter_options
@limit_option
@json_option
def delight(by: Any, limit: int | None, as_json: bool, **values: Any) -> None:
    """What customers praise most; one who recommends us counts twice."""
    app = opened()
    rows = rank_delight(app.store.counting, by, filters_of(values))
    if as_json:
        emit_json({"by": by, "rows": rows[:limit], "total": len(rows)})
        return
    show_table(
        ("score", "records", "customers", "reach", "advocates", "valued", by),
        [
            (
                f"{r.score:.0f}",
                r.records,
                r.customers,
                percent(r.reach),
                r.advocate,
                r.valued,
                named(r, by, app.language),
            )
            for r in rows[:limit]
        ],
        app.language,
    )


@click.command()
@click.argument("one")
@click.argument("other")
@by_option
@filter_options
@limit_option
@json_option
def compare(one: str, other: str, by: Any, limit: int | None, as_json: bool, **values: Any) -> None:
    """Two groups side by side, and which differences are more than chance.

    A group is a period (2026-08, 2026-07..2026-09) or NAME=VALUE[,NAME=VALUE]: voc compare 2026-08 2026-07, voc compare
    segment=dealer segment=consumer --by aspect. Filters hold for both.
    """
    app = opened()
    common = filters_of(values)
    found = compare_groups(app.store.counting, by, group_of(common, one), group_of(common, other))
    if as_json:
        emit_json(
            {
                "by": by,
                "groups": [one, other],
                "bases": found.bases,
                "overlap": found.overlap,
                "rows": found.rows[:limit],
            }
        )
        return
    language = app.language
    if found.overlap:
        click.echo(said("overlap", language, n=found.overlap), err=True)
    click.secho(said("bases", language, one=one, other=other, n=found.bases[0], m=found.bases[1]), bold=True)
    show_table(
        ("one", "other", "difference, points", "interval", "verdict", by),
        [
            (f"{percent(r.shares[0])} ({r.records[0]})", f"{percent(r.shares[1])} ({r.records[1]})",
             _points(r.difference), " … ".join(map(_points, r.interval)), _verdict(r, language), named(r, by, app.language))
            for r in found.rows[:limit]
        ],
        language,
    )  # fmt: skip


def named(row: CountRow | ImpactRow | ComparedRow, by: str, language: Language) -> str:
    """What a row is called: its label and key; in English the stored word alone, for it is English."""
    if row.label == row.key or (language == "en" and by != "theme"):
        return row.key
    return f"{row.label} ({row.key})"


def _points(share: float) -> str:
    """A difference of shares, in points of a hundred."""
    return f"{100 * share:+.1f}"


def _change(row: CountRow, language: Language) -> str:
    if row.change is None:
        return "-"
    return (
        heading("too few to tell", language) if max(row.records, row.previous or 0) < FEWEST else f"{row.change:+.0%}"
    )


def _verdict(row: ComparedRow, language: Language) -> str:
    words = "too few to tell" if row.too_few else "differs" if row.significant else "no difference seen"
    return heading(words, language)
