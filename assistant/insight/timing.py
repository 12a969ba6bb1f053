"""Why now: what the months say of a need, in one sentence made of counts alone."""

from collections.abc import Iterable, Sequence

from assistant.domain.vocabulary import TrendStatus, zh
from assistant.insight.members import Member
from assistant.insight.trends import change_of


def monthly(members: Iterable[Member], months: Sequence[str]) -> list[int]:
    """Records of these members in each of some months (``YYYY-MM``)."""
    seen = {(m.created_at[:7], m.insight.record_id) for m in members if m.created_at}
    counts = dict.fromkeys(months, 0)
    for month, _ in seen:
        if month in counts:
            counts[month] += 1
    return list(counts.values())


def why_now(
    trend: TrendStatus, series: Sequence[int], read: Sequence[int], last_day: str | None, language: str = "zh"
) -> str:
    """The trend with the counts behind it; blank where nothing was counted by month.

    Args:
        series: records of the need by month, oldest first; `read`: all that was read in those months.
        last_day: when it was heard last.
    """
    if len(series) < 2:
        return ""
    change = change_of(series, read)
    if language == "en":
        told = f"{trend.replace('_', ' ')} over {len(series)} months: {change.now} records in the last {change.months} months (of {change.read_now} read)"
        told += f", {change.before} in the {change.months} before (of {change.read_before})"
        return f"{told}; last heard {last_day}" if last_day else told
    slow = trend in ("growing", "fading") and (change.difference > 0) != (trend == "growing")
    name = f"从 {len(series)} 个月看{zh(trend)}" if slow else zh(trend)
    told = f"{name}：最近 {change.months} 个月 {change.now} 条（同期共读 {change.read_now} 条）"
    told += f"，再往前 {change.months} 个月 {change.before} 条（共读 {change.read_before} 条）"
    return f"{told}；最近一次在 {last_day}" if last_day else told
