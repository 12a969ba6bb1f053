"""Asking: a question gets an answer, whole or as a stream, and an answer gets a thumb."""

from typing import Annotated

from fastapi import APIRouter, Header
from fastapi.responses import StreamingResponse

from api.deps import AppDep
from api.streaming import HEADERS, events, wire_of
from api.wire import AnswerOut, FeedbackIn, QuestionIn

router = APIRouter(prefix="/v1", tags=["ask"])
_STREAM = {"description": "The answer; as text/event-stream: plan, figure, citation, token, done, error"}


@router.post("/ask", response_model=AnswerOut, responses={200: {**_STREAM, "content": {"text/event-stream": {}}}})
def ask(app: AppDep, asked: QuestionIn, accept: Annotated[str, Header()] = "*/*") -> AnswerOut | StreamingResponse:
    """Answer a question with citations and counted figures, or refuse and say what is missing."""
    filters = asked.filters.to_filters()
    if "text/event-stream" in accept:
        steps = app.ask.stream(asked.question, filters, asked.earlier)
        mask = app.masker.mask_text
        stream = events(steps, lambda text: mask(text)[0])
        return StreamingResponse(stream, media_type="text/event-stream", headers=HEADERS)
    return wire_of(app.ask.ask(asked.question, filters, asked.earlier))


@router.post("/feedback", status_code=201)
def feedback(app: AppDep, given: FeedbackIn) -> FeedbackIn:
    """Note whether an answer helped; the comment is masked before it is kept."""
    comment = app.masker.mask_text(given.comment)[0] if given.comment else None
    app.store.save_feedback(given.answer_id, given.verdict, comment)
    return given.model_copy(update={"comment": comment})
