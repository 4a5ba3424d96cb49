"""The socket that the server listens on, taken before anything else is started."""

from __future__ import annotations

import errno
import socket

from app.progress import CannotStart

# A peer that stops reading keeps a connection, and with it our exit, for at most this long.
UNREAD_MILLISECONDS = 20_000
# What the kernel holds of what it could not send yet. It would take megabytes for each peer that does not
# read, and a slow one would be known as slow only when those are full; what is on its way is not limited.
UNSENT_BYTES = 128 * 1024


def listening_socket(host: str, port: int) -> socket.socket:
    """Bound, not yet listening. ``CannotStart`` says what is in the way."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except socket.gaierror:
        raise CannotStart(f"HOST {host} is not an address of this machine.", exit_code=2) from None
    family, kind, protocol, _, address = min(found, key=lambda each: each[0] != socket.AF_INET)
    listener = socket.socket(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD_MILLISECONDS)
    if hasattr(socket, "TCP_NOTSENT_LOWAT"):
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_BYTES)
    try:
        listener.bind(address)
    except OSError as error:
        listener.close()
        raise cannot_listen(error, host, port) from None
    listener.setblocking(False)
    return listener


def cannot_listen(error: OSError, host: str, port: int) -> CannotStart:
    if error.errno == errno.EADDRINUSE:
        return CannotStart(
            f"Port {port} of {host} is in use, perhaps by another ./dev serve. Stop that one, or take "
            f"another port: ./dev serve --port {port + 1 if port < 65535 else 0}"
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return CannotStart(
            f"Port {port} is not yours to take; take one from 1024 on: ./dev serve --port 8000"
        )
    return CannotStart(f"Cannot listen on port {port} of {host}: {error.strerror}.", exit_code=2)


def web_address(listener: socket.socket) -> str:
    """What to type into a browser on this machine."""
    host, port = listener.getsockname()[:2]
    if host in ("0.0.0.0", "::"):  # noqa: S104  # everywhere, also here
        host = "localhost"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
