"""Which year a time without one is of: the year that fits the rows around it, not one after the newest of them."""

from collections.abc import Iterable
from datetime import date

from assistant.intake.dates import lacks_year, read_moment, with_year

_SLACK = 31
"""Days that a row may lie after the newest one: where it stands right below that, or the table goes on after the sample."""
_NAMED = 5


class Years:
    """Gives the times of one table their year and day, and knows of which rows."""

    def __init__(self, as_of: date | None, sample: Iterable[object] = (), *, whole: bool = True) -> None:
        """`as_of` is the file's own day, after which nothing in it was written; `sample` holds the first times of its
        column, all of them where it is `whole`."""
        dated = [day for value in sample if (day := _day(value)) is not None]
        self._as_of = as_of
        self._next = dated[0] if dated else None
        self._last: date | None = None
        self._newest = max(dated, default=None)
        self._whole = whole
        self._rows: list[int] = []

    @property
    def rows(self) -> str:
        """``: rows 4, 9`` of the times that were given a year or a day, the first ones; empty where no row is known."""
        more = " …" if len(self._rows) > _NAMED else ""
        return f": row {', '.join(map(str, self._rows[:_NAMED]))}{more}" if self._rows else ""

    def given(self, at: str, line: int | None) -> str:
        """A time with its year and day; the time itself where it had them, or where nothing tells of which year it is.

        ``昨天`` and ``周一`` are counted back from the file's own day. ``8月3日`` is the one nearest to the last row
        with a year, or to the first of the table, and lies after neither the file's day nor the newest row, unless it stands below that.
        """
        as_of = self._as_of
        near = self._last or self._next
        last = with_year(at, as_of) if as_of else at
        if near is not None and lacks_year(at):
            last = self._nearest(at, near) or last
        if last != at and line is not None and line not in self._rows[-1:]:
            self._rows.append(line)
        return last

    def seen(self, moment: str) -> None:
        """Note the time of a row that had its year."""
        self._last = date.fromisoformat(moment[:10])
        self._newest = max(self._newest or self._last, self._last)

    def _nearest(self, at: str, near: date) -> str | None:
        found = {}
        for year in range(near.year - 4, near.year + 2):
            moment = read_moment(with_year(at, date(year, 12, 31)))
            if moment and moment[:4] == str(year) and self._may_be(day := date.fromisoformat(moment[:10])):
                found[abs((day - near).days)] = with_year(at, date(year, 12, 31))
        return found[min(found)] if found else None

    def _may_be(self, day: date) -> bool:
        """Below the newest row of a whole table a row may be as new as the file: apps leave out the year that they are in."""
        if self._as_of is not None and day > self._as_of:
            return False
        after = (day - self._newest).days if self._newest else 0
        if not self._whole:
            return after <= _SLACK
        if self._last != self._newest:
            return after <= 0
        return after <= _SLACK or self._as_of is not None


def _day(value: object) -> date | None:
    moment = read_moment(value)
    return date.fromisoformat(moment[:10]) if moment else None
