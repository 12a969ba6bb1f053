"""Where a request comes from and which address it names: this machine's own, or somewhere else."""

import ipaddress
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope


def is_loopback(host: str) -> bool:
    """True for this machine's own names and addresses: ``localhost``, 127.0.0.0/8, ``::1``, bracketed or mapped."""
    bare = host.strip().strip("[]").removeprefix("::ffff:").lower()
    if bare == "localhost":
        return True
    try:
        return ipaddress.ip_address(bare).is_loopback
    except ValueError:
        return False


def hostname(host: str) -> str:
    """The name in a Host header, without the port."""
    return host[: host.find("]") + 1] if host.startswith("[") else host.partition(":")[0]


def client_of(scope: Scope) -> str:
    """The address that a request comes from; blank where it is not known."""
    client = scope.get("client")
    return str(client[0]) if client else ""


def from_this_machine(scope: Scope, headers: Headers) -> str | None:
    """Why a request is not this machine's own; None where it is."""
    if (client := client_of(scope)) and not is_loopback(client):
        return "without keys this service answers on its own machine only: `voc keys create` makes one"
    if not is_loopback(hostname(headers.get("host", ""))):
        return "the Host header must name this machine: use http://127.0.0.1 or http://localhost"
    return None


def from_another_site(headers: Headers) -> str | None:
    """Why a request is refused that a page of another site sends; None where none does."""
    origin = headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != headers.get("host"):
        return "requests from pages of other sites are refused"
    return None
