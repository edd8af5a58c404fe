"""Runs of the whole suite against the reference server, right or wrong, each check by itself and as little as possible."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from conformance.judge import run_check, run_rule
from conformance.messages import Exchange, Request, Send
from conformance.model import Case, Outcome, Result, Target
from conformance.reference.app import ALIAS, MODEL, sending
from conformance.reference.faults import all_faults
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
            now = ran(case, served(case.check.id, fault))
            known |= {same(one): one for one in now.exchanges}
            before = right()[case.check.id].result
            if now.result.outcome is not before.outcome and (tells(now.result) or tells(before)):
                found[case.check.id] = now.result
    for case in raw_cases(rules=True):
        if touched(case.check.id, fault):
            known |= {same(one): one for one in ran(case, served(case.check.id, fault)).exchanges}
    changed = list(distinct(one for one in known.values() if facts(one) not in _right_facts()))
    judged = {case.check.id: run_rule(case, changed) for case in raw_cases(rules=True)}
    return found | {rule: result for rule, result in judged.items() if tells(result)}


def touched(check: str, fault: str) -> bool:
    """Whether a fault changes any answer to what a check asks the right server. If it does not, all stays as it was."""
    asked = right()[check].exchanges
    if all_faults()[fault].loaded:
        return all_checks()[check].alone
    if all_checks()[check].feature in KEYED:
        return True
    if not all_faults()[fault].remembers:
        return any(one.request.key in _bent(fault) for one in asked)
    send = server(fault)
    return any(facts(send(one.request)) != facts(one) for one in asked)


@cache
def _bent(fault: str) -> frozenset[str]:
    """The keys of the requests that a server with this fault answers otherwise than the right one."""
    send, stages = server(fault), all_faults()[fault].stages
    asked = {one.request.key: one for found in right().values() for one in found.exchanges if reaches(stages, one)}
    return frozenset(key for key, one in asked.items() if facts(send(one.request)) != facts(one))


def reaches(stages: Iterable[str], exchange: Exchange) -> bool:
    """Whether a fault of these stages can bend the answer to this request at all."""
    chat, good = exchange.request.path == "/chat/completions", exchange.status == 200
    streamed = "event-stream" in (exchange.header("content-type") or "")
    can = {
        "sent": chat and exchange.request.method == "POST",
        "settings": chat and good,
        "answer": chat and good and not streamed,
        "refused": not good,
        "models": not chat and good,
        "model": not chat and good,
        "reply": True,
    }
    return any(can.get(stage, streamed) for stage in stages)


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
