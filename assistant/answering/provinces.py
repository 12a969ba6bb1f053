"""Records counted by province, where regions are stored as province and city (广东深圳, 广东广州)."""

import re
from collections.abc import Iterable
from dataclasses import replace

from assistant.answering.counted import Counted, holding, share_of, tally
from assistant.answering.labels import query_text, scope_label
from assistant.answering.lexicon import Names, load_names
from assistant.answering.ports import Counting
from assistant.answering.tabling import TOTAL, Row, rest_name
from assistant.domain.answers import Figure

_PROVINCE = re.compile(r"(?:[各哪每几按分同的]|个|些)省(?!会|电|钱|事|心|力|气|水|油|时|得|下|了|吃|空)|省(?:份|级|别)")
_CITY = re.compile(r"城市|地市|(?:[各哪每几按分]|个|些)市")
_NOT_KNOWN = "unknown"


def asks_for_provinces(question: str) -> bool:
    """Whether it is asked by province and not by city; a province that is named (广东省) asks for none."""
    return _PROVINCE.search(question) is not None and _CITY.search(question) is None


def by_province(counting: Counting, counted: Counted, limit: int) -> None:
    """Rows of the provinces with the most records, at most `limit`, then one of all the rest, and the total.

    A region that begins with no province stands by itself. Customers are counted once in a province.
    """
    groups = _grouped(row.key for row in counting.rows("region", counted.filters) if row.key != _NOT_KNOWN)
    scope, (records, customers) = scope_label(counted.filters, counted.titles), counted.figures[:2]
    rows = []
    for province, regions in groups.items():
        only = replace(counted.filters, region=tuple(regions))
        told = tally(counting, counted.words, only)
        how = query_text(holding("count records", counted.words), only)
        share = share_of(f"{scope} 「{province}」占比", told.records, round(records.value), only)
        figures = (
            Figure(f"{scope} 「{province}」反馈", told.records, "条", how),
            Figure(
                f"{scope} 「{province}」客户", told.customers, "位", how.replace("records", "distinct customers", 1)
            ),
            share,
        )
        rows.append(Row(province, figures))
    rows.sort(key=lambda row: -row.figures[0].value)
    shown = [row for row in rows[:limit] if row.figures[0].value]
    counted.figures += [figure for row in shown for figure in row.figures]
    counted.rows, counted.of, counted.total = shown, "省份", Row(TOTAL, (records, customers))
    left = round(records.value - sum(row.figures[0].value for row in shown))
    if left > 0:
        name = rest_name(len(rows) - len(shown))
        named = "|".join(region for row in shown for region in groups[row.name])
        how = query_text(f"{holding('count records', counted.words)} by region none of {named}", counted.filters)
        share = share_of(f"{scope} 「{name}」占比", left, round(records.value), counted.filters)
        rest = Row(name, (Figure(f"{scope} 「{name}」反馈", left, "条", how), share))
        counted.rows = [*counted.rows, rest]
        counted.figures += rest.figures


def _grouped(regions: Iterable[str], names: Names | None = None) -> dict[str, list[str]]:
    """Province → its regions as they are stored."""
    known = {province for provinces in (names or load_names()).areas.values() for province in provinces}
    found: dict[str, list[str]] = {}
    for region in regions:
        province = next((one for one in known if region.startswith(one)), region)
        found.setdefault(province, []).append(region)
    return found
