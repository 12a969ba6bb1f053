"""Health: alive at all, and ready to answer; and what the model endpoint was found to understand."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from api.deps import AppDep, PrincipalDep
from api.gauges import checks_of, needs_of
from api.problems import MEDIA_TYPE, problem
from api.shapes.work import AliveOut, NotReadyOut, ReadyOut
from assistant.cli.health import probed
from assistant.domain.filters import Filters
from assistant.llm.probe import ProbeResult

router = APIRouter(tags=["health"])


@router.get("/healthz", response_model=AliveOut)
def alive() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get(
    "/readyz", response_model=ReadyOut, response_model_exclude_unset=True, responses={503: {"model": NotReadyOut}}
)
def ready(app: AppDep, request: Request, principal: PrincipalDep) -> dict[str, Any] | JSONResponse:
    """Whether questions can be answered: the store can be read, the disk has room; 503 where not.

    A damaged index or a worker that stands still is told of and no hindrance. What there is to answer from is told to whoever
    may look at it.
    """
    if request.app.state.ending.is_set():
        return JSONResponse(problem(503, "the service is being stopped"), 503, media_type=MEDIA_TYPE)
    needs = needs_of(app)
    if wrong := [f"{name}: {state}" for name, state in needs.items() if state != "ok"]:
        return JSONResponse({**problem(503, "; ".join(wrong)), "checks": needs}, 503, media_type=MEDIA_TYPE)
    if principal.kind == "nobody":
        return {"status": "ready"}
    first, last = app.store.span()
    records = app.counting.totals(Filters()).records
    said = {"records": records, "first_day": first, "last_day": last, "engine": app.engine.name}
    return {"status": "ready", **said, "checks": checks_of(app, request.app.state.working)}


@router.post("/v1/probe")
def probe(app: AppDep) -> ProbeResult:
    """Find out what the model endpoint can do, by about a dozen small calls and a long one, and remember it."""
    return probed(app.settings)
