"""Failures as annotations of a GitHub workflow, at the line of the matrix whose claim is broken where that file is at hand.

A step shows ten errors and ten warnings. What a server wrote stays within the message of its line: line ends and percent signs
are escaped as the runner reads them, and no second command can begin in it.
https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from conformance.model import Level, Verdict
from conformance.render.content import count
from conformance.render.escape import for_terminal
from conformance.report import FAILURES, GateResult, Report

MOST = 10
"""How many annotations of a kind a step shows."""

Place = Callable[[Verdict], tuple[str, int] | None]
"""Where the claim stands that a verdict is about: a file and a line."""


def render(report: Report, result: GateResult, place: Place = lambda _: None) -> tuple[str, ...]:
    """The lines to print: an error for what fails the gate, a warning for a SHOULD that is broken and does not."""
    known = {*result.failures, *result.known}
    lesser = [one for one in report.verdicts if one.standing in FAILURES and one.level is not Level.MAY and one not in known]
    errors, warnings = _grouped(result.failures), _grouped(lesser)
    return (*_lines("error", errors, place), *_lines("warning", warnings, place))


def _grouped(verdicts: Iterable[Verdict]) -> list[tuple[Verdict, ...]]:
    """Verdicts on one check by one document, whatever the client."""
    groups: dict[tuple[str, str | None], tuple[Verdict, ...]] = {}
    for one in verdicts:
        groups[one.check, one.matrix] = (*groups.get((one.check, one.matrix), ()), one)
    return list(groups.values())


def _lines(kind: str, groups: list[tuple[Verdict, ...]], place: Place) -> Iterator[str]:
    fits = groups if len(groups) <= MOST else groups[: MOST - 1]
    for group in fits:
        yield command(kind, _title(group[0]), _message(group), place(group[0]))
    if len(groups) > len(fits):
        more = count(len(groups) - len(fits), "more check")
        yield command(kind, "OpenAI conformance", f"{more} did not hold; the report has them all")


def _title(verdict: Verdict) -> str:
    return f"{verdict.level.value} {verdict.feature} is {verdict.standing.value}"


def _message(group: tuple[Verdict, ...]) -> str:
    first = group[0]
    found = first.findings[0] if first.findings else None
    seen = f"{found.message}; expected {found.expected}, got {found.actual}" if found else first.reason
    document = f" ({first.matrix} says {first.stance.value})" if first.matrix else ""
    cases = ", ".join(one.case for one in group)
    return f"{first.title}: {first.outcome.value}{document}: {seen} [{cases}]"


def command(kind: str, title: str, message: str, place: tuple[str, int] | None = None) -> str:
    """One workflow command."""
    told = {"file": place[0], "line": str(place[1])} if place else {}
    properties = ",".join(f"{name}={_property(value)}" for name, value in (told | {"title": title}).items())
    return f"::{kind} {properties}::{_data(for_terminal(message, 1000))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(for_terminal(text)).replace(":", "%3A").replace(",", "%2C")
