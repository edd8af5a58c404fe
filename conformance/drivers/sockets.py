"""HTTP/1.1 written byte by byte on a socket, for what no client library lets one say: the client `wire`.

A connection is made for each request and closed after it. https://www.rfc-editor.org/rfc/rfc9112
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from conformance.drivers.connections import PATIENCE, Broken, Connect, Event, Wire, connecting
from conformance.drivers.hearing import Heard
from conformance.drivers.limits import Limits, TooMuch
from conformance.drivers.manners import STALL, Spelled, spelling
from conformance.drivers.raw import Headers
from conformance.messages import Exchange, Request, Send
from conformance.model import Target

_LATE = ("abort", "gone", "slow")
"""Manners in which the times of arrival are the client's own doing."""


@contextmanager
def connected(target: Target, key: str | None, limits: Limits, headers: Headers = (), insecure: bool = False) -> Iterator[Send]:
    """A `Send` that spells requests as `setup.manner` says; any number of threads may call it. Whatever the server does comes
    back as an exchange. Raises ValueError for a base URL that is none.
    """
    connect = connecting(target.base_url, limits, insecure)

    def send(request: Request) -> Exchange:
        return Talk(request, spelling(target.base_url, request, key, headers), limits, connect).exchange()

    yield send


class Talk:
    """One request asked in its manner, and what came back."""

    def __init__(self, request: Request, spelled: Spelled, limits: Limits, connect: Connect) -> None:
        self._request, self._spelled, self._connect = request, spelled, connect
        self._limits = limits
        self._manner = request.setup.manner
        self._heard = Heard(limits)
        self._noted: dict[str, Any] = {}
        self._deadline = time.monotonic() + limits.timeout

    def exchange(self) -> Exchange:
        """The exchange that comes of it."""
        if self._manner == "reuse":
            self._reuse()
        else:
            self._converse()
        made = self._heard.exchange(self._request)
        return replace(made, timed=self._manner not in _LATE, source=self._noted)

    def _converse(self) -> None:
        """One connection for one exchange."""
        with self._wire() as wire:
            self._note(wire, self._ask)

    def _reuse(self) -> None:
        """The same request twice; where the connection does not take the second, on another, as every client would."""
        with self._wire() as wire:
            self._note(wire, self._ask)
            if self._heard.failure:
                return
            reused = wire is not None and wire.again()
            if reused:
                self._heard = Heard(self._limits)
                self._note(wire, self._ask)
            self._noted["reused"] = reused and not self._heard.stale
            if reused and self._heard.stale:
                self._noted["dropped"] = True
        if not self._noted["reused"]:
            self._heard = Heard(self._limits)
            self._converse()

    @contextmanager
    def _wire(self) -> Iterator[Wire | None]:
        """A connection, or None where there is none."""
        try:
            connection = self._connect()
        except (OSError, ValueError) as error:
            self._heard.fail("connect", f"no connection: {error}")
            yield None
            return
        with connection:
            yield Wire(connection, self._deadline, self._request.method, self._manner == "slow")

    def _note(self, wire: Wire | None, act: Callable[[Wire], None]) -> None:
        """Acts on a connection and notes how that ends."""
        if wire is None:
            return
        self._heard.sent = time.monotonic()
        try:
            act(wire)
        except TimeoutError:
            self._heard.late()
        except OSError as error:
            self._heard.fail("reset", f"the connection ends before the answer does: {error}")
        except (Broken, TooMuch, zlib.error) as error:
            self._heard.broke(error)

    def _ask(self, wire: Wire) -> None:
        self._send(wire)
        if self._manner == "half-closed":
            wire.shut()
        if self._manner == "pipelined":
            _skip(wire, Heard(self._limits))
        if self._manner == "gone":
            self._heard.fail("limit", "the client closed the connection behind the request, as it meant to")
            return
        self._hear(wire)
        if self._manner in ("close", "http/1.0") and not self._heard.failure:
            self._noted["closed"] = wire.closes()

    def _send(self, wire: Wire) -> None:
        spelled = self._spelled
        if self._manner == "pipelined":
            wire.write(spelled.whole * 2)
        elif self._manner == "expect":
            wire.write(spelled.head)
            if self._invited(wire):
                wire.write(b"".join(spelled.parts))
        elif self._manner == "stalled":
            wire.write(spelled.head + spelled.parts[0])
            time.sleep(STALL)
            wire.write(spelled.parts[1])
        else:
            wire.write(spelled.whole)

    def _invited(self, wire: Wire) -> bool:
        """Whether the body is to follow the head: unless an answer is there already."""
        try:
            return not self._take(wire.event(PATIENCE)) and self._heard.status is None
        except TimeoutError:
            return True

    def _hear(self, wire: Wire) -> None:
        """Takes in the answer to its end, or to the first bytes of its body where it is to be cut off there."""
        while not self._take(wire.event()):
            if self._manner == "abort" and self._heard.pieces:
                self._heard.fail("limit", "the client closed the connection at the first bytes of the body, as it meant to")
                return

    def _take(self, event: Event) -> bool:
        """Notes an event; true for the end of an answer."""
        if isinstance(event, bytes):
            self._heard.take(event)
        elif event and event.status < 200:
            self._noted["interim"] = [*self._noted.get("interim", []), event.status][:8]
        elif event:
            self._noted["version"] = event.version
            self._heard.open(event.status, event.headers, 0.0)
        return event is None


def _skip(wire: Wire, first: Heard) -> None:
    """Reads on to the second answer. Raises Broken where there will be none, which HTTP allows, and TooMuch."""
    while (event := wire.event()) is not None:
        if isinstance(event, bytes):
            first.take(event)
    if not wire.again():
        raise Broken("closed connection behind the first of two answers, as HTTP allows")
