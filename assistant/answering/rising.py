"""What became more from one stretch of time to the next: themes, and words that mean one thing, by how much they grew."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.answering.counted import Counted, rounded
from assistant.answering.kin import meanings_in
from assistant.answering.labels import period_label, query_text
from assistant.answering.ports import Counting, Store
from assistant.answering.tabling import Row
from assistant.domain.answers import Figure, Plan
from assistant.domain.filters import Filters
from assistant.domain.statistics import newcombe
from vectorstore.text import meanings

_SAMPLE = 500
"""So many records of the later time are read for words that may have become more; those are then counted in all."""
_WORDS = 12
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class _Grown:
    name: str
    before: int
    after: int
    how: str
    theme: str | None = None


def rising(plan: Plan, counting: Counting, store: Store, counted: Counted) -> None:
    """Figures of what grew most between the plan's two periods, the largest growth of its share first.

    Each with both counts and the change of its share in points, with Newcombe's 95 % interval; where it holds nought, a
    warning says that it can't be told from chance.
    """
    early, late = (replace(plan.filters, since=a, until=b) for a, b in plan.periods[:2])
    bases = counting.totals(late).records, counting.totals(early).records
    found = [*_themes(counting, early, late), *_words(counting, store, early, late)]
    grown = [one for one in found if all(bases) and one.after * bases[1] > one.before * bases[0]]
    grown.sort(key=lambda one: one.before / bases[1] - one.after / bases[0])
    first, last = (period_label(a, b) for a, b in plan.periods[:2])
    for label, filters, n in ((first, early, bases[1]), (last, late, bases[0])):
        counted.figures.append(Figure(f"{label} 反馈", n, "条", query_text("count records", filters)))
    unsure = []
    for one in grown[:_SHOWN]:
        low, high = newcombe((one.after, one.before), bases)
        points = rounded(100 * (one.after / bases[0] - one.before / bases[1]))
        figures = (
            Figure(f"{last} {one.name} 反馈", one.after, "条", query_text(one.how, late)),
            Figure(f"{first} {one.name} 反馈", one.before, "条", query_text(one.how, early)),
            Figure(
                f"{one.name} 占比增加", points, "个百分点", f"share of {last} - share of {first}",
                (rounded(100 * low), rounded(100 * high)),
            ),
        )  # fmt: skip
        counted.figures += figures
        counted.rows.append(Row(one.name, figures[:1]))
        counted.themes += [one.theme] if one.theme else []
        unsure += [one.name] if low <= 0 else []
    counted.of = "说法"
    if unsure:
        counted.warnings.append(f"{'、'.join(unsure)}的增加说不准：区间里有 0，可能只是波动")
    if not grown:
        counted.warnings.append(f"{last} 没有哪个需求主题或说法比 {first} 占比更高")


def _themes(counting: Counting, early: Filters, late: Filters) -> Iterator[_Grown]:
    before = {row.key: row.records for row in counting.rows("theme", early)}
    for row in counting.rows("theme", late):
        how = f"count records by theme = {row.key}"
        yield _Grown(f"「{row.label}」", before.get(row.key, 0), row.records, how, row.key)


def _words(counting: Counting, store: Store, early: Filters, late: Filters) -> Iterator[_Grown]:
    """Words of one meaning that the later records say most, counted in both times."""
    records, _ = store.list_records(late, _SAMPLE)
    told: Counter[int] = Counter(number for record in records for number in meanings_in(record.text))
    for number, n in told.most_common(_WORDS):
        words = meanings()[number]
        if n > 1:
            before, after = (counting.mentions((), filters, any_of=words).records for filters in (early, late))
            yield _Grown(
                _called(words, counting, late), before, after, f"count records whose text holds {' or '.join(words)}"
            )


def _called(words: Sequence[str], counting: Counting, filters: Filters) -> str:
    """The word said most, and that others of its meaning are counted with it."""
    said = max(words, key=lambda word: (counting.mentions((word,), filters).records, -words.index(word)))
    return f"“{said}”等说法"
