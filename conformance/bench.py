"""Rules at work on recorded exchanges, one after the other: what they find is counted, some of what breaks them is kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from conformance.endpoints import applies, endpoint_of
from conformance.judge import Count, Tally
from conformance.messages import Exchange
from conformance.model import Case
from conformance.redaction import redacted_exchange, secrets_of_request
from conformance.streams import read_stream
from conformance.wire import read_events, read_json

MOST_KEPT, MOST_KEPT_BYTES = 10, 8 << 20
"""How many exchanges that break a rule go into the report, for each rule, and how large they may be together; recordings are
long.
"""
_FORGET = 4 << 20
"""After so many bytes what was read is forgotten, for every rule has seen it."""


@dataclass(frozen=True)
class Weighed:
    """What rules say of some exchanges: how many of these have an endpoint that rules are about, the counts by place of the rule,
    and by place of the exchange the ids of the rules that it breaks.
    """

    known: int
    counts: Mapping[int, Count]
    broken: Mapping[int, Sequence[str]]


class Rules:
    """Rules, and what each of them has said so far. `known` counts exchanges with endpoints that rules are about."""

    def __init__(self, cases: Iterable[Case]) -> None:
        self.tallies = [Tally(case) for case in cases]
        self.known = 0
        self._about: dict[str, list[Tally]] = {}
        for tally in self.tallies:
            self._about.setdefault(tally.case.check.on, []).append(tally)

    def weigh(self, exchange: Exchange) -> list[str]:
        """Applies every rule that is about an exchange, and gives the ids of those that it breaks. Keys that the exchange carries
        are taken out of it before.
        """
        if not endpoint_of(exchange):
            return []
        self.known += 1
        exchange = without_keys(exchange)
        return [
            tally.case.check.id
            for on, tallies in self._about.items()
            if applies(on, exchange)
            for tally in tallies
            if tally.weigh(exchange)
        ]

    def weighed(self, exchanges: Sequence[Exchange]) -> Weighed:
        """What there is to say of exchanges, by rules that have said nothing yet."""
        broken = {place: told for place, one in enumerate(exchanges) if (told := self.weigh(one))}
        counts = {place: tally.count for place, tally in enumerate(self.tallies) if tally.count != Count()}
        return Weighed(self.known, counts, broken)

    def merge(self, more: Weighed) -> None:
        """Counts what was said of exchanges that came after these."""
        self.known += more.known
        for place, count in more.counts.items():
            self.tallies[place].count.merge(count)


@dataclass
class Bench:
    """What a report tells of recorded exchanges. `kept` are some that break a rule, `lacks` counts what was not recorded."""

    rules: Rules
    kept: dict[str, Exchange] = field(default_factory=dict)
    hosts: dict[str, None] = field(default_factory=dict)
    lacks: dict[str, int] = field(default_factory=dict)
    _shown: dict[str, int] = field(default_factory=dict)
    _kept_bytes: int = 0
    _memory: Memory = field(default_factory=lambda: Memory())

    def add(self, exchange: Exchange) -> None:
        """Judges an exchange."""
        self._note(exchange)
        self._keep(exchange, self.rules.weigh(exchange))
        self._memory.rest(exchange)

    def merge(self, exchanges: Sequence[Exchange], said: Weighed) -> None:
        """Takes in exchanges that were judged elsewhere."""
        for exchange in exchanges:
            self._note(exchange)
        self.rules.merge(said)
        for place, told in said.broken.items():
            self._keep(exchanges[place], told)

    def _note(self, exchange: Exchange) -> None:
        host, lacks = str(exchange.source.get("host") or ""), str(exchange.source.get("lacks") or "")
        if host and len(self.hosts) < 3:
            self.hosts[host[:100]] = None
        if lacks and (lacks in self.lacks or len(self.lacks) < 20):
            self.lacks[lacks] = self.lacks.get(lacks, 0) + 1

    def _keep(self, exchange: Exchange, told: Sequence[str]) -> None:
        if not any(self._shown.get(name, 0) < MOST_KEPT for name in told):
            return
        exchange = without_keys(exchange)
        size = size_of(exchange)
        if self._kept_bytes + size > MOST_KEPT_BYTES:
            return
        self.kept[exchange.request.key] = redacted_exchange(exchange, ())
        self._kept_bytes += size
        for name in told:
            self._shown[name] = self._shown.get(name, 0) + 1


class Memory:
    """Forgets what was read of exchanges once that is much."""

    def __init__(self) -> None:
        self._read = 0

    def rest(self, exchange: Exchange) -> None:
        """An exchange was judged."""
        self._read += size_of(exchange)
        if self._read > _FORGET:
            self._read = 0
            for reader in (read_json, read_events, read_stream):
                reader.cache_clear()


def without_keys(exchange: Exchange) -> Exchange:
    """The exchange without the keys that its request carries."""
    secrets = secrets_of_request(exchange.request)
    return redacted_exchange(exchange, secrets) if secrets else exchange


def size_of(exchange: Exchange) -> int:
    """About how many bytes an exchange has."""
    request = exchange.request
    return sum(len(piece.data) for piece in exchange.pieces) + len(request.body or str(request.json or ""))
