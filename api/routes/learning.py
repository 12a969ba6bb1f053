"""Learning from use: thumbs and comments, good answers pinned, and the questions that our data cannot tell."""

from typing import Any

from fastapi import APIRouter, Request

from api.answer_wire import FeedbackIn, PinIn
from api.deps import AppDep, Limit, Offset, UserDep
from api.paging import page_of
from api.shapes.told import FeedbackOut, PinnedNow, PinOut, UnansweredOut, UnpinnedOut
from api.wire import Page

router = APIRouter(prefix="/v1", tags=["learn"])


@router.post("/feedback", status_code=201)
def give_feedback(app: AppDep, user: UserDep, given: FeedbackIn) -> FeedbackIn:
    """Note whether an answer helped, and who says so; the comment is masked before it is kept."""
    comment = app.mask(given.comment) if given.comment else None
    app.store.save_feedback(given.answer_id, given.verdict, comment, app.mask(user))
    return given.model_copy(update={"comment": comment})


@router.get("/feedback", response_model=Page[FeedbackOut])
def feedback(app: AppDep, request: Request, limit: Limit = 50, offset: Offset = 0) -> Page[dict[str, Any]]:
    """Thumbs and comments, whose they are, with the question and answer they are on, the newest first."""
    items, total = app.store.list_feedback(limit, offset)
    return page_of(request, items, total, offset)


@router.get("/unanswered", response_model=Page[UnansweredOut])
def unanswered(
    app: AppDep, request: Request, limit: Limit = 50, offset: Offset = 0, answered: bool = False
) -> Page[dict[str, Any]]:
    """What our data cannot tell: questions refused, turned away or voted down, those asked most often first; or those that
    have been `answered` well since, with the day."""
    items, total = app.store.list_unanswered(limit, offset, answered=answered)
    return page_of(request, items, total, offset)


@router.post("/pins", status_code=201, response_model=PinnedNow)
def pin(app: AppDep, user: UserDep, wish: PinIn) -> dict[str, Any]:
    """Pin a good answer: it is given again when the same is asked, as long as its quotes and figures stand."""
    answer = app.pins.pin(wish.answer_id, app.mask(user))
    return {"answer_id": answer.id, "question": answer.question}


@router.get("/pins", response_model=Page[PinOut])
def pinned(app: AppDep, request: Request, limit: Limit = 50, offset: Offset = 0) -> Page[dict[str, Any]]:
    """Pinned answers, who pinned them and when, the newest first."""
    items, total = app.store.list_pinned(limit, offset)
    return page_of(request, items, total, offset)


@router.delete("/pins/{answer_id}", response_model=UnpinnedOut)
def unpin(app: AppDep, answer_id: str) -> dict[str, str]:
    """Take the pin off an answer, or off the one that it repeats."""
    app.pins.unpin(answer_id)
    return {"unpinned": answer_id}
