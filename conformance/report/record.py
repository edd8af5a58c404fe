"""The record of a run: newline-delimited JSON, a header, a line a verdict, a footer. Written here, and read back strictly.

Keys that this version does not know are passed over, so that later versions may add some; everything it knows must be there
and be what it ought to be. The format is specs/report.schema.json.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

from conformance.model import Standing, Verdict
from conformance.report.fields import BadLine, InvalidReport, Record, footer_of, header_of, record_of, verdict_of
from conformance.report.values import SCHEMA, Report, standings


class EmptyReport(InvalidReport):
    """There is not one line."""


class MissingHeader(InvalidReport):
    """The first line is no header."""


class MissingFooter(InvalidReport):
    """The last line is no footer: the run was killed, or the file was cut off."""


class UnknownSchema(InvalidReport):
    """The header names an edition of the format that this version does not read."""


class UnknownMatrix(InvalidReport):
    """A verdict names a document that the header does not."""


class DuplicateVerdict(InvalidReport):
    """Two verdicts are about the same case and document."""


class WrongCounts(InvalidReport):
    """The footer's counts are not those of the verdicts: lines were lost, added or changed."""


def lines(report: Report) -> Iterator[str]:
    """The lines of the record without their ends, plain ASCII. Raises ValueError for numbers that JSON does not have."""
    yield _line("header", report.header, first=("schema",))
    for verdict in report.verdicts:
        yield verdict_line(verdict)
    counts = {standing.value: count for standing, count in report.counts.items()}
    footer = _plain(report.footer)
    yield _dumps({"kind": "footer", "complete": footer.pop("complete"), "counts": counts, **footer})


def write(report: Report) -> str:
    """The record as one text; `read` gives an equal report back."""
    return "".join(f"{line}\n" for line in lines(report))


def verdict_line(verdict: Verdict) -> str:
    """One verdict as its line of the record, which is also how verdicts travel between processes."""
    return _line("verdict", verdict)


def read_verdict(line: str) -> Verdict:
    """The verdict in one line of a record. Raises BadLine."""
    return verdict_of(_expect("verdict", record_of(1, line)))


def read(text: str) -> Report:
    """The report in a record. Raises InvalidReport: EmptyReport, MissingHeader, MissingFooter, UnknownSchema, BadLine,
    UnknownMatrix, DuplicateVerdict or WrongCounts.
    """
    if not text.strip():
        raise EmptyReport("the report is empty")
    records = [record_of(number, line) for number, line in enumerate(text.removesuffix("\n").split("\n"), 1)]
    _ensure_ends(records)
    report = Report(
        header_of(records[0]),
        tuple(verdict_of(_expect("verdict", record)) for record in records[1:-1]),
        footer_of(records[-1]),
    )
    _ensure_sense(report, records[-1])
    return report


def _ensure_ends(records: list[Record]) -> None:
    if records[0].kind != "header":
        raise MissingHeader("line 1: the report does not begin with a header")
    if (schema := records[0].count("schema")) != SCHEMA:
        raise UnknownSchema(f"line 1: this version reads schema {SCHEMA}, not {schema}")
    if records[-1].kind != "footer":
        raise MissingFooter(f"line {len(records)}: the report ends without a footer, so its run was cut short")


def _ensure_sense(report: Report, footer: Record) -> None:
    known = {None, *(edition.id for edition in report.header.matrices)}
    met = set()
    for number, verdict in enumerate(report.verdicts, 2):
        if verdict.matrix not in known:
            raise UnknownMatrix(f"line {number}: the header does not name the matrix {verdict.matrix!r}")
        if (verdict.case, verdict.matrix) in met:
            raise DuplicateVerdict(f"line {number}: a second verdict on {verdict.case!r} by {verdict.matrix!r}")
        met.add((verdict.case, verdict.matrix))
    told = footer.counts("counts", [standing.value for standing in Standing])
    if told != {standing.value: count for standing, count in standings(report.verdicts).items()}:
        raise WrongCounts(f"line {footer.line}: the footer counts other verdicts than the report has")


def _expect(kind: str, record: Record) -> Record:
    if record.kind != kind:
        raise BadLine(f"line {record.line}: a {kind} was expected, not {record.kind!r}")
    return record


def _line(kind: str, value: Any, first: tuple[str, ...] = ()) -> str:
    plain = _plain(value)
    if not plain.get("repeats", True):  # written only where there was more than one repetition
        del plain["repeats"]
    return _dumps({"kind": kind} | {name: plain[name] for name in first} | plain)


def _plain(value: Any) -> Any:
    """A value as JSON has it: enums by value, dataclasses as objects, tuples as arrays."""
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return [_plain(one) for one in value] if isinstance(value, tuple) else value


def _dumps(value: Any) -> str:
    return json.dumps(value, allow_nan=False, separators=(",", ":"))
