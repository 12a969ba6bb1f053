"""Asking: a question gets an answer, whole or as a stream; an answer is looked at again."""

from functools import partial
from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import APIRouter, Header

from api.answer_wire import AnswerOut, QuestionIn, wire_of
from api.deps import AppDep, SeatsDep, UserDep
from api.streaming import STREAMED, EventStream, events
from api.wire import Name

router = APIRouter(prefix="/v1", tags=["ask"])
_STREAM = {"description": "The answer; as text/event-stream: plan, figure, citation, token, done, error"}


@router.post("/ask", response_model=AnswerOut, responses={200: {**_STREAM, "content": STREAMED}})
async def ask(
    app: AppDep, seats: SeatsDep, user: UserDep, asked: QuestionIn, accept: Annotated[str, Header()] = "*/*"
) -> AnswerOut | EventStream:
    """Answer a question with citations and counted figures, or refuse and say what is missing.

    With a `conversation_id` the earlier questions of that talk are its history, where none is given, and the answer is
    kept in it.
    """
    question, filters, earlier = asked.question, asked.filters.to_filters(), asked.earlier
    talks, talk = app.talks, asked.conversation_id
    if "text/event-stream" in accept:
        steps = talks.stream(question, filters, earlier, conversation_id=talk, owner=user)
        return EventStream(events(steps, app.mask), seats)
    whole = partial(talks.ask, question, filters, earlier, conversation_id=talk, owner=user)
    return wire_of(await run_sync(whole, limiter=seats))


@router.get("/answers/{answer_id}")
def answer(app: AppDep, answer_id: Name) -> AnswerOut:
    """An answer as it was given: what a thumb, a pin or an unanswered question points to."""
    return wire_of(app.store.answer(answer_id))
