"""What an asker is told of how a question was understood, where it could have been understood otherwise."""

from collections.abc import Sequence
from datetime import date

from assistant.answering.dates import Period
from assistant.answering.values import Named
from assistant.domain.filters import Filters


def several_meant(text: str, named: Sequence[Named]) -> tuple[str, ...]:
    """Which products a word stands for that names several (净水器, of who sells two)."""
    return tuple(
        f"“{text[item.start : item.end]}”按这些产品统计：{'、'.join(item.values)}"
        for item in named
        if item.field == "product" and len(item.values) > 1
    )


def days_meant(
    filters: Filters,
    periods: Sequence[Period],
    held: tuple[str | None, str | None],
    counted_from: date | None,
    *,
    asking: bool,
) -> tuple[str, ...]:
    """The days meant, counted from `counted_from` where that is not today; `held` are the first and last day of the data."""
    first_day, last_day = held
    if not periods:
        return ()
    if not asking:
        return ("问题里的时间按客户原话理解，没有用来缩小范围",)
    notes = [f"时间范围按 {filters.since or '最早'} 至 {filters.until or '最近'} 统计"]
    if counted_from is not None:
        notes.append(f"数据止于 {counted_from.isoformat()}，相对时间从这一天往前算")
    if (last_day and filters.since and filters.since > last_day) or (
        first_day and filters.until and filters.until < first_day
    ):
        notes.append(f"所问时间在数据之外：现有数据为 {first_day} 至 {last_day}")
    return tuple(notes)
