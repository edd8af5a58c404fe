"""Bounds on a whole run: how many requests, tokens, bytes of answers and seconds it may take. What does not fit is not sent."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

from conformance.exchanges import unsent
from conformance.messages import Exchange, Request, Send
from conformance.wire import read_json

PIECE, NODE = 250, 100
"""Bytes of memory that a piece of a body takes beside its own, and a value of JSON in what a client library made of it."""


@dataclass(frozen=True)
class Budget:
    """What a run may take; None for as much as it likes. `bytes` are those of answers, with what clients made of them."""

    requests: int | None = None
    tokens: int | None = None
    bytes: int | None = None
    seconds: float | None = None


def budgeting(send: Send, budget: Budget) -> Send:
    """Sends nothing that could take the run beyond its budget; answers on their way when it is spent are waited for."""
    spent = Spending(budget)

    def within(request: Request) -> Exchange:
        over = spent.take(request)
        if over:
            return unsent(request, "budget", over)
        exchange = send(request)
        spent.settle(request, exchange)
        return exchange

    return within


@dataclass
class Spending:
    """What a run has taken so far; a request counts with its ceiling of tokens until its answer tells what it took."""

    budget: Budget
    requests: int = 0
    tokens: int = 0
    bytes: int = 0
    began: float = field(default_factory=time.monotonic)
    guard: threading.Lock = field(default_factory=threading.Lock)

    def take(self, request: Request) -> str:
        """Books a request, or says which budget it would exceed."""
        most = self.budget
        with self.guard:
            if most.requests is not None and self.requests >= most.requests:
                return f"the budget of {most.requests} requests is spent (--max-requests)"
            ceiling = token_ceiling(request)
            if most.tokens is not None and self.tokens + ceiling > most.tokens:
                return f"the budget of {most.tokens} tokens is spent (--max-tokens-total)"
            if most.bytes is not None and self.bytes >= most.bytes:
                return f"the budget of {most.bytes} bytes of answers is spent (--max-bytes-total)"
            if most.seconds is not None and time.monotonic() - self.began >= most.seconds:
                return f"the budget of {most.seconds:g} seconds is spent (--max-seconds)"
            self.requests += 1
            self.tokens += ceiling
            return ""

    def settle(self, request: Request, exchange: Exchange) -> None:
        """Replaces a request's ceiling by the tokens that its answer took, and counts what keeping it takes."""
        with self.guard:
            self.tokens += tokens_of(exchange) - token_ceiling(request)
            self.bytes += weight_of(exchange)


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


def weight_of(exchange: Exchange) -> int:
    """About how many bytes of memory an answer takes as long as it is kept."""
    body, read = exchange.body, len(exchange.readings)
    values = sum(map(body.count, (b",", b"[", b"{")))
    headers = sum(len(name) + len(value) + PIECE for name, value in exchange.headers)
    return len(body) * (1 + read) + PIECE * len(exchange.pieces) + NODE * read * values + headers
