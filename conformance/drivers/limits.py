"""Bounds on an exchange whatever the server does: one deadline over all of it, a cap on bytes and on pieces.

Timeouts of HTTP clients are per read, so a server that trickles one byte a second is never too slow for them. Here a timer
shuts the connection's socket down from outside. The socket is found through httpcore's trace extension.
https://www.encode.io/httpcore/extensions/#trace
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from conformance.messages import Exchange, Failure, Piece, Request


@dataclass(frozen=True)
class Limits:
    """What one exchange may take: seconds in all, seconds between two reads (None: the same), seconds to connect, bytes of
    body after decoding, pieces of body.
    """

    timeout: float = 60.0
    between: float | None = None
    connect: float = 5.0
    most_bytes: int = 16 * 2**20
    most_pieces: int = 200_000

    @property
    def phases(self) -> dict[str, float | None]:
        """The same for one step of an HTTP client, as httpx names the steps."""
        step = min(self.between or self.timeout, self.timeout)
        return {"connect": min(self.connect, self.timeout), "read": step, "write": step, "pool": self.timeout}


class TooMuch(Exception):
    """Raised where a body runs past a cap. The message tells which."""


@dataclass
class Heard:
    """What has come back so far, while it is coming. Times are of time.monotonic."""

    limits: Limits
    started: float = field(default_factory=time.time)
    sent: float = field(default_factory=time.monotonic)
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    pieces: list[Piece] = field(default_factory=list)
    size: int = 0
    failure: Failure | None = None

    def open(self, status: int, headers: list[tuple[bytes, bytes]]) -> None:
        """Notes status and headers, with the spelling they had on the wire."""
        self.status = status
        self.headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers)

    def take(self, data: bytes) -> None:
        """Notes bytes of the body. Raises TooMuch, having kept what fits."""
        room = self.limits.most_bytes - self.size
        if data and room > 0 and len(self.pieces) < self.limits.most_pieces:
            self.pieces.append(Piece(round(time.monotonic() - self.sent, 6), data[:room]))
            self.size += min(len(data), room)
        if len(data) > room:
            raise TooMuch(f"the body runs past {self.limits.most_bytes} bytes")
        if len(self.pieces) >= self.limits.most_pieces:
            raise TooMuch(f"the body comes in more than {self.limits.most_pieces} pieces")

    def fail(self, kind: str, message: str) -> None:
        """Notes why it ended; the first reason stays."""
        self.failure = self.failure or Failure(kind, message)

    def late(self) -> str:
        """What can be said of an answer that did not end in time."""
        so_far = "no headers" if self.status is None else f"status {self.status} and {self.size} bytes of body"
        return f"no complete answer within {self.limits.timeout:g} s, only {so_far}"

    def exchange(self, request: Request) -> Exchange:
        """The exchange as a value."""
        seconds = round(time.monotonic() - self.sent, 6)
        return Exchange(request, self.status, self.headers, tuple(self.pieces), self.failure, self.started, seconds)


class Plug:
    """The socket of a client that has one connection at a time, in reach of a timer that pulls it.

    `fresh` tells whether the connection was made since `within` began, `pulled` whether the deadline ended it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self.fresh = False
        self.pulled = False
        self.sent = 0.0

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Pulls the plug unless the block ends in time."""
        self.fresh, self.pulled = False, False
        over = threading.Event()
        timer = threading.Timer(seconds, self._pull, (over,))
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            with self._lock:  # a timer that fires from now on would cut a later exchange short
                over.set()
            timer.cancel()

    def trace(self, name: str, info: Mapping[str, Any]) -> None:
        """Follows the connection: httpcore calls this at every step."""
        if name == "connection.connect_tcp.complete":
            self.fresh = True
            self._hold(info["return_value"].get_extra_info("socket"))
        elif name == "connection.start_tls.started" and self._socket is not None:
            self._hold(self._socket.dup())  # wrapping for TLS empties the socket object while the handshake may still hang
        elif name in ("connection.start_tls.complete", "connection.start_tls.failed") and self._socket is not None:
            self._socket.close()
            stream = info.get("return_value")
            self._hold(stream.get_extra_info("socket") if stream else None)
        elif name.endswith(".send_request_headers.started"):
            self.sent = time.monotonic()

    def _hold(self, found: socket.socket | None) -> None:
        with self._lock:
            self._socket = found
            if self.pulled:
                self._cut()

    def _pull(self, over: threading.Event) -> None:
        with self._lock:
            if not over.is_set():
                self.pulled = True
                self._cut()

    def _cut(self) -> None:
        if self._socket is not None:
            with suppress(OSError):
                # SSLSocket.shutdown would pull the TLS layer from under a reader in another thread.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
