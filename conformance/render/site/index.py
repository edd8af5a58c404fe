"""The first page: every server's last report, and every feature across servers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from conformance.render.cards import bar_svg
from conformance.render.content import OUTCOMES, answers, count, matrix_name
from conformance.render.escape import for_html
from conformance.render.site.frame import chip, link, note, page, report_link, table, words
from conformance.render.site.names import feature_page, server_page
from conformance.report import by_case, outcomes
from conformance.report.history import History, Meaning, Row, Server

MOST_COLUMNS = 12
"""How many servers have a column; the pages of features have them all."""

HOW = (
    "Two questions stay apart: does it match OpenAI's API (outcome), and does it keep the word of its own document (standing). "
    "Every report is published as it was written. Reports of different versions of the suite are told apart; a change is "
    "counted only between cases whose checks have the same revision."
)


def index_html(history: History, told: Mapping[str, tuple[Meaning, ...]]) -> str:
    """The page."""
    return page("OpenAI-compatible servers", "OpenAI conformance, over time", _body(history, told))


def _body(history: History, told: Mapping[str, tuple[Meaning, ...]]) -> Iterator[str]:
    yield note(HOW)
    reports = sum(len(server.reports) for server in history.servers)
    yield f"<p>{count(len(history.servers), 'server')}, {count(reports, 'report')}</p>"
    if history.unreadable:
        lines = "".join(f"<li>{for_html(line)}</li>" for line in history.unreadable)
        yield f'<div class="gate bad"><strong>{count(len(history.unreadable), "folder")} could not be read</strong>'
        yield f"<ul>{lines}</ul></div>"
    yield "<h2>Servers</h2>"
    heads = ("server", "document", "comes to", "matches OpenAI", "suite", "last report", "reports")
    yield table("The last whole report of each server", heads, _servers(history))
    yield '<h2 id="features">Features</h2>'
    yield from _several_suites(history)
    shown = history.servers[:MOST_COLUMNS]
    if len(history.servers) > len(shown):
        yield note(f"{MOST_COLUMNS} of {len(history.servers)} servers have a column; the page of a feature has them all.")
    columns = ("feature", *(f"{link(server_page(one.key), one.name)}<br>suite {words(one.latest.suite, 40)}" for one in shown))
    yield f'<div class="across">{table("Seen in the last whole report of each server", columns, _features(told, shown))}</div>'


def _several_suites(history: History) -> Iterator[str]:
    suites = sorted({server.latest.suite for server in history.servers})
    if len(suites) > 1:
        yield note(
            f"The last reports are by different versions of the suite ({', '.join(suites)}): compare columns of one version "
            "only. The page of a feature keeps versions apart and tells the revision of each check."
        )


def _servers(history: History) -> Iterator[list[str]]:
    for server in history.servers:
        last = server.latest
        counts = outcomes(last.report.verdicts)
        alike = sum(counts[word] for word in OUTCOMES[:2])
        bar = bar_svg({word: counts[word] for word in OUTCOMES})
        for matrix, what, why in answers(last.report):
            yield [
                link(server_page(server.key), server.name),
                words(matrix_name(matrix)),
                f'{chip(what)}<small class="told">{for_html(why)}</small>',
                f'{bar}<small class="told">{alike} of {count(len(by_case(last.report)), "case")}</small>',
                words(last.suite, 40),
                report_link(last, ""),
                str(len(server.reports)),
            ]


def _features(told: Mapping[str, tuple[Meaning, ...]], shown: tuple[Server, ...]) -> Iterator[list[str]]:
    for name, listed in told.items():
        rows = [row for meaning in listed for row in meaning.rows if row.stored == row.server.latest]
        yield [link(feature_page(name), name), *(_seen([row for row in rows if row.server is server]) for server in shown)]


def _seen(rows: list[Row]) -> str:
    """What was seen is the same whatever the documents say, so the first row tells it."""
    return chip(rows[0].side.outcome) if rows else ""
