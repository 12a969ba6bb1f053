"""The staff's window: OpenAI's chat completions and models, so that any chat client can ask us."""

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from anyio.to_thread import run_sync
from fastapi import APIRouter, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from api.chat_streaming import Window
from api.chat_wire import ChatError, ChatIn, CompletionOut, ModelOut, ModelsOut, error_body
from api.deps import AppDep, SeatsDep, UserDep
from api.problems import problem_of
from api.streaming import STREAMED, EventStream
from assistant.errors import VocError

MODELS = {"voc": False, "voc-manager": True}
"""Names of models, and whether figures are shown as a table. Both give the same answer: `voc` shows the staff what to
reply and the need behind, `voc-manager` shows managers what was counted."""
_SINCE = 1_767_225_600
"""When these models were first there, in seconds since 1970."""


class ChatRoute(APIRoute):
    """A route whose errors are those of OpenAI, in one sentence."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with every error answered."""
        handler = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await handler(request)
            except (VocError, RequestValidationError, HTTPException) as error:
                status, body = _error_of(error)
                masked = request.app.state.voc.mask(body["error"]["message"])
                return JSONResponse({"error": {**body["error"], "message": str(masked)}}, status)

        return handled


def _error_of(error: VocError | RequestValidationError | HTTPException) -> tuple[int, dict[str, Any]]:
    """An error's status and body."""
    if isinstance(error, ChatError):
        return error.status, error_body(str(error), "invalid_request_error", error.param, error.code)
    if isinstance(error, RequestValidationError):
        first = error.errors()[0]
        name = ".".join(map(str, first["loc"][1:])) or "body"
        param = str(first["loc"][1]) if len(first["loc"]) > 1 else None
        return 400, error_body(f"{name}: {first['msg']}", "invalid_request_error", param)
    if isinstance(error, HTTPException):
        return error.status_code, error_body(str(error.detail), "invalid_request_error")
    content = problem_of(error)
    status = int(str(content["status"]))
    status = 400 if status == 422 else status
    kind = "invalid_request_error" if status < 500 else "server_error"
    return status, error_body(str(content["detail"]), kind)


router = APIRouter(prefix="/v1", tags=["chat"], route_class=ChatRoute)


@router.post("/chat/completions", response_model=CompletionOut, responses={200: {"content": STREAMED}})
async def complete(app: AppDep, seats: SeatsDep, user: UserDep, asked: ChatIn) -> CompletionOut | EventStream:
    """Answer the user's last message; earlier ones are history, everything else is ignored.

    The answer is Markdown with its citations as footnotes. With `stream` it comes in chunks.
    """
    counted = _model(asked.model)
    asked.check()
    question, earlier = asked.question()
    window = Window(asked, app.settings.language, counted)
    steps = app.talks.stream(question, None, earlier, conversation_id=asked.conversation_id, owner=user)
    if asked.stream:
        return EventStream(window.chunks(steps, app.mask), seats, window.stopped)
    return await run_sync(partial(window.completion, steps), limiter=seats)


@router.get("/models")
async def models() -> ModelsOut:
    """The models that can be asked."""
    return ModelsOut(data=[ModelOut(id=name, created=_SINCE) for name in MODELS])


@router.get("/models/{name}")
async def model(name: str) -> ModelOut:
    """One of them."""
    _model(name)
    return ModelOut(id=name, created=_SINCE)


def _model(name: str) -> bool:
    if name not in MODELS:
        message = f"model: there is no model of this name; there are {' and '.join(MODELS)}"
        raise ChatError(message, param="model", code="model_not_found", status=404)
    return MODELS[name]
