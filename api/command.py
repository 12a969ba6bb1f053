"""The command that starts the service."""

import gc
import signal
import socket
import sys
from contextlib import closing, suppress
from threading import Event, Thread
from types import FrameType

import click
import uvicorn

from api.addresses import is_loopback
from api.app import create_app
from api.logs import start_logging
from assistant.bootstrap import App, open_app
from assistant.cli.output import emit_json, json_option
from assistant.errors import SettingError, VocError
from assistant.settings import load_settings

PATIENCE = 10
"""Seconds that answers under way are given to end when the service is stopped."""

LITTER = 50_000, 10, 10
"""New objects after which Python looks for litter among the new, and how often of that among the older ones."""


@click.command()
@click.option("--host", help="Address to listen on (VOC_HOST); without keys this machine's own only.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on (VOC_PORT).")
@json_option
def serve(host: str | None, port: int | None, as_json: bool) -> None:
    """Start the web service: the pages, the API and its documentation."""
    settings = load_settings()
    address, door = host or settings.host, port or settings.port
    app = open_app(settings)
    if app.store.access.open and not is_loopback(address):
        app.close()
        raise SettingError(
            f"VOC_HOST={address}: without keys the service answers on this machine only; make one with "
            "`voc keys create NAME --role staff` or `voc users add NAME`, or use 127.0.0.1"
        )
    start_logging()
    service = create_app(app)
    from api.pages.mounting import mount_pages  # its library takes half a second to load, and only a service needs it

    mount_pages(service, app, service.state.seats)
    # No access log: a query string may hold a customer's words.
    config = uvicorn.Config(
        service, access_log=False, log_config=None, server_header=False, timeout_graceful_shutdown=PATIENCE
    )
    with _listening(address, door) as listener:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _end)
        with closing(app):
            _Service(config, f"http://{address}:{door}/", as_json, app).run(sockets=[listener])


class _Service(uvicorn.Server):
    """A server that says where it is once it really answers, and loads beside it what the first question needs."""

    def __init__(self, config: uvicorn.Config, url: str, as_json: bool, app: App) -> None:
        super().__init__(config)
        self._ending: Event = config.app.state.ending  # type: ignore[union-attr]
        self._url, self._as_json, self._app = url, as_json, app

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start as any server does, then tell."""
        await super().startup(sockets)
        if self._as_json:
            emit_json({"url": self._url})
        else:
            click.echo(f"{self._url} (API: /docs) - Ctrl-C stops it", err=True)
        Thread(target=self._warm, name="warm", daemon=True).start()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End as any server does, and have what would go on for long end too."""
        self._ending.set()
        super().handle_exit(sig, frame)

    def _warm(self) -> None:
        with suppress(VocError):  # whatever it is, the first question will say it to whoever asks
            self._app.warm()
        gc.collect()
        gc.freeze()  # dictionaries and index stay: to look through them for litter again and again stops every answer
        gc.set_threshold(*LITTER)


def _listening(address: str, door: int) -> socket.socket:
    """A socket that listens there.

    Raises:
        SettingError: it can't: the port is taken, or may not be used.
    """
    try:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        return socket.create_server((address, door), family=family, backlog=2048)
    except OSError as error:
        raise SettingError(
            f"VOC_HOST={address}, VOC_PORT={door}: another program listens there, or the system does not allow it; "
            "choose another port with --port"
        ) from error


def _end(_number: int, _frame: FrameType | None) -> None:
    """What a signal does outside the server's own loop, and after it has shut down: end, and well."""
    sys.exit(0)
