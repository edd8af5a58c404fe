"""One connection at a time under a deadline, and the reading of the answers that come on it.

The only importer of h11. https://h11.readthedocs.io/ · https://www.rfc-editor.org/rfc/rfc9112#name-connection-management
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

import h11

from conformance.drivers.limits import Limits
from conformance.drivers.raw import url_of
from conformance.messages import Request

PATIENCE, LINGER = 1.0, 5.0
"""Seconds to wait for what a server may leave undone: the interim answer that was asked for, the end of the connection. Some
linger for a second or two before they close one, so that what they sent arrives.
"""

SMALL, PAUSE, PAUSES = 128, 0.02, 100
"""A slow reader takes so many bytes at a time, with so many seconds between them, and after so many of them hurries."""

_LARGEST_HEAD = 100 * 1024


class Broken(Exception):
    """What came is no HTTP answer, or ends too early. The message says which."""


@dataclass(frozen=True)
class Head:
    """Status and headers of an answer, the headers' names as they were spelled; an interim answer has a status below 200."""

    status: int
    headers: list[tuple[bytes, bytes]]
    version: str


Event = Head | bytes | None
"""A head, bytes of the body, or None for the end of the answer."""

Connect = Callable[[], socket.socket]


def connecting(base_url: str, limits: Limits, insecure: bool) -> Connect:
    """Makes connections. Raises ValueError."""
    url = urlsplit(url_of(base_url, Request("GET", "/")))
    secure = url.scheme == "https"
    host, port = url.hostname or "", url.port or (443 if secure else 80)
    context = _context(insecure) if secure else None

    def connect() -> socket.socket:
        seconds = min(limits.connect, limits.timeout)
        plain = socket.create_connection((host, port), timeout=seconds)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            return context.wrap_socket(plain, server_hostname=host) if context else plain
        except BaseException:
            plain.close()
            raise

    return connect


def _context(insecure: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


class Wire:
    """One connection under a deadline, of time.monotonic, and the reading of the answers on it."""

    def __init__(self, connection: socket.socket, deadline: float, method: str, slow: bool = False) -> None:
        self.connection = connection
        self._deadline = deadline
        self._method = method
        self._pauses = PAUSES if slow else 0
        self._parser = h11.Connection(h11.CLIENT, max_incomplete_event_size=_LARGEST_HEAD)
        self._expect_answer()

    def write(self, data: bytes) -> None:
        """Writes all of the data. Raises OSError; a connection that the server closed already may still hold its answer."""
        self.connection.settimeout(self._left())
        with suppress(ConnectionError):
            self.connection.sendall(data)

    def event(self, patience: float | None = None) -> Event:
        """The next event of the answer. Raises OSError, among them TimeoutError where none comes, and Broken."""
        try:
            while (event := self._parser.next_event()) is h11.NEED_DATA:
                data = self._read(patience)
                if not data and self._parser.their_state is h11.SEND_RESPONSE:
                    raise Broken("closed connection before the answer")
                self._parser.receive_data(data)
        except h11.RemoteProtocolError as error:
            raise Broken(str(error)) from None
        if isinstance(event, h11.InformationalResponse | h11.Response):
            return Head(event.status_code, event.headers.raw_items(), event.http_version.decode("ascii", "replace"))
        if isinstance(event, h11.Data):
            return bytes(event.data)
        if isinstance(event, h11.EndOfMessage):
            return None
        raise Broken("closed connection, or a change of protocol that nobody asked for")

    def again(self) -> bool:
        """Makes ready for the answer to another request; false where the server said that there will be none."""
        if self._parser.their_state is not h11.DONE:
            return False
        self._parser.start_next_cycle()
        self._expect_answer()
        return True

    def shut(self) -> None:
        """Closes the writing end; under TLS too that of the socket alone."""
        with suppress(OSError):
            socket.socket.shutdown(self.connection, socket.SHUT_WR)

    def closes(self) -> bool:
        """Whether the server closes the connection, given a little time."""
        self.connection.settimeout(LINGER)
        try:
            return not self.connection.recv(1)
        except TimeoutError:
            return False
        except OSError:
            return True

    def _expect_answer(self) -> None:
        self._parser.send(h11.Request(method=self._method, target="/", headers=[("Host", "h")]))
        self._parser.send(h11.EndOfMessage())

    def _read(self, patience: float | None) -> bytes:
        if self._pauses:
            self._pauses -= 1
            time.sleep(PAUSE)
        self.connection.settimeout(self._left() if patience is None else min(patience, self._left()))
        return self.connection.recv(SMALL if self._pauses else 65536)

    def _left(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left
