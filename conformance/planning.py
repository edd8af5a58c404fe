"""What a run would send, told by running its checks against the reference server in this process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from conformance.budgets import token_ceiling
from conformance.judge import run_check
from conformance.messages import Exchange, Request
from conformance.model import Case, Target
from conformance.plan import Plan
from conformance.reference.app import ALIAS, MODEL, sending


def plan_lines(plan: Plan) -> Iterator[str]:
    """A line an area: cases, requests, and the most tokens that they may generate. A request that several areas want counts
    for the first. A server that refuses or ignores features is asked somewhat less or more than the reference server.
    """
    cases = Counter(case.check.area for case in plan.cases)
    requests: Counter[str] = Counter()
    tokens: Counter[str] = Counter()
    asked: set[str] = set()
    for case in plan.cases:
        for request in wanted_by(case):
            if request.key not in asked:
                asked.add(request.key)
                requests[case.check.area] += 1
                tokens[case.check.area] += token_ceiling(request)
    times = plan.options.repeat
    requests, tokens = (Counter({area: times * count for area, count in one.items()}) for one in (requests, tokens))
    yield f"{'area':16} {'cases':>6} {'requests':>9} {'tokens at most':>15}"
    for area in cases:
        yield f"{area:16} {cases[area]:6} {requests[area]:9} {tokens[area]:15}"
    yield f"{'all':16} {cases.total():6} {requests.total():9} {tokens.total():15}"


def wanted_by(case: Case) -> tuple[Request, ...]:
    """The requests that a case sends to the reference server."""
    target = Target("http://reference/v1", MODEL, ALIAS, vision_model=MODEL)
    if case.check.seed is not None:
        seed = case.check.seed(target)
        return (replace(seed, setup=replace(seed.setup, client=case.via)),)
    sent: list[Request] = []
    answer = sending()

    def noting(request: Request) -> Exchange:
        sent.append(request)
        return answer(request)

    run_check(case, target, noting)
    return tuple(sent)
