"""The service put together: routes, guard and error answers around an application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool
from fastapi_offline import FastAPIOffline

from api import problems
from api.guard import Guard
from api.routes import (
    alerts,
    asking,
    batches,
    curating,
    customers,
    health,
    ideas,
    impact,
    leads,
    looking,
    outcomes,
    pages,
    proposing,
    receiving,
)
from api.wire import ProblemOut
from api.working import Working
from assistant import __version__
from assistant.bootstrap import App


@asynccontextmanager
async def _worked(service: FastAPI) -> AsyncIterator[None]:
    """The worker lives as long as the service; ending, it is waited for until its job has reached a safe point."""
    working: Working = service.state.working
    working.start()
    try:
        yield
    finally:
        await run_in_threadpool(working.stop)


def create_app(app: App, working: Working | None = None) -> FastAPI:
    """The web service of an application; its documentation page needs no network.

    While it lives, `working` does the jobs that are queued; by default one with the machine's clock.
    """
    working = working or Working(app)
    failures = {status: {"model": ProblemOut} for status in (403, 404, 409, 413, 422, 500, 502, 503)}
    service: FastAPI = FastAPIOffline(
        title="VOC assistant", version=__version__, redoc_url=None, responses=failures, lifespan=_worked
    )
    service.state.voc, service.state.working = app, working
    asked = (asking, curating, ideas, looking, impact, leads, alerts, proposing, outcomes, batches, receiving)
    for module in (*asked, health, pages):
        service.include_router(module.router)
    service.include_router(customers.router)
    service.include_router(customers.admin)
    problems.install(service, lambda text: str(app.masker.mask_text(text)[0]))
    service.add_middleware(Guard)
    return service
