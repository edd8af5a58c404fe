"""Recorded traffic judged offline: every rule applied to every exchange, read one by one, so that its length does not matter."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from conformance.endpoints import applies, endpoint_of
from conformance.features import all_features
from conformance.judge import Tally, judge
from conformance.law import claim_for
from conformance.messages import Exchange
from conformance.model import Case, Matrix, Target, Verdict
from conformance.options import Options
from conformance.plan import Plan, WrongUse, one_line, prepare
from conformance.publishing import Published, default_folder, header_of, written
from conformance.redaction import redacted_exchange, secrets_of_request
from conformance.render.content import count
from conformance.render.escape import for_terminal
from conformance.report import Footer, Report
from conformance.streams import read_stream
from conformance.traffic import MOST_NAMED, Traffic
from conformance.wire import read_events, read_json

RECORDED = "recorded"
MOST_KEPT, MOST_KEPT_BYTES = 10, 8 << 20
"""How many exchanges that break a rule go into the report, for each rule, and how large they may be together; recordings are
long.
"""
_FORGET = 4 << 20
"""After so many bytes what was read is forgotten, for every rule has seen it."""


class NothingSelected(Exception):
    """No rule is among what the options select."""


def judge_traffic(options: Options, paths: Sequence[Path], command: Iterable[str]) -> Published:
    """Judges recordings and writes a report. Without a document everything counts as supported. Raises WrongUse,
    NothingSelected.
    """
    plan = _recorded_plan(options)
    if not plan.cases:
        raise NothingSelected
    began, bench, traffic = time.time(), Bench([Tally(case) for case in plan.cases]), Traffic(tuple(paths))
    try:
        for exchange in traffic:
            bench.add(exchange)
    except (ValueError, OSError) as error:
        raise WrongUse(one_line(error)) from None
    if not traffic.calls:
        raise WrongUse(next(iter(traffic.damaged), f"the recordings hold no exchange{_others(traffic)}"))
    target = Target("", id=RECORDED, server=", ".join(bench.hosts) or "recorded traffic")
    report = Report(
        header_of(plan, target, began, command),
        tuple(verdict for tally in bench.tallies for verdict in _verdicts(plan, tally, bench.kept)),
        Footer(True, traffic.calls, 0, round(time.time() - began, 3)),
    )
    published = written(report, plan, bench.kept, default_folder(plan))
    told = *_told(bench, traffic), ""
    return replace(published, summary=lambda look: "\n".join((*told, published.summary(look))))


@dataclass
class Bench:
    """Rules at work on exchanges, one after the other. `kept` are exchanges that break a rule, `lacks` counts what recorders did
    not keep, `known` the exchanges with endpoints that rules are about.
    """

    tallies: list[Tally]
    kept: dict[str, Exchange] = field(default_factory=dict)
    hosts: dict[str, None] = field(default_factory=dict)
    lacks: dict[str, int] = field(default_factory=dict)
    known: int = 0
    _shown: dict[str, int] = field(default_factory=dict)
    _kept_bytes: int = 0
    _read: int = 0

    def __post_init__(self) -> None:
        self._about: dict[str, list[Tally]] = {}
        for tally in self.tallies:
            self._about.setdefault(tally.case.check.on, []).append(tally)

    def add(self, exchange: Exchange) -> None:
        """Applies every rule that is about an exchange. Keys that the exchange carries are taken out of it before."""
        self._note(exchange)
        if not endpoint_of(exchange):
            return
        self.known += 1
        secrets = secrets_of_request(exchange.request)
        exchange = redacted_exchange(exchange, secrets) if secrets else exchange
        told = [
            tally.case.check.id
            for on, tallies in self._about.items()
            if applies(on, exchange)
            for tally in tallies
            if tally.weigh(exchange)
        ]
        if told:
            self._keep(exchange, told)
        self._forget(len(exchange.body) + len(exchange.request.body or b""))

    def _note(self, exchange: Exchange) -> None:
        host, lacks = str(exchange.source.get("host") or ""), str(exchange.source.get("lacks") or "")
        if host and len(self.hosts) < 3:
            self.hosts[host[:100]] = None
        if lacks and (lacks in self.lacks or len(self.lacks) < 20):
            self.lacks[lacks] = self.lacks.get(lacks, 0) + 1

    def _keep(self, exchange: Exchange, told: list[str]) -> None:
        size = len(exchange.body) + len(exchange.request.body or str(exchange.request.json))
        wanted = any(self._shown.get(name, 0) < MOST_KEPT for name in told)
        if not wanted or self._kept_bytes + size > MOST_KEPT_BYTES:
            return
        self.kept[exchange.request.key] = redacted_exchange(exchange, ())
        self._kept_bytes += size
        for name in told:
            self._shown[name] = self._shown.get(name, 0) + 1

    def _forget(self, size: int) -> None:
        self._read += size
        if self._read > _FORGET:
            self._read = 0
            for reader in (read_json, read_events, read_stream):
                reader.cache_clear()


def _recorded_plan(options: Options) -> Plan:
    plan = prepare(options)
    wanted = {case.check.id: case.check for case in plan.cases if case.check.on}
    return replace(plan, cases=tuple(Case(check, RECORDED) for check in wanted.values()))


def _verdicts(plan: Plan, tally: Tally, kept: Iterable[str]) -> Iterator[Verdict]:
    """The verdicts on a rule; of the exchanges those are named that the report has."""
    result, check = tally.result(), tally.case.check
    shown = replace(result, exchanges=tuple(key for key in result.exchanges if key in kept))
    documents: tuple[Matrix | None, ...] = plan.matrices or (None,)
    for matrix in documents:
        yield judge(tally.case, shown, claim_for(check, matrix, all_features()), matrix.id if matrix else None)


def _told(bench: Bench, traffic: Traffic) -> Iterator[str]:
    """What was read, and what of it could not be judged."""
    yield f"{count(traffic.calls, 'exchange')} read, {bench.known} of them with endpoints that rules are about{_others(traffic)}"
    if traffic.left_out:
        yield f"warning: no recordings, and left out: {_listed(traffic.left_out, len(traffic.left_out), ', ')}"
    if traffic.damaged:
        yield f"warning: cannot be read, and left out: {_listed(traffic.damaged, traffic.damages, '; ')}"
    for lacks, number in bench.lacks.items():
        yield f"{count(number, 'exchange')} judged without a body: {for_terminal(lacks)}"


def _listed(named: Sequence[str], number: int, between: str) -> str:
    more = f" and {number - MOST_NAMED} more" if number > MOST_NAMED else ""
    return between.join(for_terminal(name) for name in named[:MOST_NAMED]) + more


def _others(traffic: Traffic) -> str:
    return f"; left out: {count(traffic.others, 'page')}, script or other that is no call of an API" if traffic.others else ""
