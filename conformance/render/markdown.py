"""A report as Markdown for a CI summary: small enough for every forge, and whole whatever a server wrote into its answers.

GitHub takes 1 MiB a step, but comments and other forges far less:
https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions#adding-a-job-summary
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import accumulate

from conformance.render import content
from conformance.render.entries import UNCLEAR, UNTOLD, Entry, entries, facts_of, grouped, joined, unclear_table
from conformance.render.escape import for_markdown, is_address
from conformance.render.tables import to_markdown
from conformance.report import GateResult, Report

MOST_BYTES = 60_000
_RESERVE = 300
"""Bytes kept free for the remark on what was left out."""
_HEAD = 4
"""Lines of a table before its first row: its title, an empty line, its head and the rule."""
_DETAILS = 40_000
"""After so many bytes no more findings are told, so that the tables below them have room."""


def render(report: Report, result: GateResult, folder: str) -> str:
    """The summary of a report that lies in `folder`, at most 60,000 bytes."""
    details = ((block, _DETAILS) for block in _details(report, result, folder))
    around = [[(block, MOST_BYTES - _RESERVE) for block in blocks] for blocks in (_above(report, result), _below(report))]
    return _fitting([*around[0], *details, *around[1]])


def _above(report: Report, result: GateResult) -> Iterator[str]:
    yield f"# OpenAI conformance of {for_markdown(report.header.target.server or report.header.target.id or 'a server', 80)}"
    yield "\n".join(
        f"{'**' if not index else '- '}{line}{'**' if not index else ''}" for index, line in enumerate(_gate(report, result))
    )
    yield "\n".join(f"- {name}: {_code(value)}" for name, value in content.facts(report))
    yield to_markdown(content.documents_table(report))
    yield to_markdown(content.outcomes_table(report))


def _details(report: Report, result: GateResult, folder: str) -> Iterator[str]:
    """What was found, an entry each; the first of a group stands under the group's title."""
    for title, found in grouped(entries(report, result)).items():
        if found and title == UNCLEAR:
            yield to_markdown(unclear_table(joined(found)))
        elif found and title not in UNTOLD:
            first, *rest = (_entry(entry, folder) for entry in joined(found))
            yield f"## {title}\n\n{first}"
            yield from rest


def _below(report: Report) -> Iterator[str]:
    disagreements = content.disagreements_table(report)
    if disagreements.rows:
        yield to_markdown(disagreements)
    yield to_markdown(content.standings_table(report))
    yield to_markdown(content.levels_table(report))
    yield to_markdown(content.features_table(report))


def _gate(report: Report, result: GateResult) -> Iterator[str]:
    first, *rest = map(for_markdown, content.gate_lines(report, result))
    yield f"{'✅' if result.passed else '❌'} {first}"
    yield from rest


def _entry(entry: Entry, folder: str) -> str:
    head = f"**{entry.standing.value} {entry.first.level.value}** {', '.join(map(_code, entry.cases))}"
    return "\n".join([head, "", *(f"- {for_markdown(name)}: {_value(name, value)}" for name, value in facts_of(entry, folder))])


def _value(name: str, value: str) -> str:
    return f"<{value}>" if name == "source" and is_address(value) else _code(value)


def _code(text: str) -> str:
    """Text in an element in which forges make neither links nor mentions; a code span could not hold backticks and pipes."""
    return f"<code>{for_markdown(text)}</code>"


def _fitting(blocks: Iterable[tuple[str, int]]) -> str:
    """The blocks that end before so many bytes, in order, and a remark on how many do not. Of a table there may be some rows."""
    told, size, left = [], 0, 0
    for block, most in blocks:
        part = _beginning(block, most - size - 2)
        left += part != block
        if part:
            told.append(part)
            size += len(part.encode()) + 2
    rest = [f"{content.count(left, 'part')} of this summary would not fit here; report.html has everything."] if left else []
    return "\n\n".join(told + rest) + "\n"


def _beginning(block: str, most: int) -> str:
    """The block; where that has too many bytes, whole rows of it if it is a table, else nothing."""
    if len(block.encode()) <= most:
        return block
    lines = block.split("\n")
    if not lines[-1].startswith("| "):
        return ""
    room = most - 40  # for the remark
    sizes = list(accumulate(len(line.encode()) + 1 for line in lines))
    rows = sum(size <= room for size in sizes)
    if rows <= _HEAD:
        return ""
    return "\n".join([*lines[:rows], "", f"… and {content.count(len(lines) - rows, 'more row')}"])
