"""A CONNECT proxy on loopback that leads every host name to one address."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from socketserver import StreamRequestHandler, ThreadingTCPServer


@contextmanager
def connect_proxy(target: tuple[str, int]) -> Iterator[str]:
    """Run the proxy and give its URL; whatever host a client names, *target* answers."""

    class Tunnel(StreamRequestHandler):
        """One CONNECT, then bytes both ways until either side ends."""

        def handle(self) -> None:
            while self.rfile.readline().strip():
                pass
            with closing(socket.create_connection(target)) as there:
                self.connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                back = threading.Thread(target=_pour, args=[there, self.connection])
                back.start()
                _pour(self.connection, there)
                back.join()

    with ThreadingTCPServer(("127.0.0.1", 0), Tunnel) as proxy:
        proxy.daemon_threads = True
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{proxy.server_address[1]}"
        proxy.shutdown()


def _pour(source: socket.socket, sink: socket.socket) -> None:
    """Pass bytes on until *source* ends, and say so to *sink*."""
    try:
        while chunk := source.recv(65536):
            sink.sendall(chunk)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        source.close()
