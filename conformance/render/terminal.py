"""A report as text for a terminal or a CI log: what a maintainer can act on, the gate's decision last."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath

from conformance.model import Standing
from conformance.render import content
from conformance.render.entries import UNCLEAR, UNTOLD, Entry, entries, facts_of, grouped, joined, unclear_table
from conformance.render.escape import for_terminal
from conformance.render.tables import to_text
from conformance.report import FAILURES, GateResult, Report

MOST_ENTRIES = 40
"""How many entries of a group are told; the page has them all."""

_COLOURS = {Standing.BROKEN: 31, Standing.FAULT: 31, Standing.UNKNOWN: 33, Standing.KEPT: 32, Standing.SURPASSED: 32}


@dataclass(frozen=True)
class Look:
    """How text is shown: with ANSI colours, on which nothing depends, and in how many columns (0: as many as it takes)."""

    colour: bool = False
    columns: int = 0


def render(report: Report, result: GateResult, folder: str, look: Look = Look()) -> str:
    """The summary of a report that lies in `folder`."""
    groups = grouped(entries(report, result))
    told = [title for title, group in groups.items() if group and title not in UNTOLD]
    blocks = [
        _facts(report),
        to_text(content.outcomes_table(report), columns=look.columns),
        to_text(content.standings_table(report), columns=look.columns),
        to_text(content.documents_table(report), columns=look.columns),
        *(_group(title, joined(groups[title]), folder, look) for title in told),
        *_disagreements(report, look),
        _ending(report, result, folder, look),
    ]
    return "\n\n".join(blocks) + "\n"


def brief(report: Report, result: GateResult, folder: str) -> str:
    """What the gate decided, and where the report is."""
    return _ending(report, result, folder, Look())


def _facts(report: Report) -> str:
    return "\n".join(f"{name + ':':10} {for_terminal(value)}" for name, value in content.facts(report))


def _disagreements(report: Report, look: Look) -> Iterator[str]:
    table = content.disagreements_table(report)
    if table.rows:
        yield to_text(table, columns=look.columns)


def _group(title: str, found: tuple[Entry, ...], folder: str, look: Look) -> str:
    shown, more = found[:MOST_ENTRIES], len(found) - MOST_ENTRIES
    rest = [f"… and {more} more, all of them in {for_terminal(str(PurePath(folder, 'report.html')))}"] if more > 0 else []
    if title == UNCLEAR:
        return "\n".join([to_text(unclear_table(shown), columns=look.columns), *(f"  {line}" for line in rest)])
    return "\n\n".join([_painted(title, 1, look), *(_entry(entry, folder, look) for entry in shown), *rest])


def _entry(entry: Entry, folder: str, look: Look) -> str:
    head = f"{entry.standing.value.upper()} {entry.first.level.value}"
    names = for_terminal(", ".join(entry.cases))
    lines = [f"{_painted(head, _COLOURS.get(entry.standing, 0), look)}  {names}"]
    told = [(for_terminal(name, 40), for_terminal(value)) for name, value in _facts_told(entry, folder)]
    width = max(len(name) for name, _ in told)
    return "\n".join([*lines, *(f"  {name:<{width}}  {value}" for name, value in told)])


def _facts_told(entry: Entry, folder: str) -> Iterator[tuple[str, str]]:
    """Everything about a failure, the essence about the rest."""
    brief = entry.standing not in FAILURES
    for name, value in facts_of(entry, folder):
        if not (brief and name in ("source", "reproduce")):
            yield name, value


def _ending(report: Report, result: GateResult, folder: str, look: Look) -> str:
    first, *rest = map(for_terminal, content.gate_lines(report, result))
    lines = [_painted(first, 32 if result.passed else 31, look), *(f"  {line}" for line in rest)]
    return "\n".join([*lines, f"report: {for_terminal(str(PurePath(folder, 'report.html')))}"])


def _painted(text: str, code: int, look: Look) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if look.colour and code else text
