"""Reports kept over time: whose they are, which one stands for a server, and what they say of each feature.

Only what was asked alike is ever put together: by the same version of the suite, of checks with the same revisions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from sys import intern

from conformance.model import Outcome, Verdict
from conformance.report.summary import Side, by_case, by_matrix, sides
from conformance.report.values import Report

Question = tuple[str, str, int]
"""A case, its check and the check's revision: what has to be equal for two verdicts to mean the same."""


@dataclass(frozen=True)
class Stored:
    """A report that was kept. `place` is its folder on the site, `files` what lies in it."""

    place: str
    files: tuple[str, ...]
    report: Report

    @property
    def suite(self) -> str:
        """The version of the suite."""
        return self.report.header.suite

    @cached_property
    def cases(self) -> int:
        """How many cases it tells of."""
        return len(by_case(self.report))

    @property
    def complete(self) -> bool:
        """Whether the run came to its end."""
        return self.report.footer.complete


@dataclass(frozen=True)
class Server:
    """A server and its reports, the oldest first. `key` is fit for a file's name."""

    key: str
    name: str
    reports: tuple[Stored, ...]

    @cached_property
    def latest(self) -> Stored:
        """The report that stands for the server: the last that is complete and tells of at least half the cases of the widest
        one by the same version of the suite, since a run of a part says nothing of the whole; the last of all where none is
        complete.
        """
        complete = [one for one in self.reports if one.complete]
        if not complete:
            return self.reports[-1]
        alike = [one for one in complete if one.suite == complete[-1].suite]
        widest = max(one.cases for one in alike)
        return next(one for one in reversed(alike) if 2 * one.cases >= widest)

    def before(self, stored: Stored) -> Stored | None:
        """The complete report before a report."""
        earlier = self.reports[: self.reports.index(stored)]
        return next((one for one in reversed(earlier) if one.complete), None)


@dataclass(frozen=True)
class History:
    """Every server of a folder of reports. `unreadable` says a line about each folder that holds no report after all."""

    servers: tuple[Server, ...]
    unreadable: tuple[str, ...] = ()


@dataclass(frozen=True)
class Row:
    """What one server's last report by a version of the suite says of a feature and a document; `past` has the outcomes of all
    reports that asked the same, this one's last.
    """

    server: Server
    stored: Stored
    side: Side
    asked: frozenset[Question]
    past: tuple[Outcome, ...]


@dataclass(frozen=True)
class Meaning:
    """A feature as one version of the suite tests it: `checks` gives their revisions."""

    suite: str
    checks: Mapping[str, int]
    rows: tuple[Row, ...]


def slim(report: Report) -> Report:
    """A report without what only its own page needs, so that hundreds fit into memory."""
    return replace(report, verdicts=tuple(map(_slim, report.verdicts)))


def _slim(one: Verdict) -> Verdict:
    return replace(
        one,
        case=intern(one.case),
        check=intern(one.check),
        feature=intern(one.feature),
        title="",
        reason="",
        link="",
        findings=(),
        exchanges=(),
    )


def by_time(reports: Iterable[Stored]) -> tuple[Stored, ...]:
    """Reports in the order in which their runs began."""
    return tuple(sorted(reports, key=lambda one: (one.report.header.started, one.place)))


def questions(verdicts: Iterable[Verdict]) -> frozenset[Question]:
    """What some verdicts answer."""
    return frozenset((one.case, one.check, one.revision) for one in verdicts)


def documents(server: Server) -> tuple[str | None, ...]:
    """The documents that a server was held against, by name; None stands for OpenAI's API alone."""
    found = {name for stored in server.reports for name in by_matrix(stored.report)}
    return tuple(sorted(found, key=lambda name: name or ""))


def features(history: History) -> tuple[str, ...]:
    """The features that any report tells of, by name."""
    told = {one.feature for server in history.servers for stored in server.reports for one in stored.report.verdicts}
    return tuple(sorted(told))


def meanings(history: History) -> Mapping[str, tuple[Meaning, ...]]:
    """Every feature, apart for every version of the suite, the latest used first; apart also where one version was at work on
    itself and reports of it hold checks in several revisions.
    """
    suites = {stored.suite: stored.report.header.started for stored in by_time(_all(history))}
    ordered = sorted(suites, key=lambda suite: (suites[suite], suite), reverse=True)
    found: dict[str, list[Meaning]] = {name: [] for name in features(history)}
    for suite in ordered:
        for name, rows in _rows(history, suite).items():
            found[name] += _apart(suite, rows)
    return {name: tuple(listed) for name, listed in found.items()}


def _all(history: History) -> Iterable[Stored]:
    return (stored for server in history.servers for stored in server.reports)


def _apart(suite: str, rows: Sequence[Row]) -> Iterable[Meaning]:
    """Rows together whose checks have equal revisions wherever they have the same check."""
    several = {(check, revision) for row in rows for _, check, revision in row.asked}
    revisions = Counter(check for check, _ in several)
    changed = {check for check, count in revisions.items() if count > 1}
    groups: dict[frozenset[tuple[str, int]], list[Row]] = {}
    for row in rows:
        told = frozenset((check, revision) for _, check, revision in row.asked if check in changed)
        groups.setdefault(told, []).append(row)
    for found in sorted(groups.items(), key=lambda one: sorted(one[0]), reverse=True):
        checks = {check: revision for row in found[1] for _, check, revision in sorted(row.asked)}
        yield Meaning(suite, dict(sorted(checks.items())), tuple(found[1]))


def _rows(history: History, suite: str) -> Mapping[str, list[Row]]:
    """By feature: what each server's last report by a version of the suite says of it, a row a document."""
    found: dict[str, list[Row]] = {}
    for server in history.servers:
        told: dict[tuple[str, str | None], list[tuple[Stored, Side, frozenset[Question]]]] = {}
        for stored in server.reports:
            if stored.suite == suite:
                for name, side, asked in _sides(stored.report):
                    told.setdefault((name, side.matrix), []).append((stored, side, asked))
        for (name, _), listed in told.items():
            found.setdefault(name, []).append(_row(server, listed))
    return found


def _sides(report: Report) -> Iterable[tuple[str, Side, frozenset[Question]]]:
    asked: dict[tuple[str, str | None], list[Verdict]] = {}
    for one in report.verdicts:
        asked.setdefault((one.feature, one.matrix), []).append(one)
    for name, listed in sides(report).items():
        for side in listed:
            yield name, side, questions(asked[name, side.matrix])


def _row(server: Server, told: Sequence[tuple[Stored, Side, frozenset[Question]]]) -> Row:
    """The last word of complete reports, and what complete reports that asked the same of the same model said until then."""
    complete = [one for one in told if one[0].complete]
    stored, side, asked = (complete or told)[-1]
    model = stored.report.header.target.model
    past = (one.outcome for kept, one, put in complete if put == asked and kept.report.header.target.model == model)
    return Row(server, stored, side, asked, tuple(past))
