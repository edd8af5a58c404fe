"""Recorded traffic judged offline: every rule applied to every exchange, read one by one, so that its length does not matter."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from conformance.bench import Bench, Rules
from conformance.crew import judge_together
from conformance.features import all_features
from conformance.judge import Tally, judge
from conformance.law import claim_for
from conformance.model import RECORDED, Case, Matrix, Target, Verdict
from conformance.options import Options
from conformance.plan import Plan, WrongUse, one_line, prepare
from conformance.publishing import Published, default_folder, header_of, written
from conformance.render.content import count
from conformance.render.escape import for_terminal
from conformance.report import Footer, Report
from conformance.traffic import MOST_NAMED, Traffic


class NothingSelected(Exception):
    """No rule is among what the options select."""


def judge_traffic(options: Options, paths: Sequence[Path], command: Iterable[str]) -> Published:
    """Judges recordings and writes a report. Without a document everything counts as supported. Raises WrongUse,
    NothingSelected.
    """
    plan = _recorded_plan(options)
    if not plan.cases:
        raise NothingSelected
    began, bench, traffic = time.time(), Bench(Rules(plan.cases)), Traffic(tuple(paths))
    try:
        judge_together(bench, traffic)
    except (ValueError, OSError) as error:
        raise WrongUse(one_line(error)) from None
    if not traffic.calls:
        raise WrongUse(next(iter(traffic.damaged), f"the recordings hold no exchange{_others(traffic)}"))
    target = Target("", id=RECORDED, server=", ".join(bench.hosts) or "recorded traffic")
    report = Report(
        header_of(plan, target, began, command),
        tuple(verdict for tally in bench.rules.tallies for verdict in _verdicts(plan, tally, bench.kept)),
        Footer(True, traffic.calls, 0, round(time.time() - began, 3)),
    )
    published = written(report, plan, bench.kept, default_folder(plan))
    told = *_told(bench, traffic), ""
    return replace(published, summary=lambda look: "\n".join((*told, published.summary(look))))


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
    read, known = count(traffic.calls, "exchange"), bench.rules.known
    yield f"{read} read, {known} of them with endpoints that rules are about{_others(traffic)}"
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
