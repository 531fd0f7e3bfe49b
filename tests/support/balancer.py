"""One address for several servers: a TCP balancer that takes them in turn and skips dead ones."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

CHUNK = 65536


class Balancer:
    """`url` is where clients connect; `served` says which port each connection went to."""

    def __init__(self, ports: Sequence[int]) -> None:
        self._ports = list(ports)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._turn = 0
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.served: list[int] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._serve(client)

    def _serve(self, client: socket.socket) -> None:
        for _ in self._ports:
            port = self._ports[self._turn % len(self._ports)]
            self._turn += 1
            with suppress(OSError):
                server = socket.create_connection(("127.0.0.1", port), 2.0)
                server.settimeout(None)
                self.served.append(port)
                for pair in ((client, server), (server, client)):
                    threading.Thread(target=_pump, args=pair, daemon=True).start()
                return
        client.close()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while chunk := source.recv(CHUNK):
            sink.sendall(chunk)
    for end in (source, sink):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
    source.close()


@contextmanager
def balancer(*ports: int) -> Iterator[Balancer]:
    """Yield one that runs until the end of the block."""
    made = Balancer(ports)
    try:
        yield made
    finally:
        made.close()
