"""What the months say of a need, in sentences made of counts alone: its trend with the test that bears it, and why now."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files

from assistant.domain.vocabulary import TrendStatus, zh
from assistant.insight.members import Member
from assistant.insight.trends import Change


def monthly(members: Iterable[Member], months: Sequence[str]) -> list[int]:
    """Records of these members in each of some months (``YYYY-MM``)."""
    seen = {(m.created_at[:7], m.insight.record_id) for m in members if m.created_at}
    counts = dict.fromkeys(months, 0)
    for month, _ in seen:
        if month in counts:
            counts[month] += 1
    return list(counts.values())


def course_told(change: Change, language: str, *, aside: int = 0, sure: bool | None = None) -> str:
    """The trend in a sentence with the window and the figures of the very test that it stands on, so that the two agree.

    Args:
        aside: records of the latest months, and as many before, that were not counted among the read.
        sure: whether the change stands among all themes together too (`surely`); None: not said.
    """
    words = _words()[language]
    figures = words[_figures_of(change)].format(
        months=change.months, now=change.now, read_now=change.read_now, before=change.before,
        read_before=change.read_before, difference=_points(change.difference), low=_points(change.interval[0]),
        high=_points(change.interval[1]), all=change.all_months, slope=_points(change.slope, 2),
        slope_low=_points(change.slope_interval[0], 2), slope_high=_points(change.slope_interval[1], 2),
        said=change.said, read=change.read,
    )  # fmt: skip
    moves = change.trend not in ("steady", "too_few")
    name = change.trend if moves else f"{change.trend}_{change.ground}"
    told = [words[name].format(figures=figures, months=change.months)]
    if sure is not None and moves:
        told.append(words["sure" if sure else "unsure"])
    if aside:
        told.append(words["aside"].format(n=aside))
    return ("" if language == "zh" else " ").join(told)


def _figures_of(change: Change) -> str:
    if change.ground == "all_months":
        return "all_months"
    return "windows" if change.months and change.read_now and change.read_before else "bare"


def _points(share: float, places: int = 1) -> str:
    """A difference of shares in points with its sign; one that is not 0 is never rounded to 0."""
    while places < 4 and share and not round(100 * share, places):
        places += 1
    return f"{100 * share:+.{places}f}" if round(100 * share, places) else f"{0:.{places}f}"


@cache
def _words() -> Mapping[str, Mapping[str, str]]:
    text = files("assistant.insight").joinpath("data", "trend.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def why_now(trend: TrendStatus, change: Change, last_day: str | None, language: str = "zh") -> str:
    """The trend with the counts behind it, among all that was read; blank where nothing was counted by month.

    Args:
        last_day: when it was heard last.
    """
    if change.all_months < 2:
        return ""
    if language == "en":
        told = f"{trend.replace('_', ' ')} over {change.all_months} months: {change.now} records in the last {change.months} months (of {change.read_now} read)"
        told += f", {change.before} in the {change.months} before (of {change.read_before})"
        return f"{told}; last heard {last_day}" if last_day else told
    slow = trend in ("growing", "fading") and (change.difference > 0) != (trend == "growing")
    name = f"从 {change.all_months} 个月看{zh(trend)}" if slow else zh(trend)
    told = f"{name}：最近 {change.months} 个月 {change.now} 条（同期共读 {change.read_now} 条）"
    told += f"，再往前 {change.months} 个月 {change.before} 条（共读 {change.read_before} 条）"
    return f"{told}；最近一次在 {last_day}" if last_day else told
