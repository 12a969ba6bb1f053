"""The service put together: routes, guard and error answers around an application."""

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline

from api import problems
from api.guard import Guard
from api.routes import alerts, asking, curating, customers, health, impact, leads, looking, pages, proposing
from api.wire import ProblemOut
from assistant import __version__
from assistant.bootstrap import App


def create_app(app: App) -> FastAPI:
    """The web service of an application; its documentation page needs no network."""
    failures = {status: {"model": ProblemOut} for status in (403, 404, 409, 413, 422, 500, 502, 503)}
    service: FastAPI = FastAPIOffline(title="VOC assistant", version=__version__, redoc_url=None, responses=failures)
    service.state.voc = app
    for module in (asking, curating, looking, impact, leads, alerts, proposing, health, pages):
        service.include_router(module.router)
    service.include_router(customers.router)
    service.include_router(customers.admin)
    problems.install(service, lambda text: str(app.masker.mask_text(text)[0]))
    service.add_middleware(Guard)
    return service
