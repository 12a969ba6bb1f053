"""Conversations: what a user asked and was answered, to look at and to delete; nobody sees another one's."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request

from api.answer_wire import AnswerOut, wire_of
from api.deps import AppDep, Limit, Offset, UserDep
from api.paging import page_of
from api.shapes.told import ConversationOut, RemovedOut
from api.wire import Page

router = APIRouter(prefix="/v1/conversations", tags=["conversations"])
Id = Annotated[str, Path(max_length=200)]


@router.get("", response_model=Page[ConversationOut])
def conversations(
    app: AppDep, user: UserDep, request: Request, limit: Limit = 50, offset: Offset = 0
) -> Page[dict[str, Any]]:
    """The user's conversations, the latest first, each with what was asked first."""
    items, total = app.talks.page(user, limit, offset)
    return page_of(request, items, total, offset)


@router.get("/{conversation_id}")
def conversation(
    app: AppDep, user: UserDep, conversation_id: Id, request: Request, limit: Limit = 50, offset: Offset = 0
) -> Page[AnswerOut]:
    """The questions and answers of a conversation, the first first."""
    answers = app.talks.answers(conversation_id, user)
    shown = [wire_of(answer) for answer in answers[offset : offset + limit]]
    return page_of(request, shown, len(answers), offset)


@router.delete("", response_model=RemovedOut)
def remove_all(app: AppDep, user: UserDep) -> dict[str, int]:
    """Delete every conversation of the user with its answers and what was said of them; pinned answers stay."""
    return app.talks.remove_all(user)


@router.delete("/{conversation_id}", response_model=RemovedOut)
def remove(app: AppDep, user: UserDep, conversation_id: Id) -> dict[str, int]:
    """Delete a conversation with its answers and what was said of them; pinned answers stay, out of it."""
    return app.talks.remove(conversation_id, user)
