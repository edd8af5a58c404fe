"""Entries: what a report tells of one case, or of one check whose cases fared alike, held against every document."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass, replace

from conformance.model import Finding, Level, Outcome, Standing, Verdict
from conformance.render.content import matrix_name, says
from conformance.render.tables import Table
from conformance.report import FAILURES, GateResult, Report, by_case, is_clear, is_shown

Facts = tuple[tuple[str, str], ...]

_LEVELS = tuple(Level)
_STANDINGS = tuple(Standing)


@dataclass(frozen=True)
class Entry:
    """Cases of one check that fared alike; `verdicts` are those of the first, one a document. It is `known` where a baseline
    lists all that would fail the gate.
    """

    cases: tuple[str, ...]
    verdicts: tuple[Verdict, ...]
    known: bool = False

    @property
    def first(self) -> Verdict:
        """A verdict to take from what is the same for every document."""
        return self.verdicts[0]

    @property
    def worst(self) -> Verdict:
        """The verdict with the worst standing among the documents."""
        return min(self.verdicts, key=lambda one: _STANDINGS.index(one.standing))

    @property
    def standing(self) -> Standing:
        """The worst standing among the documents."""
        return self.worst.standing

    @property
    def reason(self) -> str:
        """The reason for what was seen, where it is the same by every document."""
        return self.first.reason if len({one.reason for one in self.verdicts}) == 1 else ""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What tells against the server, each once."""
        return tuple(dict.fromkeys(finding for one in self.verdicts for finding in one.findings))

    @property
    def exchanges(self) -> tuple[str, ...]:
        """The keys of the exchanges that show it."""
        return tuple(dict.fromkeys(key for one in self.verdicts for key in one.exchanges))


def entries(report: Report, result: GateResult) -> tuple[Entry, ...]:
    """One entry a case, the most pressing first."""
    new, known = ({one.case for one in found} for found in (result.failures, result.known))
    listed = (Entry((case,), found, case in known - new) for case, found in by_case(report).items())
    return tuple(sorted(listed, key=_urgency))


def joined(listed: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """The entries with those of one check that fared alike, through other clients, made one."""
    alike: dict[object, Entry] = {}
    for entry in listed:
        told = tuple((finding.message, finding.outcome) for finding in entry.findings)
        fared = tuple((one.matrix, one.stance, one.outcome, one.standing) for one in entry.verdicts)
        twin = alike.get(key := (entry.first.check, told, fared, entry.known))
        alike[key] = replace(twin, cases=(*twin.cases, *entry.cases)) if twin else entry
    return tuple(alike.values())


def _urgency(entry: Entry) -> tuple[int, int]:
    group = next(index for index, (_, belongs) in enumerate(GROUPS) if belongs(entry))
    return group, _LEVELS.index(entry.first.level)


def _fails(entry: Entry) -> bool:
    return entry.standing in FAILURES and not entry.known


def _is_known(entry: Entry) -> bool:
    return entry.standing in FAILURES


def _differs(entry: Entry) -> bool:
    return any(map(is_shown, entry.verdicts))


def _is_unlike(entry: Entry) -> bool:
    return is_clear(entry.first) and entry.first.outcome not in (Outcome.WORKS, Outcome.ACCEPTED)


def _is_unclear(entry: Entry) -> bool:
    return entry.first.outcome is Outcome.UNCLEAR


REST = "Everything else"
"""The group of what there is nothing to do about."""

UNCLEAR = "Unclear"
"""The group of what could not be asked; a table tells all there is to tell of it."""

UNLIKE = "Unlike OpenAI, but no promise is broken"
"""The group of what keeps a server from being like OpenAI's, although no document says that it is."""

GROUPS: tuple[tuple[str, Callable[[Entry], bool]], ...] = (
    ("Broken promises and faults", _fails),
    ("Known failures of the baseline", _is_known),
    ("Kept, but differs from OpenAI", _differs),
    (UNLIKE, _is_unlike),
    (UNCLEAR, _is_unclear),
    (REST, lambda _entry: True),
)
"""The groups in which entries are shown, the most pressing first; an entry belongs to the first that takes it."""

UNTOLD = (UNLIKE, REST)
"""The groups that the page alone shows."""


def grouped(listed: tuple[Entry, ...]) -> dict[str, tuple[Entry, ...]]:
    """The entries by group."""
    found: dict[str, list[Entry]] = {title: [] for title, _ in GROUPS}
    for entry in listed:
        found[GROUPS[_urgency(entry)[0]][0]].append(entry)
    return {title: tuple(group) for title, group in found.items()}


def facts_of(entry: Entry, folder: str) -> Facts:
    """What there is to tell of an entry, as names and values."""
    first = entry.first
    told: list[tuple[str, str]] = [("requirement", first.title)]
    told += [(matrix_name(one.matrix), f"{says(one)} → {one.standing.value}{own_reason(entry, one)}") for one in entry.verdicts]
    told.append(("seen", f"{first.outcome.value}{': ' if entry.reason else ''}{entry.reason}"))
    for finding in entry.findings:
        told += _finding_facts(finding, repeats=first.reason)
    told.append(("source", f"{first.link}{'' if first.authority == 'openai' else f' (by {first.authority})'}"))
    told += [("reproduce", curl_line(key, folder)) for key in entry.exchanges[:1]]
    return tuple((name, value) for name, value in told if value)


def own_reason(entry: Entry, verdict: Verdict) -> str:
    """Why the verdict is as it is by its document alone: what that tells was not what was seen."""
    return f"; {verdict.reason}" if verdict.reason != entry.reason and verdict.reason else ""


def _finding_facts(finding: Finding, repeats: str) -> Facts:
    """A finding; an unclear one whose message is the reason already is not told twice."""
    if finding.outcome is Outcome.UNCLEAR and finding.message == repeats:
        return ()
    where = f" at {finding.where}" if finding.where else ""
    by = f" (seen by {', '.join(finding.seen_by)})" if finding.seen_by else ""
    return (("finding", f"{finding.message}{where}{by}"), ("expected", finding.expected), ("actual", finding.actual))


def unclear_table(listed: tuple[Entry, ...]) -> Table:
    """What stayed unclear, and why."""
    rows = tuple((entry.first.level.value, ", ".join(entry.cases), entry.first.reason) for entry in listed)
    return Table(UNCLEAR, ("level", "case", "because"), rows)


def curl_line(key: str, folder: str) -> str:
    """The command that shows an exchange's request as a curl line."""
    return f"openai-conformance curl {shlex.quote(key)} --report {shlex.quote(folder)}"
