"""What the tools of the MCP door take and give: arguments checked like any request, results of bounded size."""

from typing import Annotated, Any, Literal

from pydantic import Field

from api.wire import Asked, CountOut, FiltersAsked, FiltersOut, Name, TotalsOut, Wire
from assistant.domain.vocabulary import Dimension

LONGEST_PASSAGE = 800
"""Characters of a passage found that are given; `get_record` has the rest."""
LONGEST_PART = 12_000
"""Characters of a record's text given at a time."""
MEMBERS = 50
"""Ids of a theme's records, insights of a record, months of a theme that are given at most; each is told how many there are."""

Offset = Annotated[int, Field(ge=0, le=1_000_000, description="items to skip")]


class SearchArgs(FiltersAsked):
    """Arguments of `search_feedback`."""

    query: Annotated[str, Field(min_length=1, max_length=800, description="what to look for, in any words")]
    limit: Annotated[int, Field(ge=1, le=50)] = 10
    literally: Annotated[bool, Field(description="read no dates, products or groups out of the query")] = False
    recent: Annotated[bool, Field(description="put the newer of what is about equally near first")] = False


class CountArgs(FiltersAsked):
    """Arguments of `count_feedback`."""

    by: Dimension = "theme"
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class ThemesArgs(FiltersAsked):
    """Arguments of `list_themes`."""

    limit: Annotated[int, Field(ge=1, le=100)] = 20
    offset: Offset = 0


class ThemeArgs(Asked):
    """Arguments of `get_theme`."""

    theme_id: Annotated[Name, Field(description="th_… or tp_…")]
    voices: Annotated[int, Field(ge=0, le=20, description="quotes at most")] = 5


class RecordArgs(Asked):
    """Arguments of `get_record`."""

    record_id: Annotated[Name, Field(description="its own id, or ours (r_…)")]
    offset: Annotated[int, Field(ge=0, le=100_000_000, description="characters of the text to skip")] = 0


class ProposalsArgs(FiltersAsked):
    """Arguments of `list_proposals`."""

    limit: Annotated[int, Field(ge=1, le=50)] = 10
    offset: Offset = 0


class Given(Wire):
    """Base of every result; `note` says what the words of customers in it are."""

    note: str = ""


class PassageGiven(Wire):
    """A passage found; `cut` where the record's own text goes on."""

    record_id: str
    external_id: str
    score: float
    text: str
    cut: bool
    channel: str
    product: str | None
    created_at: str | None
    repeats: list[str]


class SearchGiven(Given):
    """Result of `search_feedback`, and how the query was understood."""

    looked_for: str
    filters: FiltersOut
    remarks: list[str]
    hits: list[PassageGiven]


class CountGiven(Given):
    """Result of `count_feedback`; `total` rows there are, of which the first are given."""

    by: Dimension
    totals: TotalsOut
    rows: list[CountOut]
    total: int


class ThemeGiven(Wire):
    """A theme in a list."""

    theme_id: str
    title: str
    definition: str
    surface: str
    secondary: str
    deep: str
    deep_category: str
    records: int
    customers: int
    trend: str
    parent_id: str | None
    engine: str


class ThemesGiven(Given):
    """Result of `list_themes`."""

    items: list[ThemeGiven]
    total: int
    next_offset: int | None


class VoiceGiven(Wire):
    """A quote and where it stands."""

    record_id: str
    quote: str
    start: int
    end: int
    channel: str
    product: str | None
    segment: str | None
    created_at: str | None


class ThemeWhole(Given):
    """Result of `get_theme`: a theme, or a parent with its children's ids."""

    kind: Literal["theme", "parent"]
    theme_id: str
    title: str
    definition: str
    records: int
    customers: int
    engine: str
    surface: str | None = None
    secondary: str | None = None
    deep: str | None = None
    standing: dict[str, str] | None = None
    deep_category: str | None = None
    trend: str | None = None
    parent_id: str | None = None
    children: tuple[str, ...] = ()
    months: dict[str, int] | None = None
    change: dict[str, Any] | None = None
    spikes: tuple[dict[str, Any], ...] = ()
    voices: tuple[VoiceGiven, ...] = ()
    record_ids: tuple[str, ...] = ()
    successor: dict[str, str] | None = None


class NeedGiven(Wire):
    """A need read out of a record."""

    insight_id: str
    theme_id: str | None
    surface: str
    secondary: str
    deep: str
    deep_category: str
    aspect: str
    sentiment: str
    severity: int
    quote: str
    start: int
    end: int
    suggestion: str | None
    engine: str


class RecordGiven(Given):
    """Result of `get_record`: a part of its text, which begins at `offset`, and what was read out of it."""

    record_id: str
    external_id: str
    channel: str
    created_at: str | None
    product: str | None
    model: str | None
    segment: str | None
    region: str | None
    customer_id: str | None
    rating: float | None
    status: str | None
    title: str | None
    text: str
    offset: int
    total_chars: int
    next_offset: int | None
    needs: list[NeedGiven]
    needs_total: int


class ProposalGiven(Wire):
    """A proposal in a list."""

    id: str
    title: str
    nbn_type: str
    status: str
    engine: str
    summary: str
    need_ladder: dict[str, Any]
    records_read: int
    records_supporting: int
    customers_supporting: int


class ProposalsGiven(Given):
    """Result of `list_proposals`."""

    items: list[ProposalGiven]
    total: int
    next_offset: int | None
