"""The hostile server on loopback, and another host beside it that nobody has any business with."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count

from hostile.behaviours import Meeting
from hostile.talk import Talk, World


@contextmanager
def serving(meeting: Meeting) -> Iterator[tuple[str, World]]:
    """Serves behaviours in turns; gives the base URL and the world."""
    world = World()
    turns = count()

    def serve(connection: socket.socket) -> None:
        while request := read(connection):
            talk = Talk(world, connection, *request)
            world.asked.append(" ".join(talk.line))
            world.keys.add(talk.key)
            on = meeting.behaviours[0].on
            concerned = on == "all" or (on == "chat" and talk.is_chat) or (on == "models" and talk.is_models)
            one = meeting.behaviours[next(turns) % len(meeting.behaviours)] if concerned else None
            world.met |= {one.name} if one else set()
            if not (one.act(talk) if one else talk.properly()):
                return

    def note(connection: socket.socket) -> None:
        world.met_elsewhere.append(connection.recv(65536))

    with listening(note) as elsewhere, listening(serve) as port:
        world.elsewhere = elsewhere.port
        world.close, world.reopen = port.close, port.open
        try:
            yield f"{meeting.behaviours[0].scheme}://127.0.0.1:{port.port}/v1", world
        finally:
            world.over.set()


class Listener:
    """A port that can be closed and opened again; closing ends its connections too."""

    def __init__(self, serve: Callable[[socket.socket], None]) -> None:
        self.serve = serve
        self.port = 0
        self.connections: list[socket.socket] = []
        self.open()

    def open(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", self.port), backlog=128)
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self._accept, args=(self.socket,), daemon=True).start()

    def close(self) -> None:
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        for one in self.connections:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                connection.settimeout(60)
                self.connections.append(connection)
                threading.Thread(target=self._converse, args=(connection,), daemon=True).start()

    def _converse(self, connection: socket.socket) -> None:
        with suppress(OSError, ssl.SSLError), connection:
            self.serve(connection)


@contextmanager
def listening(serve: Callable[[socket.socket], None]) -> Iterator[Listener]:
    listener = Listener(serve)
    try:
        yield listener
    finally:
        listener.close()


def read(connection: socket.socket) -> tuple[bytes, bytes] | None:
    """A request's head and body, or None at the end."""
    data = b""
    while b"\r\n\r\n" not in data:
        if not (more := connection.recv(65536)):
            return None
        data += more
        if data[:1] == b"\x16":  # a TLS handshake
            return b"TLS /v1/tls\r\n", data
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    while lengths and len(body) < int(lengths[0]):
        if not (more := connection.recv(65536)):
            return None
        body += more
    return head, body
