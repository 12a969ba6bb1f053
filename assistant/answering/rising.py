"""What became more, or less, from one stretch of time to the next: themes, and words that mean one thing."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.answering.counted import Counted, rounded
from assistant.answering.kin import meanings_in
from assistant.answering.labels import period_label, query_text
from assistant.answering.ports import Counting, Store
from assistant.domain.answers import Chart, Figure, Plan, Point, Table
from assistant.domain.filters import Filters
from assistant.domain.statistics import newcombe
from vectorstore.text import meanings

_SAMPLE = 500
"""So many records of the later time are read for words that may have become more; those are then counted in all."""
_WORDS = 12
_SHOWN = 5
_MORE = "变多|增多|增加|多了|多起来|上升|上涨|涨了|变严重|更严重|恶化|冒出来|变高|升高|新增|多出来?|变差|更糟"
_LESS = "变少|减少|少了|降低|下降|降了|回落|好转|改善|缓解|消失|没有?了|不再|变好|变低"
_WHAT = r"(?:什么|啥|哪些?|哪个(?![月季周年])|哪类|哪几[个类种样])"


def _asked(turn: str) -> re.Pattern[str]:
    return re.compile(rf"{_WHAT}[^\s,，。;；]{{0,8}}?(?:{turn})|(?:{turn})(?:的|了)?(?:是|都)?{_WHAT}")


_FELL, _ROSE = _asked(_LESS), _asked(_MORE)


@dataclass(frozen=True, slots=True)
class _Changed:
    name: str
    before: int
    after: int
    how: str
    theme: str | None = None


def turn_asked(question: str) -> int | None:
    """1 where a question asks what became more, -1 where it asks what became less, None where it asks neither."""
    if _FELL.search(question):
        return -1
    return 1 if _ROSE.search(question) else None


def rising(plan: Plan, counting: Counting, store: Store, counted: Counted, turn: int = 1) -> None:
    """Figures of what grew most (`turn` 1) or fell most (-1) from the earliest of the plan's periods to the latest,
    in whichever order the question names them; the largest change of its share first.

    Each with both counts and the change of its share in points, with Newcombe's 95 % interval; where it holds nought, a
    warning says that it can't be told from chance.
    """
    in_order = sorted(plan.periods)
    spans = in_order[0], in_order[-1]
    early, late = (replace(plan.filters, since=a, until=b) for a, b in spans)
    bases = counting.totals(late).records, counting.totals(early).records
    most = late if turn > 0 else early
    found = [*_themes(counting, early, late), *_words(counting, store, early, late, most)]
    changed = [one for one in found if all(bases) and turn * (one.after * bases[1] - one.before * bases[0]) > 0]
    changed.sort(key=lambda one: turn * (one.before / bases[1] - one.after / bases[0]))
    first, last = (period_label(a, b) for a, b in spans)
    for label, filters, n in ((first, early, bases[1]), (last, late, bases[0])):
        counted.figures.append(Figure(f"{label} 反馈", n, "条", query_text("count records", filters)))
    named, unsure = "增加" if turn > 0 else "减少", []
    told = []
    for one in changed[:_SHOWN]:
        low, high = newcombe((one.after, one.before) if turn > 0 else (one.before, one.after), _turned(bases, turn))
        points = rounded(100 * turn * (one.after / bases[0] - one.before / bases[1]))
        after = Figure(f"{last} {one.name} 反馈", one.after, "条", query_text(one.how, late))
        before = Figure(f"{first} {one.name} 反馈", one.before, "条", query_text(one.how, early))
        shares = f"share of {last} - share of {first}" if turn > 0 else f"share of {first} - share of {last}"
        interval = rounded(100 * low), rounded(100 * high)
        change = Figure(f"{one.name} 占比{named}", points, "个百分点", shares, interval)
        counted.figures += (after, before, change)
        told.append((one.name, before, after, change))
        counted.themes += [one.theme] if one.theme else []
        unsure += [one.name] if low <= 0 else []
    if len(told) > 1:
        title = f"{last} 比 {first} 占比{named}的说法"
        columns = ("说法", f"{first}（条）", f"{last}（条）", f"占比{named}（百分点）")
        rows = tuple((name, a.value * 1.0, b.value * 1.0, c.value) for name, a, b, c in told)
        points_of = tuple(Point(name, change.value, change.interval) for name, _, _, change in told)
        counted.drawn = Table(title, columns, rows), Chart("bar", title, "个百分点", points_of)
    counted.of = "说法"
    if unsure:
        counted.warnings.append(f"{'、'.join(unsure)}的{named}说不准：区间里有 0，可能只是波动")
    if not changed:
        than = "高" if turn > 0 else "低"
        counted.warnings.append(f"{last} 没有哪个需求主题或说法比 {first} 占比更{than}")


def _turned(bases: tuple[int, int], turn: int) -> tuple[int, int]:
    return bases if turn > 0 else (bases[1], bases[0])


def _themes(counting: Counting, early: Filters, late: Filters) -> Iterator[_Changed]:
    """Every theme of either time, with its records in both."""
    before, after = (
        {row.key: (row.label, row.records) for row in counting.rows("theme", filters)} for filters in (early, late)
    )
    for key, (label, _) in {**before, **after}.items():
        was, became = (told.get(key, (label, 0))[1] for told in (before, after))
        yield _Changed(f"「{label}」", was, became, f"count records by theme = {key}", key)


def _words(counting: Counting, store: Store, early: Filters, late: Filters, most: Filters) -> Iterator[_Changed]:
    """Words of one meaning that the records of one of both times say `most`, counted in both."""
    records, _ = store.list_records(most, _SAMPLE)
    told: Counter[int] = Counter(number for record in records for number in meanings_in(record.text))
    for number, n in told.most_common(_WORDS):
        words = meanings()[number]
        if n > 1:
            before, after = (counting.mentions((), filters, any_of=words).records for filters in (early, late))
            yield _Changed(
                _called(words, counting, most), before, after, f"count records whose text holds {' or '.join(words)}"
            )


def _called(words: Sequence[str], counting: Counting, filters: Filters) -> str:
    """The word said most, and that others of its meaning are counted with it."""
    said = max(words, key=lambda word: (counting.mentions((word,), filters).records, -words.index(word)))
    return f"“{said}”等说法"
