"""Whether anybody is at an address at all: asked before a second is spent on loading the client that would find out."""

import socket
from urllib.parse import urlsplit
from urllib.request import getproxies

QUICK_CONNECT_SECONDS = 0.8
"""How long a connection may take where somebody is waiting."""


def takes_connections(url: str) -> bool:
    """False where nobody takes the connection in time; True also where that can't be seen, as through a proxy."""
    place = urlsplit(url)
    if getproxies() or not place.hostname:
        return True
    port = place.port or (443 if place.scheme == "https" else 80)
    try:
        socket.create_connection((place.hostname, port), timeout=QUICK_CONNECT_SECONDS).close()
    except OSError:
        return False
    return True
