"""An answer as server-sent events: plan, figure, citation, token, done, or error."""

from collections.abc import Callable, Iterator

from fastapi.sse import format_sse_event
from pydantic import BaseModel

from api.problems import problem_of
from api.wire import AnswerOut, CitationOut, FigureOut, PlanOut
from assistant.answering.compose import Event
from assistant.domain.answers import Answer, Citation, Figure, Plan

HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}
_BEAT = b": waiting\n\n"


def wire_of(answer: Answer) -> AnswerOut:
    """An answer as it is sent."""
    return AnswerOut.model_validate(_plain(answer))


def plan_of(plan: Plan) -> PlanOut:
    """A plan as it is sent, without the filters that narrow nothing."""
    names = plan.filters.__slots__
    filters = {name: value for name in names if (value := getattr(plan.filters, name))}
    return PlanOut(
        question=plan.question, intents=list(plan.intents), filters=filters, by=plan.by, query=plan.query,
        limit=plan.limit, notes=list(plan.notes),
    )  # fmt: skip


def _plain(answer: Answer) -> dict[str, object]:
    fields = {name: getattr(answer, name) for name in answer.__slots__}
    return {**fields, "plan": plan_of(answer.plan) if answer.plan is not None else None}


def events(steps: Iterator[Event], mask: Callable[[str], str]) -> Iterator[bytes]:
    """The steps of an answer as events on the wire; an error becomes the last event, a problem document."""
    try:
        for step in steps:
            yield _event(step)
    except Exception as error:  # noqa: BLE001 - the answer has begun: the error must travel inside the stream
        content = problem_of(error)
        yield _sent("error", _Problem.model_validate({**content, "detail": mask(str(content["detail"]))}))


class _Problem(BaseModel):
    type: str
    title: str
    status: int
    detail: str


class _Token(BaseModel):
    text: str


def _event(step: Event) -> bytes:
    match step.data:
        case Plan():
            return _sent("plan", plan_of(step.data))
        case Figure():
            return _sent("figure", FigureOut.model_validate(step.data))
        case Citation():
            return _sent("citation", CitationOut.model_validate(step.data))
        case Answer():
            return _sent("done", wire_of(step.data))
        case str():
            return _sent("token", _Token(text=step.data))
    return _BEAT


def _sent(name: str, data: BaseModel) -> bytes:
    return format_sse_event(event=name, data_str=data.model_dump_json())
