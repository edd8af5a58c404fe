"""From a run that ended, in whatever way, to its report on disk."""

from __future__ import annotations

import os
import platform
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from shutil import rmtree
from typing import Any

from conformance import __version__
from conformance.budgets import tokens_of
from conformance.exchanges import was_sent
from conformance.law import claim_for
from conformance.messages import Exchange
from conformance.model import Target, Verdict
from conformance.plan import Plan, secrets_of
from conformance.recordings import keep_recording, write_recording
from conformance.redaction import redacted, redacted_exchange
from conformance.registry import all_checks
from conformance.render import terminal, workflow, write_all
from conformance.render.terminal import Look
from conformance.report import Edition, Footer, Header, Report, gate
from conformance.session import Run
from conformance.target import folder_name, shown_url


@dataclass(frozen=True)
class Published:
    """What became of a report: the summary to print with some look, whether the gate lets it pass, why not all of it is on disk,
    what of the summary is printed to those who want it quiet, and what a workflow of GitHub is told.
    """

    report: Report
    summary: Callable[[Look], str]
    passed: bool
    trouble: str = ""
    brief: str = ""
    annotations: tuple[str, ...] = ()


def default_folder(plan: Plan) -> Path:
    """Where the report goes: as the operator said, or reports/<server>/<UTC time>/."""
    options = plan.options
    if options.report or options.resume:
        return Path(options.report or options.resume or "")
    servers = {matrix.server for matrix in plan.matrices}
    named = servers.pop() if len(servers) == 1 else folder_name(options.base_url or "")
    own = options.base_url is None and options.replay is None
    server = Path(options.launch).stem if options.launch else "embedded-llama.cpp" if own else named
    return Path("reports", server, datetime.now(UTC).strftime("%Y-%m-%dT%H%M%SZ"))


def publish(run: Run, verdicts: tuple[Verdict, ...], folder: Path, complete: bool, command: Iterable[str]) -> Published:
    """Writes the report, atomically file by file, and says what the gate makes of it."""
    options = run.plan.options
    secrets = secrets_of(options)
    exchanges = {one.request.key: redacted_exchange(one, secrets) for one in _exchanges(run)}
    made = list(filter(was_sent, exchanges.values()))
    order = {case.id: number for number, case in enumerate(run.plan.cases)}
    report = Report(
        header_of(run.plan, run.target, run.began, command),
        tuple(sorted(verdicts, key=lambda one: order.get(one.case, len(order)))),
        Footer(complete and not run.lost(), len(made), sum(map(tokens_of, made)), round(time.time() - run.began, 3)),
    )
    published = written(report, run.plan, exchanges, folder)
    if options.record and not published.trouble:
        published = replace(published, trouble=_trouble(lambda: keep_recording(folder, Path(options.record or ""))))
    if run.shelf and not published.trouble:
        rmtree(run.shelf.folder, ignore_errors=True)
    return published


def written(report: Report, plan: Plan, exchanges: Mapping[str, Exchange], folder: Path) -> Published:
    """A report on disk, with exchanges that hold no secrets any more. A disk that does not take it all is told of."""
    options = plan.options
    result = gate(report, options.gate, plan.baseline)

    def write() -> None:
        write_recording(filter(was_sent, exchanges.values()), folder, report.header.target, secrets_of(options))
        write_all(report, exchanges, folder, result)

    trouble = _trouble(write)
    told = workflow.render(report, result, partial(_place, plan)) if os.environ.get("GITHUB_ACTIONS") == "true" else ()
    summary, brief = partial(terminal.render, report, result, str(folder)), terminal.brief(report, result, str(folder))
    return Published(report, summary, result.passed, trouble, brief, told)


def _place(plan: Plan, verdict: Verdict) -> tuple[str, int] | None:
    """The line of the claim that a verdict is about, where its matrix was given as a file."""
    for name, matrix in zip(plan.options.matrix, plan.matrices, strict=True):
        if matrix.id == verdict.matrix and Path(name).is_file():
            claim = claim_for(all_checks()[verdict.check], matrix, ())
            return (Path(os.path.relpath(name)).as_posix(), claim.line) if claim.line and not claim.stated_in else None
    return None


def _trouble(write: Callable[[], object]) -> str:
    """Writes, and says in one line what was in the way."""
    try:
        write()
    except OSError as error:
        return f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}"
    return ""


def _exchanges(run: Run) -> Iterator[Exchange]:
    """What the run asked for; what other processes of it asked for is on the shelf."""
    found = dict(run.made)
    if run.shelf:
        found |= {one.request.key: one for one in run.shelf.others(found)}
    yield from sorted(found.values(), key=lambda one: (one.started, one.request.key))


def header_of(plan: Plan, target: Target, began: float, command: Iterable[str]) -> Header:
    """What was tested and with what; `began` is Unix time."""
    return Header(
        suite=__version__,
        target=shown_target(target, secrets_of(plan.options)),
        matrices=tuple(Edition(one.id, one.sha256, one.title, one.url) for one in plan.matrices),
        sdk=version("openai"),
        python=platform.python_version(),
        started=datetime.fromtimestamp(began, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        command=scrubbed(command, secrets_of(plan.options)),
    )


def shown_target(target: Target, secrets: Sequence[str]) -> Target:
    """A target as it may be printed and written: its server may be called by the key."""
    told: dict[str, Any] = redacted(asdict(target), secrets)
    return Target(**told | {"base_url": shown_url(str(told["base_url"]))})


def scrubbed(command: Iterable[str], secrets: Sequence[str]) -> str:
    """A command line without the key, without the values of headers, and with the program's name alone."""
    words, hide = [], False
    for number, word in enumerate(command):
        word = Path(word).name if number == 0 else word
        flag, equals, _ = word.partition("=")
        secret = flag in ("--api-key", "--header")
        words.append("[redacted]" if hide else f"{flag}=[redacted]" if secret and equals else word)
        hide = secret and not equals
    text = str(redacted(" ".join(words), secrets))
    return re.sub(r"(?<=://)[^/@\s]+@", "", text)


def failure_lines(verdicts: Iterable[Verdict], folder: Path) -> Iterator[str]:
    """What a failed item says: the facts, and how to see the bytes."""
    for verdict in verdicts:
        document = f" ({verdict.matrix}: {verdict.stance.value})" if verdict.matrix else ""
        yield f"{verdict.level.value} {verdict.title}{document}: {verdict.outcome.value}, {verdict.standing.value}"
        if verdict.reason:
            yield f"  {verdict.reason}"
        for finding in verdict.findings[:5]:
            yield f"  {finding.message} at {finding.where or 'the answer'}: expected {finding.expected}, got {finding.actual}"
        for key in verdict.exchanges[:1]:
            yield f"  reproduce: openai-conformance curl {key} --report {folder}"
