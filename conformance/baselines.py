"""Baselines made from reports: a line for each failure that the gate would mind, with what was seen; kept up to date; explained.

What people wrote stays: remarks, blank lines and the order of entries. The format is read by `conformance.report.gates`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from conformance.model import Verdict
from conformance.render.escape import for_terminal
from conformance.report import FAILURES, Report, is_clear, is_gating, names_in_baseline, read_baseline, stale_entries

MOST_SEEN = 160
"""How many characters a remark on what was seen may have."""


@dataclass(frozen=True)
class Updated:
    """A baseline brought up to date: its text, and how many entries stayed, went and came."""

    text: str
    kept: int
    dropped: int
    added: int

    @property
    def told(self) -> str:
        """What happened, in words."""
        return f"{self.kept} kept, {self.dropped} dropped, {self.added} added"


def created(report: Report, kind: str = "claims") -> str:
    """A baseline of everything in a report that a gate of this kind fails on."""
    target = report.header.target
    server = for_terminal(target.server or target.id or target.base_url or "a server", 80)
    head = [f"# Known failures of {server}, from the report of {for_terminal(report.header.started or 'a run', 40)}.", ""]
    return "\n".join([*head, *(_line(one) for one in _failing(report, kind))]) + "\n"


def updated(text: str, report: Report, kind: str = "claims") -> Updated:
    """A baseline without the entries that a report shows to be stale, and with what fails and is not listed yet at its end.
    Entries that did not run, or stayed unclear, stay. A remark of its own goes with the last entry of the lines below it.
    """
    listed = read_baseline(text)
    stale = set(stale_entries(report.verdicts, listed))
    new = [_line(one) for one in _failing(report, kind) if not set(names_in_baseline(one)) & set(listed)]
    kept = [line for block in _blocks(text) for line in _pruned(block, stale)]
    ending = "\n".join([*kept, *new])
    return Updated(f"{ending}\n" if ending else "", len(listed) - len(stale), len(stale), len(new))


def _blocks(text: str) -> Iterator[list[str]]:
    """The lines in parts: remarks of their own, and the entries below them up to the next remark or blank line."""
    block: list[str] = []
    for line in text.splitlines():
        begins = not _entry_in(line) and any(map(_entry_in, block))
        if begins or not line.strip() or (block and not block[-1].strip()):
            yield block
            block = []
        block.append(line)
    yield block


def _pruned(block: list[str], stale: set[str]) -> list[str]:
    entries = [entry for entry in map(_entry_in, block) if entry]
    if entries and all(entry in stale for entry in entries):
        return []
    return [line for line in block if _entry_in(line) not in stale]


def _entry_in(line: str) -> str:
    return next(iter(read_baseline(line)), "")


def explained(text: str, report: Report) -> Iterator[str]:
    """A line an entry: what the report saw of it."""
    listed = read_baseline(text)
    stale = set(stale_entries(report.verdicts, listed))
    for entry in listed:
        found = [one for one in report.verdicts if entry in names_in_baseline(one)]
        yield f"{for_terminal(entry)}: {_state(found, entry in stale)}"


def _state(found: Sequence[Verdict], stale: bool) -> str:
    if not found:
        return "not in this report"
    worst = next((one for one in found if one.standing in FAILURES), found[0])
    if stale:
        return f"stale, no longer fails: {seen_of(worst)}"
    return f"fails: {seen_of(worst)}" if worst.standing in FAILURES else f"could not be told: {seen_of(worst)}"


def _failing(report: Report, kind: str) -> tuple[Verdict, ...]:
    return tuple(one for one in report.verdicts if is_gating(one, kind))


def _line(verdict: Verdict) -> str:
    return f"{names_in_baseline(verdict)[-1]}  # {seen_of(verdict)}"


def seen_of(verdict: Verdict) -> str:
    """What was seen, as one line: level, standing and outcome, the rate of a flaky case, and the worst finding."""
    finding = verdict.findings[0].message if verdict.findings and is_clear(verdict) else ""
    told = ": ".join(filter(None, (verdict.outcome.value, "; ".join(filter(None, (verdict.reason, finding))))))
    return for_terminal(f"{verdict.level.value} {verdict.standing.value}, {told}", MOST_SEEN)
