"""The commands behind the command line. Each takes parsed arguments and gives an exit code; heavy parts are imported late, so
that `--help` is quick.
"""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Iterable
from pathlib import Path


class Refused(Exception):
    """A command cannot do what it was asked; the message is one line."""


def run(known: Namespace, _: list[str]) -> int:
    """Runs the suite by pytest, in this process. pytest knows the same options, so it reads the words as they were given."""
    from conformance import plugin

    return plugin.main(known.words)


def plan(known: Namespace, rest: list[str]) -> int:
    """Prints what a run would send. It asks the reference server in this process, so that nothing leaves it."""
    from conformance.options import options_from
    from conformance.plan import WrongUse, prepare
    from conformance.planning import plan_lines

    if rest:
        raise Refused(f"unrecognized arguments: {' '.join(rest)}")
    try:
        prepared = prepare(options_from(vars(known), os.environ))
    except WrongUse as error:
        raise Refused(str(error)) from None
    _say(plan_lines(prepared))
    return 0 if prepared.cases else 5


def judge(known: Namespace, _: list[str]) -> int:
    """Judges recorded traffic, offline, and writes a report."""
    from conformance.display import look_of
    from conformance.judging import NothingSelected, judge_traffic
    from conformance.options import options_from
    from conformance.plan import WrongUse

    try:
        options = options_from(vars(known) | {"replay": "traffic"}, {})
        published = judge_traffic(options, [Path(name) for name in known.traffic], sys.argv)
    except WrongUse as error:
        raise Refused(str(error)) from None
    except NothingSelected:
        _say(["no rule is selected; checks that ask a server themselves are not for recordings"])
        return 5
    _say([*published.annotations, published.summary(look_of(sys.stdout))])
    return 0 if published.passed else 1


def compare(known: Namespace, _: list[str]) -> int:
    """Holds reports against each other, as one table; exit code 1 for a regression where that is asked for."""
    from conformance.comparing import Unreadable, report_at
    from conformance.display import look_of
    from conformance.render.comparison import FORMS, to_terminal
    from conformance.report.compared import compared

    if len(known.report) < 2:
        raise Refused("compare needs two reports at least")
    try:
        comparison = compared([report_at(name) for name in known.report])
    except Unreadable as error:
        raise Refused(str(error)) from None
    text = FORMS[known.format](comparison, known.only_differences)
    if known.output:
        try:
            Path(known.output).write_text(text, "utf-8", newline="")
        except OSError as error:
            raise Refused(f"cannot write {known.output}: {error.strerror}") from None
    else:
        if known.format == "terminal":
            text = to_terminal(comparison, known.only_differences, look_of(sys.stdout).columns)
        sys.stdout.buffer.write(text.encode("utf-8", "replace"))
    return 1 if known.fail_on == "regression" and comparison.regressed else 0


def baseline(known: Namespace, _: list[str]) -> int:
    """Makes a baseline from a report, brings one up to date, or says what the report saw of its entries."""
    from conformance.baselines import created, explained, updated
    from conformance.comparing import Unreadable, report_at

    try:
        report = report_at(known.report)
    except Unreadable as error:
        raise Refused(str(error)) from None
    if not report.footer.complete:
        sys.stderr.write(f"openai-conformance: {known.report} is of a run that is not complete\n")
    if known.explain:
        _say(explained(_text_of(known.explain), report))
    elif known.update:
        found = updated(_text_of(known.update), report, known.gate)
        _keep(found.text, known.output or known.update)
        _say([f"{known.output or known.update}: {found.told}"])
    elif known.output:
        _keep(created(report, known.gate), known.output)
    else:
        _say([created(report, known.gate).rstrip("\n")])
    return 0


def _text_of(name: str) -> str:
    try:
        return Path(name).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"cannot read {name}: {getattr(error, 'strerror', None) or 'it is no UTF-8'}") from None


def _keep(text: str, name: str) -> None:
    try:
        Path(name).write_text(text, "utf-8", newline="\n")
    except OSError as error:
        raise Refused(f"cannot write {name}: {error.strerror}") from None


def site(known: Namespace, _: list[str]) -> int:
    """Makes a folder of reports a static site; exit code 1 where a report could not be read, 5 where there is none."""
    from conformance.history import NotASite, build, told

    folder, output = Path(known.reports), Path(known.output)
    if not folder.is_dir():
        raise Refused(f"{folder} is no folder")
    try:
        history = build(folder, output)
    except NotASite as error:
        raise Refused(str(error)) from None
    except OSError as error:
        raise Refused(f"cannot write {error.filename or output}: {error.strerror}") from None
    for line in history.unreadable:
        sys.stderr.write(f"openai-conformance: {line}\n")
    if not history.servers and not history.unreadable:
        _say([f"{folder} holds no report"])
        return 5
    _say(told(history, output))
    return 1 if history.unreadable else 0


def list_names(known: Namespace, _: list[str]) -> int:
    """Prints the names of a kind, a line each."""
    from conformance.describing import names

    _say(names(known.kind))
    return 0


def show(known: Namespace, _: list[str]) -> int:
    """Prints what a name means."""
    from conformance.describing import Unknown, describe

    try:
        _say(describe(known.id))
    except Unknown as error:
        raise Refused(str(error)) from None
    return 0


def serve(known: Namespace, _: list[str]) -> int:
    """Serves the reference server until it is interrupted."""
    from conformance.documents import nearest
    from conformance.reference import serve as server
    from conformance.reference.faults import all_faults

    for name in known.fault:
        if name not in all_faults():
            raise Refused(f"no fault is called {name!r}{nearest(name, all_faults())}")
    try:
        server.serve(known.port, tuple(known.fault), known.api_key)
    except OSError as error:
        raise Refused(f"cannot listen on port {known.port}: {error.strerror}") from None
    return 0


def curl(known: Namespace, _: list[str]) -> int:
    """Prints the request of a recorded exchange as a line for the shell."""
    from conformance.plan import one_line
    from conformance.recordings import recorded_target, recording_in
    from conformance.reproducing import curl_line, sent_again

    try:
        target, exchanges = recorded_target(Path(known.report)), dict(recording_in(Path(known.report)))
    except (ValueError, OSError) as error:
        raise Refused(one_line(error)) from None
    if known.key not in exchanges:
        raise Refused(f"{known.report} holds no exchange {known.key!r}")
    _say([curl_line(*sent_again(target, exchanges[known.key]))])
    return 0


def matrix_draft(known: Namespace, _: list[str]) -> int:
    """Drafts a matrix of what a server is seen to do, to standard output or to a file."""
    from conformance.observing import observed

    if known.output and not Path(known.output).absolute().parent.is_dir():
        raise Refused(f"cannot write {known.output}: its folder does not exist")
    code, found = observed(vars(known))
    if found.draft is None:
        return code or 1
    if not known.output:
        sys.stdout.buffer.write(found.draft.text.encode())
        return 0
    try:
        Path(known.output).write_text(found.draft.text, "utf-8")
    except OSError as error:
        raise Refused(f"cannot write {known.output}: {error.strerror}") from None
    _say([f"{known.output}: {found.draft.claims} claims, nothing clear on {len(found.draft.unclear)} features"])
    return 0


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        sys.stdout.write(f"{line}\n")
