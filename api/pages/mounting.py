"""The pages put into the service: one set of them to a process, served from files that came with the installation."""

from anyio import CapacityLimiter
from fastapi import FastAPI
from nicegui import app as pages
from nicegui import ui

from api.pages.admin.page import admin_page
from api.pages.ask.page import asking_page
from api.pages.customers.page import customers_page
from api.pages.jobs import parking, uploading
from api.pages.jobs.page import jobs_page
from api.pages.lean import remember_signatures
from api.pages.nbn.page import nbn_page
from api.pages.needs.page import needs_page
from api.pages.serving import serve_plainly
from assistant.bootstrap import App

_PAGES = (
    ("/", asking_page), ("/needs", needs_page), ("/ideas", nbn_page), ("/customers", customers_page), ("/jobs", jobs_page), ("/admin", admin_page),
)  # fmt: skip
_ICON = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='4' fill='%230f8074'/%3E%3Cpath d='M4 5h8v5H8l-3 2.5V10H4z' fill='%23fff'/%3E%3C/svg%3E"


def mount_pages(service: FastAPI, app: App, seats: CapacityLimiter) -> None:
    """Let the service show the pages of an application; of several services in one process the last one's is shown."""
    pages.state.voc, pages.state.seats = app, seats
    pages.state.working = getattr(service.state, "working", None)
    pages.state.buckets = getattr(service.state, "buckets", None)
    remember_signatures()
    pages.config.socket_io_js_transports = ["websocket"]
    for way, shown in _PAGES:
        ui.page(way)(shown)
    service.include_router(uploading.router)
    pages.on_shutdown(parking.clear)
    ui.run_with(
        service,
        language="zh-CN" if app.settings.language == "zh" else "en-US", favicon=_ICON, tailwind=False, show_welcome_message=False, reconnect_timeout=30.0,
    )  # fmt: skip
    serve_plainly(pages)
