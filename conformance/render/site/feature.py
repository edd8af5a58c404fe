"""One feature across servers, apart for every version of the suite."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.render.content import matrix_name, says
from conformance.render.escape import for_html
from conformance.render.site.frame import chip, link, note, page, report_link, table, words
from conformance.render.site.names import server_page
from conformance.render.site.trend import strip
from conformance.report.history import Meaning, Row

APART = (
    "Each version of the suite has a table of its own. Tables may be held against each other for checks that have the same "
    "revision in both; a check with another revision asks something else, and where none is told it is the first. The squares "
    "are the reports of one server that asked the same of the same model, the oldest first."
)


def feature_html(feature: str, meanings: tuple[Meaning, ...]) -> str:
    """The page."""
    return page(feature, '<a href="../index.html">OpenAI conformance, over time</a>', _body(meanings))


def _body(meanings: tuple[Meaning, ...]) -> Iterator[str]:
    yield note(APART)
    for meaning in meanings:
        yield f"<h2>Suite {words(meaning.suite, 40)}</h2>"
        checks = ", ".join(f"{for_html(name, 120)}{_edition(revision)}" for name, revision in meaning.checks.items())
        yield f'<p class="soft">Checks: {checks}</p>'
        heads = ("server", "document", "says", "seen", "standing", "seen over time", "report")
        yield table(f"As suite {meaning.suite} judges it", heads, map(_row, meaning.rows))


def _edition(revision: int) -> str:
    return f" (revision {revision})" if revision > 1 else ""


def _row(row: Row) -> list[str]:
    side = row.side
    return [
        link(f"../{server_page(row.server.key)}", row.server.name),
        words(matrix_name(side.matrix)),
        for_html(says(side), 300),
        chip(side.outcome),
        chip(side.standing),
        strip(row.past) if row.past else "",
        report_link(row.stored, "../"),
    ]
