"""Servers on loopback that do exactly what a test says, byte by byte; standard library only."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

Answer = Callable[[socket.socket, bytes], object]
"""Answers one request on a connection. What it gives, if true, keeps the connection open for the next."""


@dataclass
class Served:
    port: int
    scheme: str = "http"
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}/v1"

    def header(self, name: str, number: int = -1) -> list[str]:
        lines = self.requests[number].partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")[1:]
        return [value.strip() for key, _, value in (line.partition(":") for line in lines) if key.lower() == name]

    def line(self, number: int = -1) -> str:
        return self.requests[number].partition(b"\r\n")[0].decode("latin-1")

    def body(self, number: int = -1) -> bytes:
        return self.requests[number].partition(b"\r\n\r\n")[2]


@contextmanager
def serving(answer: Answer, secure: bool = False) -> Iterator[Served]:
    """`secure` speaks TLS, with a certificate that nobody trusts."""
    listener = socket.create_server(("127.0.0.1", 0))
    served = Served(listener.getsockname()[1], "https" if secure else "http")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(Path(__file__).parent / "data" / "loopback.pem")
    open_ones: list[socket.socket] = []

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                served.connections += 1
                threading.Thread(target=converse, args=(connection,), daemon=True).start()

    def converse(connection: socket.socket) -> None:
        with suppress(OSError), context.wrap_socket(connection, True) if secure else connection as connection:
            open_ones.append(connection)
            while request := _read(connection):
                served.requests.append(request)
                if not answer(connection, request):
                    return

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield served
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for connection in open_ones:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


def _read(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        if not (more := connection.recv(65536)):
            return b""
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    while lengths and len(body) < int(lengths[0]):
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def message(body: bytes, status: str = "200 OK", headers: str = "Content-Type: application/json") -> bytes:
    return f"HTTP/1.1 {status}\r\n{headers}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def fixed(body: bytes, status: str = "200 OK", headers: str = "Content-Type: application/json") -> Answer:
    def answer(connection: socket.socket, _: bytes) -> bool:
        connection.sendall(message(body, status, headers))
        return True

    return answer


CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def streamed(*events: bytes) -> Answer:
    def answer(connection: socket.socket, _: bytes) -> bool:
        connection.sendall(CHUNKED + b"".join(chunk(event) for event in events) + chunk(b""))
        return True

    return answer
