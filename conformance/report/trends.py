"""Reports of a server as lines over time.

Only reports that asked the same are on one line: the same version of the suite, the same model, the same text of the document,
and the same cases of checks with the same revisions. Anything else is another line.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from conformance.model import Outcome, Standing, Verdict
from conformance.report.history import Question, Server, questions
from conformance.report.summary import by_matrix, is_promised
from conformance.report.values import Report, outcomes


@dataclass(frozen=True)
class Point:
    """One report on a line: `at` is its place among the server's reports; `good` of `of` are as they should be."""

    at: int
    good: int
    of: int


@dataclass(frozen=True)
class Line:
    """Reports that asked the same `cases` questions, in order of time."""

    suite: str
    model: str
    cases: int
    points: tuple[Point, ...]


def matching_lines(server: Server) -> tuple[Line, ...]:
    """How many cases were as OpenAI's API has them, over time."""
    return _lines(server, lambda report: report.verdicts, _matching, lambda _: "")


def keeping_lines(server: Server, matrix: str | None) -> tuple[Line, ...]:
    """How many promises of a document were kept, over time."""

    def edition(report: Report) -> str:
        return next((one.sha256 for one in report.header.matrices if one.id == matrix), "")

    return _lines(server, lambda report: by_matrix(report).get(matrix, ()), _keeping, edition)


def _lines(
    server: Server,
    chosen: Callable[[Report], Sequence[Verdict]],
    counted: Callable[[Sequence[Verdict]], tuple[int, int]],
    edition: Callable[[Report], str],
) -> tuple[Line, ...]:
    found: dict[tuple[str, str, str, frozenset[Question]], list[Point]] = {}
    for at, stored in enumerate(server.reports):
        verdicts = chosen(stored.report)
        good, of = counted(verdicts)
        if stored.complete and of:
            key = (stored.suite, stored.report.header.target.model, edition(stored.report), questions(verdicts))
            found.setdefault(key, []).append(Point(at, good, of))
    return tuple(Line(suite, model, len(asked), tuple(points)) for (suite, model, _, asked), points in found.items())


def _matching(verdicts: Sequence[Verdict]) -> tuple[int, int]:
    counts = outcomes(verdicts)
    return counts[Outcome.WORKS] + counts[Outcome.ACCEPTED], sum(counts.values())


def _keeping(verdicts: Sequence[Verdict]) -> tuple[int, int]:
    promised = [one for one in verdicts if is_promised(one)]
    return sum(one.standing in (Standing.KEPT, Standing.SURPASSED) for one in promised), len(promised)
