"""What the load generator itself costs: against a server that has its answer ready.

``python -m benchmarks.load_limit``. Where a read's requests a second come near to these, the generator is
what was measured.
"""

from __future__ import annotations

import multiprocessing
import select
import socket
from itertools import repeat
from multiprocessing.connection import Connection

from benchmarks.load import Load

BODIES = (112, 1_400, 35_000, 190_000)
CONNECTIONS = (32, 1)
SECONDS = 2.0
REQUEST = b"POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Length: 200\r\n\r\n" + b"x" * 200


def main() -> None:
    for size in BODIES:
        ours, theirs = multiprocessing.Pipe()
        server = multiprocessing.Process(target=_serve, args=(size, theirs), daemon=True)
        server.start()
        port: int = ours.recv()
        for connections in CONNECTIONS:
            found = Load(repeat(REQUEST), size).run(port, connections, SECONDS)
            print(
                f"{size:>7,} bytes, {connections:>2} connections: {found['per_second']:>7,.0f} a second,"
                f" {found['own_us']:.1f} µs of processor each, half within {found['p50_ms']:.3f} ms"
            )
        server.kill()
        server.join()


def _serve(size: int, ready: Connection) -> None:
    """Answers whatever arrives as if it were one request."""
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" + b"Server: constant\r\n"
    answer += f"Content-Length: {size}\r\n\r\n".encode() + b"x" * size
    listening = socket.create_server(("127.0.0.1", 0), backlog=64)
    ready.send(listening.getsockname()[1])
    poll = select.epoll()
    poll.register(listening, select.EPOLLIN)
    connected: dict[int, socket.socket] = {}
    while True:
        for number, _ in poll.poll():
            if number == listening.fileno():
                made, _address = listening.accept()
                made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                connected[made.fileno()] = made
                poll.register(made, select.EPOLLIN)
            elif connected[number].recv(65536):
                connected[number].sendall(answer)
            else:
                poll.unregister(number)
                connected.pop(number).close()


if __name__ == "__main__":
    main()
