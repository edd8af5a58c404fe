"""Runs of the whole suite against the reference server, right or wrong, each check by itself and as little as possible."""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from conformance.judge import run_check, run_rule
from conformance.messages import Exchange, Request, Send
from conformance.model import Case, Outcome, Result, Target
from conformance.reference.app import ALIAS, MODEL, Server, answer, asked_by, sending
from conformance.reference.faults import Fault, all_faults
from conformance.reference.values import Asked, Refused
from conformance.registry import all_cases, all_checks

TARGET = Target("http://127.0.0.1:1/v1", model=MODEL, alias=ALIAS, vision_model=MODEL, server="reference", key_configured=True)
SILENT = (Outcome.WORKS, Outcome.ACCEPTED)


@dataclass(frozen=True)
class Ran:
    """A check's result and the exchanges it was told by, in the order they were asked for."""

    result: Result
    exchanges: tuple[Exchange, ...]


def clock() -> float:
    """A time that stands still, so that answers can be compared byte by byte."""
    return 1_795_000_000.0


def server(*faults: str) -> Send:
    """A reference server of its own with some faults."""
    return sending(*faults, clock=clock)


KEYED = ("auth.key", "auth.models", "auth.scheme", "auth.wrong-key")
"""Features that only a server which asks for a key has."""


def served(check: str, *faults: str) -> Send:
    """The server that a check is proven on."""
    keyed = all_checks()[check].feature in KEYED
    return sending(*faults, clock=clock, api_key="sk-reference" if keyed else None)


def raw_cases(rules: bool) -> list[Case]:
    """The rules or the checks that speak plain HTTP, ordinarily or oddly."""
    return [case for case in all_cases() if case.via in ("raw", "wire") and bool(case.check.on) == rules]


def ran(case: Case, send: Send) -> Ran:
    """A check run against a server, equal requests sent once. A rule's run is that of its seed."""
    known: dict[str, Exchange] = {}

    def remembering(request: Request) -> Exchange:
        if request.key not in known:
            known[request.key] = send(request)
        return known[request.key]

    if case.check.seed is not None:
        remembering(case.check.seed(TARGET))
        return Ran(run_rule(case, known.values()), tuple(known.values()))
    return Ran(run_check(case, TARGET, remembering), tuple(known.values()))


@cache
def right() -> dict[str, Ran]:
    """Every check and rule by itself against the right server."""
    return {case.check.id: ran(case, served(case.check.id)) for rules in (False, True) for case in raw_cases(rules)}


@cache
def spoken(fault: str) -> dict[str, Result]:
    """The checks and rules that say something about a server with this fault that they do not say about the right one."""
    known: dict[str, Exchange] = {}
    found = {}
    for case in raw_cases(rules=False):
        if touched(case.check.id, fault):
            now = ran(case, _bending(case.check.id, fault))
            known |= {same(one): one for one in now.exchanges}
            before = right()[case.check.id].result
            if now.result.outcome is not before.outcome and (tells(now.result) or tells(before)):
                found[case.check.id] = now.result
    for case in raw_cases(rules=True):
        if touched(case.check.id, fault):
            known |= {same(one): one for one in ran(case, _bending(case.check.id, fault)).exchanges}
    changed = list(distinct(one for one in known.values() if facts(one) not in _right_facts()))
    judged = {case.check.id: run_rule(case, changed) for case in raw_cases(rules=True)}
    return found | {rule: result for rule, result in judged.items() if tells(result)}


def touched(check: str, fault: str) -> bool:
    """Whether a fault changes any answer to what a check asks the right server. If it does not, all stays as it was."""
    asked = right()[check].exchanges
    if all_faults()[fault].loaded:
        return all_checks()[check].alone and not all_checks()[check].last
    if all_checks()[check].feature in KEYED:
        return True
    if not all_faults()[fault].remembers:
        return any(one.request.key in _bent(fault) for one in asked)
    send = server(fault)
    return any(facts(send(one.request)) != facts(one) for one in asked)


def _bending(check: str, fault: str) -> Send:
    """The server with a fault that a check is held against. What the fault does not bend is answered as the right server did."""
    if all_faults()[fault].remembers or all_faults()[fault].loaded or all_checks()[check].feature in KEYED:
        return served(check, fault)
    as_ever, bent = _unbent(), _bent(fault)
    send = _once(fault)
    return lambda request: as_ever[request.key] if request.key in as_ever and request.key not in bent else send(request)


@cache
def _once(fault: str) -> Send:
    """A server with a fault that answers each request once."""
    send: Send = server(fault)
    known: dict[str, Exchange] = {}
    return lambda request: known.get(request.key) or known.setdefault(request.key, send(request))


@cache
def _unbent() -> dict[str, Exchange]:
    """What the right server answered, by the key of the request."""
    found = [ran for check, ran in right().items() if all_checks()[check].feature not in KEYED]
    return {one.request.key: one for ran in found for one in ran.exchanges}


@cache
def _bent(fault: str) -> frozenset[str]:
    """The keys of the requests that a server with this fault answers otherwise than the right one."""
    send, asked = _once(fault), _unbent()
    return frozenset(key for key in asked if _meets(fault, key) and facts(send(asked[key].request)) != facts(asked[key]))


def _meets(name: str, key: str) -> bool:
    """Whether a fault bends any value on the way from a request to its answer."""
    fault = all_faults()[name]
    return any(_changes(fault, step) for step in _ways()[key] if step.stage in fault.stages)


def _changes(fault: Fault, step: Step) -> bool:
    try:
        return _spelled(fault.run(pickle.loads(step.value), step.asked)) != step.spelled
    except Refused:
        return True


def _spelled(value: Any) -> str:
    """A value in words that tell 1 from true and from 1.0."""
    return repr((value.status, value.body, value.headers)) if isinstance(value, Refused) else repr(value)


@cache
def _ways() -> dict[str, list[Step]]:
    """The values that faults may bend, with their stages, on the way from each request to the right answer."""
    found: dict[str, list[Step]] = {}
    for key, one in _unbent().items():
        way = Way(clock=clock)
        answer(asked_by(one.request), way, int(key, 16))
        found[key] = way.steps
    return found


@dataclass(frozen=True)
class Step:
    """A value that a fault may bend, kept so that it can be had anew, and in words."""

    stage: str
    value: bytes
    asked: Asked
    spelled: str


@dataclass(frozen=True)
class Way(Server):
    """The right server, noting every value that a fault may bend."""

    steps: list[Step] = field(default_factory=list)

    def bent(self, stage: str, value: Any, asked: Asked) -> Any:
        self.steps.append(Step(stage, pickle.dumps(value), asked, _spelled(value)))
        return value


def tells(result: Result) -> bool:
    """Whether a result tells against the server."""
    return result.outcome not in (*SILENT, Outcome.UNCLEAR)


def facts(exchange: Exchange) -> tuple[Any, ...]:
    """What came back, to be compared."""
    return exchange.request.key, exchange.status, exchange.headers, exchange.pieces, exchange.failure, repr(exchange.source)


def same(exchange: Exchange) -> str:
    """What tells an exchange from others."""
    return repr((exchange.request.key, exchange.status, len(exchange.body), exchange.body[:2000]))


@cache
def _right_facts() -> frozenset[tuple[Any, ...]]:
    return frozenset(facts(one) for found in right().values() for one in found.exchanges)


def distinct(exchanges: Iterable[Exchange]) -> Iterator[Exchange]:
    """One exchange of every kind: the same endpoint, status, fields and switches."""
    kinds: dict[str, Exchange] = {}
    for exchange in exchanges:
        sent = exchange.request.json if isinstance(exchange.request.json, dict) else {}
        switches = [sent.get(name) for name in ("stream", "tool_choice", "stop", "n", "response_format")]
        what = [exchange.request.method, exchange.request.path, exchange.status, sorted(sent), switches, exchange.request.wrong]
        what += [exchange.body.isascii(), exchange.request.setup.authorization]
        kinds.setdefault(repr(what), exchange)
    yield from kinds.values()


def features(checks: Iterable[str]) -> set[str]:
    """The features of some checks."""
    return {all_checks()[check].feature for check in checks}
