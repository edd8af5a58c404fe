"""What comes back from a server, noted while it comes: status, headers, every piece of the body with its time, and the end.

Bodies are decoded here, in bounded steps: clients ask for no compression, but some servers compress regardless.
https://www.rfc-editor.org/rfc/rfc9110#section-8.4
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from conformance.drivers.limits import Limits, TooMuch
from conformance.messages import Exchange, Failure, Piece, Reading, Request

_DECODED = ("gzip", "x-gzip", "deflate")
_DEEPEST = 4
"""So many codings, one in the other, are undone; a body in more of them stays as it came."""
_STEP = 1 << 16
"""Bytes that an outer coding gives at a time, so that a small body never becomes large between two codings."""
_VALUES = (b",", b"[", b"{")
_EVENTS = (b"\n\n", b"\n\r", b"\r\r")


@dataclass
class Heard:
    """What has come back so far. `sent` is of time.monotonic, `started` of time.time, both in seconds."""

    limits: Limits
    started: float = field(default_factory=time.time)
    sent: float = field(default_factory=time.monotonic)
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    pieces: list[Piece] = field(default_factory=list)
    size: int = 0
    packed: int = 0
    values: int = 0
    events: int = 0
    failure: Failure | None = None
    decoders: list[Any] = field(default_factory=list)

    def open(self, status: int, headers: list[tuple[bytes, bytes]], sent: float) -> None:
        """Notes status and headers, with the spelling they had on the wire."""
        self.sent = sent or self.sent
        self.status = status
        self.headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers)
        self.decoders = _decoders(self.headers)

    def take(self, data: bytes) -> bytes:
        """Notes bytes of the body and gives them decoded. Raises TooMuch, having kept what fits, and zlib.error."""
        room = self.limits.most_bytes - self.size
        if self.decoders:
            self.packed += len(data)
            if self.packed > self.limits.most_bytes:
                raise TooMuch(f"the body runs past {self.limits.most_bytes} bytes before it is unpacked")
            data = _first(_decoded(self.decoders, data), room + 1)
        if len(self.pieces) >= self.limits.most_pieces:
            raise TooMuch(f"the body comes in more than {self.limits.most_pieces} pieces")
        if kept := data[:room]:
            self._count(kept)
            self.pieces.append(Piece(round(time.monotonic() - self.sent, 6), kept))
            self.size += len(kept)
        if len(data) > room:
            raise TooMuch(f"the body runs past {self.limits.most_bytes} bytes")
        return data

    def _count(self, data: bytes) -> None:
        """Counts what takes whoever reads a body many times its bytes: values of JSON, and events. Raises TooMuch."""
        before = self.pieces[-1].data[-1:] if self.pieces else b""
        self.values += sum(map(data.count, _VALUES))
        self.events += sum(map((before + data).count, _EVENTS))
        if self.values > self.limits.most_values:
            raise TooMuch(f"the body holds more than {self.limits.most_values} values")
        if self.events > self.limits.most_events:
            raise TooMuch(f"the body holds more than {self.limits.most_events} events")

    def fail(self, kind: str, message: str) -> None:
        """Notes why it ended; the first reason stays."""
        self.failure = self.failure or Failure(kind, message)

    def late(self) -> None:
        """Notes that the answer did not end in time."""
        so_far = "no headers" if self.status is None else f"status {self.status} and {self.size} bytes of body"
        self.fail("timeout", f"no complete answer within {self.limits.timeout:g} s, only {so_far}")

    def broke(self, error: Exception, pulled: bool = False) -> None:
        """Notes what an exception from the transport means; `pulled` if the deadline cut the connection. httpx and httpx2 have
        the same names for the same things.
        """
        names = {kind.__name__ for kind in type(error).__mro__}
        said = str(error) or type(error).__name__
        if isinstance(error, TooMuch):
            self.fail("limit", said)
        elif pulled:
            self.late()
        elif names & {"ConnectError", "ConnectTimeout"}:
            self.fail("connect", f"no connection: {said}")
        elif names & {"TimeoutException", "TimeoutError"}:
            self.late()
        elif "NetworkError" in names or "disconnected" in said or "closed connection" in said:
            self.fail("reset", f"the connection ends before the answer does: {said}")
        else:
            self.fail("protocol", f"no proper HTTP: {said}")

    @property
    def stale(self) -> bool:
        """Whether nothing came but the end of the connection. A server may close an idle connection at any time, also just
        when it is used again, which is no fault (RFC 9112, 9.3.1).
        """
        return self.status is None and self.failure is not None and self.failure.kind in ("reset", "protocol")

    def exchange(self, request: Request, readings: tuple[Reading, ...] = ()) -> Exchange:
        """The exchange as a value."""
        seconds = round(time.monotonic() - self.sent, 6)
        return Exchange(request, self.status, self.headers, tuple(self.pieces), self.failure, self.started, seconds, readings)


def _decoders(headers: Sequence[tuple[str, str]]) -> list[Any]:
    """What undoes the codings of a body, the last one applied first; nothing where one of them is not known."""
    listed = ",".join(value for name, value in headers if name.lower() == "content-encoding").lower().split(",")
    codings = [one for coding in listed if (one := coding.strip()) not in ("", "identity")]
    known = len(codings) <= _DEEPEST and all(one in _DECODED for one in codings)
    return [zlib.decompressobj(zlib.MAX_WBITS | 32) for _ in codings] if known else []


def _decoded(decoders: Sequence[Any], data: bytes) -> Iterator[bytes]:
    """The body behind the codings, in small parts. Raises zlib.error."""
    if not decoders:
        yield data
        return
    outer, *inner = decoders
    part = b"\0" * _STEP
    while not outer.eof and (data or len(part) == _STEP):  # what fills a step may have more behind it that needs no more input
        part = outer.decompress(data, _STEP)
        data = outer.unconsumed_tail
        yield from _decoded(inner, part) if part else ()


def _first(parts: Iterator[bytes], most: int) -> bytes:
    """The first bytes of some parts, and no look at what comes after them."""
    found, size = [], 0
    for part in parts:
        found.append(part[: most - size])
        size += len(found[-1])
        if size >= most:
            break
    return b"".join(found)
