"""Sockets: to listen on, opened before anything else starts; and how those of clients are ended."""

from __future__ import annotations

import errno
import os
import socket
import struct
from contextlib import suppress

from poca_kg.errors import LimitError, UsageError

__all__ = ["address_of", "hang_up", "open_sockets", "reset_when_closed"]

_BACKLOG = 1024
_AT_ONCE = struct.pack("ii", 1, 0)
_NO_SUCH_FAMILY = {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}


def open_sockets(host: str, port: int) -> list[socket.socket]:
    """Return sockets that listen at all addresses of a host, on the same port; port 0 takes a free one.

    Processes that inherit them share the connections; see :mod:`poca_kg.front.accepting`.

    >>> sockets = open_sockets("127.0.0.1", 0)
    >>> address_of(sockets[0]).startswith("http://127.0.0.1:")
    True
    >>> sockets[0].close()

    Raises
    ------
    UsageError
        If the host is none.
    LimitError
        If the address cannot be listened on.
    """
    found: list[socket.socket] = []
    try:
        for family, address in _addresses(host, port):
            place = (address, found[0].getsockname()[1] if found else port)
            try:
                sock = socket.create_server(place, family=family, backlog=_BACKLOG)
            except OSError as error:
                if found and error.errno in _NO_SUCH_FAMILY:
                    continue
                raise
            sock.setblocking(False)
            found.append(sock)
    except OSError as error:
        for sock in found:
            sock.close()
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
        what = f"{host}:{port} cannot be listened on: {reason}"
        raise LimitError(what, advice="choose another --port") from None
    return found


def _addresses(host: str, port: int) -> list[tuple[socket.AddressFamily, str]]:
    """Return the addresses of a host with their families, each once."""
    try:
        found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        what = f"there is no address {host!r}: {getattr(error, 'strerror', error)}"
        raise UsageError(what, advice="give --host an address of this machine, such as 127.0.0.1") from None
    return list(dict.fromkeys((family, str(address[0])) for family, _, _, _, address in found))


def address_of(sock: socket.socket) -> str:
    """Return the address of the service that listens on a socket, with a slash at its end."""
    host, port = sock.getsockname()[:2]
    return f"http://[{host}]:{port}/" if sock.family == socket.AF_INET6 else f"http://{host}:{port}/"


def hang_up(sock: socket.socket) -> None:
    """End a connection for everybody who holds it, whatever other descriptors there are.

    The socket of a transport may be one that has a descriptor and cannot be shut down itself, as uvloop's.
    """
    with suppress(OSError), socket.socket(fileno=os.dup(sock.fileno())) as own:
        own.shutdown(socket.SHUT_RDWR)


def reset_when_closed(sock: socket.socket) -> None:
    """Have a client see a broken connection, not the end of a body, once the socket is closed."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
