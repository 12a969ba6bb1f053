"""The service on a loopback port, as real clients meet it."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from api.app import create_app
from assistant.bootstrap import App


@contextmanager
def serving(app: App) -> Iterator[str]:
    """The address of a running service of this application, without a slash at its end."""
    with running(create_app(app)) as address:
        yield address


@contextmanager
def running(service: ASGIApp) -> Iterator[str]:
    """The address of a service that runs as long as the block."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=256)
    server = uvicorn.Server(uvicorn.Config(service, log_level="warning", access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(60)
