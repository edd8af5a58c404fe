"""Recorded traffic judged offline: every rule applied to every exchange, read one by one."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from conformance.endpoints import endpoint_of
from conformance.features import all_features
from conformance.judge import Tally, claim_on, judge
from conformance.messages import Exchange
from conformance.model import Case, Matrix, Target, Verdict
from conformance.options import Options
from conformance.publishing import Published, default_folder, header_of, written
from conformance.recordings import exchanges_in
from conformance.redaction import redacted_exchange
from conformance.report import Footer, Report
from conformance.session import Plan, WrongUse, one_line, prepare

RECORDED = "recorded"
MOST_KEPT = 500
"""How many exchanges that break a rule go into the report; recordings may be long."""


def judge_traffic(options: Options, paths: Sequence[Path], command: Iterable[str]) -> Published:
    """Judges recordings and writes a report. Without a document everything counts as supported. Raises WrongUse."""
    plan = _recorded_plan(options)
    began, count = time.time(), 0
    tallies = [Tally(case) for case in plan.cases]
    kept: dict[str, Exchange] = {}
    hosts: dict[str, None] = {}
    try:
        for exchange in (one for path in paths for one in exchanges_in(path)):
            count += 1
            told = [tally.add(exchange) for tally in tallies] if endpoint_of(exchange) else []
            if any(told) and len(kept) < MOST_KEPT:
                kept[exchange.request.key] = redacted_exchange(exchange, ())
            if len(hosts) < 3 and exchange.source.get("host"):
                hosts[str(exchange.source["host"])] = None
    except (ValueError, OSError) as error:
        raise WrongUse(one_line(error)) from None
    if not count:
        raise WrongUse("the recordings hold no exchange")
    verdicts = [verdict for tally in tallies for verdict in _verdicts(plan, tally)]
    target = Target("", id=RECORDED, server=", ".join(hosts) or "recorded traffic")
    footer = Footer(True, count, 0, round(time.time() - began, 3))
    return written(
        Report(header_of(plan, target, began, command), tuple(verdicts), footer),
        options,
        plan.baseline,
        kept,
        default_folder(plan),
    )


def _recorded_plan(options: Options) -> Plan:
    plan = prepare(options)
    wanted = {case.check.id: case.check for case in plan.cases if case.check.on}
    return replace(plan, cases=tuple(Case(check, RECORDED) for check in wanted.values()))


def _verdicts(plan: Plan, tally: Tally) -> Iterator[Verdict]:
    feature, result = tally.case.check.feature, tally.result()
    documents: tuple[Matrix | None, ...] = plan.matrices or (None,)
    for matrix in documents:
        yield judge(tally.case, result, claim_on(feature, matrix, all_features()), matrix.id if matrix else None)
