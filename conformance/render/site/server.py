"""One server: its reports over time, each edition of its documents, and what changed last."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.model import Outcome, Stance
from conformance.render.cards import TONES
from conformance.render.comparison import changes_tables
from conformance.render.content import answers, count, matrix_name
from conformance.render.escape import for_html
from conformance.render.site.frame import chip, link, note, page, report_link, table, words
from conformance.render.site.names import feature_page
from conformance.render.site.shield import shield
from conformance.render.site.trend import chart
from conformance.render.tables import to_html
from conformance.report import by_case, conformance_of, outcomes, sides
from conformance.report.compared import Kind, changes, compared
from conformance.report.history import Server, Stored, documents
from conformance.report.trends import keeping_lines, matching_lines

CHARTS = (
    "A line joins reports that asked the same: the same version of the suite, model and text of the document, and the same "
    "cases with equal revisions of their checks. Anything else begins another line. Dotted uprights stand where the suite "
    "became another version. Reports that are not complete are left out."
)
CHANGES = (
    "Changes count cases whose checks have the same revision in both reports; what has another revision is not comparable, "
    "and is neither better nor worse."
)


def server_html(server: Server) -> str:
    """The page."""
    return page(server.name, '<a href="../index.html">OpenAI conformance, over time</a>', _body(server))


def _body(server: Server) -> Iterator[str]:
    yield shield(server.latest.report)
    badges = (link(f"../badges/{server.key}.{ending}", f"badges/{server.key}.{ending}") for ending in ("svg", "json"))
    yield f'<p class="soft">The badge tells of the last whole report: {" ".join(badges)}</p>'
    yield f"<h2>Over time</h2>{note(CHARTS)}"
    yield chart("Cases as OpenAI's API has them", server, matching_lines(server))
    for matrix in documents(server):
        yield chart(f"Promises kept: {matrix_name(matrix)}", server, keeping_lines(server, matrix))
    yield f'<h2 id="reports">Reports</h2>{note(CHANGES)}'
    heads = ("began", "server said", "model", "suite", "documents", "matches OpenAI", "since the report before")
    yield table(
        f"Reports, the latest first ({len(server.reports)})", heads, (_report(server, one) for one in server.reports[::-1])
    )
    yield from _last_changes(server)
    for matrix in documents(server):
        yield from _edition(server, matrix)


def _report(server: Server, stored: Stored) -> list[str]:
    head = stored.report.header
    counts = outcomes(stored.report.verdicts)
    told = "".join(
        f'{chip(what)} {words(matrix_name(name))}<small class="told">{for_html(why)}</small>'
        for name, what, why in answers(stored.report)
    )
    alike = counts[Outcome.WORKS] + counts[Outcome.ACCEPTED]
    return [
        report_link(stored, "../"),
        words(head.target.server),
        words(head.target.model),
        words(head.suite, 40),
        told,
        f"{alike} of {count(len(by_case(stored.report)), 'case')}",
        _since(server, stored),
    ]


def _since(server: Server, stored: Stored) -> str:
    before = server.before(stored)
    if before is None or not stored.complete:
        return "nothing to compare with" if stored.complete else "not compared: not complete"
    kinds = [change.kind for change in changes(before.report, stored.report)]
    told = ", ".join(f"{kinds.count(kind)} {kind.value}" for kind in Kind if kind in kinds)
    return for_html("; ".join([told or "nothing changed", *_otherwise(before, stored)]))


def _otherwise(before: Stored, stored: Stored) -> Iterator[str]:
    """What else is not as it was, so that changes may not be the server's doing."""
    if before.suite != stored.suite:
        yield f"the suite was {before.suite}"
    if before.report.header.target.model != stored.report.header.target.model:
        yield f"the model was {before.report.header.target.model}"


def _last_changes(server: Server) -> Iterator[str]:
    last = server.latest
    before = server.before(last)
    if before is None or not last.complete:
        return
    yield '<h2 id="changes">What changed last</h2>'
    for line in _otherwise(before, last):
        yield note(f"{line}, and is another now")
    tables = list(changes_tables(compared([before.report, last.report])))
    tones = {word.value: tone for word, tone in TONES.items()}
    yield "".join(to_html(one, tones) for one in tables) if tables else note("Nothing, in what both reports tell of.")


def _edition(server: Server, matrix: str | None) -> Iterator[str]:
    """What the last report that was held against a document says of it, feature by feature."""
    telling = [one for one in server.reports if any(verdict.matrix == matrix for verdict in one.report.verdicts)]
    told = [one for one in telling if one.complete] or telling
    if not told:
        return
    last = told[-1]
    verdicts = [one for one in last.report.verdicts if one.matrix == matrix]
    address = next((one.title or one.url for one in last.report.header.matrices if one.id == matrix), "")
    yield f"<h2>{words(matrix_name(matrix))} {chip(conformance_of(verdicts, last.complete))}</h2>"
    yield f'<p class="soft">{words(address)} by {report_link(last, "../")}, suite {words(last.suite, 40)}</p>'
    rows = []
    for name, listed in sides(last.report).items():
        for side in listed:
            if side.matrix == matrix:
                said = "nothing" if side.stance is Stance.UNDOCUMENTED and matrix is not None else side.stance.value
                rows.append([link(f"../{feature_page(name)}", name), said, chip(side.outcome), chip(side.standing)])
    yield table("Documented against seen, by feature", ("feature", "document says", "seen", "standing"), rows)
