"""A report as one self-contained page: no network, a strict Content-Security-Policy, useful without scripts and on a phone.

The policy allows exactly the style and the script that lie beside this module, by their hashes: https://www.w3.org/TR/CSP3/#hash-source.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from importlib.resources import files

from conformance.messages import Exchange
from conformance.model import Level, Standing
from conformance.render import content
from conformance.render.cards import TONES, answer_cards
from conformance.render.cases import Traffic, case_html, fragment, marks_of
from conformance.render.charts import area_bars, clocks
from conformance.render.entries import Entry, entries, grouped
from conformance.render.escape import for_html
from conformance.render.features import feature_matrix
from conformance.render.tables import to_html
from conformance.report import GateResult, Report, area_of, by_matrix

OF_A_PART = 20
"""How many cases a browser lays out together; what is out of sight it leaves: https://www.w3.org/TR/css-contain-2/."""

KEYS = (
    '<dialog aria-labelledby="keys"><h2 id="keys">Keys</h2><dl><dt><kbd>/</kbd></dt><dd>search</dd>'
    "<dt><kbd>j</kbd> <kbd>k</kbd></dt><dd>next and previous case</dd><dt><kbd>Enter</kbd></dt><dd>open or close it</dd>"
    "<dt><kbd>Esc</kbd></dt><dd>close the case, or leave the search</dd><dt><kbd>?</kbd></dt><dd>these keys</dd></dl>"
    '<form method="dialog"><button>Close</button></form></dialog>'
)


def render(report: Report, result: GateResult, exchanges: Mapping[str, Exchange], folder: str) -> str:
    """The page of a report that lies in `folder`, with the exchanges that its verdicts name."""
    style, script = _asset("page.css"), _asset("page-cases.js") + _asset("page.js")
    server = for_html(report.header.target.server or report.header.target.id or report.header.target.base_url or "a server", 80)
    return "\n".join(
        [
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_policy(style, script)}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer">',
            f"<title>{server}: OpenAI conformance</title>",
            f"<style>{style}</style></head><body>",
            *_body(report, result, exchanges, folder, server),
            f"<script>{script}</script></body></html>\n",
        ]
    )


def _asset(name: str) -> str:
    return files("conformance.render").joinpath(name).read_text("utf-8")


def _policy(style: str, script: str) -> str:
    rules = (
        "default-src 'none'",
        f"style-src {_hash(style)}",
        f"script-src {_hash(script)}",
        "base-uri 'none'",
        "form-action 'none'",
    )
    return "; ".join(rules)


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def _body(report: Report, result: GateResult, exchanges: Mapping[str, Exchange], folder: str, server: str) -> Iterator[str]:
    listed = entries(report, result)
    traffic = Traffic(exchanges, folder, report.header.target, marks_of(listed), tuple(by_matrix(report)))
    yield '<a class="skip" href="#cases">To the cases</a>'
    yield f'<header><p class="eyebrow">OpenAI conformance</p><h1>{server}</h1>'
    yield f'<p class="soft">{for_html(report.header.target.model)}</p></header><main>'
    yield from answer_cards(report)
    yield _gate(report, result)
    yield from _areas(report, exchanges)
    yield _tools(listed, traffic.documents)
    yield from _features(report, listed)
    yield from _cases(listed, traffic)
    yield f'</main><footer id="run"><h2>Run</h2><dl class="facts">{"".join(_facts(report))}</dl></footer>{KEYS}'


def _facts(report: Report) -> Iterator[str]:
    for name, value in content.facts(report):
        yield f"<dt>{name}</dt><dd><bdi>{for_html(value)}</bdi></dd>"


def _areas(report: Report, exchanges: Mapping[str, Exchange]) -> Iterator[str]:
    yield '<h2 id="areas">Areas</h2>'
    yield area_bars(report)
    yield '<details class="tables"><summary>The same in numbers</summary>'
    yield from map(to_html, (content.outcomes_table(report), content.standings_table(report), content.levels_table(report)))
    yield f"</details>{clocks(exchanges.values())}"


def _gate(report: Report, result: GateResult) -> str:
    first, *rest = map(for_html, content.gate_lines(report, result))
    tone, mark = ("good", "✓") if result.passed else ("bad", "✗")
    more = f"<ul>{''.join(f'<li>{line}</li>' for line in rest)}</ul>" if rest else ""
    link = '<a href="#cases">The cases, the most pressing first</a>'
    return f'<div class="gate {tone}"><strong>{mark} {first}</strong>{more}{link}</div>'


def _features(report: Report, listed: tuple[Entry, ...]) -> Iterator[str]:
    yield '<h2 id="features">Features</h2>'
    links = {one.feature: fragment(entry.cases[0]) for entry in reversed(listed) for one in entry.verdicts}
    yield from feature_matrix(report, links)
    if (table := content.disagreements_table(report)).rows:
        tones = {word.value: tone for word, tone in TONES.items()} | {
            "right": "good",
            "wrong": "bad",
            "the server does more": "more",
        }
        yield to_html(table, tones, links)


def _cases(listed: tuple[Entry, ...], traffic: Traffic) -> Iterator[str]:
    yield '<h2 id="cases">Cases</h2>'
    numbers = {entry.cases: number for number, entry in enumerate(listed)}
    for title, found in grouped(listed).items():
        if found:
            yield f'<section class="group"><h3>{title} <span class="soft">({len(found):,})</span></h3>'
            for at in range(0, len(found), OF_A_PART):
                yield '<div class="part">'
                yield from (case_html(entry, numbers[entry.cases], traffic) for entry in found[at : at + OF_A_PART])
                yield "</div>"
            yield "</section>"


def _tools(listed: tuple[Entry, ...], documents: Sequence[str | None]) -> str:
    """Links to the parts of the page, and the filters, which come to light where scripts run."""
    choices = {
        **({"document": [content.matrix_name(one) for one in documents]} if len(documents) > 1 else {}),
        "standing": [word.value for word in Standing],
        "outcome": [word.value for word in content.OUTCOMES],
        "level": [word.value for word in Level],
        "area": sorted({area_of(entry.first) for entry in listed}),
        "client": sorted({entry.first.via for entry in listed}),
    }
    selects = "".join(_select(name, words) for name, words in choices.items())
    links = "".join(f'<a href="#{name.lower()}">{name}</a>' for name in ("Areas", "Features", "Cases", "Run"))
    return (
        f'<div class="tools"><div><nav aria-label="Parts of this page">{links}</nav>'
        '<output class="soft" aria-live="polite"></output></div>'
        '<form class="filters" role="search" aria-label="Filters" hidden>'
        '<input type="search" name="q" placeholder="Search: press /   Keys: press ?" '
        'aria-label="Search in features, cases and exchanges">'
        f'{selects}<button type="reset">Clear</button></form></div>'
    )


def _select(name: str, words: list[str]) -> str:
    options = "".join(f"<option>{for_html(word, 80)}</option>" for word in words)
    return f'<select name="{name}" aria-label="{name}"><option value="">any {name}</option>{options}</select>'
