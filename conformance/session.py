"""A run under way: cases that run ahead, every exchange kept, and the verdicts."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from conformance.ahead import Ahead
from conformance.features import core_features
from conformance.habits import Habits
from conformance.judge import Tally, judge, run_check, run_rule
from conformance.law import claim_for
from conformance.messages import Exchange, Request, Send
from conformance.meter import Meter
from conformance.model import Case, Matrix, Result, Target, Verdict
from conformance.plan import Plan, secrets_of
from conformance.redaction import redacted, redacted_exchange
from conformance.repeating import STRIDE, repeated, repetition_of, together
from conformance.report import read_verdict, verdict_line
from conformance.shelf import Shelf

Results = tuple[Result, ...]
"""What a case came to, a result for each time that it was asked."""

AGAIN = STRIDE // 2
"""How far the take of a request that is asked for once more lies from the first."""


@dataclass
class Run:
    """A run under way. `made` holds every exchange that it asked for, by key."""

    plan: Plan
    target: Target
    jobs: int
    send: Send
    shelf: Shelf | None = None
    first: int = 0
    made: dict[str, Exchange] = field(default_factory=dict)
    meter: Meter = field(default_factory=Meter)
    began: float = field(default_factory=time.time)
    _results: dict[Case, Results] = field(default_factory=dict)
    _rules: tuple[Case, ...] = ()
    _ahead: Ahead[Case, Results | None] | None = None

    def __post_init__(self) -> None:
        self.habits = Habits(self.target, self._learning)

    def start(self, cases: tuple[Case, ...]) -> None:
        """Lets cases run ahead. `first` turns the order, so that processes that share the run begin at different places. What is
        to run alone comes last in each of them, when every exchange of the other cases is there, whoever asked for it.
        """
        self._rules = tuple(case for case in cases if case.check.on)
        alone = tuple(case for case in cases if case.check.alone)
        others = tuple(case for case in cases if not case.check.alone)
        first = self.first % (len(others) or 1)
        self._ahead = Ahead(others[first:] + others[:first], self._work, self.jobs, alone)

    def _work(self, case: Case) -> Results | None:
        """Runs a check, or asks what shows a rule at work; once more where the model turns out to be asked in another way."""
        before = self.habits.target_for(case.check)
        asked, results = self._worked(case, before)
        self.habits.learn(asked)
        after = self.habits.target_for(case.check)
        return results if after == before else self._worked(case, after)[1]

    def _worked(self, case: Case, target: Target) -> tuple[list[Exchange], Results | None]:
        repetitions = range(self.plan.options.repeat)
        if case.check.seed is None:
            results = tuple(run_check(case, target, self._asking, one) for one in repetitions)
            return [self.made[key] for result in results for key in result.exchanges], results
        seed = case.check.seed(target)
        wanted = (repeated(replace(seed, setup=replace(seed.setup, client=case.via)), one) for one in repetitions)
        return [self._asking(request) for request in wanted], None

    def _asking(self, request: Request) -> Exchange:
        exchange = self.send(request)
        self.made[request.key] = exchange
        return exchange

    def _learning(self, request: Request) -> Exchange:
        """Asks what no check asks; a recording need not hold it."""
        exchange = self.send(request)
        if exchange.failure is None:
            self.made[request.key] = exchange
        return exchange

    def result(self, case: Case) -> Result:
        """The result of a case the first time that it was asked."""
        return self.results(case)[0]

    def results(self, case: Case) -> Results:
        """A result for each repetition of a case, when they are there; a rule waits for all exchanges of the run."""
        assert self._ahead is not None  # noqa: S101 -- started before anything is asked
        done = self._results.get(case) or self._ahead.result(case)
        if done is None:
            self._ahead.all()
            self._judge_all()
            done = self._results.get(case) or tuple(run_rule(case, part) for part in self._parts())
        self._results[case] = done
        return done

    def _judge_all(self) -> None:
        """Applies every rule to one exchange after the other, so that each is read once. A rule that raises is left out: it
        does so again for the one who asks for it.
        """
        found: dict[Case, list[Result]] = {case: [] for case in self._rules}
        for part in self._parts():
            tallies = [Tally(case) for case in found]
            for exchange in part:
                tallies = [tally for tally in tallies if _added(tally, exchange)]
            for tally in tallies:
                self._ask_again(tally)
            found = {tally.case: [*found[tally.case], tally.result()] for tally in tallies}
        self._results |= {case: tuple(results) for case, results in found.items()}

    def _ask_again(self, tally: Tally) -> None:
        """Asks once more for the one exchange that breaks a rule, where one may be chance. What gets no answer tells nothing."""
        if tally.doubtful:
            request = self.made[tally.doubtful].request
            again = self.send(replace(request, take=request.take + AGAIN))
            if again.failure is None:
                self.made[again.request.key] = again
                tally.add(again)

    def _parts(self) -> tuple[tuple[Exchange, ...], ...]:
        """The exchanges of each repetition, in the order of their keys."""
        parts: list[list[Exchange]] = [[] for _ in range(self.plan.options.repeat)]
        for key in sorted(self.made):
            number = repetition_of(self.made[key].request)
            if number < len(parts):
                parts[number].append(self.made[key])
        return tuple(map(tuple, parts))

    def verdicts(self, case: Case) -> tuple[Verdict, ...]:
        """A verdict for each document, or one against OpenAI's API alone."""
        core = core_features(self.target) - self.habits.spared
        documents: tuple[Matrix | None, ...] = self.plan.matrices or (None,)
        results = self.results(case)
        told = [
            together([judge(case, result, claim_for(case.check, one, core), one.id if one else None) for result in results])
            for one in documents
        ]
        secrets = secrets_of(self.plan.options)
        return tuple(read_verdict(str(redacted(verdict_line(one), secrets))) if secrets else one for one in told)

    def shown(self, keys: Iterable[str]) -> dict[str, Exchange]:
        """Some exchanges as they may be shown and written: without secrets."""
        secrets = secrets_of(self.plan.options)
        return {key: redacted_exchange(self.made[key], secrets) for key in keys if key in self.made}

    def finished(self) -> Iterator[Case]:
        """The cases whose results are there, but for rules, which are judged at the end."""
        return (case for case in (self._ahead.done() if self._ahead else ()) if not case.check.on)

    def done(self) -> int:
        """How many cases have run ahead; a rule has when what it asks for itself was answered."""
        return len(self._ahead.done()) if self._ahead else 0

    def lost(self) -> bool:
        """Whether the server was given up on the way."""
        return any(one.failure is not None and one.failure.kind == "lost" for one in self.made.values())

    def stop(self) -> None:
        """Begins nothing more."""
        if self._ahead:
            self._ahead.stop()


def _added(tally: Tally, exchange: Exchange) -> bool:
    try:
        tally.add(exchange)
    except Exception:
        return False
    return True
