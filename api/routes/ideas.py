"""Ideas one by one: looking, votes, words, rejection, merging, and taking a decision back. Changes are for managers."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from fastapi.responses import HTMLResponse, PlainTextResponse
from pydantic import Field

from api.deps import ActorDep, AppDep, Limit, Offset, PrincipalDep, spoken_for
from api.once import PLACE
from api.shapes.ideas import IdeaChanged, IdeaEditOut, IdeasTold, IdeaWhole
from api.wire import Asked, Name, Page
from assistant.bootstrap import App
from assistant.errors import UsageError
from assistant.insight.portfolio import render_html, render_markdown
from assistant.pipeline.idea_sheet import idea_sheet, portfolio
from assistant.pipeline.judging_ideas import decide
from assistant.records.idea_desk import IdeaEdit
from assistant.records.repository import Repository

_TURNS = {("proposed", "rejected"), ("rejected", "proposed")}
router = APIRouter(prefix="/v1/ideas", tags=["ideas"])

Text = Annotated[str, Field(max_length=400)]
Lines = Annotated[list[Text], Field(max_length=8)]


class IdeaChange(Asked):
    """What of an idea is to be written by hand, or whether it is put away or brought back; at least one of them."""

    title: Text | None = None
    audience: Text | None = None
    job_to_be_done: Text | None = None
    concept: Text | None = None
    how_it_differs: Text | None = None
    route_why: Text | None = None
    changes_surface: Text | None = None
    changes_secondary: Text | None = None
    changes_deep: Text | None = None
    features: Lines | None = None
    assumptions: Lines | None = None
    tests: Lines | None = None
    next_needs: Lines | None = None
    nbn_type: Literal["new_product", "better_product", "new_customs"] | None = None
    route: Literal["own_rnd", "partner", "incubate"] | None = None
    status: Literal["proposed", "rejected"] | None = None
    why: Text | None = None
    """Why; with ``rejected`` it must be said."""
    by: Name | None = None


class Vote(Asked):
    """One person's vote: 1 for, -1 against, 0 takes it back."""

    value: Literal[-1, 0, 1]
    why: Text | None = None
    by: Name | None = None


class IdeaMerge(Asked):
    """Ideas that become part of another one."""

    idea_ids: Annotated[list[Name], Field(min_length=1, max_length=100)]
    into: Name
    why: Text | None = None
    by: Name | None = None


@router.get("/history", response_model=Page[IdeaEditOut])
def history(app: AppDep, limit: Limit = 50, offset: Offset = 0) -> Page[dict[str, Any]]:
    """Who decided what about ideas, newest first."""
    items, total = app.store.idea_history(None, limit, offset)
    more = offset + len(items)
    following = f"/v1/ideas/history?limit={limit}&offset={more}" if items and more < total else None
    return Page(items=items, total=total, next=following)


@router.get(
    "/portfolio",
    response_class=HTMLResponse,
    response_model=None,
    responses={200: {"content": {"text/markdown": {"schema": {"type": "string"}}}}},
)
def page(
    app: AppDep, form: Annotated[Literal["html", "md"], Query(alias="format")] = "html"
) -> HTMLResponse | PlainTextResponse:
    """All ideas on one page."""
    found, language = portfolio(app.pipeline.context), app.settings.language
    if form == "md":
        return PlainTextResponse(render_markdown(found, language), media_type="text/markdown")
    return HTMLResponse(render_html(found, language))


@router.post("/merge", response_model=IdeasTold)
def merge(app: AppDep, who: PrincipalDep, wish: IdeaMerge) -> dict[str, Any]:
    """Put ideas away as part of another one, which takes over their themes and evidence."""
    by = spoken_for(who, wish.by)
    return _told(app, _decide(app, lambda store: store.merge_ideas(wish.idea_ids, wish.into, _said(app, wish.why), by)))


@router.post("/edits/{edit_id}/undo", response_model=IdeasTold)
def undo(app: AppDep, by: ActorDep, edit_id: str) -> dict[str, Any]:
    """Take a decision back."""
    return _told(app, _decide(app, lambda store: store.undo_idea_edit(edit_id, by)))


@router.get("/{idea_id}", response_model=IdeaWhole)
def read(app: AppDep, idea_id: str) -> dict[str, Any]:
    """An idea whole: evidence, the parts of its score, votes and history."""
    return idea_sheet(app.store, idea_id)


@router.patch("/{idea_id}", response_model=IdeaChanged)
def change(app: AppDep, who: PrincipalDep, idea_id: str, wish: IdeaChange) -> dict[str, Any]:
    """Write an idea's words by hand, reject it with a reason, or bring it back; each is an edit of its own."""
    given = wish.model_dump(exclude_none=True, exclude={"why", "by", "status"})
    if not given and wish.status is None:
        raise UsageError("nothing to change: give words, lists, a type, a route or a status")
    words = {name: _masked(app, value) for name, value in given.items()}
    by, why = spoken_for(who, wish.by), _said(app, wish.why)
    if wish.status == "rejected" and not (why or "").strip():
        raise UsageError("say in `why` why it is rejected: later runs and other people are told")
    stands = idea_sheet(app.store, idea_id)["status"]
    if wish.status is not None and words and (stands, wish.status) not in _TURNS:
        raise UsageError(f"the idea is {stands} and can't become {wish.status}; its words were left as they are")
    edits = [_decide(app, lambda store: store.edit_idea(idea_id, words, why, by))] if words else []
    if wish.status == "rejected":
        edits.append(_decide(app, lambda store: store.reject_idea(idea_id, why or "", by)))
    elif wish.status == "proposed":
        edits.append(_decide(app, lambda store: store.restore_idea(idea_id, why, by)))
    return {"edit_ids": [edit.id for edit in edits], **idea_sheet(app.store, idea_id)}


@router.post("/{idea_id}/votes", status_code=201, response_model=IdeasTold, responses={201: {"headers": PLACE}})
def vote(app: AppDep, who: PrincipalDep, idea_id: str, wish: Vote, response: Response) -> dict[str, Any]:
    """Vote for or against an idea; the last vote of a person counts."""
    by = spoken_for(who, wish.by)
    edit = _decide(app, lambda store: store.vote_idea(idea_id, wish.value, _said(app, wish.why), by))
    response.headers["location"] = f"/v1/ideas/{idea_id}"
    return _told(app, edit)


def _decide(app: App, wish: Callable[[Repository], IdeaEdit]) -> IdeaEdit:
    return decide(app.pipeline.context, wish)


def _told(app: App, edit: IdeaEdit) -> dict[str, Any]:
    return {"edit_id": edit.id, "ideas": [idea_sheet(app.store, idea_id) for idea_id in edit.ideas]}


def _said(app: App, text: str | None) -> str | None:
    return None if text is None else app.mask(text)


def _masked(app: App, value: Any) -> Any:
    return [_said(app, line) for line in value] if isinstance(value, list) else _said(app, value)
