"""What answering needs of the rest, and no more: counting, the store, the finder, the masker."""

from collections.abc import Collection, Sequence
from typing import Any, Protocol

from assistant.domain.answers import Answer
from assistant.domain.counts import CountRow, Totals
from assistant.domain.filters import Filters
from assistant.domain.ideas import Idea
from assistant.domain.insights import Insight
from assistant.domain.records import MaskedText, Record
from assistant.domain.themes import Theme, Voice
from assistant.domain.vocabulary import Dimension


class Counting(Protocol):
    """Counts in SQL over everything the filters leave; near-duplicates are folded."""

    def rows(self, by: Dimension, filters: Filters, *, limit: int | None = None) -> list[CountRow]:
        """Rows of one dimension, most records first (months in order of time)."""
        ...

    def totals(self, filters: Filters) -> Totals:
        """How much the filters leave."""
        ...

    def mentions(
        self, words: Sequence[str], filters: Filters, *, any_of: Sequence[str] = (), also: Sequence[str] = ()
    ) -> Totals:
        """As `totals`, of the records in which every one of the words stands letter for letter, one of `any_of`, and one of
        `also`."""
        ...


class Store(Protocol):
    """The truth, as far as an answer looks at it."""

    def record(self, any_id: str) -> Record:
        """The record of an id, ours or its own.

        Raises:
            NotFoundError: where there is none.
        """
        ...

    def records_by_id(self, ids: Sequence[str]) -> dict[str, Record]:
        """The records of some of our ids; those that are not there are left out."""
        ...

    def record_ids(self, filters: Filters) -> set[str] | None:
        """Ids the filters leave; None where nothing is narrowed."""
        ...

    def list_records(self, filters: Filters, limit: int | None, offset: int = 0) -> tuple[list[Record], int]:
        """A page of the records the filters leave, in the order of time, and how many there are."""
        ...

    def insights_of(self, record_ids: Sequence[str]) -> list[Insight]:
        """All insights of some records."""
        ...

    def list_insights(self, filters: Filters, limit: int | None, offset: int = 0) -> tuple[list[Insight], int]:
        """A page of the insights the filters leave, and how many there are."""
        ...

    def insight(self, insight_id: str) -> Insight | None:
        """One insight, or None."""
        ...

    def wishes(self, filters: Filters, limit: int) -> tuple[list[Insight], int]:
        """Insights with something the customer suggests or wishes, newest first, and how many records have one."""
        ...

    def ideas(self, filters: Filters, limit: int | None, offset: int = 0) -> tuple[list[Idea], int]:
        """A page of the ideas that nobody has put away, best first, and how many there are."""
        ...

    def themes(self) -> list[Theme]:
        """All themes, most records first."""
        ...

    def theme(self, any_id: str) -> Theme:
        """One theme.

        Raises:
            NotFoundError: where there is none.
        """
        ...

    def theme_voices(self, theme_id: str, limit: int) -> list[Voice]:
        """The most telling quotes of a theme."""
        ...

    def products(self) -> list[str]:
        """Product names as stored."""
        ...

    def models(self) -> list[str]:
        """Model names as stored."""
        ...

    def regions(self) -> list[str]:
        """Regions as stored."""
        ...

    def origins(self) -> list[str]:
        """Names of the data sets that records came in."""
        ...

    def first_day_of_version(self, version: str) -> str | None:
        """The first day on which a record names a version of software, such as 3.2; None where none does."""
        ...

    def span(self) -> tuple[str | None, str | None]:
        """First and last day of the data."""
        ...

    def save_answer(self, answer: Answer) -> None:
        """Keep an answer, so that feedback can point to it."""
        ...


class Hit(Protocol):
    """A passage found: a piece of a record's masked text."""

    @property
    def document_id(self) -> str:
        """The record it is of."""
        ...

    @property
    def start(self) -> int:
        """Where it begins in the record's text."""
        ...

    @property
    def end(self) -> int:
        """Where it ends."""
        ...

    @property
    def text(self) -> str:
        """Its words."""
        ...

    @property
    def score(self) -> float:
        """Higher is nearer; comparable within one search only."""
        ...


class Finder(Protocol):
    """Hybrid search over masked passages."""

    def search(self, query: str, *, allowed: Collection[str] | None, limit: int) -> Sequence[Hit]:
        """Passages nearest to the query, best first, of the allowed records (None = all)."""
        ...


class Masker(Protocol):
    """Takes personal data out of text."""

    def mask_text(self, text: str) -> tuple[MaskedText, Sequence[Any]]:
        """The text with every value masked, and where masks now stand."""
        ...
