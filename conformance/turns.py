"""Whose turn it is: a server with room for one request is asked one by one, though cases run side by side.

Many servers answer 429 or 503 while they work for somebody else. Where that somebody is another case of the same run, the refusal
says nothing about the server. Requests that a check sends together on purpose are left as they are.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from conformance.messages import Exchange, Request, Send
from conformance.together import in_company

BUSY = (429, 503)


def giving_way(send: Send) -> Send:
    """Asks a request that was refused for lack of room once more, when no other is under way that may have taken it."""
    road = Road()

    def sent(request: Request) -> Exchange:
        if in_company():
            return send(request)
        with road.shared() as met:
            exchange = send(request)
        if not met or exchange.failure or exchange.status not in BUSY:
            return exchange
        with road.alone():
            return send(request)

    return sent


@dataclass
class Road:
    """The requests under way; each is a list that is not empty once it has met another."""

    changed: threading.Condition = field(default_factory=threading.Condition)
    under_way: list[list[bool]] = field(default_factory=list)
    closed: bool = False

    @contextmanager
    def shared(self) -> Iterator[list[bool]]:
        """A request among others. Gives what tells, also afterwards, whether there were any."""
        mine: list[bool] = []
        with self.changed:
            self.changed.wait_for(lambda: not self.closed)
            for one in [*self.under_way, *([mine] if self.under_way else [])]:
                one.append(True)
            self.under_way.append(mine)
        try:
            yield mine
        finally:
            with self.changed:
                self.under_way = [one for one in self.under_way if one is not mine]
                self.changed.notify_all()

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
