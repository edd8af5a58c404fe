"""A server that is not ready yet is waited for: 503 before it has answered anything else tells that it still starts.

Some listen while they load their model, others load it for the first request; the official clients ask again, too.
https://www.rfc-editor.org/rfc/rfc9110#section-15.6.4 · https://github.com/openai/openai-python#retries
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from conformance.messages import Exchange, Request, Send
from conformance.together import company

PATIENCE, PAUSE = 60.0, 1.0
"""For how many seconds in all a server may say that it is not ready, and how many pass until it is asked again."""


def awaiting(send: Send, sleep: Callable[[float], object] = time.sleep, clock: Callable[[], float] = time.monotonic) -> Send:
    """Asks a server again and again that has answered nothing but 503 so far, until its time is up. GET is not counted: lists of
    models are answered while a model is loaded. Requests that a check sends together on purpose are left as they are.
    """
    start = Start(clock)

    def sent(request: Request) -> Exchange:
        exchange = send(request)
        while request.method == "POST" and not company() and start.waits_after(exchange):
            sleep(PAUSE)
            exchange = send(request)
        return exchange

    return sent


@dataclass
class Start:
    """Whether a server has been ready once, or has had its time."""

    clock: Callable[[], float]
    over: bool = False
    until: float | None = None
    guard: threading.Lock = field(default_factory=threading.Lock)

    def waits_after(self, exchange: Exchange) -> bool:
        """Whether to ask again after this answer."""
        with self.guard:
            if exchange.failure is not None or exchange.status != 503:
                self.over = True
            elif self.until is None:
                self.until = self.clock() + PATIENCE
            elif self.clock() > self.until:
                self.over = True
            return not self.over
