"""Themes put right by people: words, locks, merging, splitting, moving, and taking an edit back. For managers."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field

from api.deps import ActorDep, AppDep, FiltersDep, Limit, Offset
from api.shapes.themes import HealthOut, LineageEvent, ParentOut, PartOut, SpikeOut, ThemeChanged, ThemeEdit, ThemesTold
from api.wire import Asked, Name, Page
from assistant.bootstrap import App
from assistant.errors import UsageError
from assistant.pipeline.curating import parts_by_meaning, split_by_meaning
from assistant.pipeline.watching import theme_lineage, theme_spikes, themes_health
from assistant.records.curation import Edit
from assistant.records.membership import FLAGS
from assistant.records.repository import Repository
from assistant.records.views import theme_row

router = APIRouter(prefix="/v1/themes", tags=["themes"])

Words = Annotated[str, Field(max_length=400)]
Insights = Annotated[list[Name], Field(min_length=1, max_length=10_000)]


class ThemeChange(Asked):
    """What of a theme is to be written by hand, and whether it is locked or put away; at least one of them."""

    title: Words | None = None
    definition: Words | None = None
    surface: Words | None = None
    secondary: Words | None = None
    deep: Words | None = None
    deep_category: Words | None = None
    locked: bool | None = None
    archived: bool | None = None


class Merge(Asked):
    """Themes that become part of another one."""

    theme_ids: Annotated[list[Name], Field(min_length=1, max_length=1000)]
    into: Name


class Split(Asked):
    """Insights that become a theme of their own."""

    insight_ids: Insights
    title: Words


class Move(Asked):
    """Insights that belong into this theme."""

    insight_ids: Insights


@router.patch("/{theme_id}", response_model=ThemeChanged)
def change(app: AppDep, by: ActorDep, theme_id: str, wish: ThemeChange) -> dict[str, Any]:
    """Write a theme's words by hand, lock it or put it away; each is an edit of its own."""
    given = wish.model_dump(exclude_none=True)
    flags = {name: given.pop(name) for name in FLAGS if name in given}
    if not given and not flags:
        raise UsageError("nothing to change: give words, locked or archived")
    words = {name: _masked(app, text) for name, text in given.items()}
    edits = [_apply(app, lambda store: store.reword_theme(theme_id, words, by))] if words else []
    edits += [_flag(app, theme_id, name, value, by) for name, value in flags.items()]
    return {"edit_ids": [edit.id for edit in edits], **theme_row(app.store.theme(theme_id))}


@router.post("/merge", response_model=ThemesTold)
def merge(app: AppDep, by: ActorDep, wish: Merge) -> dict[str, Any]:
    """Put the members of themes into another one."""
    return _told(app, _apply(app, lambda store: store.merge_themes(wish.theme_ids, wish.into, by)))


@router.post("/{theme_id}/split", response_model=ThemesTold)
def split(app: AppDep, by: ActorDep, theme_id: str, wish: Split) -> dict[str, Any]:
    """Take insights out of a theme into a new one, which comes last in the answer."""
    title = _masked(app, wish.title)
    return _told(app, _apply(app, lambda store: store.split_theme(theme_id, wish.insight_ids, title, by)))


@router.get("/{theme_id}/parts", response_model=Page[PartOut])
def parts(app: AppDep, theme_id: str) -> Page[dict[str, Any]]:
    """The parts that a theme falls into, and the words they would bear; the first stays what it is. Nothing is changed."""
    found = [asdict(one) for one in parts_by_meaning(app.pipeline.context, theme_id)]
    return Page(items=found, total=len(found), next=None)


@router.post("/{theme_id}/parts", response_model=ThemesTold)
def part(app: AppDep, by: ActorDep, theme_id: str) -> dict[str, Any]:
    """Split a theme into the parts that its members' words fall into; they come last in the answer."""
    return _told(app, split_by_meaning(app.pipeline.context, theme_id, by))


@router.get("/{theme_id}/lineage", response_model=Page[LineageEvent])
def lineage(app: AppDep, theme_id: str) -> Page[dict[str, Any]]:
    """What happened to a theme, oldest first: founded, renamed, split, merged, and what people decided."""
    found = theme_lineage(app.store, theme_id)
    return Page(items=found, total=len(found), next=None)


@router.post("/{theme_id}/members", response_model=ThemesTold)
def move(app: AppDep, by: ActorDep, theme_id: str, wish: Move) -> dict[str, Any]:
    """Put insights into a theme, from wherever they are."""
    return _told(app, _apply(app, lambda store: store.move_insights(wish.insight_ids, theme_id, by)))


@router.get("/health", response_model=HealthOut)
def health(app: AppDep) -> dict[str, Any]:
    """Duplicates, overlaps, what is too wide or too thin, what has no theme, each with the edit that would mend it."""
    return asdict(themes_health(app.pipeline.context))


@router.get("/spikes", response_model=Page[SpikeOut])
def spikes(app: AppDep) -> Page[dict[str, Any]]:
    """Weeks in which a theme was far louder than usual, the latest first, with the quotes that made it."""
    found = theme_spikes(app.store)
    return Page(items=found, total=len(found), next=None)


@router.get("/parents", response_model=Page[ParentOut])
def parents(app: AppDep, filters: FiltersDep) -> Page[dict[str, Any]]:
    """The upper level of themes, counted as unions within the filters, most customers first."""
    found = [asdict(parent) for parent in app.store.theme_parents(filters)]
    return Page(items=found, total=len(found), next=None)


@router.get("/edits", response_model=Page[ThemeEdit])
def edits(app: AppDep, limit: Limit = 50, offset: Offset = 0) -> Page[dict[str, Any]]:
    """Who changed what about the themes, newest first."""
    items, total = app.store.theme_edits(limit, offset)
    more = offset + len(items)
    following = f"/v1/themes/edits?limit={limit}&offset={more}" if items and more < total else None
    return Page(items=items, total=total, next=following)


@router.post("/edits/{edit_id}/undo", response_model=ThemesTold)
def undo(app: AppDep, by: ActorDep, edit_id: str) -> dict[str, Any]:
    """Take an edit back."""
    return _told(app, _apply(app, lambda store: store.undo_edit(edit_id, by)))


def _masked(app: App, text: str) -> str:
    return app.mask(text)


def _flag(app: App, theme_id: str, name: str, value: bool, by: str) -> Edit:
    return _apply(app, lambda store: store.flag_theme(theme_id, name, value, by))


def _apply(app: App, wish: Callable[[Repository], Edit]) -> Edit:
    return app.pipeline.curate(wish)


def _told(app: App, edit: Edit) -> dict[str, Any]:
    return {"edit_id": edit.id, "themes": [theme_row(app.store.theme(theme_id)) for theme_id in edit.themes]}
