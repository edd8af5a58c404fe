"""From a plan to a run: the server reached, and started where it is ours, the clients connected, or a recording opened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from conformance.budgets import Budget, budgeting
from conformance.calls import chat, models, stream
from conformance.drivers import raw, sdk, sockets
from conformance.drivers.limits import Limits
from conformance.endpoints import endpoint_of
from conformance.exchanges import came, minding, remembering, replaying, routing
from conformance.launching import NotStarted
from conformance.loading import awaiting
from conformance.messages import Exchange, Request, Send
from conformance.meter import Meter
from conformance.model import Target
from conformance.options import Options
from conformance.plan import Plan, WrongUse, one_line, operators_header, secrets_of
from conformance.recipes import Running, running
from conformance.recordings import recorded_target, recording_in
from conformance.redaction import redacted
from conformance.session import Run
from conformance.shelf import NAME, Shelf
from conformance.target import named_target, reach
from conformance.turns import giving_way

PROBE, TRIAL = 5.0, 15.0
"""Most seconds for the list of models, and for one token of a chat, when it is asked whether a server still lives."""


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
    headers = tuple(operators_header(line) for line in options.header)
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


def _chain(plan: Plan, target: Target, drivers: Mapping[str, Send], shelf: Shelf, meter: Meter) -> Send:
    """From a request to its exchange: known from an earlier run, asked once, again while the server still starts or if others
    were in its way, within the budgets, while the server lives.
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
    within = awaiting(giving_way(budgeting(minding(routing(drivers), alive), budget)))

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
