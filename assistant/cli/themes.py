"""A theme for a reader at a terminal: its sheet and its lineage in lines."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_SHOWN = 5
_OTHERS = {"into": "into", "out_of": "out of", "themes": "from"}
_BARS = " ▁▂▃▄▅▆▇█"


def sheet_lines(sheet: Mapping[str, Any], lineage: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """What `theme_sheet` and `theme_lineage` found, the most telling first."""
    yield f"{sheet['theme_id']}  {sheet['title']}"
    yield f"  {sheet['customers']} customers, {sheet['records']} records; {sheet['deep_category']}; by {sheet['engine']}"
    if sheet["successor"]:
        yield f"  it is no more: its voices are in {sheet['successor']['theme_id']}  {sheet['successor']['title']}"
    if sheet["parent"]:
        yield f"  in {sheet['parent']['id']}  {sheet['parent']['title']}"
    for rung in ("definition", "surface", "secondary", "deep"):
        if sheet[rung]:
            yield f"  {rung:10} {sheet[rung]}"
    yield from _over_time(sheet)
    for wave in sheet["spikes"]:
        state = "over" if wave["over"] else "going on"
        yield f"  wave       {wave['since']} to {wave['until']}: {wave['observed']} for {wave['expected']:.1f}, {state}"
    for event in lineage:
        yield f"  lineage    {lineage_line(event)}"
    for voice in sheet["voices"][:_SHOWN]:
        yield f"  “{voice['quote']}”  {voice['channel']} {(voice['created_at'] or '')[:10]}"


def _over_time(sheet: Mapping[str, Any]) -> Iterator[str]:
    months, read, change = sheet["months"], sheet["read"], sheet["change"]
    if not months:
        return
    shares = [months[month] / read[month] if read[month] else 0.0 for month in months]
    most = max(shares) or 1.0
    bars = "".join(_BARS[round(share / most * (len(_BARS) - 1))] for share in shares)
    first, last = next(iter(months)), list(months)[-1]
    yield f"  {sheet['trend']:10} {first} {bars} {last}  (share of what was read, at most {most:.1%})"
    low, high = change["interval"]
    sure = "surely" if change["sure"] else "may be chance"
    yield (
        f"             last {change['months']} months {change['now']} of {change['read_now']}, before "
        f"{change['before']} of {change['read_before']}: {change['difference']:+.1%} "
        f"(95 %: {low:+.1%} to {high:+.1%}; p {change['p']:.3g}, {sure})"
    )


def lineage_line(event: Mapping[str, Any]) -> str:
    """One event: when, what, and which other themes it is about."""
    detail = event["detail"]
    said = [event["at"][:16].replace("T", " "), event["kind"]]
    if event["kind"] == "renamed":
        said.append(f"“{detail['from']}” → “{detail['to']}”")
    for name, word in _OTHERS.items():
        value = detail.get(name)
        ids = [value] if isinstance(value, str) else list(value or ())
        if ids:
            said.append(f"{word} " + ", ".join(_other(one, value, event["titles"]) for one in ids))
    if "insights" in detail:
        said.append(f"({len(detail['insights'])} insights)")
    if event.get("actor"):
        said.append(f"by {event['actor']}")
    if event.get("undone_at"):
        said.append("(undone)")
    return "  ".join(said)


def _other(theme_id: str, value: object, titles: Mapping[str, str]) -> str:
    count = f": {value[theme_id]}" if isinstance(value, Mapping) else ""
    return f"{theme_id} “{titles.get(theme_id, '?')}”{count}"
