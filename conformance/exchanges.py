"""Functions from Send to Send: routing, remembering, replaying, and noticing that the server is lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

from conformance.messages import Exchange, Failure, Request, Send

Lock = Callable[[str], AbstractContextManager[object]]
Recall = Callable[[Request], Exchange | None]


def unsent(request: Request, kind: str, why: str) -> Exchange:
    """The exchange of a request that never left: kind is budget or lost. What depends on it is unclear."""
    return Exchange(request, failure=Failure(kind, why), started=time.time())


def was_sent(exchange: Exchange) -> bool:
    """Whether the request of an exchange left at all."""
    return not (exchange.failure and exchange.failure.kind in ("budget", "lost"))


def routing(drivers: Mapping[str, Send]) -> Send:
    """Gives each request to the driver of its client."""

    def send(request: Request) -> Exchange:
        driver = drivers.get(request.setup.client)
        return driver(request) if driver else unsent(request, "lost", f"no driver speaks {request.setup.client}")

    return send


def remembering(send: Send, recall: Recall, keep: Callable[[Exchange], None], lock: Lock = nullcontext) -> Send:
    """Asks equal requests once, also when they are wanted at the same moment. `recall` knows earlier exchanges, `keep` is told
    of every new one, but not of what was never sent; `lock` guards a key among processes.
    """
    asked: dict[str, Future[Exchange]] = {}
    guard = threading.Lock()

    def ask(request: Request) -> Exchange:
        with lock(request.key):
            found = recall(request)
            if found is None:
                found = send(request)
                if was_sent(found):
                    keep(found)
            return found

    def remembered(request: Request) -> Exchange:
        with guard:
            future = asked.get(request.key)
            mine = future is None
            if future is None:
                future = asked[request.key] = Future()
        if mine:
            try:
                future.set_result(ask(request))
            except BaseException as error:
                future.set_exception(error)
                raise
        return future.result()

    return remembered


def replaying(recorded: Mapping[str, Exchange]) -> Send:
    """Answers from a recording; a request that it does not hold is lost."""

    def replayed(request: Request) -> Exchange:
        return recorded.get(request.key) or unsent(request, "lost", "the recording does not hold this request")

    return replayed


def minding(
    send: Send, alive: Callable[[Request | None], bool], patience: int = 3, pause: float = 5.0, grace: float = 10.0
) -> Send:
    """A circuit breaker: after so many answers in a row that did not come, of any kind of request or of one, a server that
    `alive` denies is lost, or lost to that kind. It is waited for `grace` seconds, as one that is started anew may take; from
    then on nothing is sent, except that `alive` may be asked again every `pause` seconds. `alive` is given the request that is
    wanted, or None for the server as a whole. A server that is alive and leaves ENDURANCE times as many unanswered all the same
    is lost as well; one request may try it then, every `pause` seconds.
    """
    breaker = Breaker(alive, patience, pause, grace)

    def minded(request: Request) -> Exchange:
        lost = breaker.lost(request)
        if lost:
            return unsent(request, "lost", lost)
        exchange = send(request)
        breaker.note(exchange)
        return exchange

    return minded


def kind_of(request: Request) -> str:
    """What a server may have stopped to answer while it answers other things: an endpoint, streamed or not."""
    streamed = isinstance(request.json, dict) and request.json.get("stream") is True
    return f"{request.method} {request.path}{', streamed' if streamed else ''}"


def came(exchange: Exchange) -> bool:
    """Whether an answer came, whatever it was. A stream that has said [DONE] did, though its connection may stay open."""
    missed = exchange.failure is not None and exchange.failure.kind in ("connect", "timeout", "reset")
    return not missed or b"data: [DONE]" in exchange.body


ENDURANCE = 4
"""How many times the patience with a server is used up that answers whoever asks whether it lives, and nobody else."""


@dataclass
class Breaker:
    """Counts answers that did not come, in all and by kind, and knows since when what is lost. `missed` begins anew with a server
    that is found alive, `silent` with an answer only.
    """

    alive: Callable[[Request | None], bool]
    patience: int
    pause: float
    grace: float
    missed: dict[str, int] = field(default_factory=dict)
    silent: dict[str, int] = field(default_factory=dict)
    asked: dict[str, float] = field(default_factory=dict)
    guard: threading.Lock = field(default_factory=threading.Lock)

    def note(self, exchange: Exchange) -> None:
        """Counts an answer that came or did not."""
        with self.guard:
            for kind in ("", kind_of(exchange.request)):
                for count in (self.missed, self.silent):
                    count[kind] = 0 if came(exchange) else count.get(kind, 0) + 1
                if came(exchange):
                    self.asked.pop(kind, None)

    def lost(self, request: Request) -> str:
        """Why a request is not worth sending; an empty string if it is."""
        kind = kind_of(request)
        with self.guard:
            if self._open("", None, self.grace):
                return "the server no longer answers"
            return f"the server no longer answers {kind}" if self._open(kind, request, 0.0) else ""

    def _open(self, kind: str, request: Request | None, grace: float) -> bool:
        if self.missed.get(kind, 0) < self.patience:
            return False
        known = kind in self.asked
        if known and time.monotonic() - self.asked[kind] < self.pause:
            return True
        lost = not self._returns(request, 0.0 if known else grace)
        if lost or self.silent[kind] >= ENDURANCE * self.patience:
            self.asked[kind] = time.monotonic()
        else:
            self.asked.pop(kind, None)
            self.missed[kind] = 0
        return lost

    def _returns(self, request: Request | None, grace: float) -> bool:
        end = time.monotonic() + grace
        while not self.alive(request):
            if time.monotonic() >= end:
                return False
            time.sleep(min(0.5, grace))
        return True
