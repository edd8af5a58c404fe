"""A report as Markdown for a CI summary: small enough for every forge, and whole whatever a server wrote into its answers.

GitHub takes 1 MiB a step, but comments and other forges far less:
https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions#adding-a-job-summary
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from conformance.render import content
from conformance.render.entries import REST, UNCLEAR, Entry, entries, facts_of, grouped, joined, unclear_table
from conformance.render.escape import for_markdown, is_address
from conformance.render.tables import to_markdown
from conformance.report import GateResult, Report

MOST_BYTES = 60_000
_RESERVE = 300
"""Bytes kept free for the remark on what was left out."""


def render(report: Report, result: GateResult, folder: str) -> str:
    """The summary of a report that lies in `folder`, at most 60,000 bytes."""
    return _fitting(_blocks(report, result, folder), MOST_BYTES - _RESERVE)


def _blocks(report: Report, result: GateResult, folder: str) -> Iterator[str]:
    groups = grouped(entries(report))
    yield f"# OpenAI conformance of {for_markdown(report.header.target.server or report.header.target.id or 'a server', 80)}"
    yield "\n".join(
        f"{'**' if not index else '- '}{line}{'**' if not index else ''}" for index, line in enumerate(_gate(report, result))
    )
    yield "\n".join(f"- {name}: {_code(value)}" for name, value in content.facts(report))
    yield to_markdown(content.documents_table(report))
    yield to_markdown(content.outcomes_table(report))
    disagreements = content.disagreements_table(report)
    for title, found in groups.items():
        if found and title == UNCLEAR:
            yield to_markdown(unclear_table(joined(found)))
        elif found and title != REST:
            yield f"## {title}"
            yield from (_entry(entry, folder) for entry in joined(found))
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


def _fitting(blocks: Iterable[str], most: int) -> str:
    """The blocks that fit, in order, and a remark on how many do not."""
    told, size, left = [], 0, 0
    for block in blocks:
        needed = len(block.encode()) + 2
        if size + needed > most:
            left += 1
            continue
        told.append(block)
        size += needed
    rest = [f"{content.count(left, 'part')} of this summary would not fit here; report.html has everything."] if left else []
    return "\n\n".join(told + rest) + "\n"
