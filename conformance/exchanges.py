"""Functions from Send to Send: routing, remembering, replaying, budgeting, and noticing that the server is lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

from conformance.messages import Exchange, Failure, Request, Send
from conformance.wire import read_json

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


def budgeting(send: Send, requests: int | None, tokens: int | None) -> Send:
    """Sends no more than so many requests, and none whose answer could take the tokens used beyond the budget."""
    spent = Spending()

    def within(request: Request) -> Exchange:
        over = spent.take(request, requests, tokens)
        if over:
            return unsent(request, "budget", over)
        exchange = send(request)
        spent.settle(request, exchange)
        return exchange

    return within


@dataclass
class Spending:
    """Requests sent and tokens used; a request counts with its ceiling until its answer tells what it took."""

    requests: int = 0
    tokens: int = 0
    guard: threading.Lock = field(default_factory=threading.Lock)

    def take(self, request: Request, most_requests: int | None, most_tokens: int | None) -> str:
        """Books a request, or says which budget it would exceed."""
        with self.guard:
            if most_requests is not None and self.requests >= most_requests:
                return f"the budget of {most_requests} requests is spent"
            ceiling = token_ceiling(request)
            if most_tokens is not None and self.tokens + ceiling > most_tokens:
                return f"the budget of {most_tokens} tokens is spent"
            self.requests += 1
            self.tokens += ceiling
            return ""

    def settle(self, request: Request, exchange: Exchange) -> None:
        """Replaces a request's ceiling by the tokens that its answer took."""
        with self.guard:
            self.tokens += tokens_of(exchange) - token_ceiling(request)


def token_ceiling(request: Request) -> int:
    """The most tokens a request may generate: its limit times its choices, 0 where nothing is generated."""
    sent = request.json if isinstance(request.json, dict) else {}
    limit = next((sent[name] for name in ("max_completion_tokens", "max_tokens") if isinstance(sent.get(name), int)), 0)
    choices = sent.get("n")
    return int(limit) * (choices if isinstance(choices, int) and 0 < choices < 129 else 1)


def tokens_of(exchange: Exchange) -> int:
    """The tokens that an answer says it took, prompt included; the ceiling of its request where it does not say."""
    value = read_json(exchange.body).value if exchange.body[:1] == b"{" else None
    usage = value.get("usage") if isinstance(value, dict) else None
    total = usage.get("total_tokens") if isinstance(usage, dict) else None
    answered = exchange.status is not None and exchange.status < 300
    return total if isinstance(total, int) and 0 <= total < 1 << 40 else token_ceiling(exchange.request) * answered


def minding(send: Send, alive: Callable[[], bool], patience: int = 3, pause: float = 5.0) -> Send:
    """A circuit breaker: after so many answers in a row that did not come, a server that `alive` denies is lost. From then on
    nothing is sent, except that `alive` may be asked again every `pause` seconds.
    """
    breaker = Breaker(alive, patience, pause)

    def minded(request: Request) -> Exchange:
        if breaker.open():
            return unsent(request, "lost", "the server no longer answers")
        exchange = send(request)
        breaker.note(exchange.failure is not None and exchange.failure.kind in ("connect", "timeout", "reset"))
        return exchange

    return minded


@dataclass
class Breaker:
    """Counts answers that did not come, and knows since when the server is lost."""

    alive: Callable[[], bool]
    patience: int
    pause: float
    missed: int = 0
    asked: float = 0.0
    guard: threading.Lock = field(default_factory=threading.Lock)

    def note(self, missed: bool) -> None:
        """Counts an answer that came or did not."""
        with self.guard:
            self.missed = self.missed + 1 if missed else 0

    def open(self) -> bool:
        """Whether the server is lost."""
        with self.guard:
            if self.missed < self.patience:
                return False
            if time.monotonic() - self.asked < self.pause:
                return True
            lost = not self.alive()
            self.asked = time.monotonic()
            self.missed = self.patience if lost else 0
            return lost
