"""Bounds on an exchange whatever the server does: one deadline over all of it, caps on bytes, pieces, events and values.

Timeouts of HTTP clients are per read, so a server that trickles one byte a second is never too slow for them. Here a timer
shuts the connection's socket down from outside. The socket is found through httpcore's trace extension.
https://www.encode.io/httpcore/extensions/#trace
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Limits:
    """What one exchange may take: seconds in all, seconds between two reads (None: the same), seconds to connect, bytes of
    body after decoding, pieces of body, events of a stream, values of JSON.
    """

    timeout: float = 60.0
    between: float | None = None
    connect: float = 5.0
    most_bytes: int = 8 * 2**20
    most_pieces: int = 20_000
    most_events: int = 20_000
    most_values: int = 200_000

    @property
    def phases(self) -> dict[str, float | None]:
        """The same for one step of an HTTP client, as httpx names the steps."""
        step = min(self.between or self.timeout, self.timeout)
        return {"connect": min(self.connect, self.timeout), "read": step, "write": step, "pool": self.timeout}


class TooMuch(Exception):
    """Raised where a body runs past a cap. The message tells which."""


class Plug:
    """The socket of a client that has one connection at a time, in reach of a timer that pulls it.

    `fresh` tells whether the connection was made since `within` began, `pulled` whether the deadline ended it, `sent` when
    the request went out, in seconds of time.monotonic (0.0 for not yet).
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
        self.fresh, self.pulled, self.sent = False, False, 0.0
        with self._timer(seconds, self._pull):
            yield

    def soon(self, seconds: float) -> AbstractContextManager[None]:
        """Cuts the connection unless the block ends in time, which is nobody's fault."""
        return self._timer(seconds, self._cut)

    @contextmanager
    def _timer(self, seconds: float, act: Callable[[], None]) -> Iterator[None]:
        over = threading.Event()
        timer = threading.Timer(seconds, self._unless, (over, act))
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            with self._lock:  # a timer that acts from now on would cut a later exchange short
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

    async def atrace(self, name: str, info: Mapping[str, Any]) -> None:
        """The same for asynchronous transports."""
        self.trace(name, info)

    def _hold(self, found: socket.socket | None) -> None:
        with self._lock:
            self._socket = found
            if self.pulled:
                self._cut()

    def _unless(self, over: threading.Event, act: Callable[[], None]) -> None:
        with self._lock:
            if not over.is_set():
                act()

    def _pull(self) -> None:
        self.pulled = True
        self._cut()

    def _cut(self) -> None:
        with suppress(OSError):
            if isinstance(self._socket, ssl.SSLSocket):  # its own shutdown would pull the TLS layer from under a reader
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
            elif self._socket is not None:
                self._socket.shutdown(socket.SHUT_RDWR)
