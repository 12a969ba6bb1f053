"""The counted figures of a proposal: each with its label, its interval and how it was counted."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean

from assistant.domain.proposals import CountedFigure, Coverage, FigureUnit
from assistant.domain.statistics import wilson
from assistant.domain.vocabulary import SIGNAL_NAMES, zh
from assistant.insight.members import Member, count_customers, count_records, tally
from assistant.insight.wordlist import Language, phrase, section

MOST_PRODUCTS = 4
MOST_MONTHS = 6
"""Months that are told one by one, the latest."""
_WINDOW = 3
Months = Sequence[tuple[str, int, int]]
"""(month, records of the theme, records read), every month in order."""


@dataclass(frozen=True, slots=True)
class Friction:
    """The theme's part in all friction: negative records, with the 95 % Wilson interval of the share."""

    records: int
    of_records: int
    share: float
    interval: tuple[float, float]


@dataclass(slots=True)
class _Book:
    language: Language
    found: list[CountedFigure] = field(default_factory=list)

    def note(
        self,
        name: str,
        value: float,
        unit: FigureUnit,
        interval: tuple[float, float] | None = None,
        **words: object,
    ) -> None:
        kind, of, _ = name.partition(":")
        kind = "customers_of" if of and kind == "customers" else kind
        label = section(self.language, "figure")[kind].format(**words)
        how = section(self.language, "figure_how").get(kind, "").format(**words)
        self.found.append(CountedFigure(f"F{len(self.found) + 1}", name, label, value, unit, interval, how))

    def share(self, name: str, hits: int, of: int, **words: object) -> None:
        """A share in per cent with its interval; nothing where nothing was counted."""
        if of > 0:
            low, high = wilson(min(hits, of), of)
            self.note(name, percent(hits / of), "percent", (percent(low), percent(high)), hits=hits, of=of, **words)


def percent(share: float) -> float:
    """A share of one as per cent to one place."""
    return round(100 * share, 1)


def friction_of(members: Sequence[Member], negative_records: int) -> Friction:
    """The members' negative and mixed records among all such records."""
    records = count_records(m for m in members if m.insight.sentiment in ("negative", "mixed"))
    of_records = max(negative_records, records)
    low, high = wilson(records, of_records)
    share = records / of_records if of_records else 0.0
    return Friction(records, of_records, share, (low, high))


def friction_shares(friction: Mapping[str, object]) -> tuple[float, float, float] | None:
    """A proposal's part in all friction and the bounds of its interval, exact: who shows them rounds them, once.

    Counted anew, for proposals that were kept with rounded shares; None where nothing was counted.
    """
    records, of_records = friction.get("records"), friction.get("of_records")
    if not isinstance(records, int) or not isinstance(of_records, int) or of_records < 1:
        return None
    return records / of_records, *wilson(records, of_records)


def customers_by_segment(members: Sequence[Member]) -> tuple[tuple[str, int], ...]:
    """Segment → independent customers, most first."""
    counts: dict[str, set[str]] = {}
    for member in members:
        if member.segment:
            counts.setdefault(member.segment, set()).add(member.customer_key)
    return tuple(sorted(((s, len(c)) for s, c in counts.items()), key=lambda item: (-item[1], item[0])))


def count_figures(
    members: Sequence[Member],
    everyone: Sequence[Member],
    coverage: Coverage,
    friction: Friction,
    against: Mapping[str, int],
    months: Months,
    mentions: Mapping[str, int],
    language: Language,
) -> tuple[CountedFigure, ...]:
    """Everything a proposal may say a number of.

    Args:
        members: the members of the theme or themes.
        everyone: members of all themes, for those who have the products and did not say so.
        against: ``otherwise`` and ``indifferent`` → customers.
        months: the theme over the months.
        mentions: words of a brief → records that hold them.
    """
    book = _Book(language)
    low, high = (percent(bound) for bound in coverage.interval)
    book.note("records_read", coverage.records_read, "records")
    book.note("records", coverage.records_supporting, "records")
    book.note("customers", coverage.customers_supporting, "customers")
    book.note("share", percent(coverage.share), "percent", (low, high))
    for segment, n in customers_by_segment(members):
        book.note(f"customers:{segment}", n, "customers", segment=_word(segment, language))
    for product, n in tally(members, lambda m: m.product)[:MOST_PRODUCTS]:
        book.note(f"product:{product}", n, "records", product=product)
    for signal in SIGNAL_NAMES:
        n = count_customers(m for m in members if m.insight.signals.get(signal))
        book.note(f"signal:{signal}", n, "customers", signal=_word(signal, language))
    for chance in sorted({kind for m in members for kind in m.opportunities}):
        n = count_customers(m for m in members if chance in m.opportunities)
        book.note(f"opportunity:{chance}", n, "customers", opportunity=_word(chance, language))
    book.note("suggestions", count_customers(m for m in members if m.insight.suggestion), "customers")
    if members:
        book.note("severity", round(fmean(m.insight.severity for m in members), 1), "points")
    book.note("friction", friction.records, "records")
    book.share("friction_share", friction.records, friction.of_records)
    _heard(book, members, everyone)
    for stance in ("otherwise", "indifferent"):
        book.note(stance, against.get(stance, 0), "customers")
    _recent(book, months)
    for word, n in mentions.items():
        book.note(f"mention:{word}", n, "records", word=word)
    return tuple(book.found)


def _heard(book: _Book, members: Sequence[Member], everyone: Iterable[Member]) -> None:
    """Of the customers heard on the same products, how many voiced the need and how many did not."""
    products = {m.product for m in members if m.product}
    heard = {m.customer_key for m in everyone if m.product in products}
    if not heard:
        return
    voiced = {m.customer_key for m in members} & heard
    book.note("silent", len(heard - voiced), "customers")
    book.share("voiced_share", len(voiced), len(heard))


def _recent(book: _Book, months: Months) -> None:
    reach = min(_WINDOW, len(months) // 2)
    if not reach:
        return
    now, before = months[-reach:], months[-2 * reach : -reach]
    book.note("recent", sum(n for _, n, _ in now), "records", since=now[0][0], until=now[-1][0])
    book.note("before", sum(n for _, n, _ in before), "records", since=before[0][0], until=before[-1][0])
    for month, n, read in months[-MOST_MONTHS:]:
        book.note(f"month:{month}", n, "records", month=month, read=read)


def _word(word: str, language: Language) -> str:
    return zh(word) if language == "zh" else word.replace("_", " ")


def shown(figure: CountedFigure, language: Language) -> str:
    """A figure as a reader sees it: ``12 位客户`` or ``3.4%（95% 区间 2%–5.9%）``."""
    one = language == "en" and figure.value == 1 and figure.unit != "percent"
    text = phrase(language, f"unit_{figure.unit}{'_1' if one else ''}", value=_number(figure.value))
    if figure.interval is None:
        return text
    low, high = (_number(bound) for bound in figure.interval)
    return text + phrase(language, "interval_of", low=low, high=high)


def _number(value: float) -> str:
    return f"{value:.0f}" if float(value).is_integer() else f"{value:.1f}"
