"""The service put together: routes, guard and error answers around an application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from threading import Event

from anyio import CapacityLimiter
from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool
from fastapi_offline import FastAPIOffline
from starlette.routing import Route

from api import mcp, openapi, problems
from api.entry import Entry
from api.gauges import gauges_of
from api.guard import Guard
from api.limits import Buckets
from api.routes import (
    accounts,
    alerts,
    asking,
    auditing,
    batches,
    chatting,
    conversations,
    curating,
    customers,
    health,
    ideas,
    impact,
    leads,
    learning,
    logging_in,
    looking,
    metrics,
    outcomes,
    pages,
    proposing,
    receiving,
    retaining,
)
from api.tags import Tags
from api.watching import Gauges, Watch
from api.working import Working
from assistant import __version__
from assistant.bootstrap import App
from assistant.pipeline.access import Access
from assistant.pipeline.oidc import provider_of


@asynccontextmanager
async def _worked(service: FastAPI) -> AsyncIterator[None]:
    """The worker lives as long as the service; ending, it is waited for until its job has reached a safe point."""
    working: Working = service.state.working
    working.start()
    try:
        async with service.state.mcp.open():
            yield
    finally:
        await run_in_threadpool(working.stop)


def create_app(app: App, working: Working | None = None) -> FastAPI:
    """The web service of an application; its documentation page needs no network.

    While it lives, `working` does the jobs that are queued; by default one with the machine's clock.
    """
    working = working or Working(app)
    service: FastAPI = FastAPIOffline(
        title="VOC assistant", version=__version__, redoc_url=None, lifespan=_worked,
        generate_unique_id_function=openapi.operation_id,
    )  # fmt: skip
    service.state.voc, service.state.working, service.state.mcp = app, working, mcp.McpDoor(app)
    service.state.watch, service.state.access = Watch(), Access(app.store.access)
    service.state.buckets, service.state.ending = Buckets(app.store.board), Event()
    service.state.provider = provider_of(app.settings)
    service.state.watch.registry.register(Gauges(lambda: gauges_of(app, working)))
    service.state.seats = CapacityLimiter(app.settings.ask_concurrency)
    spoken = (asking, chatting, conversations, learning)
    done = (curating, ideas, looking, impact, leads, alerts, proposing, outcomes, batches, receiving, retaining)
    kept = (accounts, auditing, logging_in, metrics)
    for module in (*spoken, *done, *kept, health, pages):
        service.include_router(module.router)
    service.include_router(customers.router)
    service.include_router(customers.admin)
    service.router.routes.append(Route(mcp.PATH, service.state.mcp))

    def mask(text: str) -> str:
        return app.mask(text)

    problems.install(service, mask)
    openapi.describe(service)
    service.add_middleware(Tags)
    service.add_middleware(
        Entry,
        access=service.state.access,
        book=app.store,
        mask=mask,
        buckets=service.state.buckets,
        language=app.settings.language,
    )
    service.add_middleware(Guard, watch=service.state.watch)
    return service
