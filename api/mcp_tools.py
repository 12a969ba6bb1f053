"""The read-only tools of the MCP door, each a few lines over the application's own functions."""

import tomllib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from api.mcp_shapes import (
    LONGEST_PART,
    LONGEST_PASSAGE,
    MEMBERS,
    CountArgs,
    CountGiven,
    Given,
    NeedGiven,
    PassageGiven,
    ProposalGiven,
    ProposalsArgs,
    ProposalsGiven,
    RecordArgs,
    RecordGiven,
    SearchArgs,
    SearchGiven,
    ThemeArgs,
    ThemeGiven,
    ThemesArgs,
    ThemesGiven,
    ThemeWhole,
    VoiceGiven,
)
from api.wire import CountOut, FiltersOut, TotalsOut
from assistant.bootstrap import App
from assistant.domain.proposals import Proposal
from assistant.pipeline.watching import anything, theme_sheet
from assistant.records.views import record_detail, theme_row

A = TypeVar("A", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class ServedTool(Generic[A]):
    """A tool: its name, what it takes and gives, and what it does."""

    name: str
    takes: type[A]
    gives: type[Given]
    does: Callable[[App, A], Given]

    def call(self, app: App, given: A) -> Given:
        """The result for checked arguments, with the note on customers' words.

        Raises:
            VocError: there is no such thing, or the data can't be read.
        """
        return self.does(app, given).model_copy(update={"note": words()["server"]["note"]})

    @property
    def schema(self) -> dict[str, Any]:
        """JSON schema of what it takes, with the filters explained."""
        schema = self.takes.model_json_schema()
        for name, text in words()["filters"].items():
            if name in schema["properties"]:
                schema["properties"][name]["description"] = text
        return schema


@cache
def words() -> dict[str, Any]:
    """What clients are told: of the server, of each filter and of each tool."""
    return tomllib.loads((files("api") / "data" / "mcp.toml").read_text(encoding="utf-8"))


def _search(app: App, given: SearchArgs) -> SearchGiven:
    masked = app.mask(given.query)
    found = app.lookup.search(masked, given.to_filters(), given.limit, literally=given.literally, recent=given.recent)
    hits = [PassageGiven(**{**hit, "text": _short(hit["text"]), "cut": _cut(hit["text"])}) for hit in found.hits]
    asked = found.understood
    return SearchGiven(
        looked_for=asked.query, filters=FiltersOut.model_validate(asked.filters), remarks=list(asked.notes), hits=hits
    )


def _count(app: App, given: CountArgs) -> CountGiven:
    filters = given.to_filters()
    rows = app.counting.rows(given.by, filters)
    totals = TotalsOut.model_validate(app.counting.totals(filters))
    shown = [CountOut.model_validate(row) for row in rows[: given.limit]]
    return CountGiven(by=given.by, totals=totals, rows=shown, total=len(rows))


def _themes(app: App, given: ThemesArgs) -> ThemesGiven:
    found, total = app.store.list_themes(given.to_filters(), given.limit, given.offset)
    items = [ThemeGiven.model_validate(theme_row(theme)) for theme in found]
    return ThemesGiven(items=items, total=total, next_offset=_next(given.offset, items, total))


def _theme(app: App, given: ThemeArgs) -> ThemeWhole:
    if given.theme_id.startswith("tp_"):
        parent = anything(app.store, given.theme_id)
        return ThemeWhole.model_validate({**parent, "kind": "parent", "theme_id": parent["id"]})
    sheet = theme_sheet(app.store, given.theme_id)
    return ThemeWhole.model_validate(
        {
            **sheet,
            "kind": "theme",
            "months": dict(list(sheet["months"].items())[-MEMBERS:]),
            "spikes": sheet["spikes"][:5],
            "voices": [VoiceGiven.model_validate(voice) for voice in sheet["voices"][: given.voices]],
            "record_ids": sheet["record_ids"][:MEMBERS],
        }
    )


def _record(app: App, given: RecordArgs) -> RecordGiven:
    whole = record_detail(app.store, given.record_id)
    text, end = whole["text"], given.offset + LONGEST_PART
    needs = whole["insights"]
    return RecordGiven.model_validate(
        {
            **whole,
            "text": text[given.offset : end],
            "offset": given.offset,
            "total_chars": len(text),
            "next_offset": end if end < len(text) else None,
            "needs": [NeedGiven.model_validate(need) for need in needs[:MEMBERS]],
            "needs_total": len(needs),
        }
    )


def _proposals(app: App, given: ProposalsArgs) -> ProposalsGiven:
    found, total = app.store.list_proposals(given.to_filters(), given.limit, given.offset)
    items = [_proposal(one) for one in found]
    return ProposalsGiven(items=items, total=total, next_offset=_next(given.offset, items, total))


def _proposal(one: Proposal) -> ProposalGiven:
    return ProposalGiven.model_validate({**asdict(one), **asdict(one.coverage)})


def _short(text: str) -> str:
    return text if not _cut(text) else f"{text[:LONGEST_PASSAGE]}…"


def _cut(text: str) -> bool:
    return len(text) > LONGEST_PASSAGE


def _next(offset: int, items: Sequence[object], total: int) -> int | None:
    following = offset + len(items)
    return following if items and following < total else None


TOOLS: tuple[ServedTool[Any], ...] = (
    ServedTool("search_feedback", SearchArgs, SearchGiven, _search),
    ServedTool("count_feedback", CountArgs, CountGiven, _count),
    ServedTool("list_themes", ThemesArgs, ThemesGiven, _themes),
    ServedTool("get_theme", ThemeArgs, ThemeWhole, _theme),
    ServedTool("get_record", RecordArgs, RecordGiven, _record),
    ServedTool("list_proposals", ProposalsArgs, ProposalsGiven, _proposals),
)
"""In the order that clients list them."""
