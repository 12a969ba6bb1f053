"""The command that starts the service."""

import click
import uvicorn

from api.app import create_app
from api.guard import is_loopback
from assistant.bootstrap import open_app
from assistant.errors import SettingError
from assistant.settings import load_settings


@click.command()
@click.option("--host", help="Address to listen on (VOC_HOST); without keys this machine's own only.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on (VOC_PORT).")
def serve(host: str | None, port: int | None) -> None:
    """Start the web service: the page, the API and its documentation."""
    settings = load_settings()
    address, door = host or settings.host, port or settings.port
    if not is_loopback(address):
        raise SettingError(
            f"VOC_HOST={address}: without keys the service answers on this machine only; use 127.0.0.1 "
            "and put a proxy that asks for a password before it"
        )
    service = create_app(open_app(settings))
    click.echo(f"http://{address}:{door}/ (API: /docs) - Ctrl-C stops it", err=True)
    # No access log: a query string may hold a customer's words.
    uvicorn.run(service, host=address, port=door, access_log=False, log_level="warning", server_header=False)
