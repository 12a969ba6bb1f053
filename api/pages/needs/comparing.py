"""Two periods side by side, as the address says which."""

from nicegui import ui

from api.pages.address import Address
from api.pages.doing import fetched, sentence_of
from api.pages.parts import box, button, fault, field, table, tag
from api.pages.visitor import Visit
from assistant.domain.counts import ComparedRow, Comparison
from assistant.domain.filters import Filters
from assistant.records.comparing import compare, group_of

_MOST = 15


async def compare_part(visit: Visit, address: Address, filters: Filters) -> None:
    """Two fields for periods, and what differs between them."""
    words = visit.words
    tag("h2", words("compare"))
    tag("p", words("compare_told"), "facts")
    with box("compare-row"):
        one = field(words("compare_one"), address.one)
        other = field(words("compare_other"), address.other)

        def go() -> None:
            ui.navigate.to(address.to(one=one().strip(), other=other().strip()))

        button(words("compare_go"), go, "first")
    if not (address.one and address.other):
        return
    try:
        found = await fetched(visit, lambda: _compared(visit, address, filters))
    except Exception as error:  # noqa: BLE001 - the page's door
        fault(words("not_loaded"), sentence_of(visit, error))
        return
    if found.overlap:
        tag("p", words("overlap", n=found.overlap), "warning")
    columns = [
        words("compare_theme"), words("share_one", one=address.one), words("share_one", one=address.other),
        words("difference"), words("interval"), words("verdict"),
    ]  # fmt: skip
    table(columns, [_row(visit, row) for row in found.rows[:_MOST]], words("compare"))


def _compared(visit: Visit, address: Address, filters: Filters) -> Comparison:
    groups = group_of(filters, visit.masked(address.one)), group_of(filters, visit.masked(address.other))
    return compare(visit.app.counting, "theme", *groups)


def _row(visit: Visit, row: ComparedRow) -> list[object]:
    words = visit.words
    said = "surely_more" if row.difference > 0 else "surely_less"
    verdict = "too_few" if row.too_few else said if row.significant else "not_sure"
    low, high = row.interval
    return [
        words.readable(row.label), words.percent(row.shares[0]), words.percent(row.shares[1]),
        round(100 * row.difference, 1), f"{100 * low:.1f} – {100 * high:.1f}", words(verdict),
    ]  # fmt: skip
