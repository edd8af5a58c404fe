"""A run: what it is about, the server reached, cases that run ahead, every exchange kept, and the verdicts."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from conformance.ahead import Ahead
from conformance.budgets import Budget, budgeting
from conformance.calls import chat, models, stream
from conformance.conditions import given_of, settled
from conformance.documents import nearest
from conformance.drivers import raw, sdk, sockets
from conformance.drivers.limits import Limits
from conformance.endpoints import endpoint_of
from conformance.exchanges import came, minding, remembering, replaying, routing
from conformance.features import core_features
from conformance.judge import Tally, judge, run_check, run_rule
from conformance.launching import NotStarted
from conformance.law import claim_for
from conformance.matrix import load_matrix
from conformance.messages import Exchange, Request, Send
from conformance.meter import Meter
from conformance.model import Case, Matrix, Result, Target, Verdict
from conformance.options import Options
from conformance.recipes import Running, load_recipe, running
from conformance.recordings import recorded_target, recording_in
from conformance.redaction import redacted, redacted_exchange
from conformance.registry import all_checks
from conformance.repeating import repeated, repetition_of, together
from conformance.report import read_baseline, read_verdict, unknown_entries, verdict_line
from conformance.selection import select, words
from conformance.shelf import NAME, Shelf
from conformance.target import named_target, reach
from conformance.turns import giving_way

Results = tuple[Result, ...]
"""What a case came to, a result for each time that it was asked."""
PROBE, TRIAL = 5.0, 15.0
"""Most seconds for the list of models, and for one token of a chat, when it is asked whether a server still lives."""


class WrongUse(ValueError):
    """What the operator asked for cannot be done; the message is one line that says why."""


@dataclass(frozen=True)
class Plan:
    """What a run is about, read before the first byte is sent. `known` are the exchanges of a run that is resumed."""

    options: Options
    cases: tuple[Case, ...]
    matrices: tuple[Matrix, ...]
    baseline: tuple[str, ...]
    known: Mapping[str, Exchange]


def prepare(options: Options) -> Plan:
    """Reads everything that the options name. Raises WrongUse."""
    try:
        if options.launch:
            _check_launch(options)
        documents = tuple(load_matrix(name) for name in options.matrix)
        named = {"vision": options.vision_model, "embedding": options.embedding_model}
        given = given_of(options.given, documents, [one for one, model in named.items() if model])
        matrices = tuple(settled(one, given) for one in documents)
        cases = select(options)
        known = dict(recording_in(Path(options.resume))) if options.resume else {}
        return Plan(options, cases, matrices, _baseline(options, matrices, cases), known)
    except (ValueError, OSError) as error:
        raise WrongUse(one_line(error)) from None


def _check_launch(options: Options) -> None:
    """Raises WrongUse where something else is to be tested as well, ValueError or OSError for a recipe that cannot be read."""
    if options.base_url or options.replay:
        raise WrongUse("--launch starts a server of its own: leave out --base-url and --replay")
    load_recipe(options.launch or "")


def _baseline(options: Options, matrices: tuple[Matrix, ...], cases: tuple[Case, ...]) -> tuple[str, ...]:
    if options.baseline is None:
        return ()
    entries = read_baseline(Path(options.baseline).read_text("utf-8"))
    known = {f"{check.id}-{via}" for check in all_checks().values() for via in (*check.via, "recorded")}
    for entry in unknown_entries(entries, known, [matrix.id for matrix in matrices]):
        raise WrongUse(f"{options.baseline}: no case and document of this run are called {entry!r}{nearest(entry, words(cases))}")
    return entries


def one_line(error: Exception) -> str:
    """An error as the one line that wrong use is answered with."""
    if isinstance(error, OSError) and error.filename:
        return f"cannot read {error.filename}: {error.strerror}"
    return " ".join(str(error).split())


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
        repetitions = range(self.plan.options.repeat)
        if case.check.seed is None:
            return tuple(run_check(case, self.target, self._asking, one) for one in repetitions)
        seed = case.check.seed(self.target)
        for one in repetitions:
            self._asking(repeated(replace(seed, setup=replace(seed.setup, client=case.via)), one))
        return None

    def _asking(self, request: Request) -> Exchange:
        exchange = self.send(request)
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
            found = {tally.case: [*found[tally.case], tally.result()] for tally in tallies}
        self._results |= {case: tuple(results) for case, results in found.items()}

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
        core = core_features(self.target)
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


@contextmanager
def opened(plan: Plan, folder: Path, target: Target | None = None, first: int | None = None) -> Iterator[Run]:
    """The run of a plan: the server reached (and started, if it is the embedded one), the clients connected.

    `target` is known already in a process that shares a run; `first` is where its order of cases begins. Raises WrongUse.
    """
    options = plan.options
    with ExitStack() as stack:
        if options.replay is not None:
            yield _replayed(plan, Path(options.replay))
            return
        try:
            if target is None and options.base_url is None:
                name = options.launch or f"llama.cpp-{options.engine_mode}"
                target = _launched(options, stack.enter_context(running(name, options.weights)))
            wanted = target or named_target(options, options.base_url or "")
            drivers = _connected(plan, wanted, stack)
            shelf = Shelf(folder / NAME, secrets_of(options))
            if first is None:
                wanted, told = reach(wanted, drivers["raw"])
                wanted = replace(wanted, server=str(redacted(wanted.server, secrets_of(options))))
                shelf.put(told)
        except (ValueError, OSError, NotStarted) as error:
            raise WrongUse(str(redacted(one_line(error), secrets_of(options)))) from None
        jobs = options.jobs or (1 if options.base_url is None else 4)
        meter = Meter()
        run = Run(plan, wanted, jobs, _chain(plan, wanted, drivers, shelf, meter), shelf, first or 0, meter=meter)
        try:
            yield run
        finally:
            run.stop()


def _launched(options: Options, started: Running) -> Target:
    """The launched server as a target; what the operator named comes before what the recipe says."""
    told = named_target(options, started.base_url)
    return replace(
        told,
        model=told.model or started.model,
        alias=told.alias or started.alias,
        embedding_model=told.embedding_model or (started.model if started.recipe.embeddings else ""),
        id=started.recipe.name if options.launch else "embedded-llama.cpp",
    )


def _connected(plan: Plan, target: Target, stack: ExitStack) -> Mapping[str, Send]:
    options = plan.options
    most = {"most_bytes": options.max_bytes, "most_events": options.max_events, "most_values": options.max_values}
    limits = Limits(timeout=options.timeout, **most)
    headers = tuple(_header(line) for line in options.header)
    more = (target, options.api_key, limits, headers, options.insecure)
    official = stack.enter_context(sdk.connected(*more))
    probe, trial = (replace(limits, timeout=min(most, options.timeout)) for most in (PROBE, TRIAL))
    return {
        "raw": stack.enter_context(raw.connected(*more)),
        "sdk": official,
        "sdk-async": official,
        "wire": stack.enter_context(sockets.connected(*more)),
        "probe": stack.enter_context(raw.connected(target, options.api_key, probe, headers, options.insecure)),
        "trial": stack.enter_context(raw.connected(target, options.api_key, trial, headers, options.insecure)),
    }


def secrets_of(options: Options) -> tuple[str, ...]:
    """What must not be written or printed, wherever it comes from: the key, and the values of the operator's own headers."""
    return tuple(one for one in (options.api_key, *(_header(line)[1] for line in options.header)) if one)


def _header(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon or not name.strip():
        raise WrongUse("--header takes 'Name: value'")
    return name.strip(), value.strip()


def _chain(plan: Plan, target: Target, drivers: Mapping[str, Send], shelf: Shelf, meter: Meter) -> Send:
    """From a request to its exchange: known from an earlier run, asked once, again if others were in its way, within the
    budgets, while the server lives.
    """
    options = plan.options

    def alive(wanted: Request | None) -> bool:
        if wanted is None or endpoint_of(Exchange(wanted)) != "chat":
            return came(drivers["probe"](models()))
        streamed = isinstance(wanted.json, dict) and wanted.json.get("stream") is True
        return came(drivers["trial"]((stream if streamed else chat)(target, max_tokens=1)))

    def recall(request: Request) -> Exchange | None:
        found = plan.known.get(request.key) or shelf.get(request.key)
        return replace(found, request=request) if found else None

    kept = options.max_bytes_total * options.repeat  # what a server may send is bounded for each repetition
    budget = Budget(options.max_requests, options.max_tokens_total, kept, options.max_seconds)
    within = giving_way(budgeting(minding(routing(drivers), alive), budget))

    def keep(exchange: Exchange) -> None:
        meter.note(exchange)
        shelf.put(exchange)

    return remembering(within, recall, keep, shelf.locked)


def _replayed(plan: Plan, folder: Path) -> Run:
    try:
        recorded = dict(recording_in(folder))
        target = recorded_target(folder)
    except (ValueError, OSError) as error:
        raise WrongUse(one_line(error)) from None
    return Run(plan, target, plan.options.jobs or 4, replaying(recorded))
