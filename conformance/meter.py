"""What a run has sent so far, for those who watch it."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from conformance.budgets import tokens_of
from conformance.exchanges import kind_of
from conformance.messages import Exchange


@dataclass(frozen=True)
class Spent:
    """Requests sent, tokens used, and the request that took longest: its seconds, and what was asked."""

    requests: int = 0
    tokens: int = 0
    slowest: float = 0.0
    what: str = ""

    def __add__(self, other: Spent) -> Spent:
        slow = max(self, other, key=lambda one: one.slowest)
        return Spent(self.requests + other.requests, self.tokens + other.tokens, slow.slowest, slow.what)


@dataclass
class Meter:
    """Adds up exchanges, from any thread."""

    spent: Spent = Spent()
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def note(self, exchange: Exchange) -> None:
        """Counts an exchange that was really made."""
        with self._guard:
            self.spent += Spent(1, tokens_of(exchange), exchange.seconds, kind_of(exchange.request))
