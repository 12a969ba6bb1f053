"""A theme for a reader at a terminal: its sheet and its lineage in lines."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from assistant.cli.tables import Language, heading, percent, said, width, word

_SHOWN = 5
_OTHERS = ("into", "out_of", "themes")
_BARS = " ▁▂▃▄▅▆▇█"
_NAMES = 12
"""Columns that the names of what a theme has take."""


def sheet_lines(sheet: Mapping[str, Any], lineage: Sequence[Mapping[str, Any]], language: Language) -> Iterator[str]:
    """What `theme_sheet` and `theme_lineage` found, the most telling first."""
    yield f"{sheet['theme_id']}  {sheet['title']}"
    yield "  " + said(
        "theme_counts", language, customers=sheet["customers"], records=sheet["records"],
        category=word(sheet["deep_category"], language), engine=word(sheet["engine"], language),
    )  # fmt: skip
    if sheet["successor"]:
        yield "  " + said("theme_gone", language, id=sheet["successor"]["theme_id"], title=sheet["successor"]["title"])
    if sheet["parent"]:
        yield "  " + said("theme_in", language, id=sheet["parent"]["id"], title=sheet["parent"]["title"])
    for rung in ("definition", "surface", "secondary", "deep"):
        if sheet[rung]:
            yield _line(heading(rung, language), sheet[rung])
    yield from _over_time(sheet, language)
    for wave in sheet["spikes"]:
        told = said(
            "theme_wave", language, since=wave["since"], until=wave["until"], observed=wave["observed"],
            expected=f"{wave['expected']:.1f}", state=said("wave_over" if wave["over"] else "wave_on", language),
        )  # fmt: skip
        yield _line(said("wave", language), told)
    for event in lineage:
        yield _line(said("lineage", language), lineage_line(event, language))
    for voice in sheet["voices"][:_SHOWN]:
        yield f"  “{voice['quote']}”  {word(voice['channel'], language)} {(voice['created_at'] or '')[:10]}"


def _line(name: str, told: str) -> str:
    return f"  {name}{' ' * max(1, _NAMES - width(name))}{told}"


def _over_time(sheet: Mapping[str, Any], language: Language) -> Iterator[str]:
    months, read, change = sheet["months"], sheet["read"], sheet["change"]
    if not months:
        return
    shares = [months[month] / read[month] if read[month] else 0.0 for month in months]
    most = max(shares) or 1.0
    bars = "".join(_BARS[round(share / most * (len(_BARS) - 1))] for share in shares)
    first, last = next(iter(months)), list(months)[-1]
    at_most = said("theme_share", language, most=percent(max(shares)))
    yield _line(str(word(sheet["trend"], language)).replace("_", " "), f"{first} {bars} {last}  {at_most}")
    yield _line("", change["told"][language])


def lineage_line(event: Mapping[str, Any], language: Language) -> str:
    """One event: when, what, and which other themes it is about."""
    detail = event["detail"]
    told = [event["at"][:16].replace("T", " "), said(f"event_{event['kind']}", language)]
    if event["kind"] == "renamed":
        told.append(f"“{detail['from']}” → “{detail['to']}”")
    for name in _OTHERS:
        value = detail.get(name)
        ids = [value] if isinstance(value, str) else list(value or ())
        if ids:
            others = ", ".join(_other(one, value, event["titles"]) for one in ids)
            told.append(said(f"event_{name}", language, themes=others))
    if "insights" in detail:
        told.append(said("event_insights", language, n=len(detail["insights"])))
    if event.get("actor"):
        told.append(said("event_by", language, actor=event["actor"]))
    if event.get("undone_at"):
        told.append(said("undone", language))
    return "  ".join(told)


def _other(theme_id: str, value: object, titles: Mapping[str, str]) -> str:
    count = f": {value[theme_id]}" if isinstance(value, Mapping) else ""
    return f"{theme_id} “{titles.get(theme_id, '?')}”{count}"
