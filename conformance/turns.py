"""Whose turn it is: a server with room for one request is asked one by one, though cases run side by side.

Many servers answer 429 or 503 while they work for somebody else, and slow ones let others wait until these give up. Where that
somebody is another case of the same run, neither says anything about the server. Requests that a check sends together on purpose
are left as they are.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from conformance.messages import Exchange, Request, Send
from conformance.together import company

BUSY = (429, 503)
PATIENCE = 2
"""How many requests may wait in vain for the second time, alone: from then on who waits in vain is not asked again."""


def giving_way(send: Send) -> Send:
    """Asks a request once more, when no other is under way, if it was refused for lack of room while others were, or waited in
    vain while others were answered. Where the second answer comes in time, the server is slow, and all requests go alone then.
    """
    road = Road()

    def sent(request: Request) -> Exchange:
        if company():
            return send(request)
        if road.narrow:
            with road.alone():
                return send(request)
        with road.shared() as trip:
            exchange = send(request)
            road.passed(exchange)
        late = _is_late(exchange) and trip.overtaken and road.patience > 0
        if not late and not (trip.met and _is_busy(exchange)):
            return exchange
        with road.alone():
            again = send(request)
        if late:
            road.waited(again)
        return again

    return sent


def _is_busy(exchange: Exchange) -> bool:
    return exchange.failure is None and exchange.status in BUSY


def _is_late(exchange: Exchange) -> bool:
    return exchange.failure is not None and exchange.failure.kind == "timeout"


@dataclass(eq=False)
class Trip:
    """A request under way: whether it met another, and whether another was answered meanwhile."""

    met: bool = False
    overtaken: bool = False


@dataclass
class Road:
    """The requests under way. It is narrow once it is known that they wait for one another."""

    changed: threading.Condition = field(default_factory=threading.Condition)
    under_way: list[Trip] = field(default_factory=list)
    closed: bool = False
    narrow: bool = False
    patience: int = PATIENCE

    @contextmanager
    def shared(self) -> Iterator[Trip]:
        """A request among others. Gives what tells, also afterwards, whether there were any."""
        mine = Trip()
        with self.changed:
            self.changed.wait_for(lambda: not self.closed)
            for one in [*self.under_way, *([mine] if self.under_way else [])]:
                one.met = True
            self.under_way.append(mine)
        try:
            yield mine
        finally:
            with self.changed:
                self.under_way.remove(mine)
                self.changed.notify_all()

    def passed(self, exchange: Exchange) -> None:
        """Tells all who are under way that another was answered, if it was."""
        if exchange.failure is None:
            with self.changed:
                for one in self.under_way:
                    one.overtaken = True

    def waited(self, again: Exchange) -> None:
        """Learns from the second answer to a request that had waited in vain."""
        with self.changed:
            self.narrow = self.narrow or not _is_late(again)
            self.patience = PATIENCE if self.narrow else self.patience - 1

    @contextmanager
    def alone(self) -> Iterator[None]:
        """A request with nobody else on the road."""
        with self.changed:
            self.changed.wait_for(lambda: not self.closed)
            self.closed = True
            self.changed.wait_for(lambda: not self.under_way)
        try:
            yield
        finally:
            with self.changed:
                self.closed = False
                self.changed.notify_all()
