"""Several reports as one table, and what changed from the first to the last: for a terminal, as Markdown, as a page, as CSV and
as JSON. Names in reports are others' words, so each form escapes them its own way.
"""

from __future__ import annotations

import csv
import io
import json
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from importlib.resources import files
from typing import Any

from conformance.model import Outcome
from conformance.render.cards import TONES
from conformance.render.content import count, matrix_name
from conformance.render.escape import for_html, for_markdown, for_terminal, visible
from conformance.render.tables import Cell, Table, to_html, to_markdown, to_text
from conformance.report import Side
from conformance.report.compared import Change, Comparison, Kind, differing

SCHEMA = 1
"""The edition of the JSON form."""

_ABSENT = "-"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def names(comparison: Comparison) -> tuple[str, ...]:
    """A name for each report: its server, and where servers have the same name also its place."""
    told = [
        report.header.target.server or report.header.target.id or report.header.target.base_url for report in comparison.reports
    ]
    return tuple(
        f"{place}: {name or 'a server'}" if told.count(name) > 1 or not name else name for place, name in enumerate(told, 1)
    )


def facts(comparison: Comparison) -> Iterator[str]:
    """What was compared, and what readers have to know before they believe it."""
    for name, report in zip(names(comparison), comparison.reports, strict=True):
        header = report.header
        yield f"{name}: {header.target.model or 'no model told'}, {header.started}, suite {header.suite}"
        if not report.footer.complete:
            yield f"{name}: this report is not complete; what it does not tell of may still be there"
    if len({report.header.suite for report in comparison.reports}) > 1:
        yield "the reports are of different versions of the suite: only checks of the same revision are compared"


def features_table(comparison: Comparison, only_differences: bool) -> Table:
    """Every feature, or those about which reports differ, with outcome and standing in each column."""
    named = names(comparison)
    several = [sum(other.report == one.report for other in comparison.columns) > 1 for one in comparison.columns]
    columns = tuple(
        f"{named[one.report]}, {matrix_name(one.matrix)}" if more or one.matrix else named[one.report]
        for one, more in zip(comparison.columns, several, strict=True)
    )
    rows = differing(comparison) if only_differences else comparison.rows
    return Table(
        "Features about which the reports differ" if only_differences else "Features, side by side",
        ("feature", *columns),
        tuple((name, *map(_cell, found)) for name, found in rows.items()),
    )


def _cell(side: Side | None) -> Cell:
    return _ABSENT if side is None else f"{side.outcome.value}: {side.standing.value}"


def changes_tables(comparison: Comparison) -> Iterator[Table]:
    """A table for every kind of change from the first report to the last."""
    for kind in Kind:
        if found := comparison.of_kind(kind):
            title = f"{kind.value[0].upper()}{kind.value[1:]}, from the first report to the last ({len(found)})"
            rows = tuple((one.level.value, one.case, one.feature, _before(one), _after(one)) for one in found)
            yield Table(title, ("level", "case", "feature", "before", "after"), rows)


def _before(change: Change) -> str:
    return _fared(change.before, change, 0)


def _after(change: Change) -> str:
    return _fared(change.after, change, 1)


def _fared(outcome: Outcome | None, change: Change, place: int) -> str:
    told = outcome.value if outcome else _ABSENT
    if change.standings:
        return f"{told}, {change.standings[place].value} by {matrix_name(change.matrix)}"
    return f"{told} (revision {change.revisions[place]})" if change.kind is Kind.NOT_COMPARABLE else told


def summary(comparison: Comparison) -> str:
    """What changed, in one line."""
    told = [f"{len(found)} {kind.value}" for kind in Kind if (found := comparison.of_kind(kind))]
    return f"{count(len(comparison.rows), 'feature')}; from the first report to the last: {', '.join(told) or 'nothing changed'}"


def to_terminal(comparison: Comparison, only_differences: bool = False, columns: int = 0) -> str:
    """Text for a terminal of so many columns, or for a log; what changed comes last, where readers are."""
    blocks = ["\n".join(for_terminal(line) for line in facts(comparison))]
    *changes, features = _tables(comparison, only_differences)
    blocks += [to_text(table, columns=columns) for table in (features, *changes) if table.rows]
    return "\n\n".join([*blocks, for_terminal(summary(comparison))]) + "\n"


def to_markdown_text(comparison: Comparison, only_differences: bool = False) -> str:
    """Markdown as forges read it."""
    blocks = ["# Reports compared", "\n".join(f"- {for_markdown(line)}" for line in facts(comparison))]
    blocks += [to_markdown(table) for table in _tables(comparison, only_differences) if table.rows]
    return "\n\n".join([*blocks, for_markdown(summary(comparison))]) + "\n"


def to_page(comparison: Comparison, only_differences: bool = False) -> str:
    """One self-contained page: no script, no network, nothing but the style that it is allowed by its hash."""
    style = files("conformance.render").joinpath("page.css").read_text("utf-8")
    allowed = f"default-src 'none'; style-src 'sha256-{b64encode(sha256(style.encode()).digest()).decode()}'"
    tones = {word.value: tone for word, tone in TONES.items()}
    lines = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        f"<meta http-equiv=\"Content-Security-Policy\" content=\"{allowed}; base-uri 'none'; form-action 'none'\">",
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer">',
        f"<title>OpenAI conformance compared</title><style>{style}</style></head><body>",
        '<header><p class="eyebrow">OpenAI conformance</p><h1>Reports compared</h1></header><main class="compared">',
        f"<p><strong>{for_html(summary(comparison))}</strong></p>",
        f"<ul>{''.join(f'<li>{for_html(line)}</li>' for line in facts(comparison))}</ul>",
        *(to_html(table, tones) for table in _tables(comparison, only_differences) if table.rows),
        "</main></body></html>\n",
    ]
    return "\n".join(lines)


def _tables(comparison: Comparison, only_differences: bool) -> Iterator[Table]:
    """What changed, and at the end all features, or those that differ."""
    yield from changes_tables(comparison)
    yield features_table(comparison, only_differences)


def to_csv(comparison: Comparison, only_differences: bool = False) -> str:
    """The features as comma-separated values, with a column each for outcome and standing; what a spreadsheet would take for a
    formula begins with an apostrophe: https://owasp.org/www-community/attacks/CSV_Injection.
    """
    table = features_table(comparison, only_differences)
    heads = [f"{name}, {word}" for name in table.columns[1:] for word in ("outcome", "standing")]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([_plain(head) for head in ("feature", *heads)])
    for name, *cells in table.rows:
        halves = [half for cell in cells for half in (str(cell).split(": ") if cell != _ABSENT else ("", ""))]
        writer.writerow([_plain(str(value)) for value in (name, *halves)])
    return text.getvalue()


def _plain(text: str) -> str:
    shown = visible(text)
    return f"'{shown}" if text.startswith(_FORMULA) else shown


def to_json(comparison: Comparison, only_differences: bool = False) -> str:
    """Everything, for programs."""
    rows = differing(comparison) if only_differences else comparison.rows
    told = {
        "schema": SCHEMA,
        "reports": [
            {
                "name": name,
                "server": report.header.target.server,
                "model": report.header.target.model,
                "suite": report.header.suite,
                "started": report.header.started,
                "complete": report.footer.complete,
            }
            for name, report in zip(names(comparison), comparison.reports, strict=True)
        ],
        "features": [
            {"feature": name, "sides": [_side(place, comparison, side) for place, side in enumerate(found) if side]}
            for name, found in rows.items()
        ],
        "changes": [_change(change) for change in comparison.changes],
    }
    return json.dumps(told, indent=1) + "\n"


def _side(place: int, comparison: Comparison, side: Side) -> Mapping[str, Any]:
    words = {"stance": side.stance.value, "outcome": side.outcome.value, "standing": side.standing.value}
    return {"report": comparison.columns[place].report, "matrix": side.matrix} | words


def _change(change: Change) -> Mapping[str, Any]:
    return {
        "kind": change.kind.value,
        "case": change.case,
        "check": change.check,
        "feature": change.feature,
        "level": change.level.value,
        "before": change.before and change.before.value,
        "after": change.after and change.after.value,
        "revisions": change.revisions,
        "matrix": change.matrix,
        "standings": change.standings and [one.value for one in change.standings],
    }


FORMS: Mapping[str, Callable[[Comparison, bool], str]] = {
    "terminal": to_terminal,
    "markdown": to_markdown_text,
    "html": to_page,
    "json": to_json,
    "csv": to_csv,
}
"""The forms of a comparison by name."""
