"""Two periods side by side, as the address says which: usual pairs of months, before and after a day, or any two groups."""

import datetime as dt

from nicegui import ui

from api.pages import charts
from api.pages.address import Address
from api.pages.doing import fetched, sentence_of
from api.pages.parts import box, button, fault, field, link, table, tag
from api.pages.visitor import Visit
from assistant.domain.counts import ComparedRow, Comparison
from assistant.domain.filters import Filters
from assistant.records.comparing import compare, group_of

_MOST = 15
Span = tuple[str | None, str | None]


async def compare_part(visit: Visit, address: Address, filters: Filters) -> None:
    """The usual pairs, two fields for others, and what differs between the two that are asked for."""
    words = visit.words
    first, last = await fetched(visit, visit.app.store.span)
    with box("sheet-flat", "section", id="compare"):
        tag("h2", words("compare"))
        tag("p", words("compare_told"), "facts")
        with box("presets", "nav", aria_label=words("compare")):
            for name, one, other in pairs_of((first, last)):
                here = (address.one, address.other) == (one, other)
                link(words(f"compare_{name}", one=one, other=other), f"{address.to(one=one, other=other)}#compare",
                     "button preset", aria_current="true" if here else None)  # fmt: skip
            _by_day(visit, address, (first, last))
        _freely(visit, address)
        if address.one and address.other:
            await _shown(visit, address, filters)
    ui.run_javascript("if (location.hash === '#compare') document.getElementById('compare')?.scrollIntoView()")


def pairs_of(span: Span) -> list[tuple[str, str, str]]:
    """(name, period, what it is compared with): the last month with data and those before; none that no data reaches."""
    first, last = span
    if not first or not last:
        return []
    this, start = dt.date.fromisoformat(last).replace(day=1), first[:7]
    found = [
        ("months", _month(this), _month(_back(this, 1))),
        (
            "quarters",
            f"{_month(_back(this, 2))}..{_month(this)}",
            f"{_month(_back(this, 5))}..{_month(_back(this, 3))}",
        ),
        ("years", _month(this), _month(_back(this, 12))),
    ]
    return [pair for pair in found if pair[2][-7:] >= start]


def _back(month: dt.date, months: int) -> dt.date:
    count = month.year * 12 + month.month - 1 - months
    return dt.date(count // 12, count % 12 + 1, 1)


def _month(day: dt.date) -> str:
    return day.isoformat()[:7]


def halves(span: Span, day: str) -> tuple[str, str] | None:
    """(from the day on, before it) within what there is data of; None where one would be empty, or that is no day."""
    first, last = span
    try:
        before = dt.date.fromisoformat(day) - dt.timedelta(days=1)
    except (ValueError, OverflowError):
        return None
    if not first or not last or not first < day <= last:
        return None
    return f"{day}..{last}", f"{first}..{before.isoformat()}"


def _by_day(visit: Visit, address: Address, span: Span) -> None:
    words = visit.words
    parted = address.one[:10] if halves(span, address.one[:10]) == (address.one, address.other) else ""
    with box("preset-day", "label"):
        tag("span", words("compare_day"))
        made = tag("input", "", type="date", value=parted, min=span[0], max=span[1])

    def go(day: str) -> None:
        if (found := halves(span, day)) is not None:
            ui.navigate.to(f"{address.to(one=found[0], other=found[1])}#compare")

    made.on("change", lambda event: go(str(event.args)), js_handler="(event) => emit(event.target.value)")


def _freely(visit: Visit, address: Address) -> None:
    words = visit.words
    with tag("details"):
        tag("summary", words("compare_freely"))
        tag("p", words("compare_how"), "facts")
        with box("compare-row"):
            one = field(words("compare_one"), address.one)
            other = field(words("compare_other"), address.other)

            def go() -> None:
                ui.navigate.to(f"{address.to(one=one().strip(), other=other().strip())}#compare")

            button(words("compare_go"), go, "first")


async def _shown(visit: Visit, address: Address, filters: Filters) -> None:
    words = visit.words
    try:
        found = await fetched(visit, lambda: _compared(visit, address, filters))
    except Exception as error:  # noqa: BLE001 - the page's door
        fault(words("not_loaded"), sentence_of(visit, error))
        return
    told = words("compared", one=words.readable(address.one), other=words.readable(address.other))
    tag("h3", told, "compared")
    if found.overlap:
        tag("p", words("overlap", n=found.overlap), "warning")
    rows = [row for row in found.rows if not row.too_few][:_MOST] or list(found.rows[:_MOST])
    made = ui.echart(charts.differences([(words.readable(row.label), row.difference, row.interval, _sureness(row))
                                         for row in rows], words("difference"))).classes("chart")  # fmt: skip
    made.style(f"height:{64 + 30 * len(rows)}px")
    made.props["role"], made.props["aria-label"] = "img", words("chart_of", title=told)
    tag("p", words("difference_told"), "facts")
    columns = [
        words("compare_theme"), words("share_one", one=address.one), words("share_one", one=address.other),
        words("difference"), words("interval"), words("verdict"),
    ]  # fmt: skip
    with tag("details"):
        tag("summary", words("as_table"))
        table(columns, [_row(visit, row) for row in found.rows[:_MOST]], words("compare"))


def _sureness(row: ComparedRow) -> charts.Sureness:
    """``alone``: its own interval leaves out 0, but among so many themes that may come by chance."""
    if row.significant:
        return "sure"
    low, high = row.interval
    return "alone" if not row.too_few and (low > 0 or high < 0) else "open"


def _compared(visit: Visit, address: Address, filters: Filters) -> Comparison:
    groups = group_of(filters, visit.masked(address.one)), group_of(filters, visit.masked(address.other))
    return compare(visit.app.counting, "theme", *groups)


def _row(visit: Visit, row: ComparedRow) -> list[object]:
    words = visit.words
    way, sureness = ("more" if row.difference > 0 else "less"), _sureness(row)
    verdict = {"sure": f"surely_{way}", "alone": f"alone_{way}"}.get(sureness, "not_sure")
    verdict = "too_few" if row.too_few else verdict
    low, high = row.interval
    return [
        words.readable(row.label), words.percent(row.shares[0]), words.percent(row.shares[1]),
        round(100 * row.difference, 1), f"{100 * low:.1f} – {100 * high:.1f}", words(verdict),
    ]  # fmt: skip
