"""Whether anybody is at an address at all, and who else could get there: asked before its client is loaded."""

import ipaddress
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


def exposed(url: str) -> bool:
    """True where a part of the addresses behind it are neither of this machine nor of a private network.

    A name that nobody knows is not: nobody is there.
    """
    place = urlsplit(url)
    try:
        found = socket.getaddrinfo(place.hostname or "", place.port, type=socket.SOCK_STREAM)
    except OSError:
        return False
    return not all(ipaddress.ip_address(str(address[4][0]).partition("%")[0]).is_private for address in found)
